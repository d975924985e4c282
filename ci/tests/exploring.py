#!/usr/bin/env python3
"""Walks the path of reports/exploring.md on a real regression: what stands there is asked here, and must answer.

  ci/tests/exploring.py [--minutes N] [--loadgen BINARY] [--fixture BINARY] [--report BINARY] [--keep FOLDER]

A soak through a real nginx and a real HAProxy in front of two replicas, and eight nights of the same load, four on each
side of a deploy that goes wrong in three ways: nginx gives up silent upstreams sooner, heartbeats stop, and one replica
answers late. The expressions of the page are put to a real Prometheus that scraped the soak, its commands to the
journals of the nights. It takes half a minute, and the replica is 300 ms late; with --minutes 20, ten before the deploy
and ten after it, and the replica is a tenth slower than it was. --keep leaves the report and pictures of the dashboard
there.
"""

import json
import re
import shlex
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from lib.edges import Times, edge, haproxy_before, nginx_before
from lib.preview import serve_preview
from lib.process import CI, ROOT, Problem, expect, expect_in, free_port, parsed, parser_of, reported, running, wait_for
from lib.prometheus import ask, query, start_prometheus

PAGE = ROOT / "reports/exploring.md"
NIGHTS = 4  # On each side: fewer say nothing of a level.
BEFORE, AFTER = Times(silence_s=3600, keep_alive_s=60), Times(silence_s=2, keep_alive_s=60)
SCENARIO = """
name: checkout
target: {{name: checkout, url: "{nginx}/events"}}
populations:
  - {{name: nginx, stream: plain, idle_cut_after: 1s, reconnect: {{base: 100ms, cap: 300ms}}}}
  - name: haproxy
    url: "{haproxy}/events"
    stream: plain
    idle_cut_after: 1s
    reconnect: {{base: 100ms, cap: 300ms}}
  - name: replica-1
    url: "{first}/mcp"
    reconnect: {{base: 100ms, cap: 300ms}}
    calls: [{{tool: echo, arguments: {{message: hello}}, rate: 20/s}}]
  - name: replica-2
    url: "{second}/mcp"
    reconnect: {{base: 100ms, cap: 300ms}}
    calls: [{{tool: echo, arguments: {{message: hello}}, rate: 20/s}}]
phases:
  - ramp: {{to: {streams}, over: 1s}}
  - hold: {hold}
thresholds: [open_failure_ratio < 100%]
lag_bound: 1m
workers: 1
"""


@dataclass(frozen=True)
class Scale:
    half_s: int  # Of the soak, on either side of the deploy, at least.
    night_s: int
    window_s: int  # In place of the page's minute.
    answer_ms: int
    slow_ms: int  # The answers of one replica after the deploy.

    @property
    def settled_s(self):
        """After the deploy, until rates are of what came after it alone."""
        return self.window_s + 1

    @property
    def timeout_s(self):
        return 60 + self.half_s + self.night_s


STREAMS = 40
SHORT = Scale(half_s=0, night_s=6, window_s=5, answer_ms=0, slow_ms=300)


def scale_of(minutes):
    return Scale(half_s=minutes * 30, night_s=60, window_s=60, answer_ms=100, slow_ms=110) if minutes else SHORT


def blocks_of(page, language):
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", page, re.M | re.S)]


class Deployment:
    """Two replicas, and an nginx and a HAProxy before the first of them, at addresses that stay."""

    def __init__(self, arguments, stack, folder):
        self.fixture, self.stack, self.scale = arguments.fixture, stack, scale_of(arguments.minutes)
        self.ports = [free_port(), free_port()]
        self.replicas = []
        log = stack.enter_context(open(folder / "edge.log", "w+"))
        self.start_replicas(["--heartbeat", "400"], self.scale.answer_ms)
        self.nginx = stack.enter_context(edge(nginx_before(self.ports[0], BEFORE), log))
        self.haproxy = stack.enter_context(edge(haproxy_before(self.ports[0], BEFORE), log))

    def start_replicas(self, options, second_ms):
        for port, late_ms in zip(self.ports, (self.scale.answer_ms, second_ms)):
            late = ["--fault", f"answer-slow={late_ms}"] if late_ms else []
            command = [self.fixture, "streams", "--listen", f"127.0.0.1:{port}", *options, *late]
            replica = self.stack.enter_context(running(command, stdout=subprocess.PIPE))
            if not replica.stdout.readline():
                raise Problem(f"a replica did not start at port {port}")
            self.replicas.append(replica)

    def deploy(self):
        """The time at which it was done."""
        nginx_before(self.ports[0], AFTER)(self.nginx.folder, self.nginx.port)
        self.nginx.process.send_signal(signal.SIGHUP)
        for replica in self.replicas:
            replica.terminate()
            replica.wait(self.scale.timeout_s)
        self.start_replicas([], self.scale.slow_ms)
        return time.time()

    def scenario(self, hold):
        first, second, *edges = (
            f"http://127.0.0.1:{port}" for port in (*self.ports, self.nginx.port, self.haproxy.port)
        )
        return SCENARIO.format(nginx=edges[0], haproxy=edges[1], first=first, second=second, streams=STREAMS, hold=hold)


