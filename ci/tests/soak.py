#!/usr/bin/env python3
"""Lets ci/soak play nights on an endpoint that is right, then wrong, and looks at what it keeps, uploads and says.

  ci/tests/soak.py [--loadgen BINARY] [--fixture BINARY] [--report BINARY]

The endpoint comes back at the address that it had, so that the nights can be compared.
"""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lib.process import CI, Problem, expect, expect_in, parsed, parser_of, reported, running, wait_for

TIMEOUT_S = 120
# Chance may make times differ on a machine that is busy otherwise; drops and ends are what is compared here.
COMPARE = ["--compare-option=--floor-seconds=60"]
SCENARIO = """
target: {{name: night, url: "{url}/events"}}
populations: {{stream: plain, reconnect: {{base: 100ms, cap: 300ms}}}}
phases: [{{ramp: {{to: 20, over: 1s}}}}, {{hold: {hold}}}]
thresholds: [open_failure_ratio < 100%]
lag_bound: 1m
workers: 1
"""
FILES = ["comparison.txt", "run.html", "run.journal", "run.json", "run.junit.xml", "run.md", "soak.json"]
SECRET = "X-Amz-Signature=0f9e8d7c6b5a"


class Bucket:
    """Takes what is PUT; the first answer may be a failure."""

    def __init__(self, stack):
        got = self.got = {}
        failures = self.failures = []

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = failures.pop(0) if failures else 200
                if status == 200:
                    got[self.path] = body
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(lambda: (server.shutdown(), thread.join(), server.server_close()))
        self.origin = f"http://127.0.0.1:{server.server_port}"


class Nights:
    def __init__(self, arguments, folder):
        self.arguments, self.folder, self.store = arguments, folder, folder / "nights"
        self.scenario = folder / "soak.yaml"
        # An address that nobody else listens on, so that the port is free again for the same endpoint.
        pid = os.getpid()
        self.host = f"127.{100 + pid % 100}.{pid // 100 % 250}.{1 + pid // 25000 % 250}"
        self.port = 0

    @contextmanager
    def endpoint(self, *options):
        command = [self.arguments.fixture, "streams", "--rate", "5", "--listen", f"{self.host}:{self.port}", *options]
        with running(command, stdout=subprocess.PIPE) as fixture:
            url = fixture.stdout.readline().strip()
            if not url:
                raise Problem("the fixture did not start")
            self.port = url.rpartition(":")[2]
            yield url

    def command(self, *options):
        return [str(word) for word in [CI / "soak", self.scenario, "--store", self.store, "--loadgen",
                                       self.arguments.loadgen, "--report", self.arguments.report, *COMPARE, *options,
                                       "--", "--quiet"]]

    def play(self, what, code, *options, env=None):
        done = subprocess.run(self.command(*options), capture_output=True, text=True, timeout=TIMEOUT_S,
                              env={**os.environ, **(env or {})})
        if done.returncode != code:
            raise Problem(f"{what}: exit code {done.returncode}, expected {code}:\n{done.stdout}{done.stderr}"[-3000:])
        return done

    def kept(self):
        """The nights in their order, with what each says of itself."""
        found = [json.loads((night / "soak.json").read_text()) for night in self.store.iterdir()]
        return sorted(found, key=lambda night: night["started_at"])


def check_nights(nights, bucket):
    with nights.endpoint() as url:
        nights.scenario.write_text(SCENARIO.format(url=url, hold="6s"))
        first = nights.play("the first night", 0)
        expect_in("the first night", first.stderr, "there is no earlier night")
        bucket.failures.append(503)
        template = f"{bucket.origin}/soaks/{{run_id}}.tar.gz?${{SIGNATURE}}"
        again = nights.play("the same again", 0, "--upload", template, env={"SIGNATURE": SECRET})
        expect_in("the same again", again.stderr, "not worse than")
    with nights.endpoint("--fault", "cut-after=500"):
        worse = nights.play("a night with a fault", 1, "--upload", f"{bucket.origin}/{{run_id}}/{{file}}")
        expect_in("a night with a fault", worse.stderr, "worse than", nights.kept()[1]["run_id"])
        expect_in("a night with a fault", worse.stdout, "drops_per_1000_stream_hours")
        still = nights.play("another one", 1)
        expect_in("another one is not compared with the bad one", still.stderr, nights.kept()[1]["run_id"])
        known = nights.play("a fault that is known", 0, "--accept", "--keep", "2")
        expect_in("a fault that is known", known.stderr, "worse than")
        last = nights.play("the same fault after it", 0, "--keep", "2")
        expect_in("the same fault after it", last.stderr, "not worse than")
    kept = nights.kept()
    expect("the nights that are kept", [night["exit_code"] for night in kept], [0, 0])
    expect("with what the last was compared", kept[1]["compared_with"], kept[0]["run_id"])
    expect("the files of a night", sorted(path.name for path in (nights.store / kept[1]["run_id"]).iterdir()), FILES)
    if SECRET in again.stdout + again.stderr:
        raise Problem("the signature of the URL was shown")


