#!/usr/bin/env python3
"""ci/clang-tidy looks at what changed and at nothing else, and .clang-tidy names checks that exist."""

import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from lib.clang_tidy import BINARY
from lib.process import CI, ROOT

COMMAND = CI / "clang-tidy"
RULES = """rule cxx
  command = clang++-19 -I../.. -MD -MF $out.d -c -o $out $in
  depfile = $out.d
  deps = gcc
"""
BRACES = "Checks: '-*,readability-braces-around-statements'\nWarningsAsErrors: '*'\nHeaderFilterRegex: '.*'\n"
HEADER = "#pragma once\ninline int half(int a) { return a / 2; }\n"
BARE = "#pragma once\ninline int half(int a) {\n  if (a > 1) return a / 2;\n  return 0;\n}\n"


class ClangTidy(unittest.TestCase):
    """Two units that read one header, built with ninja."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.build = self.root / "build/dev"
        self.write(".clang-tidy", BRACES)
        self.write("wire/half.hpp", HEADER)
        statements, commands = [], []
        for name in ("a", "b"):
            self.write(f"wire/{name}.cpp", f'#include "wire/half.hpp"\nint {name}() {{ return half(4); }}\n')
            statements.append(f"build {name}.o: cxx ../../wire/{name}.cpp\n")
            command = f"clang++-19 -I../.. -c -o {name}.o ../../wire/{name}.cpp"
            commands.append({"directory": str(self.build), "command": command, "file": f"../../wire/{name}.cpp"})
        self.write("build/dev/build.ninja", RULES + "".join(statements))
        self.write("build/dev/compile_commands.json", json.dumps(commands))
        self.make()

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def make(self):
        subprocess.run(["ninja", "-C", self.build], check=True, capture_output=True)

    def tidy(self, *files):
        command = [COMMAND, "--root", self.root, "--build", self.build, *(self.root / file for file in files)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def assert_looked_at(self, count, done, exit_code=0):
        self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
        self.assertIn(f"2 units, {2 - count} of them unchanged", done.stdout)

    def test_what_was_quiet_is_looked_at_again_only_when_something_it_reads_changed(self):
        self.assert_looked_at(2, self.tidy())
        self.assert_looked_at(0, self.tidy())
        self.write("wire/a.cpp", '#include "wire/half.hpp"\nint a() { return half(6); }\n')
        self.make()
        self.assert_looked_at(1, self.tidy())
        self.write("wire/half.hpp", HEADER + "\n")
        self.make()
        self.assert_looked_at(2, self.tidy())
        self.write(".clang-tidy", BRACES + "# Stricter.\n")
        self.assert_looked_at(2, self.tidy())

    def test_a_unit_of_several_files_is_looked_at_once_and_a_file_of_it_alone(self):
        self.write("wire/a.cpp", "int a(int b) {\n  if (b > 1) return 2;\n  return b;\n}\n")
        unity = self.build / "Unity/unity_wire.cxx"
        self.write("build/dev/Unity/unity_wire.cxx", "".join(f'#include "{self.root}/wire/{n}.cpp"\n' for n in "ab"))
        command = f"clang++-19 -I../.. -c -o unity.o {unity}"
        entry = {"directory": str(self.build), "command": command, "file": str(unity)}
        self.write("build/dev/compile_commands.json", json.dumps([entry]))
        for files, exit_code in (([], 1), (["wire/a.cpp"], 1), (["wire/b.cpp"], 0)):
            done = self.tidy(*files)
            self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
            self.assertIn("; 1 units, 0 of them unchanged", done.stdout)
            self.assertEqual(done.stdout.count("wire/a.cpp:2:"), exit_code, done.stdout)

    def test_what_is_not_built_yet_is_looked_at_each_time(self):
        self.tidy()
        (self.build / ".ninja_deps").unlink()
        self.assert_looked_at(2, self.tidy())

    def test_a_finding_is_told_once_and_each_time(self):
        self.write("wire/half.hpp", BARE)
        self.make()
        for _ in range(2):
            done = self.tidy()
            self.assert_looked_at(2, done, exit_code=1)
            told = done.stdout.count("wire/half.hpp:3: readability-braces-around-statements: ")
            self.assertEqual(told, 1, done.stdout)
            self.assertIn("findings: 1;", done.stdout)

    def test_a_header_is_seen_by_one_unit_that_reads_it(self):
        self.write("wire/half.hpp", BARE)
        self.make()
        done = self.tidy("wire/half.hpp")
        self.assertEqual(done.returncode, 1)
        self.assertIn("wire/half.hpp:3: ", done.stdout)
        self.assertIn("; 1 units", done.stdout)

    def test_what_no_unit_reads_is_named(self):
        done = self.tidy("wire/other.hpp")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertIn("reads wire/other.hpp", done.stderr)

    def test_what_does_not_compile_is_a_finding(self):
        self.write("wire/a.cpp", "int a() { return b; }\n")
        done = self.tidy()
        self.assertEqual(done.returncode, 1)
        self.assertIn("wire/a.cpp:1: clang-diagnostic-error: use of undeclared identifier 'b'", done.stdout)

    def test_without_a_build_it_says_what_to_do(self):
        done = subprocess.run([COMMAND, "--build", self.root / "none"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1), done.stderr)
        self.assertIn("cmake --preset dev", done.stderr)


class Configuration(unittest.TestCase):
    def test_every_check_that_it_names_exists(self):
        done = subprocess.run([BINARY, "--verify-config"], cwd=ROOT, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("No config errors detected.", done.stdout)

    def test_checks_of_every_kind_that_it_names_are_on(self):
        listed = subprocess.run([BINARY, "--list-checks"], cwd=ROOT, capture_output=True, text=True).stdout
        kinds = ["bugprone-use-after-move", "performance-move-const-arg", "google-readability-casting"]
        kinds += ["concurrency-thread-canceltype-asynchronous", "readability-braces-around-statements"]
        for check in kinds:
            self.assertIn(f" {check}\n", listed)
        self.assertNotIn("bugprone-easily-swappable-parameters", listed)


if __name__ == "__main__":
    unittest.main()
