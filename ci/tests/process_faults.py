#!/usr/bin/env python3
"""Both programs while the machine, or whoever started them, takes something away: outputs that nobody reads or that
cannot be written, a terminal that goes away, signals in the middle, folders that vanish, limits of the process.

  ci/tests/process_faults.py [--gate BINARY] [--loadgen BINARY] [--fixture BINARY] [--only NAME] [--sanitized]

Whatever happens, a program ends with an exit code of its own and writes the reports that it can write.
"""

import fcntl
import json
import mmap
import os
import pty
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lib.process import CI, Problem, expect, expect_in, parsed, parser_of, running, wait_for
from lib.process_cases import (
    FAULTS,
    GATE,
    INCONCLUSIVE,
    INTERRUPTED,
    LIMIT_S,
    LOAD,
    USAGE,
    Case,
    children,
    ends,
    fault,
    journal,
)

# --- outputs ----------------------------------------------------------------------------------------------------------


def unread_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb")


def full_device():
    return open("/dev/full", "wb")


@fault(GATE, LOAD)
def output_that_nobody_reads(case):
    for make in (unread_pipe, full_device):
        with make() as output:
            ends(case, USAGE, stdout=output)
        case.reported(0)
        expect_in("the standard error", case.said(), "standard output")


@fault(GATE, LOAD)
def errors_that_nobody_reads(case):
    for make in (unread_pipe, full_device):
        with make() as output:
            ends(case, 0, stderr=output)
        case.reported(0)


@fault(GATE, LOAD)
def no_standard_streams(case):
    def close_them():
        for number in range(3):
            os.close(number)

    with case.started([*case.waiting(*journal(case))], preexec_fn=close_them) as process:
        case.under_way(process)
        for number in range(3):
            expect(f"descriptor {number}", os.readlink(f"/proc/{process.pid}/fd/{number}"), "/dev/null")
        process.send_signal(signal.SIGTERM)
        case.ended(process, INTERRUPTED)
    case.reported(INTERRUPTED)
    case.report.unlink()
    ends(case, USAGE, before=close_them)
    case.reported(0)


@fault(GATE, LOAD)
def errors_into_a_pipe_that_is_full(case):
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), os.fdopen(writer, "wb") as output:
        fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
        try:
            while True:
                os.write(writer, b"x" * 4096)
        except BlockingIOError:
            fcntl.fcntl(writer, fcntl.F_SETFL, 0)
        ends(case, 0, stderr=output)
    case.reported(0)


@fault(GATE, LOAD)
def output_that_does_not_wait(case):
    """A pipe that its other users have made non-blocking, and whose reader is slow."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    read = []

    def take():
        with os.fdopen(reader, "rb", buffering=0) as lines:
            while chunk := lines.read(64):
                read.append(chunk)
                time.sleep(0.001)

    thread = threading.Thread(target=take)
    with case.started(case.command("--json"), stdout=writer) as process:
        os.close(writer)
        thread.start()
        case.ended(process, 0)
    thread.join()
    expect("what was read", json.loads(b"".join(read)), json.loads(case.report.read_text()))


@fault(GATE, LOAD)
def output_that_nobody_takes(case):
    """A pipe that is full, and whose reader sleeps: who asks the program to end does not wait for the reader."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    with os.fdopen(reader, "rb"), os.fdopen(writer, "wb") as output:
        for finished in (True, False):
            command = case.command("--json") if finished else case.waiting("--json", *journal(case))
            case.report.unlink(missing_ok=True)
            with case.started(command, stdout=output) as process:
                if finished:
                    wait_for("the report", case.report.exists, process, LIMIT_S)
                    time.sleep(0.5)
                    expect("the run, whose output is not taken", process.poll(), None)
                else:
                    case.under_way(process)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                case.ended(process, INTERRUPTED)
            if time.monotonic() - begun > 5 + 5 * case.arguments.sanitized:
                raise Problem(f"ended {time.monotonic() - begun:.1f} s after the signal")
            case.reported(0 if finished else INTERRUPTED)
            expect_in("the standard error", case.said(), "standard output: nobody reads it")


