#!/usr/bin/env python3
"""The files of ci/fleet/slurm on a real Slurm: four nodes within this machine, each in a network of its own with an
address of its own; an array of shards, and the job that merges what they left, also after one was killed and one never
ran; and nights of ci/soak, one of which is ended.

  ci/tests/slurm.py [--loadgen BINARY] [--fixture BINARY] [--report BINARY] [--logs FOLDER]
                    [--streams N] [--hold SECONDS] [--processes N] [--rate N]

Needs root and the packages of ci/packages-fleet.txt. All of it ends with the test, and so do its networks.
"""

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter

from lib.process import CI, Problem, expect, expect_in, first_line, parsed, parser_of, reported, running, wait_for
from lib.slurm import CONTROLLER, FIRST_NODE, NETWORK, in_namespaces, slurm_cluster

SUBMIT = CI / "fleet/slurm/submit"
NODES = 4
START_S = 10  # Until then every shard is there; jobs begin within a second here.
SLACK_S = 120
SCENARIO = """
target: {{name: fleet, url: "{url}/events"}}
populations: {{stream: plain}}
phases: [{{ramp: {{to: {streams}, over: {over}s}}}}, {{hold: {hold}s}}]
thresholds: [stream_drop_ratio < 1%]
lag_bound: 1m
"""


