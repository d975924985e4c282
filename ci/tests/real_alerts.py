#!/usr/bin/env python3
"""Lets a real Prometheus and a real Alertmanager raise our alerts about a run with a regression, for a webhook.

  ci/tests/real_alerts.py [--loadgen BINARY] [--fixture BINARY]

Streams are held first on an endpoint that is right, about which nothing may be raised, then on one that cuts them while
they are idle. The rules are ours; only the times in which they look and wait are scaled down, in a copy.
"""

import json
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from lib.process import ROOT, Problem, parsed, parser_of, reported, running, wait_for
from lib.prometheus import ask, query, serve, start_alertmanager, start_prometheus

RULES = ROOT / "reports/prometheus/weir_rules.yaml"
SCALE = 60  # A minute of a rule is a second here; less than two scrapes give no rate, so spans are no shorter.
LEAST_S = 5
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ALERT = "WeirStreamsCutWhileIdle"
ALERT_TIMEOUT_S = 60
STREAMS = 40
# A machine that is busy otherwise makes the generator late, which would inhibit what the test waits for.
SCENARIO = f"""
target: {{name: %s, url: "%s/events"}}
populations: {{stream: plain, reconnect: {{base: 100ms, cap: 500ms}}}}
phases: [{{ramp: {{to: {STREAMS}, over: 1s}}}}, {{hold: 1h}}]
lag_bound: 1m
workers: 1
"""


def scaled(text):
    """The rules with shorter spans and waits."""

    def shorter(length, least):
        return f"{max(least, int(length[:-1]) * UNITS[length[-1]] // SCALE)}s"

    text = text.replace("> 0.1\n", "> 60\n")  # The lag of the generator, as in SCENARIO.
    text = re.sub(r"(?<=\[)\d+[smhd](?=\])", lambda found: shorter(found[0], LEAST_S), text)
    text = re.sub(r"(?<=offset )\d+[smhd]", lambda found: shorter(found[0], LEAST_S), text)
    return re.sub(r"(?<=for: )\d+[smhd]", lambda found: shorter(found[0], 1), text)


class Webhook:
    """What an Alertmanager sent, by the name of the alert."""

    def __init__(self, stack):
        heard = self.heard = {}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                for alert in body["alerts"]:
                    heard.setdefault((alert["labels"]["alertname"], alert["status"]), alert)
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.url = f"http://{serve(stack, Handler)}/"


def start_run(stack, arguments, folder, name, options):
    """A run under way, and where it is scraped; `options` of the endpoint."""
    hub = stack.enter_context(running([arguments.fixture, "streams", *options], stdout=subprocess.PIPE))
    origin = re.search(r"http://\S+", hub.stdout.readline())[0].rstrip("/")
    log = stack.enter_context(open(folder / f"{name}.log", "w+"))
    scenario = folder / f"{name}.yaml"
    scenario.write_text(SCENARIO % (name, origin))
    command = [arguments.loadgen, "run", scenario, "--metrics", "0"]
    run = stack.enter_context(running(command, stdout=subprocess.DEVNULL, stderr=log))

    def address():
        return re.search(r"metrics: http://(\S+)/metrics", Path(log.name).read_text())

    return run, wait_for(f"the metrics of {name}", address, run)[1]


def check(arguments, folder, stack):
    rules = folder / "rules.yaml"
    rules.write_text(scaled(RULES.read_text()))
    webhook = Webhook(stack)
    alertmanager = start_alertmanager(stack, folder, webhook.url)
    right, right_at = start_run(stack, arguments, folder, "right", ["--heartbeat", "1000"])
    # With heartbeats the time-out is never met; this one has none.
    wrong, wrong_at = start_run(stack, arguments, folder, "wrong", ["--fault", "cut-idle=2500"])
    prometheus = start_prometheus(stack, folder, [right_at, wrong_at], [rules], alertmanager)
    held = 'sum(weir_soak_streams_open{target="right"})'
    wait_for("the streams", lambda: query(prometheus, held) == [STREAMS], right)
    heard = wait_for("the webhook", lambda: webhook.heard.get((ALERT, "firing")), wrong, ALERT_TIMEOUT_S)
    if heard["labels"]["target"] != "wrong" or heard["labels"]["severity"] != "page":
        raise Problem(f"the webhook was told of {heard['labels']}")
    if heard["annotations"]["summary"] != "Streams of wrong are cut while they are idle":
        raise Problem(f"the webhook was told: {heard['annotations']}")
    alerts = [alert for alert in ask(prometheus, "alerts")["alerts"] if alert["state"] == "firing"]
    if false := [alert["labels"]["alertname"] for alert in alerts if alert["labels"]["target"] == "right"]:
        raise Problem(f"alerts about an endpoint that is right: {sorted(false)}")
    return f"the webhook was told: {heard['annotations']['summary']}"


def main():
    arguments = parsed(parser_of(__doc__, "loadgen", "fixture"))
    return reported("real.alerts", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