@fault(GATE, LOAD)
def terminal_that_shows_nothing_more(case):
    """One that is frozen, or behind a connection that hangs, asked for more than it has room for."""
    control, terminal = pty.openpty()
    with case.started(case.waiting("--json", *journal(case)), stdout=terminal) as process:
        os.set_blocking(terminal, False)
        try:
            while True:
                os.write(terminal, b"x")
        except BlockingIOError:
            os.set_blocking(terminal, True)
        os.read(control, 100)  # Room for some of it.
        case.under_way(process)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        case.ended(process, INTERRUPTED)
    os.close(terminal)
    os.close(control)
    if time.monotonic() - begun > 5 + 5 * case.arguments.sanitized:
        raise Problem(f"ended {time.monotonic() - begun:.1f} s after the signal")
    case.reported(INTERRUPTED)


@fault(LOAD)
def outputs_that_are_one_file(case):
    command = [str(case.arguments.loadgen), "hold", case.url, "--for", "1s"]
    there = case.folder / "there"
    there.write_text("kept")
    new = case.folder / "new"
    for options, said in (
        (["--report", f"json={new}", "--journal", new], "--report json and --journal name one file"),
        (["--textfile", new, "--stop-file", new], "--stop-file and --textfile name one file"),
        (["--journal", there], "a journal is never overwritten"),
        (["--ca", case.folder], "--ca: "),
    ):
        with case.started([*command, *map(str, options)]) as process:
            case.ended(process, USAGE)
        expect_in("the standard error", case.said(), said)
    expect("the run", (there.read_text(), new.exists()), ("kept", False))


@fault(GATE, LOAD)
def report_onto_a_full_disk(case):
    ends(case, USAGE, options=["--report", "junit=/dev/full"])
    case.reported(0)
    expect_in("the standard error", case.said(), "/dev/full")


@fault(GATE, LOAD)
def report_folder_that_vanishes(case):
    gone = case.folder / "gone"
    gone.mkdir()
    with case.started(case.waiting(*journal(case), "--report", f"junit={gone}/r.xml")) as process:
        case.under_way(process)
        shutil.rmtree(gone)
        process.send_signal(signal.SIGINT)
        case.ended(process, INTERRUPTED)
    case.reported(INTERRUPTED)
    expect_in("the standard error", case.said(), str(gone))


@fault(GATE, LOAD)
def no_file_may_grow(case):
    def forbid():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as errors, os.fdopen(writer, "wb") as output:
        ends(case, USAGE, before=forbid, stderr=output)
        output.close()
        expect_in("the standard error", errors.read().decode(), "File too large")


@fault(GATE, LOAD)
def folder_that_is_gone(case):
    def leave():
        os.mkdir("gone")
        os.chdir("gone")
        os.rmdir("../gone")

    ends(case, 0, before=leave)
    case.reported(0)
    ends(case, USAGE, before=leave, options=["--report", "junit=r.xml"])
    expect_in("the standard error", case.said(), "r.xml")


# --- signals and terminals --------------------------------------------------------------------------------------------


@fault(GATE, LOAD)
def each_signal_that_asks_to_end(case):
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        case.report.unlink(missing_ok=True)
        (case.folder / "journal").unlink(missing_ok=True)
        with case.started(case.waiting(*journal(case))) as process:
            case.under_way(process)
            process.send_signal(number)
            case.ended(process, INTERRUPTED)
        case.reported(INTERRUPTED)


@fault(GATE, LOAD)
def asked_to_end_twice_in_one_go(case):
    """As `timeout` does: by a SIGTERM to its command, and one to the group that it is in."""
    with case.started(case.waiting(*journal(case))) as process:
        case.under_way(process)
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.05)  # Two that wait together are one.
        case.ended(process, INTERRUPTED)
    case.reported(INTERRUPTED)


