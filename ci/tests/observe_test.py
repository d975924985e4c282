#!/usr/bin/env python3
"""ci/observe starts what it says, scrapes what it was given, and leaves nothing behind when it is stopped.

There is no Grafana in Debian: where none is installed, a stand-in shows with what settings it would be started.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lib.process import CI, ROOT, running, wait_for  # noqa: E402
from lib.prometheus import ask, fetch, query  # noqa: E402

STAND_IN = """#!/usr/bin/env python3
import json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass

HTTPServer((os.environ["GF_SERVER_HTTP_ADDR"], int(os.environ["GF_SERVER_HTTP_PORT"])), Handler).serve_forever()
"""


@contextmanager
def observing(folder, *arguments):
    """The command under way, and where each of what it started is."""
    (folder / "bin").mkdir()
    (folder / "bin/grafana").write_text(STAND_IN)
    (folder / "bin/grafana").chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
    with running([CI / "observe", *arguments], stdout=subprocess.PIPE, env=environment) as observe:
        said = []
        while not said or not said[-1].startswith("Ctrl-C"):
            said.append(observe.stdout.readline())
            if not said[-1]:
                raise AssertionError(f"it ended and had said: {said}")
        yield observe, dict(re.findall(r"^(\w+) +(http://\S+)$", "".join(said), re.M))


def is_gone(origin):
    try:
        fetch(origin)
    except OSError:
        return True
    return False


class Observe(unittest.TestCase):
    def test_starts_scrapes_and_stops(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number), tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                (folder / "gate.prom").write_text('weir_conformance_run_exit_code{target="t"} 1\n')
                with observing(folder, "127.0.0.1:1", "--textfiles", folder) as (observe, origins):
                    prometheus = origins["prometheus"]
                    wait_for("the file", lambda: query(prometheus, "weir_conformance_run_exit_code") == [1], observe)
                    wait_for("the run that is not there", lambda: query(prometheus, "up == 0") == [0], observe)
                    rules = [rule["name"] for group in ask(prometheus, "rules")["groups"] for rule in group["rules"]]
                    self.assertIn("WeirGateRed", rules)
                    told = [one["url"] for one in ask(prometheus, "alertmanagers")["activeAlertmanagers"]]
                    self.assertEqual(told, [origins["alertmanager"] + "/api/v2/alerts"])
                    settings = fetch(origins["grafana"])
                    for wanted in (prometheus, str(ROOT / "reports/grafana/dashboards"), "GF_PATHS_PROVISIONING"):
                        self.assertIn(wanted, settings)
                    observe.send_signal(number)
                    self.assertEqual(observe.wait(60), 0)
                self.assertEqual([origin for origin in origins.values() if not is_gone(origin)], [])

    def test_says_what_is_missing(self):
        with tempfile.TemporaryDirectory() as empty:
            done = subprocess.run(
                [sys.executable, CI / "observe"], env={"PATH": empty}, capture_output=True, text=True, timeout=60
            )
        self.assertEqual(done.returncode, 2)
        self.assertIn("prometheus and prometheus-alertmanager is missing: ci/setup installs it", done.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
