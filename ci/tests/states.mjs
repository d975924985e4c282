// Interprets a state machine of AWS Step Functions in which tasks are programs that run here, for fleet.py.
//   node states.mjs NODE_MODULES REQUEST.json
// REQUEST.json: {definition, input, name, startTime (ISO), programs (folder), lose: {SHARD: how}}. Of `how`, "killed"
// ends a shard by SIGKILL once its journal is there, and "never" lets it not even begin. Prints {status, output, error,
// cause, states (visited, in order), offences (of the definition)}. What it does not know is an error: nothing passes
// unread.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [nodeModules, requestPath] = process.argv.slice(2);
const require = createRequire(resolve(nodeModules, 'any.js'));
const jsonata = require('jsonata');
const validate = require('asl-validator');

const RUN_TASK = 'arn:aws:states:::ecs:runTask.sync';
const POLL_MS = 20;
const KNOWN = {
  Pass: ['Output', 'Assign', 'Next', 'End'],
  Map: ['Items', 'ItemProcessor', 'Output', 'Assign', 'Next', 'End'],
  Task: ['Resource', 'TimeoutSeconds', 'Arguments', 'Output', 'Assign', 'Catch', 'Next', 'End'],
  Choice: ['Choices', 'Default'],
  Succeed: ['Output'],
  Fail: ['Error', 'Cause'],
};

class StateError extends Error {
  constructor(name, cause) {
    super(`${name}: ${cause}`);
    this.states = { Error: name, Cause: cause };
  }
}

const { definition, input, name, startTime, programs, lose } = JSON.parse(readFileSync(requestPath, 'utf8'));
const context = { Execution: { Name: name, StartTime: startTime, Input: input } };
const visited = [];

/** Texts between {% and %} are JSONata; nothing as their value is an error, as it is there. */
async function evaluated(template, states, variables) {
  if (Array.isArray(template)) return Promise.all(template.map((one) => evaluated(one, states, variables)));
  if (typeof template === 'object' && template !== null) {
    const pairs = Object.entries(template).map(async ([key, one]) => [key, await evaluated(one, states, variables)]);
    return Object.fromEntries(await Promise.all(pairs));
  }
  const expression = typeof template === 'string' && /^\{%(.*)%\}$/s.exec(template);
  if (!expression) return template;
  const value = await jsonata(expression[1]).evaluate({}, { states: { ...states, context }, ...variables });
  if (value === undefined) throw new StateError('States.QueryEvaluationError', `nothing comes of ${template}`);
  return JSON.parse(JSON.stringify(value));
}

function ended(command, lost) {
  return new Promise((resolveEnd, reject) => {
    const child = spawn(join(programs, command[0]), command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] });
    const journal = command[command.indexOf('--journal') + 1];
    let head = 0;
    const watch = lost && setInterval(() => {
      const size = existsSync(journal) ? statSync(journal).size : 0;
      if (head > 0 && size > head) child.kill('SIGKILL'); // A second of its run is kept.
      head ||= size;
    }, POLL_MS);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(watch);
      resolveEnd(code ?? 137);
    });
  });
}

/** As ECS tells of a task that stopped. */
async function runTask({ Overrides }) {
  const [{ Name, Command }] = Overrides.ContainerOverrides;
  const shard = Command.includes('--shard') ? Command[Command.indexOf('--shard') + 1].split('/')[0] : undefined;
  if (lose[shard] === 'never') {
    const stopped = { StoppedReason: 'CannotPullContainerError', Containers: [{ Name }] };
    throw new StateError('States.TaskFailed', JSON.stringify(stopped));
  }
  const ExitCode = await ended(Command, lose[shard] === 'killed');
  const task = { LastStatus: 'STOPPED', Containers: [{ Name, ExitCode }] };
  if (ExitCode !== 0) throw new StateError('States.TaskFailed', JSON.stringify(task));
  return task;
}

async function resultOf(state, given, variables) {
  if (state.Type === 'Map') {
    const items = await evaluated(state.Items, { input: given }, variables);
    return Promise.all(items.map((item) => run(state.ItemProcessor, item, variables)));
  }
  if (state.Type !== 'Task') return given;
  if (state.Resource !== RUN_TASK) throw new Error(`no task ${state.Resource}`);
  return runTask(await evaluated(state.Arguments, { input: given }, variables));
}

async function chosen(state, given, variables) {
  for (const { Condition, Next } of state.Choices) {
    if (await evaluated(Condition, { input: given }, variables) === true) return Next;
  }
  return state.Default;
}

/** What the state says of its end: the output, the next state, and what is assigned. */
async function after(rule, states, variables, otherwise) {
  const output = 'Output' in rule ? await evaluated(rule.Output, states, variables) : otherwise;
  Object.assign(variables, await evaluated(rule.Assign ?? {}, states, variables));
  return { output, next: rule.Next };
}

async function step(state, given, variables) {
  const unknown = Object.keys(state).filter((key) => !['Type', 'Comment', ...(KNOWN[state.Type] ?? [])].includes(key));
  if (!KNOWN[state.Type] || unknown.length) throw new Error(`unknown: ${state.Type} ${unknown}`);
  if (state.Type === 'Fail') {
    throw new StateError(state.Error, await evaluated(state.Cause, { input: given }, variables));
  }
  if (state.Type === 'Choice') return { output: given, next: await chosen(state, given, variables) };
  try {
    const result = await resultOf(state, given, variables);
    return await after(state, { input: given, result }, variables, result);
  } catch (error) {
    if (!error.states) throw error;
    const caught = (state.Catch ?? []).find(({ ErrorEquals }) =>
      ErrorEquals.includes('States.ALL') || ErrorEquals.includes(error.states.Error));
    if (!caught) throw error;
    return after(caught, { input: given, errorOutput: error.states }, variables, error.states);
  }
}

/** Variables of an inner machine are its own; it sees those around it. */
async function run(machine, given, outer) {
  const variables = { ...outer };
  for (let [at, value] = [machine.StartAt, given]; ;) {
    visited.push(at);
    const { output, next } = await step(machine.States[at], value, variables);
    if (!next) return output;
    [at, value] = [next, output];
  }
}

async function execution() {
  try {
    return { status: 'SUCCEEDED', output: await run(definition, input, {}) };
  } catch (error) {
    if (!error.states) throw error;
    return { status: 'FAILED', error: error.states.Error, cause: error.states.Cause };
  }
}

const { errors } = validate(structuredClone(definition)); // It writes into what it reads.
const offences = errors.map((one) => one.message ?? one['Error code'] ?? JSON.stringify(one));
// What is wrong is told, and not run.
const end = offences.length ? { status: 'INVALID' } : await execution();
process.stdout.write(JSON.stringify({ ...end, states: visited, offences }));
