#!/usr/bin/env python3
"""The rules of the house that a machine can hold. Prints one line per offence; says nothing when all is tidy.

  ci/tidy.py [--root FOLDER] [--no-format]

A rule is a function from a file to the offences in it; ci/tests/tidy_test.py proves of each that it can fail.
"""

import argparse
import fnmatch
import os
import re
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from lib import house

MAX_LINES = 500
MAX_COLUMNS = 120
MAX_BYTES = 512 * 1024
MAX_SUB_ROOM_LINES = 4000
TABLES = {"fixtures/faults"}  # One for each area of checks, as conformance/checks has a folder for each.
MAX_README_LINES = 30
FORMAT_BATCH = 24

# Data in the shape of a source file: neither its lines nor their number mean anything.
DATA = ["wire/schema/meta.cpp", "*/package-lock.json"]
TESTDATA = re.compile(r"(^|/)(testdata|golden|corpus|specimens)/")
BINARY = {".png", ".gz", ".br", ".zip", ".ico", ".woff2", ".bin", ".der"}
CODE = {".cpp", ".hpp"}
SOURCE = CODE | {".py", ".mjs", ".js", ".sh", ".cmake"}


@dataclass
class File:
    path: str  # Relative to the root.
    data: bytes
    executable: bool = False

    def __post_init__(self):
        self.text = self.data.decode("utf-8", errors="replace")
        self.lines = self.text.split("\n")
        self.suffix = os.path.splitext(self.path)[1]
        self.name = os.path.basename(self.path)
        self.room = self.path.split("/")[0]
        self.is_binary = self.suffix in BINARY or b"\0" in self.data
        self.is_testdata = bool(TESTDATA.search(self.path))
        self.is_data = any(fnmatch.fnmatch(self.path, pattern) for pattern in DATA)
        self.has_shebang = self.data.startswith(b"#!")
        self.is_source = self.suffix in SOURCE or self.name == "CMakeLists.txt" or self.has_shebang
        self.is_code = self.suffix in CODE
        self.in_house = self.is_code and self.room in house.ROOMS

    def matches(self, pattern, lines=None):
        for number, line in enumerate(lines if lines is not None else self.lines, 1):
            found = re.search(pattern, line)
            if found:
                yield number, found

    def code_lines(self):
        """Without // comments: they may name what code may not use."""
        return [re.sub(r"(^|\s)//.*", "", line) for line in self.lines]


# Whatever is text and ours, but for testdata.
def written(file):
    return not file.is_binary and not file.is_testdata


def arrows(file):
    """Files include what their sub-room may, as ci/lib/house.py says."""
    if not file.in_house:
        return
    if house.sub_room_of(file.path) is None:
        yield 1, f"{os.path.dirname(file.path)} has no row in ci/lib/house.py"
        return
    for number, found in file.matches(house.INCLUDE):
        target = found[1]
        if target.split("/")[0] not in house.ROOMS:
            if '"' in found[0]:
                yield number, f'"{target}" does not start with a room'
        elif house.is_for_tests(target) and not house.is_for_tests(file.path):
            yield number, f"{target} is for tests, fuzzers and benches"
        elif not house.may_include(file.path, target):
            place = house.sub_room_of(file.path)
            yield number, f"{place} may not include {target}; it may: {house.in_words(file.path)}"


def file_length(file):
    """Files have at most 500 lines."""
    if file.is_source and written(file) and not file.is_data and file.text.count("\n") > MAX_LINES:
        yield MAX_LINES + 1, f"{file.text.count(chr(10))} lines; at most {MAX_LINES}"


def line_length(file):
    """Lines have at most 120 columns."""
    if file.is_source and written(file) and not file.is_data:
        for number, line in enumerate(file.lines, 1):
            if len(line) > MAX_COLUMNS:
                yield number, f"{len(line)} columns; at most {MAX_COLUMNS}"


def pragma_once(file):
    """Headers start with #pragma once."""
    if file.suffix == ".hpp" and not re.search(r"^#pragma once$", file.text, re.MULTILINE):
        yield 1, "no #pragma once"


def ascii_only(file):
    """Sources are ASCII."""
    if file.is_source and written(file):
        for number, found in file.matches(r"[^\x00-\x7f]"):
            yield number, f"{found[0]!a} is not ASCII"


def white_space(file):
    """No tabs, no trailing white space, one newline at the end."""
    if not written(file):
        return
    for number, line in enumerate(file.lines, 1):
        if "\t" in line and file.suffix != ".tsv":
            yield number, "tab"
        if line != line.rstrip() and not (file.suffix == ".tsv" and line.endswith("\t")):
            yield number, "trailing white space"
    if file.data and (not file.data.endswith(b"\n") or file.data.endswith(b"\n\n")):
        yield len(file.lines), "must end with exactly one newline"


def marks(file):
    """Nothing is left for later, skipped or silenced."""
    if written(file) and not file.is_data:
        for number, found in file.matches(r"\b(TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|GTEST_SK[I]P|\bDISABL[E]D_|NOLIN[T]"):
            yield number, f"{found[0]}: finish it or leave it out"


def banned(file):
    """No coroutines (g++ 12 miscompiles them), no std::regex (it overflows the stack), no directives in headers."""
    if not file.is_code:
        return
    words = r"\bco_(await|yield|return)\b|\bstd::w?regex\b|#\s*include\s*<regex>"
    for number, found in file.matches(words, file.code_lines()):
        yield number, f"{found[0]} is not used here"
    if file.suffix == ".hpp":
        for number, _ in file.matches(r"^\s*using\s+namespace\b", file.code_lines()):
            yield number, "using namespace in a header"


