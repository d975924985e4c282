#!/usr/bin/env python3
"""What users run ends at a fault that hostile bytes reach: read in the headers and symbols of the release programs,
where there is a release build, and tried on two small programs, so that a reading that finds nothing is seen."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ["weir-conformance", "weir-hook", "weir-loadgen", "weir-fixture", "weir-report"]
FLAGS = ["-fstack-protector-strong", "-fPIE", "-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS"]
LINKED = ["-pie", "-Wl,-z,relro,-z,now"]
SOURCE = """
#include <cstdio>
#include <cstring>
#include <vector>
int main(int count, char** words) {
  char copy[16];
  std::strcpy(copy, words[0]);
  std::vector<int> numbers(static_cast<unsigned>(count));
  return std::printf("%s %d", copy, numbers[static_cast<unsigned>(count) / 2]);
}
"""


def read(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def missing_in(program):
    """What of the hardening a program lacks."""
    headers = read("readelf", "--wide", "--file-header", "--program-headers", "--dynamic", program)
    symbols = read("readelf", "--wide", "--dyn-syms", program)
    wanted = {
        "PIE": re.search(r"Type:\s+DYN", headers),
        "RELRO": "GNU_RELRO" in headers,
        "BIND_NOW": re.search(r"BIND_NOW|Flags:.*\bNOW\b", headers),
        "a stack that is not executable": re.search(r"GNU_STACK.*\bRW \s", headers),
        "the stack protector": "__stack_chk_fail" in symbols,
        "_FORTIFY_SOURCE": re.search(r"__\w+_chk\b(?<!__stack_chk)", symbols),
        "_GLIBCXX_ASSERTIONS": "__glibcxx_assert_fail" in symbols,
    }
    return [name for name, there in wanted.items() if not there]


def compiled(folder, *flags):
    source = Path(folder) / "small.cpp"
    source.write_text(SOURCE)
    program = Path(folder) / "small"
    subprocess.run(["g++", "-std=c++20", "-O2", "-Wall", "-Werror", "-o", program, source, *flags], check=True)
    return program


class Hardening(unittest.TestCase):
    def test_the_flags_do_what_they_are_for(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(missing_in(compiled(folder, *FLAGS, *LINKED)), [])

    def test_a_program_without_them_is_told(self):
        with tempfile.TemporaryDirectory() as folder:
            lacking = missing_in(compiled(folder, "-no-pie", "-Wl,-z,norelro", "-Wl,-z,lazy", "-fno-stack-protector"))
        for name in ["PIE", "RELRO", "BIND_NOW", "the stack protector", "_FORTIFY_SOURCE", "_GLIBCXX_ASSERTIONS"]:
            self.assertIn(name, lacking)

    def test_the_release_preset_has_them(self):
        presets = {one["name"]: one for one in json.loads((ROOT / "CMakePresets.json").read_text())["configurePresets"]}
        self.assertEqual(presets["release"]["cacheVariables"]["WEIR_HARDEN"], "ON")
        rules = (ROOT / "cmake/weir.cmake").read_text()
        for flag in [*FLAGS, *LINKED]:
            self.assertIn(flag.removeprefix("-D"), rules)

    def test_the_release_programs_have_them(self):
        cache = ROOT / "build/release/CMakeCache.txt"
        programs = [ROOT / "build/release/bin" / name for name in PROGRAMS]
        for program in programs if cache.is_file() else []:
            if program.is_file() and program.stat().st_mtime > cache.stat().st_mtime:
                self.assertEqual(missing_in(program), [], program.name)


if __name__ == "__main__":
    sys.exit(unittest.main())
