"""clang-tidy over translation units, and which of them it need not look at again.

A unit that was found quiet leaves a stamp: a hash of all that clang-tidy saw, which is the compile command, .clang-tidy
and every file that the compiler read, as the build has recorded. Where the stamp still fits, it is quiet still.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from lib.process import ROOT, Problem

BINARY = "clang-tidy-19"
UNIT_TIMEOUT_S = 900  # A folder, and on cores that are busy.
FINDING = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):\d+: (?:error|warning): (?P<what>.*) \[(?P<check>\S+)\]$", re.M)
PCH = re.compile(r"\S+\.pch\b")
TOGETHER = re.compile(r'^#include "(.*\.cpp)"$', re.M)  # WEIR_UNITY: a unit that is made of the files of a folder.
ELSEWHERE = re.compile(r"_(fuzz|bench)\.cpp$|(^|/)raw_client_main\.cpp$")  # Not part of the dev build.


@dataclass(frozen=True)
class Unit:
    path: str  # Relative to the sources.
    output: str  # The object, as the build names it.
    command: str


@dataclass
class Outcome:
    unit: Unit
    findings: list = field(default_factory=list)  # Lines for people.
    was_known: bool = False  # Quiet by its stamp.


class Tidier:
    def __init__(self, build, root=ROOT):
        self.build, self.root = build.resolve(), root.resolve()
        if not (self.build / "compile_commands.json").exists():
            raise Problem(f"there is no {self.build}/compile_commands.json: run cmake --preset dev")
        self.database = self.build / "tidy"  # Knows a file of a folder that is compiled as one unit alone as well.
        self.inputs = recorded_inputs(self.build)
        self.config = (self.root / ".clang-tidy").read_bytes()

    def units(self, divided=False):
        """Every source of ours, but for what the build generates: each alone, or as the build compiles them."""
        built = json.loads((self.build / "compile_commands.json").read_text())
        alone = [one for entry in built for one in apart(entry)]
        self.database.mkdir(parents=True, exist_ok=True)
        (self.database / "compile_commands.json").write_text(json.dumps(built + alone, indent=1))
        return [self.unit_of(entry) for entry in (alone if divided else built) if self.is_ours(entry)]

    def is_ours(self, entry):
        path = path_of(entry)
        return is_together(path) or path.is_relative_to(self.root) and not path.is_relative_to(self.build)

    def unit_of(self, entry):
        output = entry.get("output") or output_of(entry["command"])
        return Unit(os.path.relpath(path_of(entry), self.root), output, entry["command"])

    def units_for(self, paths):
        """The units that show all findings in these files: sources themselves, and of each header one that reads it."""
        units = {unit.path: unit for unit in self.units(divided=True)}
        paths = [path for path in paths if not ELSEWHERE.search(path)]
        wanted = [self.reader_of(path, units) if path.endswith(".hpp") else units.get(path) for path in paths]
        for path, unit in zip(paths, wanted):
            if unit is None:
                raise Problem(f"no unit of {self.build} reads {path}: configure and build it first")
        return list(dict.fromkeys(wanted))

    def reader_of(self, header, units):
        twin = units.get(header.removesuffix(".hpp") + ".cpp")
        whole = str(self.root / header)
        return twin or next((unit for unit in units.values() if whole in self.inputs.get(unit.output, [])), None)

    def refresh(self, units):
        """Precompiled headers must be as new as what they were made of; clang refuses them otherwise."""
        wanted = sorted({os.path.relpath(self.build / pch, self.build) for unit in units for pch in pch_of(unit)})
        if not wanted:
            return
        ninja = ["ninja", "-C", str(self.build)]
        dry = subprocess.run([*ninja, "-n", *wanted], capture_output=True, text=True)
        if "no work to do" in dry.stdout:
            return
        done = subprocess.run([*ninja, *wanted], capture_output=True, text=True)
        if done.returncode:
            raise Problem(f"the precompiled headers could not be built:\n{done.stdout.strip()}")

    def sum_of(self, unit):
        """Of all that clang-tidy would see; None where the build does not know yet what the unit reads."""
        if unit.output not in self.inputs:
            return None
        total = hashlib.sha256(self.config + version() + unit.command.encode())
        for path in self.all_inputs(unit.output):
            total.update(f"{path} {content_sum(path)}\n".encode())
        return total.hexdigest()

    def all_inputs(self, output):
        """Sorted. What a precompiled header was made of stands for it: its own bytes differ with every build."""
        found = set()
        for path in self.inputs[output]:
            name = os.path.relpath(path, self.build)
            found |= set(self.inputs[name]) if name in self.inputs else {path}
        return sorted(found)

    def stamp_of(self, unit):
        return self.database / (unit.path + ".quiet")

    def is_known(self, unit):
        stamp = self.stamp_of(unit)
        return stamp.exists() and stamp.read_text() == self.sum_of(unit)

    def look_at(self, unit):
        before = self.sum_of(unit)
        command = ["nice", "-n", "19", BINARY, "--quiet", f"--config-file={self.root}/.clang-tidy", "-p", self.database]
        options = {"cwd": self.root, "capture_output": True, "text": True, "timeout": UNIT_TIMEOUT_S}
        try:
            done = subprocess.run([*command, unit.path], **options)
        except subprocess.TimeoutExpired:
            return Outcome(unit, [f"{unit.path}:1: not done within {UNIT_TIMEOUT_S} s"])
        findings = findings_in(done.stdout + done.stderr, self.root)
        if done.returncode and not findings:
            findings = [f"{unit.path}:1: {BINARY} ended with {done.returncode}: {done.stderr.strip()[-500:]}"]
        self.remember(unit, None if findings else before)
        return Outcome(unit, findings)

    def remember(self, unit, quiet_sum):
        stamp = self.stamp_of(unit)
        stamp.unlink(missing_ok=True)
        if quiet_sum:
            stamp.parent.mkdir(parents=True, exist_ok=True)
            stamp.write_text(quiet_sum)

    def look_at_all(self, units, jobs):
        """Yields the outcome of each as it comes: first of what is known, then of the others, `jobs` at a time."""
        known = {unit for unit in units if self.is_known(unit)}
        yield from (Outcome(unit, was_known=True) for unit in known)
        with ThreadPoolExecutor(jobs) as pool:
            yield from pool.map(self.look_at, [unit for unit in units if unit not in known])


def recorded_inputs(build):
    """{output: [absolute path of each file that was read for it]}. -n: two ninjas may not write one log."""
    done = subprocess.run(["ninja", "-C", build, "-n", "-t", "deps"], capture_output=True, text=True)
    inputs, output, absolute = {}, None, lru_cache(maxsize=None)(lambda path: os.path.normpath(build / path))
    for line in done.stdout.splitlines():
        if line.startswith("    ") and output:
            inputs[output].append(absolute(line.strip()))
        elif found := re.match(r"(\S.*): #deps \d+, .* \((VALID|STALE)\)$", line):
            output = found[1]
            inputs[output] = []
    return inputs


def path_of(entry):
    return (Path(entry["directory"]) / entry["file"]).resolve()


def is_together(path):
    return path.parent.name == "Unity"


def apart(entry):
    """The entries of the files that a unit is made of; the unit itself where it is one file."""
    path = path_of(entry)
    sources = TOGETHER.findall(path.read_text()) if is_together(path) else []
    return [
        {**entry, "file": source, "command": entry["command"].replace(str(path), source)} for source in sources
    ] or [entry]


def output_of(command):
    words = shlex.split(command)
    return words[words.index("-o") + 1] if "-o" in words else ""


def pch_of(unit):
    return PCH.findall(unit.command)


@lru_cache(maxsize=None)
def content_sum(path):
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return "gone"


@lru_cache(maxsize=None)
def version():
    try:
        return subprocess.run([BINARY, "--version"], capture_output=True, check=True).stdout
    except OSError as error:
        raise Problem(f"there is no {BINARY}: run ci/setup") from error


def findings_in(text, root):
    """One line each: path:line: [check] what."""
    found = []
    for match in FINDING.finditer(text):
        path = os.path.relpath(match["path"], root) if os.path.isabs(match["path"]) else match["path"]
        check = match["check"].removesuffix(",-warnings-as-errors")
        found.append(f"{path}:{match['line']}: {check}: {match['what']}")
    return list(dict.fromkeys(found))


class Progress:
    """One line that changes where a terminal looks on, else a line every minute."""

    EVERY_S = 60

    def __init__(self, total, out):
        self.total, self.out, self.start, self.told = total, out, time.monotonic(), time.monotonic()
        self.finished = self.known = self.loud = 0

    def tell(self, outcome):
        self.finished += 1
        self.known += outcome.was_known
        self.loud += bool(outcome.findings)
        now = time.monotonic()
        if self.out.isatty():
            print(f"\r{self.words(now):<100}", end="", file=self.out, flush=True)
        elif now - self.told >= self.EVERY_S:
            self.told = now
            print(self.words(now), file=self.out, flush=True)

    def words(self, now):
        looked, left = self.finished - self.known, self.total - self.finished
        words = f"clang-tidy: {self.finished} of {self.total} units, {left} left, {self.loud} with findings"
        if looked and left:
            words += f", about {(now - self.start) / looked * left / 60:.0f} min more"
        return words

    def clear(self):
        if self.out.isatty():
            print(f"\r{'':<100}\r", end="", file=self.out, flush=True)


def look(tidier, units, jobs, out):
    """The findings, each once: a header has the same ones in every unit."""
    findings = {}
    progress = Progress(len(units), out)
    tidier.refresh(units)
    for outcome in tidier.look_at_all(units, jobs):
        progress.tell(outcome)
        new = [line for line in outcome.findings if line not in findings]
        findings.update(dict.fromkeys(new))
        if new:
            progress.clear()
            print("\n".join(new), file=out, flush=True)
    progress.clear()
    said = f"findings: {len(findings)}" if findings else "quiet"
    known = f"{progress.known} of them unchanged since they were quiet"
    print(f"clang-tidy: {said}; {progress.total} units, {known}", file=out)
    return findings