# What ends with the statement while something still looks at it, as far as the text alone can tell.
TEMPORARIES = [
    (r"\bfor \([^;{]*[^:]:\s[^;{]*\)\.(value|error|value_or)\(", "a range within a temporary"),
    (r"\bfor \([^;{]*[^:]:\s+\*[\w:]+\(", "a range within a temporary"),
    (r"\bfor \([^;]*\b(token|opt_token|param|ext)_list\s*[{(][^})]*\(", "a list that only looks at a temporary"),
    (r"\bstring_view \w+\s*(=|[({])[^;]*\)\.str(ing)?\(\)\s*[)}]?;", "a view of a temporary"),
    (r"\bstring_view \w+\s*(=|[({])\s*(std::string|std::to_string|fmt::format)\(", "a view of a temporary"),
]


def temporaries(file):
    """No loop over what lies in a temporary, no view of one; clang finds the kinds that need types."""
    if file.is_code:
        for pattern, what in TEMPORARIES:
            for number, _ in file.matches(pattern, file.code_lines()):
                yield number, f"{what}: give it a name first"


def places(file):
    """No path of one machine, no registry."""
    if not written(file):
        return
    for number, found in file.matches(r"(?<![\w.}>)/-])/(work|root|home/\w+|Users/\w+)/[\w.]"):
        yield number, f"{found[0]}: a path of one machine"
    hosts = r"\bregistry[.](npmjs|yarnpkg)\b|\b(pypi|files[.]pythonhosted)[.]org\b|\b(deb|security)[.]debian[.]org\b"
    for number, found in file.matches(hosts):
        yield number, f"{found[0]}: a registry"
    if file.name == "package-lock.json":
        for number, _ in file.matches(r'^\s*"resolved":'):
            yield number, "a lock file names versions and hashes, not where they came from"


def executable(file):
    """What has a #! line can be run, and scripts have one."""
    if file.has_shebang and not file.executable:
        yield 1, "has a #! line and is not executable"
    if file.suffix == ".sh" and not file.has_shebang:
        yield 1, "has no #! line"


def size(file):
    """Files have at most 512 KB."""
    if len(file.data) > MAX_BYTES:
        yield 1, f"{len(file.data)} bytes; at most {MAX_BYTES}"


RULES = [arrows, file_length, line_length, pragma_once, ascii_only, white_space]
RULES += [marks, banned, temporaries, places, executable, size]


# Rules of the whole tree: from all files to (path, line, message).
def sub_room_size(files):
    """Sub-rooms have at most 4,000 lines, tests and data aside; those of tables grow with the checks."""
    lines = defaultdict(int)
    for file in files:
        if file.in_house and not file.is_data and not house.is_for_tests(file.path):
            lines[house.sub_room_of(file.path)] += file.text.count("\n")
    for sub_room, count in lines.items():
        if count > MAX_SUB_ROOM_LINES and sub_room not in TABLES:
            yield sub_room, 0, f"{count} lines without tests; at most {MAX_SUB_ROOM_LINES}"


def readme(files):
    """Rooms and sub-rooms open with a short README.md."""
    lines = {file.path: file.text.count("\n") for file in files if file.name == "README.md"}
    for sub_room in sorted({house.sub_room_of(file.path) for file in files if file.in_house} - {None}):
        path = f"{sub_room}/README.md"
        if sub_room.endswith(".hpp") or TESTDATA.search(path) or re.match("conformance/checks/[^/]+/", path):
            continue
        if path not in lines:
            yield path, 0, "is missing: what stands here, what it uses, where a newcomer begins"
        elif lines[path] > MAX_README_LINES:
            yield path, lines[path], f"{lines[path]} lines; at most {MAX_README_LINES}"


TREE_RULES = [sub_room_size, readme]


def paths_of(root):
    """What git knows or would add; everything outside of build folders where there is no git."""
    if (root / ".git").exists():
        command = ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    else:
        skipped = {"build", "node_modules", "weir-out", "__pycache__"}
        listed = [str(path.relative_to(root)) for path in root.rglob("*")]
        listed = [path for path in listed if not skipped & set(path.split("/"))]
    return sorted(path for path in set(listed) if path and (root / path).is_file() and not (root / path).is_symlink())


def check_format(root, paths):
    """clang-format has nothing to change."""
    batches = [paths[start : start + FORMAT_BATCH] for start in range(0, len(paths), FORMAT_BATCH)]

    def run(batch):
        command = ["clang-format-19", "--dry-run", "--Werror", "--ferror-limit=1", *batch]
        return subprocess.run(command, cwd=root, capture_output=True, text=True)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in pool.map(run, batches):
            for path, line in re.findall(r"^([^\s:][^:\n]*):(\d+):\d+: error", done.stderr, re.MULTILINE):
                yield f"{path}:{line}: clang-format: run ci/format"
            if done.returncode and "error" not in done.stderr:
                yield f"clang-format: {done.stderr.strip() or done.returncode}"


def offences(root, with_format=True):
    files = [File(path, (root / path).read_bytes(), os.access(root / path, os.X_OK)) for path in paths_of(root)]
    for file in files:
        for rule in RULES:
            for number, message in rule(file):
                yield f"{file.path}:{number}: {rule.__name__}: {message}"
    for rule in TREE_RULES:
        for path, number, message in rule(files):
            yield f"{path}:{number}: {rule.__name__}: {message}"
    if with_format:
        yield from check_format(root, [file.path for file in files if file.is_code and not file.is_testdata])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--no-format", action="store_true", help="leave clang-format out")
    arguments = parser.parse_args()
    found = list(offences(arguments.root, not arguments.no_format))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
