#!/usr/bin/env python3
"""Walks the path of reports/exploring.md on a real regression: what stands there is asked here, and must answer.

  ci/tests/exploring.py [--loadgen BINARY] [--fixture BINARY] [--report BINARY] [--keep FOLDER]

A soak through a real nginx in front of two replicas, scaled to half a minute, and eight nights of the same load, four
on each side of a deploy that goes wrong in three ways: nginx gives up silent upstreams sooner, heartbeats stop, and one
replica answers late. The expressions of the page are put to a real Prometheus that scraped the soak, its commands to
the journals of the nights. --keep leaves the report and pictures of the dashboard there.
"""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from lib.edges import Times, edge, nginx
from lib.preview import serve_preview
from lib.process import CI, ROOT, Problem, expect, expect_in, free_port, parsed, parser_of, reported, running, wait_for
from lib.prometheus import ask, query, start_prometheus

PAGE = ROOT / "reports/exploring.md"
RUN_TIMEOUT_S = 60
NIGHTS = 4  # On each side: fewer say nothing of a level.
SETTLED_S = 6  # After the deploy, until rates are of what came after it alone.
WINDOW = "5s"  # In place of the page's minute.
BEFORE, AFTER = Times(silence_s=60, keep_alive_s=60), Times(silence_s=2, keep_alive_s=60)
SLOW_MS = 300
SCENARIO = """
name: checkout
target: {{name: checkout, url: "{edge}/events"}}
populations:
  - {{name: edge, stream: plain, idle_cut_after: 1s, reconnect: {{base: 100ms, cap: 300ms}}}}
  - name: replica-1
    url: "{first}/mcp"
    reconnect: {{base: 100ms, cap: 300ms}}
    calls: [{{tool: echo, arguments: {{message: hello}}, rate: 20/s}}]
  - name: replica-2
    url: "{second}/mcp"
    reconnect: {{base: 100ms, cap: 300ms}}
    calls: [{{tool: echo, arguments: {{message: hello}}, rate: 20/s}}]
phases:
  - ramp: {{to: 30, over: 1s}}
  - hold: {hold}
thresholds: [open_failure_ratio < 100%]
lag_bound: 1m
workers: 1
"""


def blocks_of(page, language):
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)]


class Deployment:
    """Two replicas and the nginx before them, at addresses that stay."""

    def __init__(self, fixture, stack, folder):
        self.fixture, self.stack = fixture, stack
        self.ports = [free_port(), free_port()]
        self.replicas = []
        self.log = stack.enter_context(open(folder / "edge.log", "w+"))
        self.start_replicas(["--heartbeat", "400"], [])
        self.edge = stack.enter_context(edge(nginx(self.http(BEFORE)), self.log))

    def http(self, times):
        servers = "".join(f"server 127.0.0.1:{port} max_fails=0; " for port in self.ports)
        return f"""
    upstream replicas {{ {servers}}}
    server {{
        listen 127.0.0.1:{{port}};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_read_timeout {times.silence_s}s;
        }}
    }}"""

    def start_replicas(self, options, of_second):
        for port, more in zip(self.ports, ([], of_second)):
            command = [self.fixture, "streams", "--listen", f"127.0.0.1:{port}", *options, *more]
            replica = self.stack.enter_context(running(command, stdout=subprocess.PIPE))
            if not replica.stdout.readline():
                raise Problem(f"a replica did not start at port {port}")
            self.replicas.append(replica)

    def deploy(self):
        """The time at which it was done."""
        nginx(self.http(AFTER))(self.edge.folder, self.edge.port)
        self.edge.process.send_signal(signal.SIGHUP)
        for replica in self.replicas:
            replica.terminate()
            replica.wait(RUN_TIMEOUT_S)
        self.start_replicas([], ["--fault", f"answer-slow={SLOW_MS}"])
        return time.time()

    def scenario(self, hold):
        first, second = (f"http://127.0.0.1:{port}" for port in self.ports)
        return SCENARIO.format(edge=f"http://127.0.0.1:{self.edge.port}", first=first, second=second, hold=hold)


