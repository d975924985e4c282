#!/usr/bin/env python3
"""The Prometheus rules: promtool reads them, each alert is raised by what it is for, and each metric is one of ours."""

import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lib.metrics import exported  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "reports/prometheus"
METRIC = r"\bweir_(?:soak|load|loadgen|conformance|suite)_[a-z0-9_]+"


def used(text):
    """Metrics in a text of rules: without what recording rules name, and without the suffixes of histograms."""
    names = re.findall(f"(?<!:){METRIC}", re.sub(r"[a-z]+:[a-z0-9_]+:[a-z0-9_]+", "", text))
    return {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], cwd=RULES, capture_output=True, text=True)


class Rules(unittest.TestCase):
    def test_promtool_reads_them_without_a_word(self):
        checked = promtool("check", "rules", "--lint=all", "--lint-fatal", "weir_rules.yaml")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_each_alert_is_raised_by_what_it_is_for(self):
        tested = promtool("test", "rules", "weir_rules_test.yaml")
        self.assertEqual(tested.returncode, 0, tested.stdout + tested.stderr)

    def test_every_metric_is_one_that_is_exported(self):
        self.assertGreater(len(exported()), 40)
        for name in ("weir_rules.yaml", "weir_rules_test.yaml", "README.md"):
            self.assertEqual(used((RULES / name).read_text()) - exported(), set(), name)

    def test_a_metric_that_nobody_exports_is_named(self):
        self.assertEqual(used("rate(weir_soak_stream_drop_total[5m])") - exported(), {"weir_soak_stream_drop_total"})

    def test_every_alert_of_the_load_is_inhibited_by_an_invalid_generator(self):
        load = (RULES / "weir_rules.yaml").read_text().split("- name: weir_load")[1].split("- name: weir_nights")[0]
        alerts = load.split("- alert: ")[1:]
        for alert in alerts:
            name = alert.split("\n")[0]
            self.assertEqual("needs: valid_generator" in alert, name != "WeirGeneratorInvalid", name)


if __name__ == "__main__":
    sys.exit(unittest.main())
