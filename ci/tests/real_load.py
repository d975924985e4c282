#!/usr/bin/env python3
"""Holds thousands of streams with weir-loadgen against real servers behind nginx and HAProxy that cut what is idle.

  ci/tests/real_load.py [--loadgen BINARY] [--logs FOLDER] [--streams N]

The edges give up a stream that is silent for 3 s, and the servers send nothing. So every stream must be seen to be cut,
as an idle cut and after 3 s of silence, and must come back, as often as the run is long; nothing may get lost on the
way: a stream is open, or on its way to be.
"""

import json
import sys

from lib.edges import EDGES, Times, edge
from lib.process import Problem, parsed, parser_of, report_of
from lib.servers import server

TIMES = Times(silence_s=3, keep_alive_s=5)
HOLD_S = 8
RUN_TIMEOUT_S = 240
SERVERS = ["everything-streamable", "everything-sse"]
# Nothing of a cut is a failure here: that there are as many as there must be is what is judged.
OPTIONS = ["--for", f"{HOLD_S}s", "--json", "--threshold", "invariant_broken == 0"]


def near(seconds):
    """HAProxy counts from the head of the response, whatever came in the first moments after it."""
    return TIMES.silence_s - 0.6 <= seconds <= TIMES.silence_s + 1.2


def differences(report, streams):
    (population,) = report["total"]["populations"]
    ends, counters = population["ends"], population["counters"]
    cut, ours = ends["idle_cut"], ends["client"]["count"]
    others = {name: end["count"] for name, end in ends.items() if end["count"] and name not in ("idle_cut", "client")}
    named = report["idle_cuts"]
    failed, silence = population["open_failures"], cut["silence"] or {}
    wanted = {
        "exit code": report["exit_code"] == 0,
        # The edges give up a busy server too: such an attempt is counted, and made again.
        "every stream was opened": counters["opens_intended"] == streams and sum(failed.values()) <= 0.2 * streams,
        # Of 3 s and the time to come back, half a second on average; the first are cut before the last are opened.
        "as many at once as that leaves": population["open"]["max"] >= 0.75 * streams,
        "every stream cut at least once": cut["count"] >= streams,
        "no other end than idle cuts": not others,
        "the silence before a cut": near(silence.get("p50_seconds", 0)),
        "the idle cut is named": any(near(one["low_seconds"]) and near(one["high_seconds"]) for one in named),
        "streams opened are streams ended": counters["streams_opened"] == cut["count"] + ours + sum(others.values()),
        "cut streams come back": counters["reconnects_ok"] >= 0.9 * streams,
        "no slot is forgotten": counters["invariant_broken"] == 0,
    }
    return [name for name, holds in wanted.items() if not holds]


def judge(name, kind, arguments, log):
    load = ["--streams", arguments.streams, "--over", f"{arguments.over}s", *OPTIONS]
    with server(name, log) as real, edge(EDGES[kind](real.port, TIMES, arguments.streams), log) as front:
        report = report_of([arguments.loadgen, "hold", real.through(front.port), *load], RUN_TIMEOUT_S, log)
    (arguments.logs / f"load.{name}.{kind}.json").write_text(json.dumps(report, indent=1))
    problems = differences(report, arguments.streams)
    (population,) = report["total"]["populations"]
    print(f"{name} behind {kind}: {population['open']['max']} streams at once")
    for cut in report["idle_cuts"]:
        print(f"  {cut['streams']} cut after {cut['low_seconds']:.2f}-{cut['high_seconds']:.2f} s of silence")
    for problem in problems:
        print(f"  not so: {problem}")
    return not problems


def main():
    parser = parser_of(__doc__, "loadgen")
    parser.add_argument("--streams", type=int, default=400)
    parser.add_argument("--over", type=int, default=4, help="seconds in which they are opened")
    arguments = parsed(parser)
    good = True
    for name in SERVERS:
        for kind in EDGES:
            with open(arguments.logs / f"load.{name}.{kind}.log", "w") as log:
                try:
                    good = judge(name, kind, arguments, log) and good
                except Problem as problem:
                    print(f"{name} behind {kind}: {problem}")
                    good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
