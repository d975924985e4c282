#!/usr/bin/env python3
"""Runs the soak scenarios of the emulated systems, scaled to seconds, and asserts that they see what is to be seen.

  ci/tests/system_soaks.py [SYSTEM ...] [--loadgen BINARY] [--fixture BINARY] [--logs FOLDER]

A system runs right, or with one of its faults; some runs put a new version in its place meanwhile. What each run must
show stands in CASES.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from lib.process import ROOT, Problem, parsed, parser_of, report_of, running

SCALE = 0.01
RUN_TIMEOUT_S = 120
AT_ONCE = {"S4": 1}  # Others are four: they wait more than they work. Here every call has a signature checked.
DEPLOY_AFTER_S = 3.5  # All streams are open, and the hold is not over.


class Report:
    """What a run measured; times in seconds of the real system."""

    def __init__(self, report):
        self.whole = report
        self.populations = {one["name"]: one for one in report["total"]["populations"]}
        self.population = report["total"]["populations"][0]
        self.exit = report["exit_code"]
        self.counters = self.population["counters"]

    def ended(self, *reasons):
        return sum(self.population["ends"][reason]["count"] for reason in reasons)

    def ended_otherwise(self, *reasons):
        return sum(end["count"] for name, end in self.population["ends"].items() if name not in ("client", *reasons))

    def failed_to_open(self, *kinds):
        failures = self.population["open_failures"]
        return sum(count for kind, count in failures.items() if not kinds or kind in kinds)

    def right(self):
        """Every threshold holds, but for those of time, which a busy machine alone may break at this scale."""
        of_time = ("heartbeat_gap", "call_latency")
        return all(t["passed"] or t["metric"].startswith(of_time) for t in self.whole["thresholds"])

    def breached(self, metric):
        return any(t["metric"].startswith(metric) and not t["passed"] for t in self.whole["thresholds"])

    def seconds(self, timer, statistic):
        return self.population["times"].get(timer, {}).get(f"{statistic}_seconds", 0) / SCALE

    def connect(self, phase, statistic):
        return self.population["connect"].get(phase, {}).get(f"{statistic}_seconds", 0)

    def age(self, reason, statistic):
        return (self.population["ends"][reason]["age"] or {}).get(f"{statistic}_seconds", 0) / SCALE

    def cut_near(self, seconds):
        """A busy machine is late, never early: at this scale a tenth of a second is ten."""
        cuts = self.whole["idle_cuts"]
        return any(0.8 * seconds <= cut["low_seconds"] / SCALE <= 1.5 * seconds for cut in cuts)

    def call(self, outcome):
        return sum(call["outcomes"].get(outcome, 0) for call in self.population["calls"])

    def named(self, name, population):
        return next(call for call in self.populations[population]["calls"] if call["tool"] == name)

    def failed(self, name, population):
        outcomes = self.named(name, population)["outcomes"]
        return sum(outcomes.values()) - outcomes["ok"]

    def all_ok(self, name, population):
        return self.named(name, population)["outcomes"]["ok"] > 0 and self.failed(name, population) == 0

    def slowest_call(self):
        return max(call["latency"]["max_seconds"] for call in self.population["calls"]) / SCALE

    def sessions(self, population):
        return self.populations[population]["counters"]["sessions_opened"]

    def call_seconds(self, statistic):
        return self.population["calls"][0]["latency"][f"{statistic}_seconds"] / SCALE


# System, variant, faults, whether a deploy happens meanwhile, and what must be true of the report.
CASES = [
    ("S0", "published", [], False, {
        "all thresholds hold": lambda r: r.right(),
        "no stream is lost": lambda r: r.ended_otherwise() == 0,
        "the heartbeat comes every 30 s": lambda r: 29 < r.seconds("heartbeat_gap", "p50") < 33,
        "the head waits for the child": lambda r: r.connect("headers", "p50") >= 0.025,
        "everybody comes back from the storm": lambda r: r.counters["reconnects_ok"] >= 24,
    }),
    ("S0", "published", ["s0.idle-cut-fin"], False, {
        "an idle cut after 60 s is named": lambda r: r.cut_near(60),
        "streams end in no other way": lambda r: r.ended("idle_cut") >= 24 and not r.ended_otherwise("idle_cut"),
        "drops are a breach": lambda r: r.breached("stream_drop_ratio"),
    }),
    ("S0", "published", ["s0.idle-cut-reset"], False, {
        "an idle cut after 60 s is named": lambda r: r.cut_near(60),
    }),
    ("S0", "published", ["s0.idle-cut-clean"], False, {
        "ends look clean": lambda r: r.ended("clean_end") >= 24 and not r.ended_otherwise("clean_end"),
        "lifetimes cluster at 60 s": lambda r: 55 < r.age("clean_end", "p50") < 80,
    }),
    ("S0", "published", ["s0.heartbeat-off"], False, {
        "the balancer's 300 s are named": lambda r: r.cut_near(300),
    }),
    ("S0", "published", ["s0.heartbeat-slow"], False, {
        "the gap is 290 s": lambda r: 270 < r.seconds("heartbeat_gap", "p50") < 310,
        "and a breach": lambda r: r.breached("heartbeat_gap"),
    }),
    ("S0", "published", ["s0.memory-cliff"], False, {
        "the crowd ends all streams": lambda r: r.ended_otherwise() >= 24,
        "and keeps them from coming back": lambda r: r.failed_to_open() > 0 and r.breached("open_failure_ratio"),
        "streams cost more where many are": lambda r: r.connect("headers", "max") > r.connect("headers", "min") + 0.05,
    }),
    ("S0", "published", [], True, {
        "a deploy cuts every stream": lambda r: r.ended_otherwise() >= 24,
        "and nobody is refused": lambda r: r.failed_to_open() == 0,
        "they come back": lambda r: r.counters["reconnects_ok"] >= 48,
    }),
    ("S0", "published", ["s0.no-drain"], True, {
        "a deploy cuts every stream": lambda r: r.ended_otherwise() >= 24,
        "and streams are refused meanwhile": lambda r: r.failed_to_open("http_502", "http_503", "http_504") > 0,
    }),
    ("S1", "sticky", [], False, {
        "all thresholds hold": lambda r: r.right(),
        "no stream is lost": lambda r: r.ended_otherwise() == 0,
        "pings come every 15 s": lambda r: 14.5 < r.seconds("heartbeat_gap", "p50") < 17,
        "every call is answered": lambda r: r.call("ok") >= 150,
    }),
    ("S1", "published", [], False, {
        "two thirds of all sessions fail": lambda r: r.failed_to_open() >= r.counters["sessions_opened"],
        "that is a breach": lambda r: r.breached("open_failure_ratio"),
        "messages miss their replica": lambda r: r.failed_to_open("http_404", "handshake") > 0,
    }),
    ("S1", "sticky", ["s1.read-timeout-short"], False, {
        "an idle cut after 10 s is named": lambda r: r.cut_near(10),
    }),
    ("S1", "sticky", ["s1.ping-off"], False, {
        "silent streams are given up": lambda r: r.ended("half_open") > 0,
    }),
    ("S1", "sticky", ["s1.docs-stall"], False, {
        "calls take the 30 s": lambda r: 29 < r.call_seconds("p50") < 45,
        "which is no breach of anything else": lambda r: r.call("ok") > 0 and r.ended_otherwise() == 0,
    }),
    ("S1", "sticky", [], True, {
        "without chunks an end tells nothing": lambda r: r.ended("close_delimited_eof") >= 50,
        "sessions begin anew": lambda r: r.counters["sessions_opened"] >= 110,
    }),
    ("S1", "single", [], True, {
        "a stop in good order ends streams cleanly": lambda r: r.ended("clean_end") >= 50,
    }),
    ("S1", "single", ["s1.killed-on-deploy"], True, {
        "a kill leaves them without terminator": lambda r: r.ended("fin_no_terminator", "rst") >= 50,
        "and no clean end": lambda r: r.ended("clean_end") == 0,
    }),
    ("S2", "fixed", [], False, {
        "all thresholds hold": lambda r: r.right(),
        "every call is answered": lambda r: r.all_ok("tools", "callers") and r.all_ok("execute", "callers"),
    }),
    ("S2", "fixed", ["s2.throttled"], False, {
        "the stage's throttle is counted by its status": lambda r: r.call("http_429") > 0,
    }),
    ("S2", "fixed", ["s2.cold-starts"], False, {
        "a cold start of 4 s stands out": lambda r: r.slowest_call() >= 4,
        "beside a median of far less": lambda r: r.call_seconds("p50") < 2,
    }),
    ("S3", "fixed", [], False, {
        "all thresholds hold": lambda r: r.right(),
        "unpaid calls are asked to pay, as expected": lambda r: r.all_ok("download unpaid", "backend"),
        "the function answers every call": lambda r: r.all_ok("tools/list", "function"),
    }),
    ("S3", "fixed", ["s3.second-request-500"], False, {
        "nearly every call fails": lambda r: r.failed("tools/list", "function") > 50,
        "while health is green": lambda r: r.all_ok("function health", "function"),
        "which is a breach": lambda r: r.exit == 1,
    }),
    ("S4", "fixed", [], False, {
        "all thresholds hold": lambda r: r.right(),
        "both backends hold their streams": lambda r: r.all_ok("current_time_by_timezone", "currenttime"),
    }),
    ("S4", "fixed", ["s4.prefix-lost"], False, {
        "no stream of currenttime opens": lambda r: r.sessions("currenttime") == 0,
        "the other backend goes on": lambda r: r.sessions("mcpgw") > 0,
    }),
    ("S4", "fixed", ["s4.tokens-expire"], False, {
        "streams outlive their tokens": lambda r: r.ended_otherwise() == 0,
        "and calls go on with new ones": lambda r: r.failed("healthcheck", "mcpgw") <= 14 and r.call("ok") >= 126,
    }),
]


@contextmanager
def started(arguments, system, variant, faults, log):
    """Yields the process of an emulated system, and the environment that its scenario asks for."""
    command = [arguments.fixture, "--system", system, "--variant", variant, "--scale", SCALE]
    for fault in faults:
        command += ["--fault", fault]
    with running(command, stdout=subprocess.PIPE, stderr=log) as process:
        variables = {}
        for line in process.stdout:
            if line.startswith("export "):
                name, value = line.removeprefix("export ").strip().split("=", 1)
                variables[name] = value
            elif line.startswith("# ready"):
                break
        else:
            raise Problem(f"{' '.join(map(str, command))} ended before it was ready")
        yield process, variables


def run(arguments, system, variables, log):
    scenario = ROOT / f"loadgen/scenario/systems/{system.lower()}-soak.yaml"
    command = [arguments.loadgen, "run", "--env", "local", "--scale", SCALE, "--json", scenario]
    return report_of(command, RUN_TIMEOUT_S, log, env={**os.environ, **variables})


def judge(arguments, case):
    system, variant, faults, deploys, wanted = case
    name = ".".join([system, variant, *faults, *(["deploy"] if deploys else [])])
    with open(arguments.logs / f"soak.{name}.log", "w") as log:
        try:
            with started(arguments, system, variant, faults, log) as (process, variables):
                timer = threading.Timer(DEPLOY_AFTER_S, process.send_signal, [signal.SIGHUP])
                if deploys:
                    timer.start()
                report = run(arguments, system, variables, log)
                timer.cancel()
        except Problem as problem:
            return name, [str(problem)]
    (arguments.logs / f"soak.{name}.json").write_text(json.dumps(report, indent=1))
    return name, [what for what, holds in wanted.items() if not holds(Report(report))]


def main():
    parser = parser_of(__doc__, "loadgen", "fixture", logs="build/soaks")
    parser.add_argument("systems", nargs="*", help="all by default")
    arguments = parsed(parser)
    cases = [case for case in CASES if not arguments.systems or case[0] in arguments.systems]
    good = True
    with ThreadPoolExecutor(max_workers=min(AT_ONCE.get(case[0], 4) for case in cases)) as pool:
        for name, problems in pool.map(lambda case: judge(arguments, case), cases):
            print(f"{name}: {'as it must be' if not problems else ''}")
            for problem in problems:
                print(f"  not so: {problem}")
            good = good and not problems
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
