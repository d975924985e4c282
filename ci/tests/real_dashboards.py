#!/usr/bin/env python3
"""Puts every expression of the Grafana dashboards to a real Prometheus that scraped real runs.

  ci/tests/real_dashboards.py [--gate BINARY] [--loadgen BINARY] [--fixture BINARY]

Two load runs against the light fixture, which drops streams now and then, and two runs of the gate, of which one finds
a fault. Each expression, annotation and variable must give at least one series with a finite value; each exported
metric must stand on a panel, or below with its reason. The preview page then draws all of it in a real Chromium.
"""

import json
import math
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

from lib.metrics import exported
from lib.preview import serve_preview
from lib.process import CI, ROOT, Problem, first_line, parsed, parser_of, reported, running, tail, wait_for
from lib.prometheus import ask, fetch, query, serve_textfiles, start_prometheus, write_targets

BOARDS = ROOT / "reports/grafana/dashboards"
RULES = ROOT / "reports/prometheus/weir_rules.yaml"
NOT_SHOWN = {"weir_suite_build_info": "the version stands in weir_load_run_info"}
RUN_TIMEOUT_S = 60
STEP_S = 1
SCRAPES = 10  # Of each run, while all streams are held.

# Streams are reset at an age of 2 s, and come back behind their last id: else nobody knew what they missed.
HUB = ["--rate", "4", "--heartbeat", "100", "--replay", "50", "--server-ping", "500", "--fault", "reset-after=2000"]
SCENARIO = """
name: soak
target: {name: staging, url: "%s/mcp"}
populations:
  - name: watchers
    stream: streamable-get
    weight: 3
    sequence: /params/data/seq
    sent_at: /params/data/sent_ns
    reconnect: {base: 50ms, cap: 200ms}
    calls: [{tool: echo, arguments: {message: hello}, rate: 20/s}]
  - {name: plain, url: "%s/events", stream: plain, reconnect: {base: 50ms, cap: 200ms}}
phases:
  - ramp: {to: 30, over: 1s}
  - hold: 1h
thresholds: [open_failure_ratio < 0.5, call_latency_p99 < 60s]
lag_bound: 1m
workers: 1
"""


def start_hub(stack, fixture, options):
    hub = stack.enter_context(running([fixture, "streams", *options], stdout=subprocess.PIPE))
    return re.search(r"http://\S+", hub.stdout.readline())[0].rstrip("/")


def load_run(loadgen, folder, name, prometheus):
    """Plays the scenario until Prometheus has seen enough of it, and its end."""
    command = [loadgen, "run", folder / "soak.yaml", "--metrics", "127.0.0.1:0", "--metrics-linger", "10m"]
    command += ["--run-id", name, "--textfile", folder / "files/load.prom", "--label", "stage=test"]
    log = folder / f"{name}.log"
    with open(log, "w") as written, running(command, stdout=subprocess.DEVNULL, stderr=written) as run:
        found = wait_for("metrics", lambda: re.search(r"metrics: http://(\S+)/metrics", log.read_text()), run)
        write_targets(folder / "runs.json", [{"targets": [found[1]]}])
        back = f'sum by (le) (rate(weir_soak_reconnect_duration_seconds_bucket{{instance="{found[1]}"}}[4s]))'
        enough = f'count_over_time(weir_soak_phase{{phase="hold",instance="{found[1]}"}}[1m]) >= {SCRAPES}'
        wait_for(f"run {name}", lambda: query(prometheus, enough), run, RUN_TIMEOUT_S)
        wait_for("reconnects", lambda: query(prometheus, f"histogram_quantile(0.5, {back}) > 0"), run, RUN_TIMEOUT_S)
        run.send_signal(signal.SIGINT)
        seen = f'weir_soak_run_info{{run_id="{name}",instance="{found[1]}"}}'
        wait_for(f"the end of run {name}", lambda: query(prometheus, seen) == [1], run, RUN_TIMEOUT_S)
        return fetch(f"http://{found[1]}/metrics")


def gate_runs(gate, fixture, folder):
    """The first one passes and pins the tools, the second one finds a check that fails."""
    for fault, wanted in ([], 0), (["--fault", "jsonrpc.id-stringified"], 1):
        with open(folder / "gate.log", "w+") as log:
            with running([fixture, *fault], stdout=subprocess.PIPE, stderr=log) as endpoint:
                url = re.search(r"http://\S+", first_line(endpoint, "weir-fixture", log))[0].rstrip("/") + "/mcp"
                words = [gate, url, "--checks", "jsonrpc.id.echoed", "--era", "streamable", "--quiet"]
                words += ["--tools-lock", folder / "tools.json", "--report", f"prometheus={folder / 'files/gate.prom'}"]
                done = subprocess.run([str(word) for word in words], stdout=log, stderr=log, timeout=RUN_TIMEOUT_S)
                if done.returncode != wanted:
                    raise Problem(f"the gate ended with {done.returncode}, not {wanted}; it wrote:\n{tail(log)}")


def finite(series):
    values = [value for _, value in series.get("values", [])] or [series.get("value", [0, "NaN"])[1]]
    return any(math.isfinite(float(value)) for value in values)


