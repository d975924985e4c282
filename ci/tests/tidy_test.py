#!/usr/bin/env python3
"""Every rule of ci/tidy.py fails on what it forbids, and lets pass what it allows."""

import tempfile
import unittest
from pathlib import Path

import tidy

HEADER = "#pragma once\n"
LONG = "// " + "x" * 118 + "\n"
MARK = "TO" + "DO"

# rule -> [(path, content)] that it must refuse. The paths are made up.
REFUSED = {
    "arrows": [
        ("wire/a.cpp", '#include "reports/conformance/results.hpp"\n'),
        ("wire/a.cpp", '#include "conformance/check.hpp"\n'),
        ("wire/a.hpp", HEADER + '#  include <fixtures/faults/fault.hpp>\n'),
        ("reports/a.cpp", '#include "wire/sse/sse.hpp"\n'),
        ("reports/a_test.cpp", '#include "conformance/check.hpp"\n'),
        ("fixtures/a.cpp", '#include "reports/conformance/results.hpp"\n'),
        ("fixtures/a_test.cpp", '#include "conformance/check.hpp"\n'),
        ("conformance/checks/a.cpp", '#include "fixtures/faults/fault.hpp"\n'),
        ("conformance/a.cpp", '#include "loadgen/pacer.hpp"\n'),
        ("loadgen/a.cpp", '#include "conformance/check.hpp"\n'),
        ("wire/a.cpp", '#include "wire/testing/split.hpp"\n'),
        ("conformance/a.cpp", '#include "wire/testing/split.hpp"\n'),
        ("wire/a.cpp", '#include "../reports/results.hpp"\n'),
        ("wire/a.cpp", '#include "sse.hpp"\n'),
    ],
    "file_length": [("wire/a.cpp", "\n" * 500 + "int a;\n"), ("ci/x.py", "pass\n" * 501)],
    "line_length": [
        ("wire/a.cpp", LONG),
        ("CMakeLists.txt", "#" * 121 + "\n"),
        ("ci/run", "#!/bin/sh\n" + "#" * 121 + "\n"),
    ],
    "pragma_once": [("wire/a.hpp", "int a();\n"), ("wire/a.hpp", "// #pragma once\n")],
    "ascii_only": [("wire/a.cpp", "// \u2014\n"), ("ci/x.py", "# \u00e9\n")],
    "white_space": [
        ("wire/a.cpp", "\tint a;\n"),
        ("README.md", "text \n"),
        ("wire/a.cpp", "int a;\r\n"),
        ("wire/a.cpp", "int a;"),
        ("wire/a.cpp", "int a;\n\n"),
    ],
    "marks": [
        ("wire/a.cpp", f"// {MARK}: later\n"),
        ("README.md", "FIX" + "ME\n"),
        ("wire/a.cpp", "// X" + "XX\n"),
        ("wire/a.cpp", "// a HA" + "CK\n"),
        ("wire/a_test.cpp", "GTEST_SK" + "IP();\n"),
        ("wire/a_test.cpp", "TEST(A, DISABL" + "ED_b) {}\n"),
        ("wire/a.cpp", "int a;  // NOLIN" + "T(x)\n"),
    ],
    "banned": [
        ("wire/a.cpp", "  co_await f();\n"),
        ("wire/a.cpp", "  co_return;\n"),
        ("wire/a.cpp", "std::regex r;\n"),
        ("wire/a.cpp", "#include <regex>\n"),
        ("wire/a.hpp", HEADER + "using namespace std;\n"),
    ],
    "places": [
        ("wire/a.cpp", 'open("/work' + '/x.txt");\n'),
        ("README.md", "see /root" + "/notes\n"),
        ("ci/x.py", "p = '/home" + "/ann/x'\n"),
        ("ci/node/.npmrc", "x=https://registry." + "npmjs.org/\n"),
        ("ci/setup", "#!/bin/sh\n# deb." + "debian.org\n"),
        ("ci/node/package-lock.json", '{\n  "resolved": "x"\n}\n'),
    ],
    "executable": [("ci/run", "#!/bin/sh\n"), ("ci/x.sh", "true\n")],
    "size": [("conformance/catalogue/requirements.tsv", "x\n" * (256 * 1024 + 1))],
}

