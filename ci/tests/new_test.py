#!/usr/bin/env python3
"""ci/new lays a check and its fault that are tidy, compile, and cannot pass; it refuses what cannot be one."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lib import house, new_check
from lib.process import CI, ROOT

sys.path.append(str(CI))
import tidy

COMMAND = CI / "new"
COPIED = ["conformance/checks", "conformance/catalogue/requirements.tsv", "fixtures/faults", ".clang-format"]
ALL_ERAS = "jsonrpc.response-id-echo"


class New(unittest.TestCase):
    """In a copy of what it reads."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for path in COPIED:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
            copy(ROOT / path, self.root / path)
        self.before = self.files()

    def files(self):
        paths = [path for path in self.root.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.root)): path.read_text() for path in paths}

    def new(self, *words):
        command = [COMMAND, "check", *words, "--root", self.root]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def laid(self, *words):
        """{path: text} of what is new or other than before."""
        new_check.lay(self.root, *words)
        after = self.files()
        self.assertLessEqual(self.before.keys(), after.keys())
        return {path: text for path, text in after.items() if self.before.get(path) != text}

    def assert_tidy(self, files):
        for path, text in files.items():
            file = tidy.File(path, text.encode())
            offences = [(rule.__name__, offence) for rule in tidy.RULES for offence in rule(file)]
            self.assertEqual(offences, [], path)
            for target in house.includes_of(text):
                self.assertTrue(not target.endswith(".hpp") or (ROOT / target).is_file(), f"{path} includes {target}")
        self.assertEqual(list(tidy.check_format(self.root, list(files))), [])

    def test_a_check_of_an_area_that_is_there(self):
        files = self.laid("jsonrpc.id.made-up", ALL_ERAS)
        check, faults = "conformance/checks/jsonrpc/id_made_up.cpp", "fixtures/faults/jsonrpc_faults.cpp"
        self.assertEqual(set(files), {check, faults})
        self.assert_tidy(files)
        for member in ['.id = "jsonrpc.id.made-up"', f'.requirements = {{"{ALL_ERAS}"}}', ".level = Level::must"]:
            self.assertIn(member, files[check])
        self.assertIn('.faults = {"jsonrpc.id-not-made-up"}', files[check])
        self.assertIn('.name = "jsonrpc.id-not-made-up"', files[faults])
        # The row is all that is new in the table.
        old, new = self.before[faults].splitlines(), files[faults].splitlines()
        self.assertEqual([line for line in old if line not in new], [])
        self.assertEqual(len(new) - len(old), 3)

    def test_a_check_of_a_new_area(self):
        files = self.laid("made-up.some-object.rule")
        check = "conformance/checks/made_up/some_object_rule.cpp"
        self.assertEqual(set(files), {check, "fixtures/faults/made_up_faults.cpp"})
        self.assert_tidy(files)

    def test_a_row_goes_into_every_table_that_there_is(self):
        for faults in sorted((self.root / "fixtures/faults").glob("*_faults.cpp")):
            area = faults.stem.removesuffix("_faults").replace("_", "-")
            with self.subTest(area=area):
                self.before = self.files()
                files = self.laid(f"{area}.made.up")
                self.assertIn(str(faults.relative_to(self.root)), files)
                self.assert_tidy(files)

    def test_what_is_laid_compiles(self):
        files = self.laid("jsonrpc.id.made-up")
        for path in files:
            flags = ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-Wno-missing-field-initializers"]
            flags += ["-DBOOST_ASIO_NO_DEPRECATED", "-fsyntax-only", f"-I{ROOT}"]
            flags += ["-include", ROOT / path.split("/")[0] / "pch.hpp"]  # As the build reads it.
            command = ["clang++-19", *flags, self.root / path]
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_laid_cannot_pass(self):
        text = self.laid("jsonrpc.id.made-up")["conformance/checks/jsonrpc/id_made_up.cpp"]
        self.assertNotRegex(text, r"\bpass\(")
        # The kill matrix takes neither this for green, where no green_may_be allows it, nor for red ...
        self.assertIn("return untestable(", text)
        self.assertNotIn("green_may_be", text)
        # ... and the catalogue no check without a consequence and a fix.
        self.assertIn('.consequence = ""', text)
        self.assertIn('.fix = ""', text)

    def test_a_requirement_says_level_eras_and_revisions(self):
        cases = {
            "jsonrpc.response-id-echo": ["Level::must", "kAllEras"],
            "auth.challenge.scope": ["Level::should", "kSingleEndpoint", '.since = "2025-11-25"'],
            "auth.as.dynamic-registration": ["Level::should", "kStreamable", '.until = "2025-06-18"'],
        }
        for number, (requirement, members) in enumerate(cases.items()):
            with self.subTest(requirement=requirement):
                self.before = self.files()
                files = self.laid(f"made.up.rule-{number}", requirement)
                text = files[f"conformance/checks/made/up_rule_{number}.cpp"]
                for member in members:
                    self.assertIn(member, text)

    def test_every_requirement_can_be_asked(self):
        lines = (ROOT / "conformance/catalogue/requirements.tsv").read_text().splitlines()[1:]
        revisions = {line.split("\t")[2]: line.split("\t")[0] for line in lines}
        for number, requirement in enumerate(revisions.values()):
            with self.subTest(requirement=requirement):
                new_check.lay(self.root, f"made.up.rule-{number}", requirement)

    def test_it_tells_what_is_next(self):
        done = self.new("jsonrpc.id.made-up")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("conformance/checks/jsonrpc/id_made_up.cpp\n", done.stdout)
        self.assertIn("fixtures/faults/jsonrpc_faults.cpp\n", done.stdout)
        self.assertIn("--gtest_filter='*/jsonrpc_id_made_up_in_*:", done.stdout)

    def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_laid(self):
        refused = {
            ("jsonrpc.id",): "is no id",
            ("jsonrpc.id.Made-Up",): "is no id",
            ("jsonrpc.id.made_up",): "is no id",
            ("../x.id.rule",): "is no id",
            ("jsonrpc.id.echoed",): "jsonrpc.id.echoed exists: conformance/checks/jsonrpc/id_echoed.cpp",
            ("jsonrpc.id.made-up", "--requirement", "jsonrpc.response-id-ecko"): f"it has {ALL_ERAS}",
            ("jsonrpc.id.made-up", "--requirement", ALL_ERAS, "--level", "may"): "is a MUST",
        }
        for words, why in refused.items():
            with self.subTest(words=words):
                done = self.new(*words)
                self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)
                self.assertTrue(done.stderr.startswith("new: "))
                self.assertIn(why, done.stderr)
        self.assertEqual(self.files(), self.before)


if __name__ == "__main__":
    unittest.main()
