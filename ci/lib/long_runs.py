"""What takes too long for each change: fuzzers for minutes, and tests that wait for a clock again and again."""

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from lib import house
from lib.process import ROOT, Problem, running

TIMED_MS = 400  # A test that takes longer waits for something; faults that keep an answer back take 500.
SHARDS = 4
FUZZ_SLACK_S = 120  # To start, and to end.
RUN_TIMEOUT_S = 1800
DICTIONARY = "wire/testing/fuzz.dict"
FUZZ_OPTIONS = ["-rss_limit_mb=2048", "-timeout=10", "-print_final_stats=1", "-verbosity=0"]


def each(pool_size, function, items):
    with ThreadPoolExecutor(pool_size) as pool:
        return list(pool.map(function, items))


# Fuzzers
def fuzzers_of(root):
    """{name: its source}, as cmake/weir.cmake finds them."""
    return {path.stem: path for room in house.ROOMS for path in sorted((root / room).rglob("*_fuzz.cpp"))}


def seeds_of(source):
    """The corpora beside a fuzzer: what another codec of the folder has seen is good to be misread too."""
    corpora = source.parent / "corpus"
    return sorted(path for path in corpora.iterdir() if path.is_dir()) if corpora.is_dir() else []


def fuzz(binary, source, work, minutes, log):
    """How many inputs it took. Those that were worth keeping stay in `work`; one that breaks something is a Problem."""
    grown, found = work / "corpus" / binary.name, work / "found"
    for folder in (grown, found):
        folder.mkdir(parents=True, exist_ok=True)
    seconds = max(1, round(minutes * 60))
    options = [*FUZZ_OPTIONS, f"-max_total_time={seconds}", f"-artifact_prefix={found}/{binary.name}-"]
    options.append(f"-dict={ROOT / DICTIONARY}")
    with open(log, "w") as out:
        command = [binary, *options, grown, *seeds_of(source)]
        try:
            done = subprocess.run(command, stdout=out, stderr=out, timeout=seconds + FUZZ_SLACK_S)
        except subprocess.TimeoutExpired as error:
            raise Problem(f"{binary.name} did not end by itself ({log})") from error
    said = Path(log).read_text(errors="replace")
    if done.returncode:
        input_file = re.search(r"Test unit written to (\S+)", said)
        raise Problem(f"{binary.name} failed: {binary} {input_file[1] if input_file else ''} ({log})")
    units = re.search(r"stat::number_of_executed_units:\s*(\d+)", said)
    return int(units[1]) if units else 0


# Repetitions
@contextmanager
def busy(cores=None):
    """Somebody else uses every core meanwhile."""
    with ExitStack() as stack:
        for _ in range(cores or os.cpu_count()):
            stack.enter_context(running([sys.executable, "-c", "while True: pass"]))
        yield


def tests_in(report):
    """{name: test} of gtest's JSON."""
    suites = report.get("testsuites", [])
    return {f"{test['classname']}.{test['name']}": test for suite in suites for test in suite.get("testsuite", [])}


def timed_in(report, bound_ms=TIMED_MS):
    return sorted(
        name for name, test in tests_in(report).items() if float(test["time"].removesuffix("s")) * 1000 >= bound_ms
    )


def failures_in(report):
    return sorted(name for name, test in tests_in(report).items() if test.get("failures"))


def run_tests(binary, work, shard, names=None, timeout_s=RUN_TIMEOUT_S):
    """gtest's report of one shard; of a program that crashed or hangs, a report that says so."""
    work.mkdir(parents=True, exist_ok=True)
    stem = work / f"{binary.name}.{shard}"
    json_file, flag_file = stem.with_suffix(f".{shard}.json"), stem.with_suffix(f".{shard}.flags")
    json_file.unlink(missing_ok=True)
    # By a file: thousands of names do not fit into one argument.
    flag_file.write_text("" if names is None else f"--gtest_filter={':'.join(names)}\n")
    env = {**os.environ, "GTEST_TOTAL_SHARDS": str(SHARDS), "GTEST_SHARD_INDEX": str(shard)}
    command = [binary, f"--gtest_flagfile={flag_file}", f"--gtest_output=json:{json_file}", "--gtest_brief=1"]
    with open(stem.with_suffix(f".{shard}.log"), "a") as log:
        try:
            code = subprocess.run(command, stdout=log, stderr=log, env=env, timeout=timeout_s).returncode
        except subprocess.TimeoutExpired:
            code = f"nothing within {timeout_s} s"
        log.write(f"--- {time.strftime('%H:%M:%S')}: ended with {code}\n")
    try:
        return json.loads(json_file.read_text())
    except (OSError, ValueError):
        crash = {"classname": binary.name, "name": "(crashed or hung)", "time": "0s", "failures": [{}]}
        return {"testsuites": [{"testsuite": [crash]}]}


def repeat(binaries, work, times, say=print):
    """{test: how often it failed} of the timed tests, run on busy cores; and how many tests that were."""
    cores = os.cpu_count()
    shards = [(binary, shard) for binary in binaries for shard in range(SHARDS)]
    timed = {binary: [] for binary in binaries}
    failed = Counter()
    first = each(cores, lambda one: run_tests(one[0], work, one[1]), shards)
    for (binary, _), report in zip(shards, first):
        timed[binary] += timed_in(report)
        failed.update(failures_in(report))
    if not any(timed.values()):
        raise Problem("no test took any time")
    wanted = [(binary, shard) for binary, shard in shards if timed[binary]]
    with busy():
        for repetition in range(times):
            reports = each(2 * cores, lambda one: run_tests(one[0], work, one[1], timed[one[0]]), wanted)
            for report in reports:
                failed.update(failures_in(report))
            say(f"repeat: {repetition + 1} of {times}, {sum(failed.values())} failures so far")
    return failed, sum(map(len, timed.values()))
