#!/usr/bin/env python3
"""What the README and the manuals tell a reader to do works as they say: commands are run, what they print is compared,
files are read, links lead somewhere.

  ci/tests/manual.py [--gate BINARY] [--loadgen BINARY] [--fixture BINARY]
"""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lib.process import ROOT, Problem, expect, parsed, parser_of, reported, running

PAGES = ["README.md", "conformance/manual.md", "loadgen/manual.md", "reports/manual.md", "fixtures/manual.md",
         "ci/package/README.md"]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
COUNT = re.compile(r"\b\d{1,3}(\.\d+)?\b")
COMMAND = re.compile(r"(weir-|ci/|cpack|buildah)")
TIMEOUT_S = 240
TOKEN = "manual-token-51b0c7"
RED = "jsonrpc.id-stringified"

# A command of the pages, by how its block begins -> the test that runs it where it needs more than a target.
ELSEWHERE = {
    "ci/quickstart": "nightly", "ci/observe": "observe_test", "ci/soak": "soak", "weir-report merge": "fleet",
    "cpack": "packages", "buildah": "packages", "weir-fixture --system S1": "soak.S1",
    "weir-conformance https://your.endpoint/mcp --watch": "real.prometheus",
}
# How a block begins -> the exit code that its page announces; else 0.
RED_COMMANDS = {
    "weir-conformance --baseline known.yaml": 1,  # An entry whose check passes fails the run.
    "weir-conformance --profile staging.yaml --env": 1,  # The rows of the front door are those of another system.
}
INCONCLUSIVE = 4  # Of a load on a busy machine, which says nothing about the page.
# A reader's names and lengths -> those of the target here.
PLACES = [
    ("your.endpoint", "127.0.0.1"), ("--for 8h", "--for 2s"), ("--for 10m", "--for 2s"),
    ("--streams 5000", "--streams 20"), ("search", "echo"), ("{query: weir}", "{message: weir}"),
    ('{"query": "weir"}', '{"message": "weir"}'), ("staging.yaml --env", "around.yaml --env"),
]


def placed(text, origin):
    text = text.replace("https://your.endpoint", origin)
    for theirs, ours in PLACES:
        text = text.replace(theirs, ours)
    return text


def blocks(page):
    return [(kind, text) for kind, text in BLOCK.findall((ROOT / page).read_text())]


def begins(text, table):
    return next((table[start] for start in sorted(table, key=len, reverse=True) if text.startswith(start)), None)


def check_links(page):
    text = BLOCK.sub("", (ROOT / page).read_text())
    for link in LINK.findall(text):
        if not link.startswith("http") and not ((ROOT / page).parent / link).exists():
            raise Problem(f"{page}: no file at {link}")


def write_user_files(folder, origin, guarded):
    """The files that the pages show, under the names that their commands use."""
    files = [text for kind, text in blocks("conformance/manual.md") if kind == "yaml"]
    shown = [placed(text.replace("https://mcp.example.com", guarded), origin) for text in files]
    expect("files that the manual shows", len(shown), 3)
    profile, around, known = shown
    (folder / "staging.yaml").write_text(profile)
    (folder / "around.yaml").write_text(profile + around)
    (folder / "known.yaml").write_text(known)


def counted(text):
    """Without the numbers that grow with the catalogue, or are times."""
    return COUNT.sub("N", text)


def run(page, text, folder, origin, environment):
    wanted = begins(text, RED_COMMANDS) or 0
    done = subprocess.run(["bash", "-euc", placed(text, origin)], cwd=folder, env=environment, capture_output=True,
                          text=True, timeout=TIMEOUT_S)
    loads = text.startswith("weir-loadgen")
    if done.returncode != wanted and not (loads and done.returncode == INCONCLUSIVE):
        said = (done.stdout + done.stderr)[-2000:]
        raise Problem(f"{page}: exit code {done.returncode}, wanted {wanted}, of\n{text}{said}")


def check_printed(gate, origin, page):
    """What the page shows of a red run is what is printed, line by line, up to what the page leaves out."""
    printed = subprocess.run([gate, f"{origin}/mcp"], capture_output=True, text=True, timeout=TIMEOUT_S).stdout
    shown = next(text for _, text in blocks(page) if "FAIL  jsonrpc.id.echoed" in text)
    said = counted(printed).splitlines()
    for line in shown[shown.index("  FAIL  jsonrpc.id.echoed") :].splitlines():
        if line != "..." and counted(line) not in said:
            raise Problem(f"{page}: {line!r} is not printed:\n{printed[-3000:]}")


def check(arguments, folder, stack):
    programs = arguments.gate.parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "MCP_TOKEN": TOKEN}

    def fixture(*options):
        process = stack.enter_context(running([arguments.fixture, *options], stdout=subprocess.PIPE, env=environment))
        return process.stdout.readline().split()[0]

    origin, guarded, red = fixture(), fixture("--bearer-env", "MCP_TOKEN"), fixture("--fault", RED)
    environment |= {"LOCAL_URL": f"{guarded}/mcp", "LOCAL_TOKEN": TOKEN}
    write_user_files(folder, origin, guarded)
    commands = []
    for page in PAGES:
        check_links(page)
        for kind, text in blocks(page):
            if kind == "" and COMMAND.match(text) and begins(text, ELSEWHERE) is None:
                commands.append((page, text))
    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run, page, text, folder, origin, environment) for page, text in commands]
        jobs += [pool.submit(check_printed, arguments.gate, red, page) for page in PAGES[:2]]
        for job in jobs:
            job.result()
    return f"{len(commands)} commands of {len(PAGES)} pages do what is said"


def main():
    arguments = parsed(parser_of(__doc__, "gate", "loadgen", "fixture"))
    return reported("manual", lambda folder, stack: check(arguments, folder, stack))


if __name__ == "__main__":
    sys.exit(main())
