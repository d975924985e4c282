#!/usr/bin/env python3
"""Runs weir-loadgen with a secret at every place that a scenario, a profile or a flag can hold one, and looks for them
in all that is left behind.

  ci/tests/load_secrets.py [--loadgen BINARY] [--logs FOLDER]

What is looked through: the report for people, JSON, Markdown, JUnit, the journal, the textfile, what a Pushgateway was
sent, /metrics, the standard error, and the list of processes. The target gives back whatever it was sent.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

from lib.process import Problem, parsed, parser_of, running, wait_for

RUN_TIMEOUT_S = 60
NAMES = ["PASSWORD", "PATH_KEY", "QUERY", "HEADER", "API_KEY", "BEARER", "CLIENT", "TOKEN_QUERY", "CALL_PATH"]
NAMES += ["CALL_QUERY", "CALL_HEADER", "CALL_JSON", "CALL_BODY", "OTHER_URL", "ENV_HEADER"]
SECRETS = {f"SEED_{name}": f"hush{index:02d}-{name.lower().replace('_', '-')}" for index, name in enumerate(NAMES)}
TYPED = {"X-Signature": "hush80-typed-header", "sig": "hush81-typed-query"}
ISSUED = "hush90-issued-by-oauth"
NEVER_SENT = {SECRETS["SEED_PASSWORD"]}  # A URL with a password is refused.
NO_RUN = {"refused", "password"}
EVERY = [*SECRETS.values(), *TYPED.values(), ISSUED]

SCENARIO = """
target:
  url: http://{user}127.0.0.1:{port}/{route}/${{SEED_PATH_KEY}}?code=${{SEED_QUERY}}
  headers: {{X-Custom: "${{SEED_HEADER}}"}}
  api_key: {{header: X-Subscription, value: "${{SEED_API_KEY}}"}}
  {bearer}
{oauth}
populations:
  - name: watchers
    stream: {stream}
    calls:
      - http:
          method: POST
          path: /call/${{SEED_CALL_PATH}}?sig=${{SEED_CALL_QUERY}}
          headers: {{X-Pin: "${{SEED_CALL_HEADER}}"}}
          json: {{pin: "${{SEED_CALL_JSON}}"}}
        rate: 20/s
      - http: {{method: POST, path: /refuse, body: "${{SEED_CALL_BODY}}"}}
        name: refused
        rate: 20/s
  - name: others
    url: http://127.0.0.1:{port}/events?key=${{SEED_OTHER_URL}}
    stream: plain
phases:
  - ramp: {{to: 6, over: 1s}}
  - hold: 3s
"""
BEARER = 'bearer: "${SEED_BEARER}"'
OAUTH = """
oauth:
  token_url: http://127.0.0.1:{port}/token?key=${{SEED_TOKEN_QUERY}}
  client_id: weir
  client_secret: ${{SEED_CLIENT}}