@fault(LOAD)
def probe_idle_is_asked_to_end(case):
    """By each signal, once it watches: the report says what was seen until then."""
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
        output = case.folder / "probe.json"
        command = [str(case.arguments.loadgen), "probe-idle", case.url, "--json", "--streams", "3"]
        (case.folder / "stderr.log").unlink(missing_ok=True)
        with open(output, "wb") as out, case.started(command, stdout=out) as process:
            wait_for("the watch", lambda: "streams open" in case.said(), process, LIMIT_S)
            process.send_signal(number)
            case.ended(process, INTERRUPTED)
        report = json.loads(output.read_text())
        expect("the report", (report["interrupted"], report["exit_code"]), (True, INTERRUPTED))


@fault(GATE, LOAD)
def asked_to_end_while_it_waits_for_an_answer(case):
    """Of an endpoint that takes the first request and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        case.url = f"http://127.0.0.1:{silent.getsockname()[1]}/mcp"
        with case.started(case.command("--budget", "100") if case.program == GATE else case.command()) as process:
            with silent.accept()[0] as connection:
                connection.recv(1)
                begun = time.monotonic()
                process.send_signal(signal.SIGTERM)
                case.ended(process, INTERRUPTED)
        if time.monotonic() - begun > 5:
            raise Problem(f"ended {time.monotonic() - begun:.1f} s after the signal")
    case.reported(INTERRUPTED)


@fault(GATE, LOAD)
def nohup(case):
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with case.started(case.waiting(*journal(case)), preexec_fn=ignore) as process:
        case.under_way(process)
        process.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        expect("the run", process.poll(), None)
        process.send_signal(signal.SIGTERM)
        case.ended(process, INTERRUPTED)
    case.reported(INTERRUPTED)


@fault(GATE, LOAD)
def terminal_that_goes_away(case):
    control, terminal = pty.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(terminal, 0x540E, 0)  # TIOCSCTTY

    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with case.started(case.waiting(*journal(case)), preexec_fn=take_terminal, **streams) as process:
        os.close(terminal)
        drain = threading.Thread(target=read_until_gone, args=(control, process, case))
        drain.start()
        drain.join()
        os.close(control)
        case.ended(process, INTERRUPTED)
    case.reported(INTERRUPTED)


def read_until_gone(control, process, case):
    os.set_blocking(control, False)
    while process.poll() is None and not case.is_under_way(process):
        try:
            os.read(control, 65536)
        except OSError:
            time.sleep(0.02)


@fault(LOAD)
def stopped_for_a_while(case):
    """A laptop that sleeps, a debugger, a container that is paused: the target is not to be blamed."""
    with case.started(case.command(*journal(case), seconds=6)) as process:
        case.under_way(process)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        process.send_signal(signal.SIGCONT)
        code = case.ended(process, 0, INCONCLUSIVE)
    case.reported(code)


@fault(LOAD)
def worker_that_is_killed(case):
    with case.started(case.command(*journal(case), "--workers", "2", seconds=8)) as process:
        case.under_way(process)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        os.kill(int(wait_for("workers", lambda: children.read_text().split(), process)[0]), signal.SIGKILL)
        case.ended(process, INCONCLUSIVE)
    case.reported(INCONCLUSIVE)
    rendered = subprocess.run(
        [case.arguments.report, "render", case.folder / "journal", "--format", "json"], capture_output=True, text=True
    )
    expect("the journal's exit code", json.loads(rendered.stdout)["exit_code"], INCONCLUSIVE)


@contextmanager
def clock(folder):
    """The environment of programs whose wall clock can be set by what this gives, in nanoseconds."""
    library, setting = folder / "set_clock.so", folder / "clock"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, CI / "tests/lib/set_clock.c"], check=True)
    setting.write_bytes(bytes(8))
    with open(setting, "r+b") as file, mmap.mmap(file.fileno(), 8) as shared:

        def set_by(nanoseconds):
            shared[:] = nanoseconds.to_bytes(8, sys.byteorder, signed=True)

        preloaded = {"LD_PRELOAD": str(library), "WEIR_TEST_CLOCK": str(setting)}
        yield {**os.environ, **preloaded}, set_by


def numbers_in(value):
    if isinstance(value, dict):
        yield from (number for member in value.values() for number in numbers_in(member))
    elif isinstance(value, list):
        yield from (number for item in value for number in numbers_in(item))
    elif isinstance(value, (int, float)):
        yield value


@fault(GATE, LOAD)
def clock_that_is_set(case):
    """By a week, in either direction: nothing is judged by it, and no time of a report has to do with it."""
    week_s = 7 * 86400
    for direction in (1, -1):
        (case.folder / "journal").unlink(missing_ok=True)
        with clock(case.folder) as (environment, set_by):
            if case.program == GATE:
                command = case.command("--across-deploy", "sleep 3", "--checks", "deploy.*")
            else:
                command = case.command(*journal(case), seconds=5)
            with case.started(command, env=environment) as process:
                case.under_way(process)
                time.sleep(0.5)
                set_by(direction * week_s * 10**9)
                case.ended(process, 0)
        case.reported(0)
        report = json.loads(case.report.read_text())
        for unit in (1, 10**3, 10**6, 10**9):
            near = [n for n in numbers_in(report) if 0.9 * week_s * unit < abs(n) < 1.1 * week_s * unit]
            expect("the times that a clock's step made", near, [])
        if case.program == LOAD:
            expect_in("the incidents", json.dumps(report["incidents"]), "the clock of this machine was set")


# --- limits -----------------------------------------------------------------------------------------------------------


@fault(GATE, LOAD)
def few_descriptors(case):
    def forbid():
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))

    one_process = ["--workers", "1"] if case.program == LOAD else []
    ends(case, INCONCLUSIVE, USAGE, before=forbid, streams=50, options=one_process)
    expect_in("the standard error", case.said(), "ulimit -")


@fault(GATE, LOAD, plain_only=True)
def little_memory(case):
    """Not so little that it could not begin; and never a verdict about the target."""
    for mib in (24, 32, 48, 64, 96, 128):

        def forbid(bytes=mib << 20):
            resource.setrlimit(resource.RLIMIT_AS, (bytes, bytes))

        code = ends(case, 0, USAGE, INCONCLUSIVE, 127, before=forbid)
        if code == INCONCLUSIVE:
            expect_in("the standard error", case.said(), "memory")


@fault(GATE, LOAD)
def nothing_in_the_environment(case):
    ends(case, 0, env={})
    case.reported(0)
    ends(case, 0, env={"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "LC_ALL": "xx_YY", "TZ": "nonsense"})
    case.reported(0)


def main():
    parser = parser_of(__doc__, "gate", "loadgen", "fixture", "report")
    parser.add_argument("--only", action="append", help="this fault; repeatable")
    parser.add_argument("--sanitized", action="store_true", help="the programs have sanitizers")
    arguments = parsed(parser)
    problems = 0
    with ExitStack() as stack:
        command = [arguments.fixture, "--era", "streamable", "--listen", "127.0.0.1:0"]
        fixture = stack.enter_context(running(command, stdout=subprocess.PIPE))
        url = f"{fixture.stdout.readline().split()[0]}/mcp"
        for name, (function, program, plain_only) in FAULTS.items():
            if (arguments.only and name not in arguments.only) or (plain_only and arguments.sanitized):
                continue
            with tempfile.TemporaryDirectory() as folder:
                begun = time.monotonic()
                try:
                    function(Case(arguments, program, url, Path(folder)))
                    print(f"good  {name:45} {time.monotonic() - begun:5.1f} s", flush=True)
                except Problem as problem:
                    problems += 1
                    print(f"BAD   {name:45} {problem}", flush=True)
    print(f"{len(FAULTS)} faults, {problems} with a problem")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
