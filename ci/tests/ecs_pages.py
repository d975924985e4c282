#!/usr/bin/env python3
"""The pages of ci/ecs and ci/github as far as they can be held without AWS: HCL is parsed, shell is checked, profiles
are read by the gate, keys of hookDetails are such as weir-hook takes, and what is named is there.

  ci/tests/ecs_pages.py [--gate BINARY] [--hook BINARY] [--logs FOLDER]
"""

import json
import os
import re
import subprocess
import sys

import yaml

from lib.hcl import parsed_hcl
from lib.process import CI, ROOT, Problem, expect, free_port, parsed, parser_of

PAGE = CI / "ecs/README.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
SYSTEMS = ["S0", "S1", "S2", "S3", "S4"]
TIMEOUT_S = 100


def run(command, text="", **options):
    words = [str(word) for word in command]
    return subprocess.run(words, input=text, capture_output=True, text=True, timeout=TIMEOUT_S, **options)


def hooks_in(tree):
    """Every lifecycle_hook, however deep."""
    if isinstance(tree, list):
        return [hook for one in tree for hook in hooks_in(one)]
    if not isinstance(tree, dict):
        return []
    own = tree.get("lifecycle_hook", [])
    return own + [hook for key, one in tree.items() if key != "lifecycle_hook" for hook in hooks_in(one)]


def check_hcl(blocks, keys):
    for text in blocks:
        for hook in hooks_in(parsed_hcl(text)):
            expect("the stages", hook["lifecycle_stages"], ["POST_TEST_TRAFFIC_SHIFT"])
            details = set(re.findall(r"^\s+(\w+)\s+= ", re.search(r"jsonencode\(\{(.*?)\}\)", text, re.S)[1], re.M))
            expect("keys of hook_details that weir-hook does not take", details - keys, set())
    try:
        parsed_hcl("resource {{")
    except Problem:
        return
    raise Problem("the parser of HCL takes everything")


def check_shell(blocks):
    for text in blocks:
        done = run(["shellcheck", "--shell=bash", "-"], text)
        expect(f"shellcheck of\n{text}", done.stdout, "")


def check_profiles(page, gate):
    """With nothing behind it a profile ends with 3; with 2 it is wrong."""
    # Everything that a profile may want to know, in a form that a number and a URL have.
    url = f"http://127.0.0.1:{free_port()}"
    profiles = sorted(set(re.findall(r"fixtures/profiles/[\w.-]+[.]yaml", page)))
    expect("profiles on the page", len(profiles), len(SYSTEMS))
    for profile in profiles:
        names = set(re.findall(r"\$\{(\w+)\}", (ROOT / profile).read_text()))
        env = {**os.environ, **{name: url for name in names}}
        done = run([gate, "--profile", ROOT / profile, "--budget", "20", "--timeout", "1", f"{url}/mcp"], env=env)
        expect(f"{profile}: {done.stderr}", done.returncode, 3)


def check_snippets():
    for name in ["gitlab-ci.yml", "codebuild.yml"]:
        path = CI / "github" / name
        tree = yaml.safe_load(path.read_text())
        phases = tree["phases"].values() if "phases" in tree else [{"commands": tree["gate"]["script"]}]
        commands = [command for phase in phases for command in phase["commands"]]
        check_shell(["\n".join(commands) + "\n"])
        variables = tree["gate"]["variables"] if "gate" in tree else tree["env"]["variables"]
        expect(f"the variables of {name}", sorted(variables), ["WEIR", "WEIR_SHA256"])


def main():
    arguments = parsed(parser_of(__doc__, "gate", "hook"))
    page = PAGE.read_text()
    blocks = {kind: [text for found, text in BLOCK.findall(page) if found == kind] for kind in ["hcl", "bash", "ts"]}
    keys = set(re.findall(r"^WEIR_\w+ \((\w+)\): ", run([arguments.hook, "--help"]).stdout, re.M))
    try:
        expect("the systems", re.findall(r"^## (S\d),", page, re.M), SYSTEMS)
        expect("the blocks", {kind: len(found) for kind, found in blocks.items()}, {"hcl": 5, "bash": 3, "ts": 1})
        expect("keys of hookDetails", len(keys), 7)
        check_hcl(blocks["hcl"], keys)
        check_shell(blocks["bash"])
        check_snippets()
        check_profiles(page, arguments.gate)
        missing = [name for name in re.findall(r"`(\w+[.]py)`", page) if not (CI / "tests" / name).exists()]
        expect("tests that are named and not there", missing, [])
    except Problem as problem:
        print(problem)
        return 1
    print("the pages are as far right as can be seen from here")
    return 0


if __name__ == "__main__":
    sys.exit(main())
