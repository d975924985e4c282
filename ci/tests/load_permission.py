#!/usr/bin/env python3
"""Lets weir-loadgen refuse, allow, hold back and stop a load, as who answers for the target said.

  ci/tests/load_permission.py [--loadgen BINARY] [--fixture BINARY]

Hosts of others are addresses of TEST-NET, which are refused before anybody is connected to; the name that is allowed
leads to loopback.
"""

import json
import subprocess
import sys
import time
import urllib.request

from lib.process import Problem, expect, expect_in, parsed, parser_of, reported, running, wait_for

TIMEOUT_S = 60
NAME = "mcp.example.com"
ELSEWHERE = "192.0.2.1"
INCONCLUSIVE = 4
SECONDS_BYTES = 500  # What a journal grows by in a few seconds.


def ended(command, code, what):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT_S,
                          check=False)
    if done.returncode != code:
        said = (done.stdout + done.stderr)[-2000:]
        raise Problem(f"{what}: exit code {done.returncode}, expected {code}:\n{said}")
    return done


def is_refused(command, what, *parts):
    done = ended(command, 2, what)
    expect(f"{what}: lines", len(done.stderr.splitlines()), 1)
    expect_in(what, done.stderr, *parts)


def origin_of(stack, arguments, *options):
    fixture = stack.enter_context(running([arguments.fixture, *options], stdout=subprocess.PIPE))
    line = fixture.stdout.readline().split()
    if not line:
        raise Problem(f"the fixture did not start: {options}")
    return line[0]


def check_hosts(arguments, folder, port):
    hold = [arguments.loadgen, "hold", "--era", "none", "--for", "1s", "--quiet"]
    url = f"http://{NAME}:{port}/events"
    here, there = f"{NAME}:{port}:127.0.0.1", f"{NAME}:{port}:127.0.0.1,{ELSEWHERE}"
    flag = ["--i-may-load", NAME]
    is_refused([*hold, f"http://{ELSEWHERE}/events"], "an address", f"{ELSEWHERE} is {ELSEWHERE}:80",
               f"--i-may-load {ELSEWHERE}")
    is_refused([*hold, url, "--resolve", there], "one address of two", f"{NAME} is {ELSEWHERE}:{port}",
               f"--i-may-load {NAME}")
    is_refused([*hold, url, "--resolve", there, "--i-may-load", "example.com"], "a flag for another host", NAME)
    is_refused([*hold, url, "--resolve", here, "--i-may-load", url], "a flag that is a URL", "is no host")
    is_refused([*hold, url, "--resolve", there, "--dry-run"], "a dry run", "--i-may-load")
    ended([*hold, url, "--resolve", here], 0, "a name on loopback")
    plan = ended([*hold, url, "--resolve", there, *flag, "--dry-run"], 0, "a dry run with the flag").stdout
    expect_in("a dry run with the flag", plan, f"# load allowed: {NAME} ({ELSEWHERE}:{port}) by --i-may-load\n")
    plan = ended([*hold, url, "--resolve", here, "--dry-run"], 0, "a dry run on loopback").stdout
    expect_in("a dry run on loopback", plan, f"# load allowed: {NAME} is on loopback or a private network\n")
    probe = [arguments.loadgen, "probe-idle", f"http://{ELSEWHERE}/events", "--quiet"]
    is_refused([*probe, "--streams", "200"], "a probe with many streams", f"--i-may-load {ELSEWHERE}")

    other = folder / "other.yaml"
    other.write_text(f"target: {url}\npopulations: [{{name: a, stream: plain}}, {{name: b, stream: plain, "
                     f'url: "http://{ELSEWHERE}/"}}]\nphases: [{{ramp: {{to: 2, over: 1s}}}}]\nresolve: ["{here}"]\n')
    is_refused([arguments.loadgen, "run", other], "a second host of a scenario", f"{ELSEWHERE} is {ELSEWHERE}:80")


