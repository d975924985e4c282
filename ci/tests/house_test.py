#!/usr/bin/env python3
"""ci/house draws the includes as they are, and the picture in CONTRIBUTING.md is current."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from lib import picture
from lib.process import CI, ROOT, Problem

DRAW = CI / "house"


def including(*targets):
    return "".join(f'#include "{target}"\n' for target in targets)


class Picture(unittest.TestCase):
    def arrows_of(self, **files):
        return picture.reduced(picture.arrows_of((path, text) for path, text in files.items()))

    def test_an_arrow_that_follows_from_others_is_left_out(self):
        files = {
            "wire/http/a.cpp": including("wire/json/json.hpp", "wire/base/text.hpp"),
            "wire/json/json.hpp": including("wire/base/text.hpp"),
        }
        expected = {"wire/base": [], "wire/http": ["wire/json"], "wire/json": ["wire/base"]}
        self.assertEqual(self.arrows_of(**files), expected)

    def test_what_two_ways_lead_to_keeps_both(self):
        files = {
            "wire/http/a.cpp": including("wire/sse/sse.hpp", "wire/schema/schema.hpp"),
            "wire/sse/sse.hpp": including("wire/json/json.hpp"),
            "wire/schema/schema.hpp": including("wire/json/json.hpp"),
        }
        self.assertEqual(self.arrows_of(**files)["wire/http"], ["wire/schema", "wire/sse"])

    def test_tests_and_foreign_headers_are_no_part_of_it(self):
        files = {
            "wire/base/a.cpp": including("boost/json.hpp", "wire/base/b.hpp"),
            "wire/base/a_test.cpp": including("wire/target/profile.hpp"),
        }
        self.assertEqual(self.arrows_of(**files), {"wire/base": []})

    def test_all_areas_of_checks_are_one_place(self):
        files = {
            "conformance/checks/ping/a.cpp": including("conformance/ask/common.hpp"),
            "conformance/checks/tools/a.cpp": including("conformance/ask/common.hpp"),
        }
        self.assertEqual(self.arrows_of(**files)["conformance/checks/*"], ["conformance/ask"])

    def test_a_header_that_is_open_alone_is_a_place_for_those_who_may_not_see_the_rest(self):
        files = {
            "reports/judge/exit_code.hpp": including("wire/base/error.hpp"),
            "reports/judge/results.hpp": including("reports/measure/snapshot.hpp"),
            "reports/draw/a.cpp": including("reports/judge/exit_code.hpp"),
            "reports/load/a.cpp": including("reports/judge/exit_code.hpp", "reports/draw/paint.hpp"),
        }
        arrows = self.arrows_of(**files)
        self.assertEqual(arrows["reports/draw"], ["reports/judge/exit_code.hpp"])
        self.assertEqual(arrows["reports/load"], ["reports/draw", "reports/judge"])
        self.assertEqual(arrows["reports/judge"], ["reports/judge/exit_code.hpp", "reports/measure"])
        self.assertEqual(arrows["reports/judge/exit_code.hpp"], ["wire/base"])

    def test_a_header_that_is_open_alone_may_not_lead_to_the_rest(self):
        files = {
            "reports/judge/exit_code.hpp": including("reports/judge/results.hpp"),
            "reports/draw/a.cpp": including("reports/judge/exit_code.hpp"),
        }
        with self.assertRaisesRegex(Problem, "circle: .*exit_code.hpp includes reports/judge/results.hpp"):
            self.arrows_of(**files)

    def test_a_circle_is_refused_with_the_includes_that_make_it(self):
        files = {
            "wire/base/a.cpp": including("wire/sse/sse.hpp"),
            "wire/sse/sse.hpp": including("wire/json/json.hpp"),
            "wire/json/json.hpp": including("wire/base/text.hpp"),
        }
        with self.assertRaisesRegex(Problem, "circle: .*wire/json/json.hpp includes wire/base/text.hpp"):
            self.arrows_of(**files)

    def test_mermaid_and_dot_name_every_place_and_arrow(self):
        arrows = self.arrows_of(**{"conformance/run/a.cpp": including("wire/json/json.hpp")})
        self.assertIn("  conformance_run --> wire_json\n", picture.mermaid(arrows))
        self.assertIn('    wire_json["json"];\n', picture.mermaid(arrows))
        self.assertIn("  conformance_run -> wire_json;\n", picture.dot(arrows))

    def test_what_no_arrow_touches_is_not_drawn(self):
        arrows = self.arrows_of(**{"wire/pch.hpp": "", "wire/json/a.cpp": including("wire/base/text.hpp")})
        self.assertNotIn("wire_main", picture.mermaid(arrows))

    def test_the_picture_takes_the_place_of_the_one_before(self):
        self.assertEqual(picture.redrawn("a\n```mermaid\nold\n```\nb\n", "new\n"), "a\n```mermaid\nnew\n```\nb\n")
        self.assertEqual(picture.drawn_in("a\n```mermaid\nnew\n```\nb\n"), "new\n")
        with self.assertRaisesRegex(Problem, "no mermaid block"):
            picture.redrawn("a\n", "new\n")


class Command(unittest.TestCase):
    def draw(self, *options):
        return subprocess.run([DRAW, *options], capture_output=True, text=True, timeout=60)

    def test_update_writes_what_mermaid_prints(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "wire/http").mkdir(parents=True)
            (root / "wire/http/a.cpp").write_text(including("wire/json/json.hpp"))
            (root / "CONTRIBUTING.md").write_text("The house\n\n```mermaid\n```\n")
            printed = self.draw("--root", root).stdout
            self.assertIn("wire_http --> wire_json", printed)
            self.assertEqual(self.draw("--root", root, "--update").returncode, 0)
            self.assertEqual(picture.drawn_in((root / "CONTRIBUTING.md").read_text()), printed)

    def test_the_picture_of_this_tree_is_current(self):
        done = self.draw()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        drawn = picture.drawn_in((ROOT / "CONTRIBUTING.md").read_text())
        self.assertEqual(drawn, done.stdout, "draw it anew: ci/house --update")


if __name__ == "__main__":
    unittest.main()
