#!/usr/bin/env node
// Starts one of the real servers on a free loopback port, prints {"name", "url", "pid"} as one line, and holds it until
// SIGTERM, SIGINT or the end of the process that started it. It ends when the last process of the server has ended.
// Where the URL is https, "ca" is the file of the authority to trust.
//
//   ci/servers/run.mjs NAME     what the server writes goes to stderr
//   ci/servers/run.mjs --list   the names
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { servers } from "./catalogue.mjs";
import { hearOnce } from "./hear.mjs";

const kStartTimeoutMs = 60_000; // Cold caches on a busy two-core machine; a start takes about one second.
const kGraceMs = 700; // supergateway does not end on SIGTERM.
const kKillTimeoutMs = 5_000;
const kPollMs = 50;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function refuse(message) {
  process.stderr.write(`run.mjs: ${message}\n`);
  process.exit(2);
}

/** The Node that ci/setup fetched where the machine's own is too old, else the one that runs this file. */
function findNode() {
  const fetched = here(`../node/runtime/node_modules/node-linux-${process.arch}/bin/node`);
  return existsSync(fetched) ? fetched : process.execPath;
}

/** Whether a process of the group is left; one that is dead but not yet reaped does not count. */
function groupIsAlive(group) {
  for (const entry of readdirSync("/proc")) {
    if (!/^[0-9]+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(pgrp) === group && state !== "Z" && state !== "X") return true;
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return false;
}

function signalGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch {
    // It is gone already.
  }
}

async function waitForEnd(group, limitMs) {
  const deadline = Date.now() + limitMs;
  while (groupIsAlive(group)) {
    if (Date.now() > deadline) return false;
    await sleep(kPollMs);
  }
  return true;
}

async function endGroup(group) {
  signalGroup(group, "SIGTERM");
  if (await waitForEnd(group, kGraceMs)) return;
  signalGroup(group, "SIGKILL");
  if (!(await waitForEnd(group, kKillTimeoutMs))) refuse(`process group ${group} survived SIGKILL`);
}

function main() {
  const [name] = process.argv.slice(2);
  if (name === "--list") return void process.stdout.write(`${Object.keys(servers).join("\n")}\n`);
  const server = servers[name];
  if (!server) refuse(`no server "${name ?? ""}"; there are: ${Object.keys(servers).join(", ")}`);
  if (!existsSync(here("../node/node_modules"))) refuse("the npm packages are missing: run ci/setup");

  const node = findNode();
  const scratch = mkdtempSync(join(tmpdir(), "weir-server-"));
  process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
  const env = { ...process.env, NO_COLOR: "1", WEIR_SCRATCH: scratch };
  delete env.NODE_OPTIONS;
  const loopback = server.edge ? [] : ["--import", here("loopback.mjs")];
  const child = spawn(node, [...loopback, ...server.args(node)], {
    detached: true, // A process group of its own.
    env,
    stdio: ["ignore", process.stderr, process.stderr, "pipe"],
  });
  if (!child.pid) refuse(`could not start ${node}`);

  let ending = false;
  const finish = async (code) => {
    if (ending) return;
    ending = true;
    await endGroup(child.pid);
    process.exit(code);
  };
  process.on("SIGTERM", () => finish(0));
  process.on("SIGINT", () => finish(0));
  process.on("SIGHUP", () => finish(0));
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && finish(0), 4 * kPollMs);

  child.on("exit", (code, signal) => {
    if (!ending) process.stderr.write(`run.mjs: ${name} ended by itself (${signal ?? code})\n`);
    finish(1);
  });
  const overdue = setTimeout(() => {
    process.stderr.write(`run.mjs: ${name} did not listen within ${kStartTimeoutMs / 1000} s\n`);
    finish(1);
  }, kStartTimeoutMs);
  hearOnce(child.stdio[3], ({ port, scheme = "http", ca }) => {
    clearTimeout(overdue);
    const url = `${scheme}://127.0.0.1:${port}${server.path}`;
    process.stdout.write(`${JSON.stringify({ name, url, pid: child.pid, ca })}\n`);
  });
}

main();
