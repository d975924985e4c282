#!/usr/bin/env python3
"""The long runs of ci/nightly: what they repeat and count, what they say of a fuzzer, and the table."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lib import long_runs
from lib.process import CI, ROOT, Problem

# A test program as gtest makes them: it takes the flags that count, and runs what its body says.
PROGRAM = """#!/usr/bin/env python3
import json, os, sys
flags = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
wanted = open(flags["--gtest_flagfile"]).read().strip().removeprefix("--gtest_filter=")
tests = {"quick": "0.1s", "waits": "0.5s", "fails": "2s"}
first = os.environ["GTEST_SHARD_INDEX"] == "0"
run = [name for name in tests if first and (not wanted or "Suite." + name in wanted.split(":"))]
%s
listed = [{"classname": "Suite", "name": name, "time": tests[name],
           **({"failures": [{}]} if name == "fails" else {})} for name in run]
out = flags["--gtest_output"].removeprefix("json:")
json.dump({"testsuites": [{"testsuite": listed}]}, open(out, "w"))
"""
FUZZER = """#include <cstddef>
#include <cstdint>
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return %s;
}
"""


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def program(self, name, body=""):
        file = self.write(name, PROGRAM % body)
        file.chmod(0o755)
        return file


class Repetitions(InAFolder):
    def repeat(self, body="", times=3):
        said = []
        outcome = long_runs.repeat([self.program("room_tests", body)], self.root / "work", times, said.append)
        return *outcome, said

    def test_what_takes_its_time_is_repeated_and_each_failure_counted(self):
        failed, count, said = self.repeat()
        self.assertEqual((failed, count), ({"Suite.fails": 4}, 2))
        self.assertEqual(said[-1], "repeat: 3 of 3, 4 failures so far")
        report = json.loads((self.root / "work/room_tests.0.json").read_text())
        self.assertEqual(sorted(long_runs.tests_in(report)), ["Suite.fails", "Suite.waits"])

    def test_a_crash_is_a_failure(self):
        failed, _, _ = self.repeat("if wanted: os.abort()", times=1)
        self.assertEqual(failed["room_tests.(crashed or hung)"], long_runs.SHARDS)

    def test_a_program_that_hangs_is_a_failure(self):
        hangs = self.program("hangs_tests", "import time; time.sleep(60)")
        report = long_runs.run_tests(hangs, self.root / "work", 0, timeout_s=0.5)
        self.assertEqual(long_runs.failures_in(report), ["hangs_tests.(crashed or hung)"])

    def test_nothing_to_repeat_is_refused(self):
        with self.assertRaisesRegex(Problem, "no test took any time"):
            self.repeat("tests = dict.fromkeys(tests, '0s')")


class Fuzzers(InAFolder):
    def fuzz(self, value):
        source = self.write("wire/sse/odd_fuzz.cpp", FUZZER % value)
        self.write("wire/sse/corpus/odd/seed", "bad")
        binary = self.root / "odd_fuzz"
        subprocess.run(["clang++-19", "-fsanitize=fuzzer", "-o", binary, source], check=True)
        return long_runs.fuzz(binary, source, self.root / "work", 0.02, self.root / "log")

    def test_one_that_finds_nothing_counts_its_inputs(self):
        self.assertGreater(self.fuzz("data == nullptr && size > 0"), 0)
        self.assertFalse(any((self.root / "work/found").iterdir()))

    def test_one_that_finds_something_says_how_to_see_it_again(self):
        with self.assertRaises(Problem) as raised:
            self.fuzz("size > 2 && data[0] == 'b' ? __builtin_trap(), 0 : 0")
        (found,) = (self.root / "work/found").iterdir()
        self.assertIn(f"{self.root / 'odd_fuzz'} {found}", str(raised.exception))
        self.assertEqual(found.read_text()[:1], "b")

    def test_all_fuzzers_of_the_tree_are_found_with_the_seeds_beside_them(self):
        fuzzers = long_runs.fuzzers_of(ROOT)
        self.assertEqual(len(fuzzers), len(list(ROOT.glob("[a-z]*/*/*_fuzz.cpp"))))
        self.assertIn("sse", [path.name for path in long_runs.seeds_of(fuzzers["sse_fuzz"])])
        for name, source in fuzzers.items():
            self.assertTrue(long_runs.seeds_of(source), f"{name} begins with nothing: write specimens beside it")
        self.assertTrue((ROOT / long_runs.DICTIONARY).is_file())


class Command(unittest.TestCase):
    def test_an_unknown_part_is_refused_with_the_known_ones(self):
        done = subprocess.run([CI / "nightly", "--only", "nonesuch"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        known = "quickstart real hostile packages ecs fleet hours repeat returned fuzz tsan tidy".split()
        self.assertIn(", ".join(repr(part) for part in known), done.stderr)


if __name__ == "__main__":
    unittest.main()