ALLOWED = [
    ("wire/a.cpp", '#include "wire/sse/sse.hpp"\n#include <boost/json.hpp>\n#include <vector>\n'),
    ("wire/a_test.cpp", '#include "fixtures/mcp/server.hpp"\n#include "wire/testing/split.hpp"\n'),
    ("wire/a_fuzz.cpp", '#include "wire/testing/split.hpp"\n'),
    ("wire/testing/split.cpp", '#include "wire/testing/split.hpp"\n'),
    ("conformance/a.cpp", '#include "reports/conformance/results.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("loadgen/a.cpp", '#include "reports/conformance/results.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("fixtures/a.cpp", '#include "wire/sse/sse.hpp"\n'),
    ("wire/a.cpp", "\n" * 499 + "int a;\n"),
    ("wire/a.cpp", "// " + "x" * 117 + "\n"),
    ("wire/schema/meta.cpp", LONG * 600),
    ("wire/testdata/odd.txt", "\u2014 \t\r\n\n"),
    ("conformance/catalogue/requirements.tsv", "id\tlevel\n"),
    ("README.md", "An em dash \u2014 in prose.\n"),
    ("conformance/probe/probe.hpp", HEADER + "// Nobody writes co_await here, nor std::regex.\n"),
    ("wire/a.cpp", "using namespace std::chrono_literals;\n"),
    ("wire/a.cpp", 'get("http://h.example/work/x");\n'),
    ("wire/empty.txt", ""),
]


def offences_of(path, content):
    file = tidy.File(path, content.encode(), executable=False)
    return {rule.__name__ for rule in tidy.RULES for _ in rule(file)}


class Tidy(unittest.TestCase):
    def test_every_rule_is_proved(self):
        self.assertEqual({rule.__name__ for rule in tidy.RULES}, set(REFUSED))

    def test_each_rule_refuses_what_it_forbids(self):
        for rule, specimens in REFUSED.items():
            for path, content in specimens:
                with self.subTest(rule=rule, path=path, content=content[:60]):
                    self.assertIn(rule, offences_of(path, content))

    def test_what_is_allowed_passes_every_rule(self):
        for path, content in ALLOWED:
            with self.subTest(path=path, content=content[:60]):
                self.assertEqual(offences_of(path, content), set())

    def test_an_executable_script_passes(self):
        file = tidy.File("ci/run", b"#!/bin/sh\n", executable=True)
        self.assertEqual([offence for rule in tidy.RULES for offence in rule(file)], [])

    def test_an_offence_says_where(self):
        file = tidy.File("wire/a.cpp", b"int a;\nint b; \n")
        self.assertEqual(list(tidy.white_space(file)), [(2, "trailing white space")])


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 120\n")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def test_a_tidy_tree_gives_nothing(self):
        self.write("wire/a.hpp", HEADER + "\nint a();\n")
        self.write("wire/a.cpp", '#include "wire/a.hpp"\n\nint a() { return 1; }\n')
        self.assertEqual(list(tidy.offences(self.root)), [])

    def test_unformatted_code_is_named_once_for_each_file(self):
        self.write("wire/a.cpp", "int a( ){return 1;}\nint  b;\n")
        self.write("wire/b.cpp", "int   b;\n")
        found = list(tidy.offences(self.root))
        self.assertEqual([line.split(":")[0] for line in found], ["wire/a.cpp", "wire/b.cpp"], found)
        self.assertIn("clang-format -i wire/a.cpp", found[0])

    def test_build_folders_are_left_out(self):
        self.write("build/dev/a.cpp", "int   a;  \n")
        self.write("ci/node/node_modules/x/a.sh", "true\n")
        self.assertEqual(list(tidy.offences(self.root)), [])

    def test_offences_carry_path_line_and_rule(self):
        self.write("reports/a.cpp", '#include "wire/sse/sse.hpp"\n')
        offence = "reports/a.cpp:1: arrows: reports may not include wire/sse/sse.hpp"
        self.assertEqual(list(tidy.offences(self.root)), [offence])


if __name__ == "__main__":
    unittest.main()