"""


class Target(BaseHTTPRequestHandler):
    """Streams at /events, tokens at /token, and everything that it is sent given back elsewhere."""

    protocol_version = "HTTP/1.1"
    pushed = []
    seen = set()

    def log_message(self, *_):
        pass

    def answer(self, status, text, kind="text/plain"):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def take(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        # What is ours first: messages show the beginning of an answer.
        given = [value for name, value in self.headers.items() if name.startswith(("X-", "Authorization"))]
        echo = f"denied: {' '.join(given)} {body} {self.path}"
        decoded = re.sub(r"Basic (\S+)", lambda found: base64.b64decode(found[1]).decode(), echo)
        Target.seen.update(secret for secret in EVERY if secret in decoded)
        return body, echo

    def do_GET(self):
        _, echo = self.take()
        if not self.path.startswith("/events"):
            return self.answer(403, echo)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            for number in range(1000):
                self.wfile.write(f"id: {number}\ndata: {echo}\n\n".encode())
                self.wfile.flush()
                self.server.ended.wait(0.2)
        except OSError:
            pass
        self.close_connection = True

    def do_POST(self):
        _, echo = self.take()
        if self.path.startswith("/token"):
            return self.answer(200, json.dumps({"access_token": ISSUED, "token_type": "Bearer"}), "application/json")
        return self.answer(200 if self.path.startswith("/call") else 500, echo)

    def do_PUT(self):
        body, _ = self.take()
        Target.pushed.append(body)
        self.answer(200, "")


@contextmanager
def target():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    server.daemon_threads = True
    server.ended = threading.Event()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def family(pid):
    """A process and its children, by the command line that the list of processes shows of each."""
    lines = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "status").read_text()
            if int(folder.name) == pid or re.search(rf"^PPid:\t{pid}$", status, re.M):
                lines[f"process {folder.name}"] = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
    return lines


def leaks(artefacts):
    found = []
    for where, text in artefacts.items():
        found += [f"{secret} stands in {where}" for secret in EVERY if secret in text]
    return found


def scenario(port, user="", route="events", bearer="", oauth="", stream="plain"):
    return SCENARIO.format(port=port, user=user, route=route, bearer=bearer, oauth=oauth, stream=stream)


def environment():
    return {**os.environ, **SECRETS}


def run_through(loadgen, folder, port, name, text, log_path):
    """All that a run leaves behind, by where it was found."""
    (folder / f"{name}.yaml").write_text(text)
    reports = {kind: folder / f"{name}.{kind}" for kind in ["json", "junit", "markdown", "console"]}
    files = {"journal": folder / f"{name}.journal", "textfile": folder / f"{name}.prom", **reports}
    command = [loadgen, "run", folder / f"{name}.yaml", "--metrics", "127.0.0.1:0", "--journal", files["journal"]]
    command += ["--textfile", files["textfile"], "--push", f"http://127.0.0.1:{port}/gateway?sig={TYPED['sig']}"]
    command += ["--header", f"X-Signature: {TYPED['X-Signature']}", "--header-env", "X-Plain: SEED_ENV_HEADER"]
    command += ["--label", "commit=4f2a91c", "--workers", "1"]
    for kind, path in reports.items():
        command += ["--report", f"{kind}={path}"]
    artefacts = {}
    with open(log_path, "w+") as log:
        with running(command, stdout=subprocess.PIPE, stderr=log, env=environment()) as run:

            def metrics():
                found = re.search(r"metrics: (http://\S+)", log_path.read_text())
                scraped = found and urlopen(found[1], timeout=5).read().decode()
                return scraped if scraped and "weir_soak_streams_open" in scraped else None

            try:
                artefacts["/metrics"] = wait_for("the run's metrics", metrics, run)
                artefacts.update(family(run.pid))
            except Problem:
                if name not in NO_RUN:
                    raise
            artefacts["the standard output"] = run.communicate(timeout=RUN_TIMEOUT_S)[0]
    artefacts["the standard error"] = log_path.read_text()
    for what, path in files.items():
        if path.exists():
            artefacts[what] = path.read_bytes().decode(errors="replace")
    mode = files["journal"].stat().st_mode & 0o777 if files["journal"].exists() else 0o600
    if mode != 0o600:
        raise Problem(f"others may read the journal: {mode:o}")
    return artefacts


def probe(loadgen, port, log_path):
    command = [loadgen, "probe-idle", f"http://127.0.0.1:{port}/refuse?sig={TYPED['sig']}", "--era", "none"]
    command += ["--header", f"X-Signature: {TYPED['X-Signature']}", "--header-env", "X-Plain: SEED_ENV_HEADER"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=RUN_TIMEOUT_S)
    log_path.write_text(done.stderr)
    return {"probe-idle's output": done.stdout, "probe-idle's standard error": done.stderr}


def check(arguments, folder):
    problems = []
    with target() as port:
        runs = {
            "bearer": scenario(port, bearer=BEARER),
            "oauth": scenario(port, oauth=OAUTH.format(port=port)),
            "refused": scenario(port, route="refuse", bearer=BEARER, stream="auto"),
            "password": scenario(port, user="weir:${SEED_PASSWORD}@"),
        }
        for name, text in runs.items():
            log = arguments.logs / f"secrets.{name}.log"
            artefacts = run_through(arguments.loadgen, folder, port, name, text, log)
            if name not in NO_RUN:
                missing = {"journal", "json", "junit", "markdown", "console", "textfile", "/metrics"} - set(artefacts)
                problems += [f"{name}: there is no {what}" for what in sorted(missing)]
                pushed = Target.pushed.pop() if Target.pushed else ""
                problems += [] if "weir_soak_run_info" in pushed else [f"{name}: the gateway was sent no run"]
                artefacts["what was pushed"] = pushed
            if name == "password" and "--header-env" not in artefacts["the standard error"]:
                problems.append("a URL with a password is not refused")
            problems += [f"{name}: {leak}" for leak in leaks(artefacts)]
        probed = probe(arguments.loadgen, port, arguments.logs / "secrets.probe.log")
        problems += [f"probe-idle: {leak}" for leak in leaks(probed)]
    # A secret that was never sent could not have leaked.
    unseen = set(EVERY) - Target.seen - NEVER_SENT
    problems += [f"the target never saw {secret}" for secret in sorted(unseen)]
    return problems


def main():
    arguments = parsed(parser_of(__doc__, "loadgen"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            problems = check(arguments, Path(folder))
        except Problem as problem:
            problems = [str(problem)]
    for problem in problems:
        print(problem)
    print(f"{len(EVERY)} secrets, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