FLEET = """#!/bin/sh
# What has shards run elsewhere: SCENARIO --shards N --out FOLDER --run NAME --wait -- OPTION ...
scenario=$1 shards=$3 out=$5 run=$7
shift 9
start=$(($(date +%s) + 10))
for one in $(seq "$shards"); do
  [ "$one" = "$LOST" ] || "$LOADGEN" run "$scenario" --run-id "$run" --start-at "$start" \\
    --shard "$one/$shards" --journal "$out/$run-$one.journal" "$@" &
done
wait
"""


def check_shards(nights):
    """The shards of a night are one run: of this machine, and of a fleet, which may lose one."""
    fleet = nights.folder / "fleet"
    fleet.write_text(FLEET)
    fleet.chmod(0o755)
    elsewhere = ["--shards", "2", "--fleet", fleet]
    loadgen = {"LOADGEN": str(nights.arguments.loadgen)}
    begun = len(nights.kept())
    with nights.endpoint() as url:
        nights.scenario.write_text(SCENARIO.format(url=url, hold="6s"))
        here = nights.play("shards of this machine", 0, "--shards", "2")
        expect_in("shards of this machine", here.stderr, "not compared with", "there is no earlier night")
        lost = nights.play("a shard that is lost", 4, *elsewhere, env={**loadgen, "LOST": "2"})
        expect_in("a shard that is lost", lost.stdout, "1 of 2 shards are here: 2/2 is missing")
    with nights.endpoint("--fault", "cut-after=500"):
        worse = nights.play("a fleet and a fault", 1, *elsewhere, env={**loadgen, "LOST": ""})
        expect_in("a fleet and a fault", worse.stderr, "worse than " + nights.kept()[begun]["run_id"])
    told = nights.kept()[begun:]
    expect("the nights", [(night["exit_code"], night["shards"]) for night in told], [(0, 2), (4, 2), (1, 2)])
    night = nights.store / told[0]["run_id"]
    names = [path.name for path in night.iterdir()]
    expect("the files of a night of shards", sorted(names), sorted({*FILES, "shards"} - {"comparison.txt"}))
    expect("its journals", len(list((night / "shards").iterdir())), 2)
    report = json.loads((night / "run.json").read_text())
    streams = sum(one["counters"]["streams_opened"] for one in report["total"]["populations"])
    expect("streams of both shards", (streams, report["shard"]), (20, "2 of 2 together"))


def check_uploads(bucket):
    archives = [(path, body) for path, body in bucket.got.items() if path.endswith(SECRET)]
    expect("archives that were uploaded", len(archives), 1)
    with tarfile.open(fileobj=io.BytesIO(archives[0][1])) as tar:
        expect("what an archive holds", sorted(Path(name).name for name in tar.getnames()[1:]), FILES)
    single = [path for path in bucket.got if path.endswith("/run.journal")]
    expect("journals that were uploaded by themselves", len(single), 1)
    expect("the files beside it", len([path for path in bucket.got if path.startswith(single[0][:-11])]), len(FILES))


def check_refusals(nights, bucket):
    with nights.endpoint():
        bucket.failures.append(403)
        # The night before had a fault; whatever is made of that, this is about the upload.
        refusing = ["--accept", "--upload", f"{bucket.origin}/{{file}}?{SECRET}"]
        refused = nights.play("an upload that is refused", 2, *refusing)
        expect_in("an upload that is refused", refused.stderr, "was not uploaded to 127.0.0.1: it answered 403")
        if SECRET in refused.stderr:
            raise Problem("the signature of the URL was shown")
        before = len(nights.kept())
        unset = nights.play("a variable that is not set", 2, "--upload", "https://h/${WEIR_NOT_SET}")
        expect_in("a variable that is not set", unset.stderr, "WEIR_NOT_SET is not set")
        nights.scenario.write_text("target: nonsense\n")
        nights.play("a scenario that is none", 2)
        expect("nights of runs that never began", len(nights.kept()), before)


def check_signal(nights, *options, journals=1):
    begun = {night["run_id"] for night in nights.kept()}
    with nights.endpoint() as url:
        nights.scenario.write_text(SCENARIO.format(url=url, hold="1h"))
        with running(nights.command(*options)) as soak:

            def night_of_journals():
                written = [path for path in nights.store.rglob("*.journal") if path.stat().st_size > 1000]
                found = [path.relative_to(nights.store).parts[0] for path in written]
                new = [night for night in found if night not in begun]
                return len(new) == journals and nights.store / new[0]

            night = wait_for("the run", night_of_journals, soak, TIMEOUT_S)
            soak.send_signal(signal.SIGTERM)
            expect("a soak that was interrupted", soak.wait(TIMEOUT_S), 130)
        said = json.loads((night / "soak.json").read_text())
        expect("what it keeps", [said["exit_code"], (night / "run.json").exists()], [130, True])


def check(arguments, folder, stack):
    nights, bucket = Nights(arguments, folder), Bucket(stack)
    check_nights(nights, bucket)
    check_uploads(bucket)
    check_refusals(nights, bucket)
    check_shards(nights)
    check_signal(nights)
    check_signal(nights, "--shards", "2", journals=2)
    return f"{len(nights.kept())} nights, compared, kept and uploaded"


def main():
    arguments = parsed(parser_of(__doc__, "loadgen", "fixture", "report"))
    return reported("soak", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
