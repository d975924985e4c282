#!/usr/bin/env python3
"""Every rule of ci/tidy.py fails on what it forbids, and lets pass what it allows."""

import sys
import tempfile
import unittest
from pathlib import Path

from lib import house
from lib.process import CI

sys.path.append(str(CI))
import tidy

HEADER = "#pragma once\n"
LONG = "// " + "x" * 118 + "\n"
MARK = "TO" + "DO"

# rule -> [(path, content)] that it must refuse. The paths are made up.
REFUSED = {
    "arrows": [
        # Rooms.
        ("wire/sse/a.cpp", '#include "reports/conformance/results.hpp"\n'),
        ("wire/sse/a.cpp", '#include "conformance/check.hpp"\n'),
        ("wire/sse/a.hpp", HEADER + "#  include <fixtures/faults/fault.hpp>\n"),
        ("reports/load/a.cpp", '#include "wire/sse/sse.hpp"\n'),
        ("reports/load/a_test.cpp", '#include "conformance/check.hpp"\n'),
        ("fixtures/mcp/a.cpp", '#include "reports/conformance/results.hpp"\n'),
        ("fixtures/mcp/a_test.cpp", '#include "conformance/check.hpp"\n'),
        ("conformance/checks/ping/a.cpp", '#include "fixtures/faults/fault.hpp"\n'),
        ("conformance/run/a.cpp", '#include "loadgen/client/pacer.hpp"\n'),
        ("conformance/run/a.cpp", '#include "reports/load/writers.hpp"\n'),
        ("loadgen/net/a.cpp", '#include "conformance/check.hpp"\n'),
        # Sub-rooms: up, and sideways.
        ("wire/base/a.cpp", '#include "wire/json/json.hpp"\n'),
        ("wire/schema/a.cpp", '#include "wire/sse/sse.hpp"\n'),
        ("wire/http/a.cpp", '#include "wire/target/profile.hpp"\n'),
        ("reports/measure/a.cpp", '#include "reports/judge/results.hpp"\n'),
        ("reports/draw/a.cpp", '#include "reports/judge/results.hpp"\n'),
        ("reports/load/a.cpp", '#include "reports/conformance/results.hpp"\n'),
        ("conformance/probe/a.cpp", '#include "conformance/run/runner.hpp"\n'),
        ("conformance/tools_lock/a.cpp", '#include "conformance/checks/tools/common.hpp"\n'),
        ("conformance/checks/ping/a.cpp", '#include "conformance/checks/tools/common.hpp"\n'),
        ("conformance/checks/tools/a.cpp", '#include "conformance/tools_lock/tools_lock.hpp"\n'),
        ("loadgen/net/a.cpp", '#include "loadgen/scenario/scenario.hpp"\n'),
        ("loadgen/watch/a.cpp", '#include "loadgen/net/loop.hpp"\n'),
        ("loadgen/probe_idle/a.cpp", '#include "loadgen/net/loop.hpp"\n'),
        ("loadgen/net/a.cpp", '#include "loadgen/options.hpp"\n'),
        ("fixtures/faults/a.cpp", '#include "fixtures/mcp/server.hpp"\n'),
        ("fixtures/hub/a.cpp", '#include "fixtures/http/http_server.hpp"\n'),
        # What is for tests, and what has no place.
        ("wire/http/a.cpp", '#include "wire/testing/split.hpp"\n'),
        ("conformance/run/a.cpp", '#include "wire/testing/split.hpp"\n'),
        ("fixtures/edge/a.cpp", '#include "fixtures/edge/edge_fixture.hpp"\n'),
        ("wire/http/a_fuzz.cpp", '#include "fixtures/mcp/server.hpp"\n'),
        ("wire/http/a.cpp", '#include "../reports/results.hpp"\n'),
        ("wire/sse/a.cpp", '#include "sse.hpp"\n'),
        ("wire/attic/a.cpp", "int a;\n"),
    ],
    "file_length": [("wire/http/a.cpp", "\n" * 500 + "int a;\n"), ("ci/x.py", "pass\n" * 501)],
    "line_length": [
        ("wire/http/a.cpp", LONG),
        ("CMakeLists.txt", "#" * 121 + "\n"),
        ("ci/run", "#!/bin/sh\n" + "#" * 121 + "\n"),
    ],
    "pragma_once": [("wire/http/a.hpp", "int a();\n"), ("wire/http/a.hpp", "// #pragma once\n")],
    "ascii_only": [("wire/http/a.cpp", "// \u2014\n"), ("ci/x.py", "# \u00e9\n")],
    "white_space": [
        ("wire/http/a.cpp", "\tint a;\n"),
        ("README.md", "text \n"),
        ("wire/http/a.cpp", "int a;\r\n"),
        ("wire/http/a.cpp", "int a;"),
        ("wire/http/a.cpp", "int a;\n\n"),
    ],
    "marks": [
        ("wire/http/a.cpp", f"// {MARK}: later\n"),
        ("README.md", "FIX" + "ME\n"),
        ("wire/http/a.cpp", "// X" + "XX\n"),
        ("wire/http/a.cpp", "// a HA" + "CK\n"),
        ("wire/http/a_test.cpp", "GTEST_SK" + "IP();\n"),
        ("wire/http/a_test.cpp", "TEST(A, DISABL" + "ED_b) {}\n"),
        ("wire/http/a.cpp", "int a;  // NOLIN" + "T(x)\n"),
    ],
    "banned": [
        ("wire/http/a.cpp", "  co_await f();\n"),
        ("wire/http/a.cpp", "  co_return;\n"),
        ("wire/http/a.cpp", "std::regex r;\n"),
        ("wire/http/a.cpp", "#include <regex>\n"),
        ("wire/http/a.hpp", HEADER + "using namespace std;\n"),
    ],
    "temporaries": [
        ("wire/http/a.cpp", "for (auto& one : list_of(x).value()) {}\n"),
        ("wire/http/a.cpp", "for (const auto& [a, b] : *find(x)) {}\n"),
        ("wire/http/a.cpp", 'for (auto token : http::token_list{headers.joined("TE")}) {}\n'),
        ("wire/http/a.cpp", "std::string_view text = stream(x).str();\n"),
        ("wire/http/a.cpp", "const std::string_view text{fmt::format(x)};\n"),
    ],
    "places": [
        ("wire/http/a.cpp", 'open("/work' + '/x.txt");\n'),
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
    ("wire/http/a.cpp", '#include "wire/sse/sse.hpp"\n#include <boost/json.hpp>\n#include <vector>\n'),
    ("wire/http/a.cpp", '#include "wire/base/text.hpp"\n#include "wire/http/url.hpp"\n'),
    ("wire/base/a_test.cpp", '#include "fixtures/mcp/server.hpp"\n#include "wire/testing/split.hpp"\n'),
    ("wire/base/a_test.cpp", '#include "wire/target/profile.hpp"\n'),
    ("wire/sse/a_fuzz.cpp", '#include "wire/testing/split.hpp"\n'),
    ("wire/testing/split.cpp", '#include "wire/testing/split.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("reports/draw/a.cpp", '#include "reports/judge/exit_code.hpp"\n#include "wire/json/json.hpp"\n'),
    ("reports/report_main.cpp", '#include "reports/load/writers.hpp"\n#include "reports/conformance/json.hpp"\n'),
    ("conformance/run/a.cpp", '#include "reports/conformance/results.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("conformance/checks/ping/a.cpp", '#include "conformance/check.hpp"\n#include "conformance/checks/common.hpp"\n'),
    ("conformance/checks/tools/a.cpp", '#include "conformance/tools_lock/schema_diff.hpp"\n'),
    ("conformance/matrix/a_test.cpp", '#include "conformance/run/runner.hpp"\n#include "fixtures/mcp/server.hpp"\n'),
    ("loadgen/client/a.cpp", '#include "loadgen/limits.hpp"\n#include "loadgen/net/loop.hpp"\n'),
    ("loadgen/supervise/a.cpp", '#include "reports/judge/results.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("fixtures/systems/s1/a.cpp", '#include "fixtures/edge/edge.hpp"\n#include "wire/sse/sse.hpp"\n'),
    ("fixtures/hub/a.cpp", '#include "fixtures/http/command.hpp"\n'),
    ("wire/http/a.cpp", "for (auto& one : list_of(x)) {}\nfor (auto& one : found.value()) {}\n"),
    ("wire/http/a.cpp", 'bool b = http::token_list{head["Expect"]}.exists("x");\nstd::string text = f(x).str();\n'),
    ("wire/http/a.cpp", "\n" * 499 + "int a;\n"),
    ("wire/http/a.cpp", "// " + "x" * 117 + "\n"),
    ("wire/schema/meta.cpp", LONG * 600),
    ("wire/testdata/odd.txt", "\u2014 \t\r\n\n"),
    ("conformance/catalogue/requirements.tsv", "id\tlevel\n"),
    ("README.md", "An em dash \u2014 in prose.\n"),
    ("conformance/probe/probe.hpp", HEADER + "// Nobody writes co_await here, nor std::regex.\n"),
    ("wire/http/a.cpp", "using namespace std::chrono_literals;\n"),
    ("wire/http/a.cpp", 'get("http://h.example/work/x");\n'),
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
        file = tidy.File("wire/http/a.cpp", b"int a;\nint b; \n")
        self.assertEqual(list(tidy.white_space(file)), [(2, "trailing white space")])


class TreeRules(unittest.TestCase):
    def offences_of(self, rule, *files):
        return list(rule([tidy.File(path, text.encode()) for path, text in files]))

    def test_a_sub_room_may_not_outgrow_its_bound(self):
        lines = "int a;\n" * 2001
        full = [("wire/http/a.cpp", lines), ("wire/http/b.cpp", lines)]
        self.assertEqual([offence[0] for offence in self.offences_of(tidy.sub_room_size, *full)], ["wire/http"])
        # Tests and data do not count, and an area of checks is counted by itself.
        spread = [("wire/http/a.cpp", lines), ("wire/http/b_test.cpp", lines), ("wire/schema/meta.cpp", lines * 3)]
        spread += [("conformance/checks/ping/a.cpp", lines), ("conformance/checks/tools/a.cpp", lines)]
        self.assertEqual(self.offences_of(tidy.sub_room_size, *spread), [])

    def test_a_sub_room_without_a_short_readme_is_refused(self):
        code = ("wire/http/a.cpp", "int a;\n")
        self.assertEqual(len(self.offences_of(tidy.readme, code)), 1)
        self.assertEqual(len(self.offences_of(tidy.readme, code, ("wire/http/README.md", "x\n" * 31))), 1)
        self.assertEqual(self.offences_of(tidy.readme, code, ("wire/http/README.md", "x\n" * 30)), [])

    def test_areas_of_checks_and_testdata_need_none(self):
        quiet = [("conformance/checks/ping/a.cpp", "int a;\n"), ("reports/testdata/a.hpp", HEADER)]
        self.assertEqual(self.offences_of(tidy.readme, *quiet), [])


class House(unittest.TestCase):
    def test_every_row_names_rows_and_headers_that_are_there(self):
        known = {*house.HOUSE, *(room + "/*" for room in house.ROOMS)}
        for row, names in house.HOUSE.items():
            for name in names:
                with self.subTest(row=row, name=name):
                    self.assertTrue((CI.parent / name).is_file() if name.endswith(".hpp") else name in known)

    def test_nothing_leads_back_to_where_it_started(self):
        for row in house.HOUSE:
            if row not in house.ROOMS:
                with self.subTest(row=row):
                    self.assertNotIn(row, house.reach(house.row_of(row)))

    def test_an_offence_names_what_is_allowed(self):
        file = tidy.File("wire/sse/a.cpp", b'#include "wire/http/url.hpp"\n')
        words = "wire/sse may not include wire/http/url.hpp; it may: wire/sse, wire/json, wire/base"
        self.assertEqual(list(tidy.arrows(file)), [(1, words)])


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
        self.write("wire/http/README.md", "Here is HTTP.\n")
        self.write("wire/http/a.hpp", HEADER + "\nint a();\n")
        self.write("wire/http/a.cpp", '#include "wire/http/a.hpp"\n\nint a() { return 1; }\n')
        self.assertEqual(list(tidy.offences(self.root)), [])

    def test_unformatted_code_is_named_once_for_each_file(self):
        self.write("wire/http/README.md", "Here is HTTP.\n")
        self.write("wire/http/a.cpp", "int a( ){return 1;}\nint  b;\n")
        self.write("wire/http/b.cpp", "int   b;\n")
        found = list(tidy.offences(self.root))
        self.assertEqual([line.split(":")[0] for line in found], ["wire/http/a.cpp", "wire/http/b.cpp"], found)
        self.assertIn("ci/format", found[0])

    def test_build_folders_are_left_out(self):
        self.write("build/dev/a.cpp", "int   a;  \n")
        self.write("ci/node/node_modules/x/a.sh", "true\n")
        self.assertEqual(list(tidy.offences(self.root)), [])

    def test_offences_carry_path_line_and_rule(self):
        self.write("reports/load/README.md", "Here are the writers.\n")
        self.write("reports/load/a.cpp", '#include "wire/sse/sse.hpp"\n')
        (offence,) = tidy.offences(self.root)
        self.assertTrue(offence.startswith("reports/load/a.cpp:1: arrows: reports/load may not include"), offence)


if __name__ == "__main__":
    unittest.main()
