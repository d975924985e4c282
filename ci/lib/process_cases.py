"""Cases of ci/tests/process_faults.py: one program in a folder of its own, from which something is taken away."""

import json
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

from lib.process import Problem, expect, running, wait_for

LIMIT_S = 90
USAGE, UNREACHABLE, INCONCLUSIVE, INTERRUPTED = 2, 3, 4, 130
FAULTS = {}
GATE, LOAD = "gate", "load"


def fault(*programs, plain_only=False):
    """`plain_only`: sanitizers do not work under it."""

    def register(function):
        for program in programs:
            FAULTS[f"{program}.{function.__name__.replace('_', '-')}"] = (function, program, plain_only)
        return function

    return register


class Case:
    """One program in a folder of its own, with a JSON report asked for."""

    def __init__(self, arguments, program, url, folder):
        self.arguments, self.program, self.url, self.folder = arguments, program, url, folder
        self.report = folder / "report.json"

    def command(self, *more, seconds=2, streams=2):
        if self.program == GATE:
            words = [self.arguments.gate, self.url, "--checks", "jsonrpc.id.*", "--timeout", "10"]
        else:
            words = [self.arguments.loadgen, "hold", self.url, "--streams", str(streams), "--for", f"{seconds}s"]
        return [str(word) for word in (*words, "--report", f"json={self.report}", *more)]

    def waiting(self, *more):
        """The same where it goes on until it is told to end."""
        if self.program == GATE:
            return [*self.command("--across-deploy", "sleep 1000", "--checks", "deploy.*", *more)]
        return self.command(*more, seconds=1000)

    @contextmanager
    def started(self, command, preexec_fn=None, **options):
        def prepare():
            signal.signal(signal.SIGHUP, signal.SIG_DFL)  # Whoever started the test may have ignored it.
            if preexec_fn:
                preexec_fn()

        with open(self.folder / "stderr.log", "ab") as log:
            options = {"stdout": subprocess.DEVNULL, "stderr": log, "cwd": self.folder, **options}
            with running(command, preexec_fn=prepare, **options) as process:
                yield process

    def said(self):
        return (self.folder / "stderr.log").read_text(errors="replace")

    def is_under_way(self, process):
        """Once its handlers stand: it asks the endpoint, or has begun to hold."""
        if self.program == GATE:
            return any("sleep " in line for line in children(process.pid))
        return (self.folder / "journal").exists() and (self.folder / "journal").stat().st_size > 1000

    def under_way(self, process):
        wait_for("the run", lambda: self.is_under_way(process), process, LIMIT_S)

    def ended(self, process, *codes):
        try:
            code = process.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            raise Problem(f"did not end within {LIMIT_S} s: {self.said()}") from None
        if code not in codes:
            raise Problem(f"ended with {code}, and not with {' or '.join(map(str, codes))}: {self.said()}")
        return code

    def reported(self, code):
        if not self.report.exists():
            raise Problem(f"no report; it said: {self.said()}")
        expect("the report's exit code", json.loads(self.report.read_text())["exit_code"], code)


def children(pid):
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def journal(case):
    return ["--journal", str(case.folder / "journal")] if case.program == LOAD else []


def ends(case, *codes, options=(), before=None, streams=2, **more):
    """Runs to its end; whatever the exit code, the report is there and says what the run was worth."""
    with case.started(case.command(*options, streams=streams), preexec_fn=before, **more) as process:
        return case.ended(process, *codes)