def play_nights(loadgen, folder, numbers, timeout_s):
    """Beside each other, each a second after the one before, by which they are told apart."""
    nights = []
    for number in numbers:
        command = [loadgen, "run", folder / "night.yaml", "--journal", folder / f"nights/{number}.journal", "--quiet"]
        command += ["--report", f"json={folder}/reports/{number}.json"]
        words = [str(word) for word in command]
        nights.append(subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(1.1)
    for number, night in zip(numbers, nights):
        expect(f"night {number} ended with", night.wait(timeout_s), 0)


class Asked:
    """The expressions of the page, in their order, on either side of the deploy."""

    def __init__(self, prometheus, page, deployed, scale):
        self.prometheus, self.deployed, self.scale = prometheus, deployed, scale
        self.expressions = iter(blocks_of(page, "promql"))
        self.before = self.scraped(deployed - scale.window_s, deployed - 1)[-1]
        self.after = self.scraped(deployed + scale.settled_s + 1, time.time())[0]

    def scraped(self, start, end):
        """Moments at which Prometheus has a sample: on a busy machine a scrape may fail."""
        found = ask(self.prometheus, f"query_range?query=up==1&start={start}&end={end}&step=0.5")["result"]
        return [float(moment) for moment, _ in found[0]["values"]] if found else [start]

    def at(self, expression, moment):
        filled = quote(expression.replace("[1m]", f"[{self.scale.window_s}s]"))
        found = ask(self.prometheus, f"query?query={filled}&time={moment}")["result"]
        key = {"__name__"}
        return {
            ",".join(value for name, value in sorted(one["metric"].items()) if name not in key): float(one["value"][1])
            for one in found
        }

    def next(self):
        """What the next one says before the deploy, and once all that it looks back at is after it."""
        expression = next(self.expressions)
        return self.at(expression, self.before), self.at(expression, self.after)

    def onset(self, expression, step=0.5):
        """Seconds from the deploy to the first moment at which it is not 0."""
        span = f"&start={self.deployed - 5}&end={self.deployed + self.scale.settled_s}&step={step}"
        filled = quote(expression.replace("[1m]", f"[{self.scale.window_s}s]"))
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
    if not after.pop("nginx") > 0 or any(after.values()) or len(after) != 3:
        raise Problem(f"streams are cut, by population: {after}")
    before, after = asked.next()
    if not all(before.values()) or any(after.values()) or len(after) != 4:
        raise Problem(f"heartbeats a second, by population: {before}, then {after}")
    before, after = asked.next()
    slower = {name: after[name] - before[name] for name in ("replica-1", "replica-2")}
    late_s = (asked.scale.slow_ms - asked.scale.answer_ms) / 1000
    if not slower["replica-2"] > late_s / 2 > slower["replica-1"]:
        raise Problem(f"calls take by so much longer: {slower}")
    if left := list(asked.expressions):
        raise Problem(f"nobody looks at what these expressions say: {left}")


def say(report, command, folder):
    words = [str(report), *shlex.split(command)[1:]]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=SHORT.timeout_s)
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
    deployment = Deployment(arguments, stack, folder)
    scale = deployment.scale
    (folder / "nights").mkdir()
    (folder / "reports").mkdir()
    (folder / "night.yaml").write_text(deployment.scenario(f"{scale.night_s}s"))
    (folder / "soak.yaml").write_text(deployment.scenario("1h"))
    log = folder / "soak.log"
    stop, journal = folder / "stop", folder / "soak.journal"
    command = [arguments.loadgen, "run", folder / "soak.yaml", "--metrics", "0", "--stop-file", stop]
    command += ["--journal", journal, "--metrics-linger", "10m"]
    with open(log, "w") as out:
        soak = stack.enter_context(running(command, stdout=subprocess.DEVNULL, stderr=out))
    metrics = wait_for("metrics", lambda: re.search(r"metrics: http://(\S+)/metrics", log.read_text()), soak)[1]
    prometheus = start_prometheus(stack, folder, [metrics])
    wait_for("streams", lambda: query(prometheus, "sum(weir_soak_streams_open)") == [STREAMS], soak, scale.timeout_s)
    deploy_at = time.time() + scale.half_s
    play_nights(arguments.loadgen, folder, range(1, NIGHTS + 1), scale.timeout_s)
    wait_until(prometheus, soak, deploy_at, scale)
    deployed = deployment.deploy()
    play_nights(arguments.loadgen, folder, range(NIGHTS + 1, 2 * NIGHTS + 1), scale.timeout_s)
    wait_until(prometheus, soak, deployed + max(scale.half_s, scale.settled_s + 5), scale)
    page = PAGE.read_text()
    explore(Asked(prometheus, page, deployed, scale))
    stop.touch()
    wait_for("the end of the soak", lambda: query(prometheus, "weir_soak_run_exit_code"), soak, scale.timeout_s)
    said = compare(arguments.report, page, folder)
    if arguments.keep:
        keep(arguments, folder, stack, prometheus, deployed, said)
    return f"{len(blocks_of(page, 'promql'))} expressions and {len(blocks_of(page, 'sh'))} commands told what changed"


def wait_until(prometheus, soak, moment, scale):
    """By the clock of Prometheus, while the soak goes on."""
    wait_for(f"{moment:.0f}", lambda: query(prometheus, f"vector(time()) > {moment}"), soak, scale.timeout_s)


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
    subprocess.run([str(word) for word in script], stdout=subprocess.DEVNULL, check=True, timeout=SHORT.timeout_s)


def main():
    parser = parser_of(__doc__, "loadgen", "fixture", "report")
    parser.add_argument("--minutes", type=int, default=0, metavar="N", help="at least 4; half a minute without it")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    arguments = parsed(parser)
    return reported("exploring", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
