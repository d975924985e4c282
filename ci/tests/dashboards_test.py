#!/usr/bin/env python3
"""The Grafana dashboards: current, and right by the rules of Grafana's own linter and a few of ours.

Each rule is a function from a dashboard to what offends it, and the last test proves of each that it can fail.
"""

import copy
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from lib.metrics import exported  # noqa: E402
from lib.process import CI, ROOT  # noqa: E402

FOLDER = ROOT / "reports/grafana/dashboards"
NAMES = ["gate", "nights", "now", "two-runs"]
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}
SELECTOR = re.compile(r"\b(weir_\w+)(\{[^}]*\})?")
UNITS = {"none", "short", "s", "ops", "Bps", "bytes", "percentunit"}  # Some of what Grafana knows.


def panels_of(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def targets_of(board):
    return [(panel["title"], target) for panel in panels_of(board) for target in panel["targets"]]


def is_from_a_data_source_variable(board):
    kinds = [variable["name"] for variable in board["templating"]["list"] if variable["type"] == "datasource"]
    if kinds != ["datasource"]:
        yield "the variable datasource is missing"
    for panel in panels_of(board):
        for what in [panel, *panel["targets"]]:
            if what.get("datasource") != DATASOURCE:
                yield f"{panel['title']}: another data source"


def asks_for_the_target(board):
    for title, target in targets_of(board):
        for name, labels in SELECTOR.findall(target["expr"]):
            if 'target=~"$target"' not in labels:
                yield f"{title}: {name} without the target"


def rates_by_the_interval(board):
    for title, target in targets_of(board):
        for spans in re.findall(r"\b(?:rate|irate|deriv|increase)\([^\[]*\[([^\]]*)\]", target["expr"]):
            if spans != "$__rate_interval" and not (target["instant"] and spans == "$__range"):
                yield f"{title}: over {spans}"


def counts_under_a_rate(board):
    for title, target in targets_of(board):
        for found in SELECTOR.finditer(target["expr"]):
            if re.search(r"_(total|bucket|count|sum)$", found[1]):
                if not re.search(r"\b(rate|irate|increase)\($", target["expr"][: found.start()]):
                    yield f"{title}: {found[1]} as it is"


def says_what_it_shows(board):
    if not board["title"] or not board["description"]:
        yield "no title or description"
    titles = [panel["title"] for panel in panels_of(board)]
    for title in titles:
        if titles.count(title) > 1:
            yield f"{title}: twice"
    for panel in panels_of(board):
        if not panel["title"] or not panel["description"].endswith(".") or len(panel["description"]) < 20:
            yield f"{panel['title']}: no sentence of explanation"
        if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
            yield f"{panel['title']}: no unit"


def is_not_editable(board):
    if board["editable"]:
        yield "it is editable"
    if board["id"] is not None or len(board["uid"]) > 40:
        yield "a file needs id null and a short uid"


def has_its_panels_apart(board):
    numbers = [panel["id"] for panel in board["panels"]]
    if len(numbers) != len(set(numbers)):
        yield "an id stands twice"
    taken = {}
    for panel in board["panels"]:
        place = panel["gridPos"]
        if place["x"] < 0 or place["x"] + place["w"] > 24:
            yield f"{panel['title']}: beyond the grid"
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if (x, y) in taken:
                    yield f"{panel['title']}: over {taken[x, y]}"
                    return
                taken[x, y] = panel["title"]


def has_refreshed_variables(board):
    for variable in board["templating"]["list"]:
        if variable["type"] == "query" and (variable["refresh"] != 2 or variable["datasource"] != DATASOURCE):
            yield f"{variable['name']}: not refreshed with the span of time, or of another data source"
    known = {variable["name"] for variable in board["templating"]["list"]}
    for title, target in targets_of(board):
        for name in re.findall(r"\$\{?(\w+)", target["expr"]):
            if name not in known and not name.startswith("__"):
                yield f"{title}: ${name} is no variable"


def leads_on(board):
    for panel in panels_of(board):
        links = panel.get("links", [])
        found = [re.match(r"/d/weir-([\w-]+)\?viewPanel=(\d+)&", link["url"]) for link in links]
        if not found or not all(found):
            yield f"{panel['title']}: no link"
            continue
        for link, place in zip(links, found):
            there = json.loads((FOLDER / f"{place[1]}.json").read_text())
            ids = [other["id"] for other in panels_of(there)]
            if int(place[2]) not in ids or (there["uid"] == board["uid"] and int(place[2]) == panel["id"]):
                yield f"{panel['title']}: {link['title']} leads nowhere"


def shows_what_is_exported(board):
    texts = [target["expr"] for _, target in targets_of(board)]
    texts += [one.get("expr", "") for one in board["annotations"]["list"]]
    texts += [json.dumps(variable.get("query", "")) for variable in board["templating"]["list"]]
    for name, _ in SELECTOR.findall(" ".join(texts)):
        if re.sub(r"_(bucket|count|sum)$", "", name) not in exported():
            yield f"nobody exports {name}"


def marks_what_happened(board):
    names = [one["name"] for one in board["annotations"]["list"]]
    if "Deploys" not in names or len(names) < 2:
        yield "no marks"


RULES = [
    is_from_a_data_source_variable,
    asks_for_the_target,
    rates_by_the_interval,
    counts_under_a_rate,
    says_what_it_shows,
    is_not_editable,
    has_its_panels_apart,
    has_refreshed_variables,
    leads_on,
    shows_what_is_exported,
    marks_what_happened,
]


def set_expression(text):
    def change(board):
        panels_of(board)[0]["targets"][0]["expr"] = text

    return change


def set_panel(**values):
    def change(board):
        panels_of(board)[0].update(values)

    return change


BREAKS = {
    is_from_a_data_source_variable: set_panel(datasource={"type": "prometheus", "uid": "abc"}),
    asks_for_the_target: set_expression("sum(weir_soak_streams_open)"),
    rates_by_the_interval: set_expression('rate(weir_soak_events_total{target=~"$target"}[5m])'),
    counts_under_a_rate: set_expression('sum(weir_soak_events_total{target=~"$target"})'),
    says_what_it_shows: set_panel(description=""),
    is_not_editable: lambda board: board.update(editable=True),
    has_its_panels_apart: set_panel(gridPos={"x": 0, "y": 0, "w": 24, "h": 9}),
    has_refreshed_variables: set_expression('weir_soak_streams_open{target=~"$target",x="$other"}'),
    leads_on: set_panel(links=[{"title": "Where?", "url": "/d/weir-now?viewPanel=9999&x"}]),
    shows_what_is_exported: set_expression('weir_soak_stream_open{target=~"$target"}'),
    marks_what_happened: lambda board: board["annotations"].update(list=[]),
}


class Dashboards(unittest.TestCase):
    def boards(self):
        self.assertEqual(sorted(path.stem for path in FOLDER.glob("*.json")), NAMES)
        return [json.loads((FOLDER / f"{name}.json").read_text()) for name in NAMES]

    def test_they_are_what_the_generator_writes(self):
        done = subprocess.run([CI / "dashboards", "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_no_rule_is_offended(self):
        for board in self.boards():
            for rule in RULES:
                self.assertEqual([*rule(board)], [], f"{board['title']}: {rule.__name__}")

    def test_each_rule_can_be_offended(self):
        self.assertEqual(set(BREAKS), set(RULES))
        for board in self.boards():
            for rule, change in BREAKS.items():
                broken = copy.deepcopy(board)
                change(broken)
                self.assertNotEqual([*rule(broken)], [], f"{board['title']}: {rule.__name__}")

    def test_promtool_reads_every_expression(self):
        lines = ["groups:", "- name: dashboards", "  rules:"]
        for board in self.boards():
            for _, target in targets_of(board):
                text = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "1h")
                text = text.replace("${shift}", "-30").replace("$", "")
                lines += [f"  - record: dashboard:n{len(lines)}:x", f"    expr: {json.dumps(text)}"]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            done = subprocess.run(["promtool", "check", "rules", file.name], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    sys.exit(unittest.main())
