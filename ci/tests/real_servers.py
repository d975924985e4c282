#!/usr/bin/env python3
"""Runs weir-conformance against a real server and compares what is red with the reviewed expectations.

  ci/tests/real_servers.py NAME            one server of ci/servers/catalogue.mjs
  ci/tests/real_servers.py --all           every one of them
  ci/tests/real_servers.py NAME --update   writes ci/expected/NAME.yaml; reasons are left empty, and refused so

Expectations say what the server really breaks, each with the rule and the reason. Anything red that is not listed
fails, and so does anything listed that is no longer red: a check or a server changed, and somebody should look.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import yaml

from lib.process import CI, ROOT, Problem, parsed, parser_of, report_of
from lib.servers import LAUNCHER, server

GATE_TIMEOUT_S = 270
HERE = "{root}"  # In options: where the sources are.
REASON = re.compile(r"^(MUST|MUST NOT|SHOULD|SHOULD NOT|MAY) .*\S: \S")
FIRST_DRAFT = {"options": ["--call-read-only"]}  # Nothing that these servers do matters to anybody.
SECTIONS = {"red": "fail", "warn": "warn"}


def run_gate(binary, target, options):
    report = report_of([binary, *target, "--json", *options], GATE_TIMEOUT_S)
    check_report(report)
    return report


def check_report(report):
    """What must hold of any run against a server that is up."""
    if report.get("preflight"):
        raise Problem(f"the preflight failed: {json.dumps(report['preflight'])}")
    if report["exit_code"] not in (0, 1):
        raise Problem(f"exit code {report['exit_code']}: {report.get('exit_reason', '')}")
    if not isinstance(report.get("duration_ms"), int) or report["duration_ms"] < 0:
        raise Problem("the report does not say how long the run took (duration_ms)")
    counted = {}
    for check in report["checks"]:
        counted[check["verdict"]] = counted.get(check["verdict"], 0) + 1
        if check["verdict"] == "error":
            raise Problem(f"Weir itself failed in {key_of(check)}: {check.get('message', '')}")
    for verdict, count in report["summary"].items():
        if verdict != "excused" and counted.get(verdict.replace("_", "-"), 0) != count:
            raise Problem(f"the summary counts {count} {verdict}, the checks {counted}")
    if not counted.get("pass"):
        raise Problem(f"nothing passed: {report['summary']}")


def key_of(check):
    return check["id"] + ("@" + check["era"] if check.get("era") else "")


def seen_in(report):
    """{"red": {key: detail}, "warn": {...}, "eras": [...]}"""
    seen = {section: {} for section in SECTIONS}
    for check in report["checks"]:
        for section, verdict in SECTIONS.items():
            if check["verdict"] == verdict:
                expected, got = check.get("expected", ""), check.get("got", "")
                detail = f"expected {expected}; got {got}" if expected or got else check.get("message", "")
                seen[section].setdefault(key_of(check), detail)
    seen["eras"] = sorted({era if isinstance(era, str) else era["era"] for era in report.get("eras", [])})
    return seen


def load_expected(path):
    if not path.exists():
        raise Problem(f"no expectations: run {Path(sys.argv[0]).name} {path.stem} --update and review {path}")
    expected = yaml.safe_load(path.read_text()) or {}
    unknown = set(expected) - {"notes", "options", "eras", *SECTIONS}
    if unknown:
        raise Problem(f"{path}: unknown keys {sorted(unknown)}")
    return expected


def unreviewed(expected):
    """The entries whose reason does not say which rule is broken, and how."""
    problems = [] if str(expected.get("notes") or "").strip() else ["notes: say what this server is"]
    for section in SECTIONS:
        for key, reason in (expected.get(section) or {}).items():
            if not REASON.match(str(reason or "")):
                problems.append(f'{section}: {key}: {reason!r} is not "MUST|SHOULD|MAY rule: reason"')
    return problems


def differences(expected, seen):
    lines = []
    eras = sorted(expected.get("eras") or [])
    if eras != seen["eras"]:
        lines.append(f"eras: expected {', '.join(eras) or 'none'}; found {', '.join(seen['eras']) or 'none'}")
    for section, verdict in SECTIONS.items():
        listed = expected.get(section) or {}
        for key in sorted(seen[section].keys() - listed.keys()):
            lines.append(f"+ {verdict} {key}: not expected: {seen[section][key]}")
        for key in sorted(listed.keys() - seen[section].keys()):
            lines.append(f"- {verdict} {key}: expected, and no longer so ({listed[key]})")
    return lines


def draft(expected, seen):
    """The expectations as they would have to be, with the reasons that are known already."""
    made = {"notes": expected.get("notes") or "", "options": expected.get("options") or [], "eras": seen["eras"]}
    for section in SECTIONS:
        listed = expected.get(section) or {}
        made[section] = {key: listed.get(key, "") for key in sorted(seen[section])}
    return yaml.safe_dump(made, sort_keys=False, width=116, allow_unicode=False)


def judge(name, arguments):
    path = arguments.expected / f"{name}.yaml"
    expected = load_expected(path) if path.exists() or not arguments.update else dict(FIRST_DRAFT)
    started = time.monotonic()
    with open(arguments.logs / f"{name}.log", "w") as log:
        with server(name, log, arguments.launcher) as real:
            options = [option.replace(HERE, str(ROOT)) for option in expected.get("options") or []]
            report = run_gate(arguments.gate, real.target, options)
    (arguments.logs / f"{name}.json").write_text(json.dumps(report, indent=1))
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report["summary"].items() if count)
    print(f"{name}: {counts}; {report['duration_ms']} ms, {time.monotonic() - started:.1f} s with the server's start")

    seen = seen_in(report)
    if arguments.update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(draft(expected, seen))
        print(f"{name}: wrote {path}; now give every entry its reason")
        return True
    problems = differences(expected, seen) + [f"unreviewed: {problem}" for problem in unreviewed(expected)]
    for problem in problems:
        print(f"  {problem}")
    if problems:
        print(f"  the whole report: {arguments.logs / (name + '.json')}")
    return not problems


def names_from(launcher):
    return subprocess.run([launcher, "--list"], check=True, capture_output=True, text=True).stdout.split()


def parse_arguments():
    parser = parser_of(__doc__, "gate")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--update", action="store_true", help="write the expectations; reasons are for you to give")
    parser.add_argument("--expected", type=Path, default=CI / "expected")
    parser.add_argument("--launcher", type=Path, default=LAUNCHER)
    arguments = parsed(parser)
    if bool(arguments.names) == arguments.all:
        parser.error("give names, or --all")
    return arguments


def main():
    arguments = parse_arguments()
    good = True
    for name in names_from(arguments.launcher) if arguments.all else arguments.names:
        try:
            good = judge(name, arguments) and good
        except Problem as problem:
            print(f"{name}: {problem}")
            good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
