#!/usr/bin/env python3
"""Man pages and completion know every option that the programs know, and all programs say alike what they are.

  ci/tests/pages_test.py [--bin FOLDER]
"""

import argparse
import gzip
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lib.process import CI, PROGRAMS, ROOT

BIN = ROOT / "build/dev/bin"
FLAG = re.compile(r"^  (-\S+)", re.MULTILINE)
COMPLETE = 'source "$1"; COMP_WORDS=("${@:3}"); COMP_CWORD=$(($# - 3)); "$2"; printf "%s\\n" "${COMPREPLY[@]}"'


def said(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def pages(out, *programs):
    command = [CI / "package/pages.py", "--out", out, *programs]
    return subprocess.run(command, capture_output=True, text=True)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.out = Path(folder.name)
        done = pages(cls.out, *(BIN / name for name in PROGRAMS.values()))
        assert done.returncode == 0, done.stderr

    def manual(self, name):
        return gzip.decompress((self.out / f"man1/{name}.1.gz").read_bytes()).decode()

    def completed(self, name, *words):
        file, function = self.out / "completions" / name, "_" + name.replace("-", "_")
        return said("bash", "-c", COMPLETE, "bash", file, function, BIN / name, *words).split()

    def test_every_option_of_every_command_stands_in_both(self):
        commands = {"weir-conformance": ["init"], "weir-loadgen": ["run", "hold", "probe-idle"],
                    "weir-fixture": ["streams", "edge", "deploy"],
                    "weir-report": ["render", "merge", "compare", "trend"]}
        for name, known in commands.items():
            manual = self.manual(name).replace("\\-", "-")
            for command in [[], *([one] for one in known)]:
                help_text = said(BIN / name, *command, "--help")
                flags = [flag for names in FLAG.findall(help_text) for flag in names.split(",")]
                self.assertGreater(len(flags), 1)
                self.assertEqual(set(flags) - set(self.completed(name, *command, "-")), set(), f"{name} {command}")
                for flag in flags:
                    self.assertIn(f"\\fB{flag}\\fR", manual, f"{name} {command}")

    def test_a_manual_is_read_without_a_warning_and_keeps_its_words(self):
        for name in PROGRAMS.values():
            command = ["man", "--warnings", "-E", "UTF-8", "-l", self.out / f"man1/{name}.1.gz"]
            plain = {"PATH": "/usr/bin:/bin", "MANWIDTH": "80"}
            done = subprocess.run(command, capture_output=True, text=True, env=plain)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            summary = said(BIN / name, "--help").split(".")[0].split()
            self.assertIn(summary, [done.stdout.split()[at : at + len(summary)] for at in range(40)])

    def test_bash_completes_options_commands_and_values(self):
        self.assertEqual(self.completed("weir-conformance", "--checks"), ["--checks", "--checkset"])
        self.assertEqual(self.completed("weir-loadgen", "h"), ["hold"])
        self.assertEqual(self.completed("weir-loadgen", "hold", "--stre"), ["--streams"])
        self.assertEqual(self.completed("weir-fixture", "streams", "--framing", ""), ["chunked", "close"])
        self.assertEqual(self.completed("weir-fixture", "--fault", "jsonrpc.id-s"), ["jsonrpc.id-stringified"])
        self.assertEqual(self.completed("weir-conformance", "--explain", "jsonrpc.id.e"), ["jsonrpc.id.echoed"])
        self.assertEqual(self.completed("weir-conformance", "--profile", "-"), [])  # Bash then names files.

    def test_help_of_another_form_is_an_error(self):
        program = self.out / "weir-other"
        program.write_text("#!/bin/sh\nprintf 'What.\\nUsage: weir-other [OPTIONS]\\n\\nOptions:\\n   odd\\n -x\\n'\n")
        program.chmod(0o755)
        done = pages(self.out, program)
        self.assertEqual((done.returncode, "pages: weir-other: " in done.stderr), (1, True), done.stderr)

    def test_all_programs_say_the_same_version_and_libraries(self):
        texts = {said(BIN / name, "--version").replace(name, "PROGRAM") for name in PROGRAMS.values()}
        self.assertEqual(len(texts), 1, texts)
        (version,) = re.findall(r"^project\(weir VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
        self.assertRegex(texts.pop(), rf"^PROGRAM {re.escape(version)}.*\nMCP .*2026-07-28\nBoost .*OpenSSL .*\n$")

    def test_what_changed_is_written_down(self):
        self.assertRegex((ROOT / "CHANGELOG.md").read_text(), r"(?m)^## \[(Unreleased|[0-9.]+)\]")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, default=BIN)
    options, rest = parser.parse_known_args()
    BIN = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
