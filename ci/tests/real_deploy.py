#!/usr/bin/env python3
"""Lets weir-conformance watch a blue/green deploy of a real MCP server behind a real nginx.

  ci/tests/real_deploy.py [--gate BINARY] [--logs FOLDER]

Two of the reference server; nginx leads to the first. The deploy leads it to the second without a gap, then stops the
first. So no call may be lost, while the sessions of the first are answered 400 by the second, and its streams are cut.
"""

import sys
from contextlib import ExitStack

from lib.edges import Times, edge, nginx_before
from lib.process import Problem, parsed, parser_of
from lib.servers import server
from real_servers import run_gate

SERVER = "everything-streamable"
TIMES = Times(silence_s=60, keep_alive_s=60)

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
    arguments = parsed(parser_of(__doc__, "gate"))
    with ExitStack() as stack:
        log = stack.enter_context(open(arguments.logs / "deploy.log", "w"))
        blue = stack.enter_context(server(SERVER, log))
        green = stack.enter_context(server(SERVER, log))
        front = stack.enter_context(edge(nginx_before(blue.port, TIMES), log))
        switch = f"sed -i 's/:{blue.port};/:{green.port};/' {front.folder}/nginx.conf && kill -HUP {front.process.pid}"
        command = f"{switch} && sleep 1 && kill -TERM {blue.launcher.pid}"
        options = ["--checks", "deploy.*", "--across-deploy", command]
        report = run_gate(arguments.gate, [f"http://127.0.0.1:{front.port}/mcp"], options)
    lines = differences(report)
    print("\n".join(lines) or f"deploy: {len(EXPECTED)} verdicts as expected")
    return 1 if lines else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Problem as problem:
        sys.exit(f"real_deploy.py: {problem}")
