#!/usr/bin/env python3
"""ci/format formats what changed and nothing else, and tells what is left."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from lib.process import CI, ROOT

COMMAND = CI / "format"
UGLY = "int   a( ){return 1;}\n"
NEAT = "int a() { return 1; }\n"


class Format(unittest.TestCase):
    """A repository with one commit before the last, in which everything is ugly."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.git("init", "-q", "-b", "main")
        shutil.copy(ROOT / ".clang-format", self.root)
        self.write("wire/http/README.md", "Here is HTTP.\n")
        for name in ("old", "kept", "gone"):
            self.write(f"wire/http/{name}.cpp", UGLY)
        self.commit()
        self.write("wire/http/last.cpp", UGLY)
        self.commit()

    def git(self, *words):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", self.root, *who, *words], check=True, capture_output=True)

    def commit(self):
        self.git("add", ".")
        self.git("commit", "-q", "-m", "Change something")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def text(self, path):
        return (self.root / path).read_text()

    def format(self, *options):
        command = [COMMAND, "--root", self.root, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def test_what_changed_is_formatted_whether_git_knows_it_or_not(self):
        self.write("wire/http/old.cpp", "// Changed.\n" + UGLY)
        self.write("wire/http/new.hpp", "#pragma once\n" + UGLY)
        self.write("wire/http/testdata/odd.cpp", UGLY)
        (self.root / "wire/http/gone.cpp").unlink()
        done = self.format()
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        told = {line.split(":")[0] for line in done.stdout.splitlines() if line.endswith(": formatted")}
        self.assertEqual(told, {"wire/http/last.cpp", "wire/http/new.hpp", "wire/http/old.cpp"})
        self.assertEqual(self.text("wire/http/old.cpp"), "// Changed.\n" + NEAT)
        self.assertEqual(self.text("wire/http/new.hpp"), "#pragma once\n" + NEAT)
        self.assertEqual((self.text("wire/http/kept.cpp"), self.text("wire/http/testdata/odd.cpp")), (UGLY, UGLY))

    def test_since_says_from_where_on(self):
        self.format("--since", "HEAD")
        self.assertEqual(self.text("wire/http/last.cpp"), UGLY)
        done = self.format("--since", "nowhere")
        self.assertEqual((done.returncode, done.stderr), (2, "format: git knows no nowhere\n"))

    def test_a_branch_is_compared_with_where_it_left(self):
        self.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
        self.write("wire/http/later.cpp", "int   b;\n")
        self.commit()
        self.format()
        self.assertEqual((self.text("wire/http/last.cpp"), self.text("wire/http/later.cpp")), (NEAT, "int b;\n"))

    def test_what_it_cannot_mend_it_tells(self):
        self.write("wire/http/new.hpp", "int b;\n")
        done = self.format("--no-tidy")
        self.assertEqual(done.returncode, 1)
        self.assertIn("wire/http/new.hpp:1: pragma_once: no #pragma once", done.stdout)


if __name__ == "__main__":
    unittest.main()