def play_nights(loadgen, folder, numbers):
    """Beside each other, each a second after the one before, by which they are told apart."""
    nights = []
    for number in numbers:
        command = [loadgen, "run", folder / "night.yaml", "--journal", folder / f"nights/{number}.journal", "--quiet"]
        command += ["--report", f"json={folder}/reports/{number}.json"]
        words = [str(word) for word in command]
        nights.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(1.1)
    for number, night in zip(numbers, nights):
        expect(f"night {number} ended with", night.wait(RUN_TIMEOUT_S), 0)


class Asked:
    """The expressions of the page, in their order, on either side of the deploy."""

    def __init__(self, prometheus, page, deployed):
        self.prometheus, self.deployed = prometheus, deployed
        self.expressions = iter(blocks_of(page, "promql"))

    def at(self, expression, moment):
        filled = quote(expression.replace("[1m]", f"[{WINDOW}]"))
        found = ask(self.prometheus, f"query?query={filled}&time={moment}")["result"]
        key = {"__name__"}
        return {
            ",".join(value for name, value in sorted(one["metric"].items()) if name not in key): float(one["value"][1])
            for one in found
        }

    def next(self):
        """What the next one says before the deploy, and once all that it looks back at is after it."""
        expression = next(self.expressions)
        return self.at(expression, self.deployed - 1), self.at(expression, self.deployed + SETTLED_S + 1)

    def onset(self, expression, step=0.5):
        """Seconds from the deploy to the first moment at which it is not 0."""
        span = f"&start={self.deployed - 5}&end={self.deployed + SETTLED_S}&step={step}"
        filled = quote(expression.replace("[1m]", f"[{WINDOW}]"))
        [series] = ask(self.prometheus, f"query_range?query={filled}{span}")["result"]
        return next((at - self.deployed for at, value in series["values"] if float(value) > 0), None)


def explore(asked):
    expressions = blocks_of(PAGE.read_text(), "promql")
    before, after = asked.next()
    expect("streams drop before the deploy", before, {"checkout": 0})
    onset = asked.onset(expressions[0])
    if not after["checkout"] > 0 or onset is None or not -1 <= onset <= 3:
        raise Problem(f"drops are {after} after the deploy, and began {onset} s after it")
    expect("the phase", [list(phase) for phase in asked.next()], [["hold"], ["hold"]])
    _, after = asked.next()
    if max(after, key=after.get) != "idle_cut":
        raise Problem(f"most streams end by {after}")
    _, after = asked.next()
    if not 1 < after[""] <= 5:
        raise Problem(f"they end after {after} s of silence")
    _, after = asked.next()
    if not after["edge"] > 0 or after["replica-1"] or after["replica-2"]:
        raise Problem(f"streams are cut, by population: {after}")
    before, after = asked.next()
    if not all(before.values()) or any(after.values()) or len(after) != 3:
        raise Problem(f"heartbeats a second, by population: {before}, then {after}")
    before, after = asked.next()
    slower = {name: after[name] - before[name] for name in ("replica-1", "replica-2")}
    if not slower["replica-2"] > SLOW_MS / 2000 > slower["replica-1"]:
        raise Problem(f"calls take by so much longer: {slower}")
    if left := list(asked.expressions):
        raise Problem(f"nobody looks at what these expressions say: {left}")