def check_ceiling(arguments, folder, port):
    profile = folder / "profile.yaml"
    profile.write_text(f"url: http://{NAME}:{port}/events\nload_allowed: "
                       f"{{hosts: [{NAME}], streams: 10, opens: 20, calls: 5}}\n")
    hold = [arguments.loadgen, "hold", "--profile", profile, "--for", "1s", "--quiet", "--dry-run", "--resolve",
            f"{NAME}:{port}:{ELSEWHERE}"]
    plan = ended([*hold, "--streams", "10"], 0, "at the ceiling").stdout
    expect_in("at the ceiling", plan, f"# load allowed: {NAME} ({ELSEWHERE}:{port}) by the profile's load_allowed\n")
    is_refused([*hold, "--streams", "11"], "streams", "11 streams", "load_allowed.streams is 10")
    is_refused([*hold, "--streams", "10", "--over", "250ms"], "opens", "40 opens a second", "load_allowed.opens is 20")
    is_refused([*hold, "--call", "echo=6/s"], "calls", "6 calls a second", "load_allowed.calls is 5")
    resolved = folder / "resolved.yaml"
    resolved.write_text(plan)
    again = ended([arguments.loadgen, "run", "--dry-run", resolved], 0, "the plan of a dry run, run again").stdout
    expect("the plan of a dry run, run again", again.partition("\ntarget:")[2], plan.partition("\ntarget:")[2])


def check_refusals(arguments, stack):
    """Three streams that are told to come back in 30 s ask once each."""
    origin = origin_of(stack, arguments, "--fault", "http.429")
    command = [arguments.loadgen, "hold", f"{origin}/mcp", "--era", "streamable", "--streams", "3", "--over", "100ms",
               "--for", "3s", "--json", "--quiet"]
    report = json.loads(ended(command, 3, "an endpoint that answers 429").stdout)
    (streams,) = report["total"]["populations"]
    counted = [streams["open_failures"]["http_429"], streams["counters"]["retry_after_honoured"]]
    expect("attempts that were answered 429, and waits that were honoured", counted, [3, 3])


def open_streams(origin):
    with urllib.request.urlopen(f"{origin}/stats", timeout=TIMEOUT_S) as answer:
        return json.load(answer)["streams_open"]


def check_stop_file(arguments, folder, origin):
    stop, reports = folder / "stop", [folder / "1.json", folder / "2.json"]
    hold = [arguments.loadgen, "hold", f"{origin}/events", "--era", "none", "--streams", "4", "--over", "100ms",
            "--for", "1h", "--stop-file", stop, "--quiet"]
    shards = ["--start-at", str(int(time.time()) + 3), "--run-id", "one"]
    journals = [folder / "1.journal", folder / "2.journal"]
    commands = [[*hold, "--shard", f"{i + 1}/2", *shards, "--report", f"json={reports[i]}", "--journal", journals[i]]
                for i in range(2)]
    with running(commands[0]) as one, running(commands[1]) as two:
        wait_for("streams of both shards", lambda: open_streams(origin) == 4, one, TIMEOUT_S)
        for journal, process in zip(journals, [one, two]):
            known = journal.stat().st_size + SECONDS_BYTES
            wait_for("seconds with them", lambda: journal.stat().st_size > known, process, TIMEOUT_S)
        stop.touch()
        codes = [process.wait(TIMEOUT_S) for process in [one, two]]
    # A busy machine makes a run inconclusive: it was ended by the file all the same.
    expect("shards that were stopped by a file", set(codes) <= {0, INCONCLUSIVE}, True)
    for report in reports:
        expect_in("a report", report.read_text(), "the stop file appeared: the run ends early")
    is_refused(hold, "a stop file of the last time", f"--stop-file {stop}", "remove it")


def check(arguments, folder, stack):
    origin = origin_of(stack, arguments, "streams", "--rate", "5")
    port = origin.rpartition(":")[2]
    check_hosts(arguments, folder, port)
    check_ceiling(arguments, folder, port)
    check_refusals(arguments, stack)
    check_stop_file(arguments, folder, origin)
    return "refused, allowed, held back and stopped"


def main():
    arguments = parsed(parser_of(__doc__, "loadgen", "fixture"))
    return reported("load_permission", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
