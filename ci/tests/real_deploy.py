#!/usr/bin/env python3
"""Lets weir-conformance watch a blue/green deploy of a real MCP server behind a real nginx.

  ci/tests/real_deploy.py [--gate BINARY] [--logs FOLDER]

Two of the reference server; nginx leads to the first. The deploy leads it to the second without a gap, then stops the
first. So no call may be lost, while the sessions of the first are answered 400 by the second, and its streams are cut.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from edges import NOBODY, Times, end, free_port, listens, nginx
from real_servers import CI, STOP_TIMEOUT_S, Problem, run_gate, tail

SERVER = "everything-streamable"
TIMES = Times(silence_s=60, keep_alive_s=60)
CONNECTIONS = 224

# Check -> verdict, and words of what was seen.
EXPECTED = {
    "deploy.calls.none-lost": ("pass", "none was lost"),
    "deploy.recovery.in-time": ("pass", "throughout"),
    "deploy.session.answered": ("fail", "HTTP 400"),
    "deploy.stream.ends": ("pass", "2 ended"),
    "deploy.stream.ends-cleanly": ("warn", "2 of 2 streams cut"),
    "deploy.stream.reopens": ("pass", "2 open again"),
    "deploy.version.same": ("pass", "told the same"),
}


@contextmanager
def server(log):
    """Yields the process that holds a server, and the port of the server."""
    launcher = [str(CI / "servers/run.mjs"), SERVER]
    process = subprocess.Popen(launcher, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            raise Problem(f"{SERVER} did not start; it wrote:\n{tail(log)}")
        yield process, urlsplit(json.loads(line)["url"]).port
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


@contextmanager
def front(folder, upstream, log):
    """Yields the process and the port of an nginx before the upstream port."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}
    if user:
        os.chown(folder, NOBODY, NOBODY)
    port = free_port()
    command = nginx(folder, port, upstream, TIMES, CONNECTIONS)
    where = {"cwd": folder, "env": env, "stdout": log, "stderr": log, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, **where, **user)
    try:
        if not listens(process, port):
            raise Problem(f"nginx does not start; it wrote:\n{tail(log)}")
        yield process, port
    finally:
        end(process)


def differences(report):
    seen = {check["id"]: check for check in report["checks"]}
    lines = []
    for name, (verdict, words) in EXPECTED.items():
        check = seen.get(name)
        if not check:
            lines.append(f"{name}: not asked")
            continue
        text = check.get("got") or check.get("message", "")
        if check["verdict"] != verdict or words not in text:
            evidence = "\n".join("    " + line for line in check.get("evidence", []))
            lines.append(f"{name}: {check['verdict']} '{text}', not {verdict} '{words}'\n{evidence}".rstrip())
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gate", type=Path, default=CI.parent / "build/dev/bin/weir-conformance")
    parser.add_argument("--logs", type=Path, default=CI.parent / "build/dev/real")
    arguments = parser.parse_args()
    arguments.logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        log = stack.enter_context(open(arguments.logs / "deploy.log", "w"))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-deploy-")))
        blue, blue_port = stack.enter_context(server(log))
        _, green_port = stack.enter_context(server(log))
        edge, port = stack.enter_context(front(folder, blue_port, log))
        switch = f"sed -i 's/:{blue_port};/:{green_port};/' {folder}/nginx.conf && kill -HUP {edge.pid}"
        command = f"{switch} && sleep 1 && kill -TERM {blue.pid}"
        options = ["--checks", "deploy.*", "--across-deploy", command]
        report = run_gate(arguments.gate, [f"http://127.0.0.1:{port}/mcp"], options)
    lines = differences(report)
    print("\n".join(lines) or f"deploy: {len(EXPECTED)} verdicts as expected")
    return 1 if lines else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"real_deploy.py: {problem}")