def say(report, command, folder):
    words = shlex.split(command)
    done = subprocess.run([str(report), *words[1:]], cwd=folder, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
    return done.returncode, done.stdout + done.stderr


def compare(report, page, folder):
    first, second = blocks_of(page, "sh")
    code, said = say(report, first, folder)
    expect(f"{first} says {said}", code, 1)
    expect_in(first, said, "idle_cuts_per_1000_stream_hours", "heartbeats_per_stream_hour", "call_latency", "replica-2")
    code, said = say(report, second, folder)
    expect(f"{second} says {said}", code, 1)
    expect_in(second, said, "idle_cuts_per_1000_stream_hours", "heartbeats_per_stream_hour")
    of_reports = second.replace("nights", "reports")
    code, same = say(report, of_reports, folder)
    expect(f"{of_reports} says {same}", code, 1)
    expect_in(of_reports, same, "idle_cuts_per_1000_stream_hours", "heartbeats_per_stream_hour")
    return said


def check_titles(page):
    """Panels that the page names are there."""
    board = json.loads((ROOT / "reports/grafana/dashboards/now.json").read_text())
    titles = {panel["title"] for panel in board["panels"]} | {"Now"}
    named = {" ".join(title.split()) for title in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", page)}
    if unknown := named - titles or not named:
        raise Problem(f"{PAGE.name} names panels that are not there: {unknown}")


def check(arguments, folder, stack):
    check_titles(PAGE.read_text())
    deployment = Deployment(arguments.fixture, stack, folder)
    (folder / "nights").mkdir()
    (folder / "reports").mkdir()
    (folder / "night.yaml").write_text(deployment.scenario("6s"))
    (folder / "soak.yaml").write_text(deployment.scenario("1h"))
    log = folder / "soak.log"
    stop, journal = folder / "stop", folder / "soak.journal"
    command = [arguments.loadgen, "run", folder / "soak.yaml", "--metrics", "0", "--stop-file", stop]
    command += ["--journal", journal, "--metrics-linger", "10m"]
    with open(log, "w") as out:
        soak = stack.enter_context(running(command, stdout=subprocess.DEVNULL, stderr=out))
    metrics = wait_for("metrics", lambda: re.search(r"metrics: http://(\S+)/metrics", log.read_text()), soak)[1]
    prometheus = start_prometheus(stack, folder, [metrics])
    wait_for("streams", lambda: query(prometheus, "sum(weir_soak_streams_open)") == [30], soak, RUN_TIMEOUT_S)
    play_nights(arguments.loadgen, folder, range(1, NIGHTS + 1))
    deployed = deployment.deploy()
    play_nights(arguments.loadgen, folder, range(NIGHTS + 1, 2 * NIGHTS + 1))
    seen = f"vector(time()) > {deployed + SETTLED_S + 2}"
    wait_for("what comes after the deploy", lambda: query(prometheus, seen), soak, RUN_TIMEOUT_S)
    page = PAGE.read_text()
    explore(Asked(prometheus, page, deployed))
    stop.touch()
    wait_for("the end of the soak", lambda: query(prometheus, "weir_soak_run_exit_code"), soak, RUN_TIMEOUT_S)
    said = compare(arguments.report, page, folder)
    if arguments.keep:
        keep(arguments, folder, stack, prometheus, deployed, said)
    return f"{len(blocks_of(page, 'promql'))} expressions and {len(blocks_of(page, 'sh'))} commands told what changed"


def keep(arguments, folder, stack, prometheus, deployed, said):
    """For the pictures of the page."""
    arguments.keep.mkdir(parents=True, exist_ok=True)
    render = [arguments.report, "render", folder / "soak.journal", "--format", "html"]
    subprocess.run([str(word) for word in [*render, "--output", arguments.keep / "soak.html"]], check=True)
    (arguments.keep / "trend.txt").write_text(said)
    code, compared = say(arguments.report, blocks_of(PAGE.read_text(), "sh")[0], folder)
    (arguments.keep / "compare.txt").write_text(compared)
    span = f"from={deployed - 14:.0f}&to={deployed + 14:.0f}&rate=4"
    script = ["node", CI / "tests/preview_pages.mjs", arguments.keep, serve_preview(stack, prometheus), span, "now"]
    subprocess.run([str(word) for word in script], stdout=subprocess.DEVNULL, check=True, timeout=RUN_TIMEOUT_S)


def main():
    parser = parser_of(__doc__, "loadgen", "fixture", "report")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    arguments = parsed(parser)
    return reported("exploring", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
