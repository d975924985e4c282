#!/usr/bin/env python3
"""Lets weir-loadgen find the idle cut of nginx and HAProxy in front of real MCP servers.

  ci/tests/real_probe_idle.py [--loadgen BINARY] [--logs FOLDER]

Both edges are told to give up an upstream that is silent for 3 s, and a client's connection without a request after
5 s. The brackets must hold these times, and the ends must have the class that these edges give them.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from lib.edges import EDGES, Times, edge
from lib.process import Problem, parsed, parser_of, report_of
from lib.servers import server

TIMES = Times(silence_s=3, keep_alive_s=5)
PROBE_TIMEOUT_S = 60
OPTIONS = ["--longest", "12", "--streams", "12", "--json"]

# Server -> what it speaks, and what its streams are seen to be cut by: on HTTP+SSE, pings are answered on the stream.
SERVERS = {"everything-sse": ("http-sse", "idle_cut"), "everything-streamable": ("streamable", "idle_or_age_cut")}


def holds(cut, seconds):
    return cut is not None and cut["alive_s"] < seconds < cut["dead_s"] and cut["dead_s"] - cut["alive_s"] <= 3


def differences(report, era, outcome):
    stream, kept = report["stream"], report["keep_alive"]
    wanted = {
        "era": (report["era"], era),
        "exit code": (report["exit_code"], 1),  # Silent streams are cut, and nothing says that this is known.
        "outcome of streams": (stream["outcome"], outcome),
        "end of streams": (stream["end"], "fin_without_terminator"),
        "outcome of idle connections": (kept["outcome"], "cut"),
        "end of idle connections": (kept["end"], "FIN"),
    }
    lines = [f"{name}: {got!r}, not {due!r}" for name, (got, due) in wanted.items() if got != due]
    if not holds(stream["cut"], TIMES.silence_s):
        lines.append(f"streams: {stream['cut']} does not hold {TIMES.silence_s} s, or is wider than 3 s")
    if stream["confirmed_by"] < 3:
        lines.append(f"streams: only {stream['confirmed_by']} agree")
    if not holds(kept["cut"], TIMES.keep_alive_s):
        lines.append(f"idle connections: {kept['cut']} does not hold {TIMES.keep_alive_s} s, or is wider than 3 s")
    return lines


def judge(name, arguments, log):
    era, outcome = SERVERS[name]
    good = True
    with server(name, log) as real, ExitStack() as stack, ThreadPoolExecutor() as pool:
        fronts = {kind: stack.enter_context(edge(EDGES[kind](real.port, TIMES), log)) for kind in EDGES}

        def probe(front):
            command = [arguments.loadgen, "probe-idle", real.through(front.port), *OPTIONS]
            return report_of(command, PROBE_TIMEOUT_S, log)

        for kind, report in zip(fronts, pool.map(probe, fronts.values())):
            (arguments.logs / f"probe-idle.{name}.{kind}.json").write_text(json.dumps(report, indent=1))
            problems = differences(report, era, outcome)
            print(f"{name} behind {kind}: {report['stream']['cut']}, {report['duration_s']} s; {report['verdict']}")
            for problem in problems:
                print(f"  {problem}")
            good = good and not problems
    return good


def main():
    arguments = parsed(parser_of(__doc__, "loadgen"))
    good = True
    for name in SERVERS:
        with open(arguments.logs / f"probe-idle.{name}.log", "w") as log:
            try:
                good = judge(name, arguments, log) and good
            except Problem as problem:
                print(f"{name}: {problem}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
