"""What the tests of the whole share: where things are, programs that end with the test, and their command lines."""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

CI = Path(__file__).resolve().parent.parent
ROOT = CI.parent
PROGRAMS = {"gate": "weir-conformance", "hook": "weir-hook", "loadgen": "weir-loadgen", "fixture": "weir-fixture"}
PROGRAMS["report"] = "weir-report"

STOP_TIMEOUT_S = 20
START_TIMEOUT_S = 20
POLL_S = 0.02
PORT_ATTEMPTS = 5
NOBODY = 65534


class Problem(Exception):
    """What went wrong, in one sentence for people."""


def parser_of(doc, *programs, logs="build/real"):
    """A parser that knows where the programs are by default, and where logs and reports go."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    for program in programs:
        default = ROOT / "build/dev/bin" / PROGRAMS[program]
        parser.add_argument(f"--{program}", type=Path, default=default, metavar="BINARY")
    parser.add_argument("--logs", type=Path, default=ROOT / logs, metavar="FOLDER")
    return parser


def parsed(parser):
    arguments = parser.parse_args()
    arguments.logs.mkdir(parents=True, exist_ok=True)
    return arguments


def tail(log, lines=20):
    log.flush()
    return "\n".join("  " + line for line in Path(log.name).read_text(errors="replace").splitlines()[-lines:])


def stop(process):
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running(command, **options):
    """A process that is gone afterwards."""
    options = {"stdin": subprocess.DEVNULL, "text": True, **options}
    process = subprocess.Popen([str(word) for word in command], **options)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        stop(process)
        if process.stdout:
            process.stdout.close()


def first_line(process, what, log):
    """What a program prints once it is ready; programs that cannot start end by themselves, so this ends too."""
    line = process.stdout.readline()
    if not line:
        raise Problem(f"{what} did not start; it wrote:\n{tail(log)}")
    return line


def report_of(command, timeout_s, log=None, **options):
    """The JSON that a program prints, which must say the exit code that the program ends with."""
    words = [str(word) for word in command]
    options = {"stdin": subprocess.DEVNULL, "text": True, "stderr": log or subprocess.PIPE, **options}
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, timeout=timeout_s, **options)
    except subprocess.TimeoutExpired as error:
        raise Problem(f"{' '.join(words)} did not end within {timeout_s} s") from error
    try:
        report = json.loads(done.stdout)
    except ValueError as error:
        said = tail(log) if log else done.stderr.strip()
        raise Problem(f"{' '.join(words)} wrote no JSON; exit code {done.returncode}: {said}") from error
    if report.get("exit_code") != done.returncode:
        raise Problem(f"the report says exit code {report.get('exit_code')}, the process ended with {done.returncode}")
    return report


def wait_for(what, condition, process=None, timeout_s=START_TIMEOUT_S):
    """What the condition returned as soon as that is true; a connection that is refused counts as not yet."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if process is not None and process.poll() is not None:
            raise Problem(f"{what}: the process ended with {process.returncode}")
        try:
            if found := condition():
                return found
        except OSError:
            pass
        time.sleep(POLL_S)
    raise Problem(f"{what}: not within {timeout_s} s")


def free_port():
    """One that was free a moment ago: some daemons do not say which port they got, so another process may take it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
    return True


def on_free_port(stack, what, start, ready=accepts, log=None, timeout_s=START_TIMEOUT_S):
    """The port and the process of start(port), which the stack then holds, as soon as ready(port) is true. Another port
    is tried where somebody was quicker."""
    for attempt in range(1, PORT_ATTEMPTS + 1):
        port = free_port()
        with ExitStack() as trial:
            process = trial.enter_context(start(port))
            try:
                wait_for(what, lambda: ready(port), process, timeout_s)
            except Problem as problem:
                if attempt == PORT_ATTEMPTS:
                    raise Problem(f"{problem}; it wrote:\n{tail(log)}" if log else str(problem)) from problem
                continue
            stack.push(trial.pop_all())
            return port, process


def without_privileges():
    """Options of a daemon that needs none, even where we are root, and finds itself where Debian keeps daemons."""
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    return {"env": env, **user}


def expect(what, got, wanted):
    if got != wanted:
        raise Problem(f"{what}: {got!r}, expected {wanted!r}")


def expect_in(what, text, *parts):
    for part in parts:
        if part not in text:
            raise Problem(f"{what}: no {part!r} in:\n{text}")


def reported(name, check):
    """The exit code of check(FOLDER, STACK), after what it says, or what went wrong with the folder's logs."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with ExitStack() as stack:
                print(f"{name}: " + check(Path(folder), stack))
        except Problem as problem:
            print(f"{name}: {problem}", file=sys.stderr)
            for log in sorted(Path(folder).glob("*.log")):
                print(f"{log.name}:\n{log.read_text(errors='replace')[-800:]}", file=sys.stderr)
            return 1
    return 0
