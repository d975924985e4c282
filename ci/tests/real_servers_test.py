#!/usr/bin/env python3
"""ci/tests/real_servers.py fails when it should: driven with a gate and a launcher of a few lines."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

SCRIPT = Path(__file__).resolve().with_name("real_servers.py")

LAUNCHER = """#!/usr/bin/env python3
import json, os, signal, sys
if sys.argv[1] == "--list":
    print("fake")
elif sys.argv[1] == "broken":
    sys.exit("cannot bind")
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(open(os.path.dirname(__file__) + "/stopped", "w").close()))
    more = {"ca": "/ca.pem"} if sys.argv[1] == "tls" else {}
    print(json.dumps({"name": "fake", "url": "http://127.0.0.1:9/mcp", **more}), flush=True)
    signal.pause()
"""
GATE = """#!/usr/bin/env python3
import json, os, sys
report = json.load(open(os.path.dirname(__file__) + "/report.json"))
report["argv"] = sys.argv[1:]
print(json.dumps(report))
sys.exit(report["ends_with"])
"""
EXPECTED = {
    "notes": "a server made up for this test",
    "options": ["--call-read-only"],
    "eras": ["streamable"],
    "red": {"session.unknown.not-found@streamable": "MUST transport.session-404: it answers 200"},
    "warn": {"health.route.fast": "SHOULD answer within two seconds: it sleeps"},
}


def check(identity, verdict, era="streamable"):
    return {"id": identity, "era": era, "revision": "2025-11-25", "verdict": verdict, "message": "m",
            "expected": "404", "got": "200"}


def report_of(checks, exit_code=1, **more):
    names = ["pass", "fail", "warn", "not_applicable", "untestable", "error"]
    summary = {name: sum(c["verdict"] == name.replace("_", "-") for c in checks) for name in names}
    return {"schema_version": 1, "eras": [{"era": "streamable", "revision": "2025-11-25"}], "summary": summary,
            "checks": checks, "duration_ms": 12, "exit_code": exit_code, "ends_with": exit_code, **more}


GOOD = [
    check("jsonrpc.id.echoed", "pass"),
    check("session.unknown.not-found", "fail"),
    check("health.route.fast", "warn", ""),
]


class RealServers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name, text in (("launcher", LAUNCHER), ("gate", GATE)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        self.expected = self.folder / "expected/fake.yaml"
        self.expected.parent.mkdir()

    def run_with(self, report, expected=EXPECTED, name="fake", options=()):
        (self.folder / "report.json").write_text(json.dumps(report))
        if expected is not None:
            self.expected.write_text(yaml.safe_dump(expected))
        paths = [(f"--{path}", self.folder / path) for path in ("gate", "launcher", "expected", "logs")]
        command = [sys.executable, SCRIPT, name, *(word for pair in paths for word in pair), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")
        return done.returncode, done.stdout

    def assert_fails(self, report, words, expected=EXPECTED, **more):
        code, text = self.run_with(report, expected, **more)
        self.assertEqual(code, 1, text)
        self.assertIn(words, text)

    def test_passes_when_all_is_as_expected_and_stops_the_server(self):
        code, text = self.run_with(report_of(GOOD))
        self.assertEqual(code, 0, text)
        self.assertIn("12 ms", text)
        self.assertTrue((self.folder / "stopped").exists())

    def test_hands_on_the_options(self):
        self.run_with(report_of(GOOD))
        written = json.loads((self.folder / "logs/fake.json").read_text())
        self.assertEqual(written["argv"], ["http://127.0.0.1:9/mcp", "--json", "--call-read-only"])

    def test_hands_on_the_authority_of_an_edge(self):
        self.expected.with_name("tls.yaml").write_text(yaml.safe_dump(EXPECTED))
        self.run_with(report_of(GOOD), name="tls")
        written = json.loads((self.folder / "logs/tls.json").read_text())
        self.assertEqual(written["argv"][:3], ["http://127.0.0.1:9/mcp", "--ca", "/ca.pem"])

    def test_a_new_red_fails(self):
        self.assert_fails(report_of(GOOD + [check("tools.list.shape", "fail")]), "+ fail tools.list.shape@streamable")

    def test_a_new_warning_fails(self):
        self.assert_fails(report_of(GOOD + [check("tools.list.shape", "warn")]), "+ warn tools.list.shape@streamable")

    def test_a_red_that_is_gone_fails(self):
        self.assert_fails(report_of([GOOD[0], GOOD[2]], 0), "- fail session.unknown.not-found@streamable")

    def test_a_red_in_another_era_is_another_red(self):
        moved = [GOOD[0], check("session.unknown.not-found", "fail", "stateless"), GOOD[2]]
        self.assert_fails(report_of(moved), "+ fail session.unknown.not-found@stateless")

    def test_a_red_that_became_a_warning_fails(self):
        milder = [GOOD[0], check("session.unknown.not-found", "warn"), GOOD[2]]
        self.assert_fails(report_of(milder, 0), "- fail session.unknown")

    def test_another_era_fails(self):
        self.assert_fails(report_of(GOOD, eras=[{"era": "stateless"}]), "eras: expected streamable; found stateless")

    def test_an_error_of_weir_fails(self):
        failed = check("tools.list.shape", "error")
        self.assert_fails(report_of(GOOD + [failed]), "Weir itself failed in tools.list.shape")

    def test_no_pass_at_all_fails(self):
        self.assert_fails(report_of(GOOD[1:]), "nothing passed")

    def test_an_unreachable_server_fails(self):
        self.assert_fails(report_of([], 3, preflight={"cause": "connect-refused"}), "connect-refused")

    def test_an_inconclusive_run_fails(self):
        self.assert_fails(report_of(GOOD, 4, exit_reason="too little"), "exit code 4: too little")

    def test_a_lying_exit_code_fails(self):
        self.assert_fails({**report_of(GOOD), "ends_with": 0}, "the report says exit code 1")

    def test_a_miscounted_summary_fails(self):
        report = report_of(GOOD)
        report["summary"]["fail"] = 0
        self.assert_fails(report, "the summary counts 0 fail")

    def test_a_run_without_its_duration_fails(self):
        self.assert_fails(report_of(GOOD, duration_ms=None), "duration_ms")

    def test_an_entry_without_a_reason_fails(self):
        blank = {**EXPECTED, "red": {"session.unknown.not-found@streamable": ""}}
        self.assert_fails(report_of(GOOD), "unreviewed: red: session.unknown", blank)

    def test_a_reason_without_a_rule_fails(self):
        vague = {**EXPECTED, "warn": {"health.route.fast": "it has always been so"}}
        self.assert_fails(report_of(GOOD), "unreviewed: warn: health.route.fast", vague)

    def test_a_misspelt_key_fails(self):
        self.assert_fails(report_of(GOOD), "unknown keys ['reds']", {**EXPECTED, "reds": {}})

    def test_missing_expectations_fail(self):
        self.assert_fails(report_of(GOOD), "no expectations", None)

    def test_a_server_that_does_not_start_fails_with_its_words(self):
        self.expected.with_name("broken.yaml").write_text(yaml.safe_dump(EXPECTED))
        self.assert_fails(report_of(GOOD), "cannot bind", name="broken")

    def test_update_keeps_reasons_and_leaves_new_ones_to_be_written(self):
        code, text = self.run_with(report_of(GOOD + [check("tools.list.shape", "fail")]), options=["--update"])
        self.assertEqual(code, 0, text)
        made = yaml.safe_load(self.expected.read_text())
        self.assertEqual(made["red"], {**EXPECTED["red"], "tools.list.shape@streamable": ""})
        self.assertEqual(made["options"], EXPECTED["options"])
        self.assert_fails(report_of(GOOD + [check("tools.list.shape", "fail")]), "unreviewed", None)


if __name__ == "__main__":
    unittest.main()
