#!/usr/bin/env python3
"""`weir-conformance init` on endpoints of several kinds: the command that it prints is green, and no secret is written.

  ci/tests/first_files.py [--gate BINARY] [--fixture BINARY]
"""

import os
import re
import shlex
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lib.process import Problem, expect, expect_in, parsed, parser_of, reported, running
from lib.servers import server

TOKEN = "first-files-token-8c1d7e"
FAULT = "jsonrpc.id-stringified"
FILES = ["baseline.yaml", "profile.yaml", "tools.lock.json"]
TIMEOUT_S = 240
PACE = ["--budget", "180", "--timeout", "10"]

# Name -> options of the fixture, path, options of init, ids that the baseline must have.
FORMS = {
    "right": ([], "/mcp", [], []),
    "faulty": (["--fault", FAULT], "/mcp", [], ["jsonrpc.id.echoed"]),
    "bearer": (["--bearer-env", "WEIR_FIRST_TOKEN", "--era", "streamable"], "/mcp",
               ["--bearer-env", "WEIR_FIRST_TOKEN"], []),
    "http-sse": (["--era", "http-sse"], "/sse", [], []),
}
ENVIRONMENT = {**os.environ, "WEIR_FIRST_TOKEN": TOKEN}


def ended(command, code, what, env=None):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT_S,
                          env=env or ENVIRONMENT)
    if done.returncode != code:
        said = (done.stdout + done.stderr)[-3000:]
        raise Problem(f"{what}: exit code {done.returncode}, expected {code}:\n{said}")
    return done


def run_next(gate, said, what):
    """What init printed as its last line, by the program that is tested."""
    words = shlex.split(said.splitlines()[-1])
    expect(f"{what}: the program", words[0], "weir-conformance")
    ended([gate, *words[1:]], 0, f"{what}: the next run")


def check_form(arguments, folder, name):
    fixture_options, path, options, known = FORMS[name]
    out = folder / name
    with running([arguments.fixture, *fixture_options], stdout=subprocess.PIPE, env=ENVIRONMENT) as fixture:
        url = fixture.stdout.readline().split()[0] + path
        init = [arguments.gate, "init", url, "--out", out, *PACE, *options]
        said = ended(init, 0, name).stdout
        expect(f"{name}: files", sorted(one.name for one in out.iterdir()), FILES)
        texts = {one.name: one.read_text() for one in out.iterdir()}
        entries = re.findall(r"^- check: (\S+)$", texts["baseline.yaml"], re.M)
        expect(f"{name}: known failures", sorted(set(known) - set(entries)), [])
        if not known:
            expect(f"{name}: known failures of a right endpoint", entries, [])
        for file, text in [*texts.items(), ("the output", said)]:
            if TOKEN in text:
                raise Problem(f"{name}: {file} holds the token")
        run_next(arguments.gate, said, name)
        again = ended(init, 2, f"{name}: files that are there").stderr
        expect_in(f"{name}: files that are there", again, "is there already", "--force")
    gone = ended([*init, "--force"], 3, f"{name}: an endpoint that is gone").stderr
    expect_in(f"{name}: an endpoint that is gone", gone, "nothing was written")
    expect(f"{name}: files of before", {one.name: one.read_text() for one in out.iterdir()}, texts)
    return texts


def check_challenge(arguments, folder):
    options = FORMS["bearer"][0]
    with running([arguments.fixture, *options], stdout=subprocess.PIPE, env=ENVIRONMENT) as fixture:
        url = fixture.stdout.readline().split()[0] + "/mcp"
        refused = ended([arguments.gate, "init", url, "--out", folder / "none", *PACE], 3, "no token").stderr
        expect_in("no token", refused, "nothing was written", "--bearer-env")
        expect("files of an endpoint that was not reached", list((folder / "none").iterdir()), [])
        given = ended([arguments.gate, "init", f"{url}?who=me", "--out", folder / "given", *PACE, "--header",
                       f"Authorization: Bearer {TOKEN}"], 0, "a token by --header")
        profile = (folder / "given/profile.yaml").read_text()
        expect_in("a token by --header", profile, 'url: ${WEIR_URL}', '"Authorization": "${WEIR_AUTHORIZATION}"')
        if TOKEN in profile + given.stdout:
            raise Problem("the token that --header had was written")


def check_real(arguments, folder, log):
    """A server that we did not write, and the entries that it needs."""
    with server("everything-streamable", log) as real:
        said = ended([arguments.gate, "init", real.url, "--out", folder / "real", *PACE], 0, "everything").stdout
        run_next(arguments.gate, said, "everything")


def check(arguments, folder, stack):
    for wrong, part in [(["init"], "give the URL"), (["init", "http://127.0.0.1:9/mcp"], "--out DIR")]:
        expect_in("usage", ended([arguments.gate, *wrong], 2, "usage").stderr, part)
    with ThreadPoolExecutor(2) as pool:
        made = dict(zip(FORMS, pool.map(lambda name: check_form(arguments, folder, name), FORMS)))
    expect_in("the profile of a token", made["bearer"]["profile.yaml"], "bearer: ${WEIR_FIRST_TOKEN}",
              "# Without any it answers 401", 'health: ["/health"]', "expected_tools:\n", "# idle_budget: 60",
              "# load_allowed:", "# safe_tools: [")
    check_challenge(arguments, folder)
    check_real(arguments, folder, stack.enter_context(open(folder / "real.log", "w+")))
    return f"{', '.join(FORMS)} and everything: the next run is green"


def main():
    arguments = parsed(parser_of(__doc__, "gate", "fixture"))
    return reported("first_files", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