class Fleet:
    def __init__(self, arguments, folder, stack):
        self.arguments, self.folder = arguments, folder
        self.streams = arguments.streams
        self.over = max(1, self.streams // 2000)
        self.out, self.nights = folder / "out", folder / "nights"
        self.cluster = stack.enter_context(slurm_cluster(folder, NODES, arguments.loadgen.parent))
        log = stack.enter_context(open(folder / "fixture.log", "w+"))
        command = [arguments.fixture, "streams", "--listen", f"{CONTROLLER}:0", "--rate", arguments.rate]
        command += ["--processes", arguments.processes]
        fixture = stack.enter_context(running(command, stdout=subprocess.PIPE, stderr=log))
        self.url = re.search(r"http://\S+", first_line(fixture, "weir-fixture", log))[0].rstrip("/")
        self.scenario = folder / "soak.yaml"

    def write_scenario(self, hold_s):
        self.scenario.write_text(SCENARIO.format(url=self.url, streams=self.streams, over=self.over, hold=hold_s))

    def submit(self, run, *words):
        self.write_scenario(self.arguments.hold)
        begin = [SUBMIT, self.scenario, "--shards", NODES, "--out", self.out, "--run", run, "--start-in", START_S]
        return self.cluster.submit(*begin, *words)

    def held(self):
        """Connections to the endpoint, by the address that they come from."""
        port = self.url.rpartition(":")[2]
        told = self.cluster.run("ss", "-Htn", "state", "established", f"sport = :{port}")
        return Counter(re.findall(rf"({re.escape(NETWORK)}[.]\d+):\d+\s*$", told, re.M))

    def wait_until_held(self):
        each = {f"{NETWORK}.{FIRST_NODE + one}": self.streams // NODES for one in range(NODES)}
        within_s = START_S + self.over + SLACK_S
        wait_for("every shard holds its streams, from its own address", lambda: self.held() == each, timeout_s=within_s)

    def merged(self, run, jobs):
        """How the job that merges ended, and its report."""
        state, code = self.cluster.wait(jobs["merge"], START_S + self.over + self.arguments.hold + SLACK_S)
        report = json.loads((self.out / f"{run}.json").read_text())
        expect(f"the exit code of a merge that is {state}", code, report["exit_code"])
        return report

    def counters(self, journal):
        """Of one shard alone, or of the whole run."""
        render = [self.arguments.report, "render", journal, "--format", "json"]
        told = subprocess.run([str(word) for word in render], capture_output=True, text=True).stdout
        return counters_of(json.loads(told)) if told else Counter()

    def whole(self):
        began = time.monotonic()
        jobs = self.submit("whole")
        self.wait_until_held()
        held_s = time.monotonic() - began
        report = self.merged("whole", jobs)
        expect(f"the verdict: {report['exit_reason']}, {report['invalid']}", report["exit_code"], 0)
        expect("who is here", (report["run_id"], report["shard"]), ("whole", "4 of 4 together"))
        total = counters_of(report)
        expect("streams", total["streams_opened"], self.streams)
        shards = sum((self.counters(self.out / f"whole-{one}.journal") for one in range(1, NODES + 1)), Counter())
        expect("the counters of all shards", +total, +shards)
        expect("a journal of all", +self.counters(self.out / "whole.journal"), +total)
        return f"{self.streams} streams held after {held_s:.0f} s, {total['events']:,} events"

    def one_is_killed(self):
        jobs = self.submit("killed")
        self.wait_until_held()
        # What it did not write down yet is lost with it.
        journal, own = self.out / "killed-2.journal", self.streams // NODES
        wait_for("shard 2 writes it down", lambda: self.counters(journal)["streams_opened"] == own, timeout_s=SLACK_S)
        # As a machine that is gone: scancel would ask it to end first.
        self.cluster.kill("weir-loadgen", {"SLURM_ARRAY_JOB_ID": jobs["shards"], "SLURM_ARRAY_TASK_ID": "2"})
        report = self.merged("killed", jobs)
        expect("the verdict", report["exit_code"], 4)
        expect_in("what the report names", "; ".join(report["invalid"]), "shard 2/4 was killed")
        expect("streams", counters_of(report)["streams_opened"], self.streams)

    def one_never_runs(self):
        self.cluster.run("scontrol", "update", "nodename=n4", "state=drain", "reason=test")
        jobs = self.submit("never")
        pending = f"{jobs['shards']}_4"
        wait_for("three begin", lambda: self.began(jobs["shards"]) == NODES - 1)
        self.cluster.run("scancel", pending)
        report = self.merged("never", jobs)
        expect("the verdict", report["exit_code"], 4)
        expect_in("what the report names", "; ".join(report["invalid"]), "3 of 4 shards are here: 4/4 is missing")
        expect("streams", counters_of(report)["streams_opened"], self.streams * 3 // NODES)
        self.cluster.run("scontrol", "update", "nodename=n4", "state=resume")

    def began(self, array):
        return self.cluster.run("squeue", "--noheader", "--array", "--job", array, "--states=RUNNING").count("\n")

    def soak(self, hold_s):
        """A night of ci/soak: its command, and where nights are."""
        self.write_scenario(hold_s)
        fleet = f"{SUBMIT} --start-in {START_S}"
        command = [CI / "soak", self.scenario, "--store", self.nights, "--shards", NODES, "--fleet", fleet]
        return [str(word) for word in [*command, "--report", self.arguments.report]]

    def a_night_is_stored(self):
        done = subprocess.run(self.soak(self.arguments.hold), env=self.cluster.env, capture_output=True, text=True)
        expect(f"a night: {done.stdout}{done.stderr}", done.returncode, 0)
        (night,) = self.nights.iterdir()
        report = json.loads((night / "run.json").read_text())
        expect("its streams", (counters_of(report)["streams_opened"], report["exit_code"]), (self.streams, 0))

    def a_night_is_ended(self):
        """By whoever began it: no shard goes on, and what they saw is kept."""
        begun = set(self.nights.iterdir())
        with running(self.soak(3600), env=self.cluster.env, stdout=subprocess.DEVNULL) as soak:
            self.wait_until_held()
            soak.send_signal(signal.SIGTERM)
            expect("a night that is ended", soak.wait(SLACK_S), 130)
        expect("jobs that go on", self.cluster.run("squeue", "--noheader"), "")
        (night,) = set(self.nights.iterdir()) - begun
        report = json.loads((night / "run.json").read_text())
        opened = counters_of(report)["streams_opened"]
        expect("what is kept of it", (opened, report["shard"]), (self.streams, "4 of 4 together"))

    def a_wait_ends_with_the_verdict(self):
        """As a pipeline asks: one command, and its exit code."""
        self.scenario.write_text("target: nonsense\n")
        command = [SUBMIT, self.scenario, "--shards", NODES, "--out", self.out, "--run", "wrong", "--start-in", 1]
        command.append("--wait")
        done = subprocess.run([str(word) for word in command], env=self.cluster.env, capture_output=True, text=True)
        expect(f"a scenario that is none: {done.stderr}", done.returncode, 2)
        expect_in("its log", (self.out / "wrong-1.log").read_text(), "weir-loadgen: ")


def counters_of(report):
    total = Counter()
    for population in report["total"]["populations"]:
        total.update(population["counters"])
    return total


def check(arguments, folder, stack):
    fleet = Fleet(arguments, folder, stack)
    said = fleet.whole()
    fleet.one_is_killed()
    fleet.one_never_runs()
    fleet.a_night_is_stored()
    fleet.a_night_is_ended()
    fleet.a_wait_ends_with_the_verdict()
    return f"four nodes: {said}; a lost shard is named, and so is one that never ran"


def main():
    parser = parser_of(__doc__, "loadgen", "fixture", "report")
    parser.add_argument("--streams", type=int, default=400, metavar="N", help="a number that four divides")
    parser.add_argument("--hold", type=int, default=3, metavar="SECONDS")
    parser.add_argument("--processes", type=int, default=2, metavar="N", help="of the fixture")
    parser.add_argument("--rate", type=float, default=5, metavar="N", help="events per second and stream")
    arguments = parsed(parser)
    try:
        in_namespaces()
    except Problem as problem:
        print(f"slurm: {problem}", file=sys.stderr)
        return 1
    return reported("slurm", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