class Asked:
    """A Prometheus, asked as Grafana would: with values in place of variables."""

    def __init__(self, prometheus, since, until, variables):
        self.prometheus, self.since, self.until = prometheus, since, until
        self.variables = {"__rate_interval": "4s", "__range": f"{int(until - since) + 5}s", **variables}

    def filled(self, expression):
        return re.sub(r"\$\{?(\w+)\}?", lambda found: self.variables[found[1]], expression)

    def series(self, expression):
        filled = quote(self.filled(expression))
        span = f"&start={self.since}&end={self.until}&step={STEP_S}"
        return ask(self.prometheus, f"query_range?query={filled}{span}")["result"]

    def choices(self, variable):
        """What a variable offers."""
        text = variable["query"]["query"]
        if found := re.fullmatch(r"label_values\((.*), (\w+)\)", text):
            path = f"label/{found[2]}/values?match[]={quote(self.filled(found[1]))}"
            return ask(self.prometheus, path)
        found = re.fullmatch(r"query_result\((.*)\)", text)
        answer = ask(self.prometheus, f"query?query={quote(self.filled(found[1]))}&time={self.until}")["result"]
        lines = [f"{{}} {one['value'][1]} {int(one['value'][0] * 1000)}" for one in answer]
        return [re.fullmatch(variable["regex"].strip("/"), line)[1] for line in lines]


def ask_board(board, asked):
    """How many expressions there are, and complaints."""
    count, wrong = 0, []
    for variable in board["templating"]["list"]:
        if variable["type"] == "query" and not asked.choices(variable):
            wrong.append(f"{board['title']}: ${variable['name']} has nothing to choose")
    for mark in board["annotations"]["list"]:
        if "expr" in mark and not any(finite(series) for series in asked.series(mark["expr"])):
            wrong.append(f"{board['title']}: no mark {mark['name']}")
    for panel in board["panels"]:
        for target in panel.get("targets", []):
            series = asked.series(target["expr"])
            count += 1
            if not any(finite(one) for one in series):
                what = "no series" if not series else "no finite value"
                wrong.append(f"{board['title']}, {panel['title']}: {what} of {asked.filled(target['expr'])}")
    return count, wrong


def names_of(text):
    return set(re.findall(r"^# TYPE (weir_\w+)", text, re.M))


def check_coverage(boards, scraped):
    if scraped != exported():
        raise Problem(f"scraped and exported differ: {sorted(scraped ^ exported())}")
    panels = [panel for board in boards for panel in board["panels"]]
    asked = " ".join(target["expr"] for panel in panels for target in panel.get("targets", []))
    used = {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"weir_\w+", asked)}
    marked = json.dumps([board["annotations"] for board in boards])
    used |= {name for name in re.findall(r"weir_\w+", marked)}
    if hidden := scraped - used - set(NOT_SHOWN):
        raise Problem(f"exported, and on no panel: {sorted(hidden)}")
    if stale := set(NOT_SHOWN) & used or set(NOT_SHOWN) - scraped:
        raise Problem(f"listed as not shown, but shown or not exported: {sorted(stale)}")


def look(logs, url, since, until):
    folder = logs / "preview"
    folder.mkdir(exist_ok=True)
    command = ["node", CI / "tests/preview_pages.mjs", folder, url, f"from={since}&to={until}&rate=4&run_a=a&run_b=b"]
    words = [str(word) for word in [*command, "now", "nights", "two-runs", "gate"]]
    done = subprocess.run(words, capture_output=True, text=True, timeout=2 * RUN_TIMEOUT_S)
    if done.returncode != 0:
        raise Problem(f"preview_pages.mjs ended with {done.returncode}: {done.stderr.strip()}")
    if problems := json.loads(done.stdout)["problems"]:
        raise Problem("the preview: " + "\n".join(problems))


def check(arguments, folder, stack):
    (folder / "files").mkdir()
    origin = start_hub(stack, arguments.fixture, HUB)
    (folder / "soak.yaml").write_text(SCENARIO % (origin, origin))
    gate = stack.enter_context(ThreadPoolExecutor()).submit(gate_runs, arguments.gate, arguments.fixture, folder)
    write_targets(folder / "files.json", [serve_textfiles(stack, folder / "files")])
    write_targets(folder / "runs.json", [])
    log = stack.enter_context(open(folder / "prometheus.log", "w+"))
    prometheus = start_prometheus(stack, folder, [folder / "files.json", folder / "runs.json"], [RULES], log=log)
    since = time.time()
    text = "".join(load_run(arguments.loadgen, folder, name, prometheus) for name in ("b", "a"))
    gate.result()
    seen = "weir_conformance_run_exit_code == 1 and weir_conformance_last_success_timestamp_seconds > 0"
    wait_for("prometheus sees the gate", lambda: query(prometheus, seen))
    until = time.time() + STEP_S  # The latest scrape lies within the last step.
    rules = [rule for group in ask(prometheus, "rules")["groups"] for rule in group["rules"]]
    if bad := [(rule["name"], rule["lastError"]) for rule in rules if rule["health"] != "ok"]:
        raise Problem(f"rules that Prometheus cannot evaluate: {bad}")
    boards = [json.loads(path.read_text()) for path in sorted(BOARDS.glob("*.json"))]
    check_coverage(boards, names_of(text + (folder / "files/gate.prom").read_text()))
    everything = {"target": ".*", "population": ".*", "run": ".*", "run_a": "a", "run_b": "b"}
    asked = Asked(prometheus, since, until, everything)
    shift = next(one for board in boards for one in board["templating"]["list"] if one["name"] == "shift")
    asked.variables["shift"] = asked.choices(shift)[0]
    if not 3 < float(asked.variables["shift"]) < until - since:
        raise Problem(f"run a began {asked.variables['shift']} s after run b")
    wrong, count = [], 0
    for board in boards:
        asked_here, complaints = ask_board(board, asked)
        count, wrong = count + asked_here, wrong + complaints
    if wrong:
        raise Problem("\n".join(wrong))
    look(arguments.logs, serve_preview(stack, prometheus), since, until)
    return f"{count} expressions of {len(boards)} dashboards show something, in {until - since:.0f} s of two runs"


def main():
    arguments = parsed(parser_of(__doc__, "gate", "loadgen", "fixture"))
    return reported("real.dashboards", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
