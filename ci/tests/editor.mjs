// What a YAML language server tells an editor, for schemas_test.py.
//   node editor.mjs NODE_MODULES REQUEST.json
// REQUEST.json: {root, faulty: [{path, text}], completed: [{path, text, line, character}]}. Prints {faulty, completed}:
// for each text that has a fault the sentences about it, as soon as there are any, and for each place what is offered
// there. Nothing is read from a network: schemas are those that the texts name.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [nodeModules, requestPath] = process.argv.slice(2);
const { root, faulty, completed } = JSON.parse(readFileSync(requestPath, 'utf8'));
const off = { enable: false };
const settings = { validate: true, completion: true, schemaStore: off, kubernetesCRDStore: off };

const program = join(nodeModules, 'yaml-language-server/bin/yaml-language-server');
const server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
const answers = new Map();
const findings = new Map();
let read = Buffer.alloc(0);
let last = 0;

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }));
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  server.stdin.write(body);
}

function ask(method, params) {
  return new Promise((resolve, reject) => {
    answers.set(++last, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
    send({ id: last, method, params });
  });
}

/** Opens a text; its findings, if it has any, come by themselves. */
function open({ path, text }) {
  const uri = pathToFileURL(path).href;
  const told = new Promise((resolve) => findings.set(uri, resolve));
  send({ method: 'textDocument/didOpen', params: { textDocument: { uri, languageId: 'yaml', version: 1, text } } });
  return { uri, told };
}

function receive(message) {
  if (message.method && message.id !== undefined) {
    const asked = message.method === 'workspace/configuration' ? message.params.items.map(() => settings) : null;
    send({ id: message.id, result: asked });
  } else if (message.id !== undefined) {
    answers.get(message.id)(message);
  } else if (message.method === 'textDocument/publishDiagnostics' && message.params.diagnostics.length > 0) {
    findings.get(message.params.uri)?.(message.params.diagnostics.map((one) => one.message));
  }
}

server.stdout.on('data', (bytes) => {
  read = Buffer.concat([read, bytes]);
  for (let end; (end = read.indexOf('\r\n\r\n')) >= 0;) {
    const size = Number(/Content-Length: (\d+)/.exec(read.subarray(0, end).toString())[1]);
    if (read.length < end + 4 + size) return;
    const body = read.subarray(end + 4, end + 4 + size);
    read = read.subarray(end + 4 + size);
    receive(JSON.parse(body));
  }
});

await ask('initialize', {
  processId: process.pid,
  rootUri: pathToFileURL(root).href,
  capabilities: { textDocument: { completion: {}, publishDiagnostics: {} }, workspace: { configuration: true } },
});
send({ method: 'initialized', params: {} });
const told = [];
for (const document of faulty) told.push(await open(document).told);
const offered = [];
for (const place of completed) {
  const { uri } = open(place);
  const { line, character } = place;
  const list = await ask('textDocument/completion', { textDocument: { uri }, position: { line, character } });
  offered.push((list.items ?? list).map(({ label }) => label));
}
process.stdout.write(JSON.stringify({ faulty: told, completed: offered }), () => {
  server.kill();
  process.exit(0);
});
