#!/usr/bin/env python3
"""Reads the HTML reports in a real Chromium: of a run of the gate with hostile text, of one that was not reached, and
of a load run with its plots.

  ci/tests/real_html.py [--report BINARY] [--loadgen BINARY] [--fixture BINARY]

html_pages.mjs says what is demanded of each page. Screenshots lie beside the logs.
"""

import json
import re
import subprocess
import sys

from lib.process import CI, ROOT, Problem, parsed, parser_of, running

TIMEOUT_S = 120
SAMPLES = ROOT / "reports/testdata"
VIEWS = ("desk", "desk-dark", "telephone")


def run(command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise Problem(f"{command[0]} ended with {done.returncode}: {done.stderr.strip() or done.stdout[-500:]}")
    return done.stdout


def load_page(arguments, folder):
    """A few seconds of a run, rendered from its journal."""
    journal, page = folder / "load.journal", folder / "load.html"
    journal.unlink(missing_ok=True)
    with running([arguments.fixture, "streams", "--rate", "5"], stdout=subprocess.PIPE) as hub:
        origin = re.search(r"http://\S+", hub.stdout.readline())[0].rstrip("/")
        hold = [arguments.loadgen, "hold", f"{origin}/events", "--era", "none", "--streams", "50", "--for", "5s"]
        # What a busy machine does to the run is no matter here: the page must show it, whatever it is.
        words = [str(word) for word in [*hold, "--over", "1s", "--journal", journal, "--quiet"]]
        subprocess.run(words, capture_output=True, timeout=TIMEOUT_S)
    run([arguments.report, "render", journal, "--format", "html", "--output", page])
    return page


def check(arguments, folder):
    pages = []
    for sample in ("sample", "preflight"):
        pages.append(folder / f"{sample}.html")
        run([arguments.report, "render", SAMPLES / f"{sample}.json", "--format", "html", "--output", pages[-1]])
    pages.append(load_page(arguments, folder))
    read = json.loads(run(["node", CI / "tests/html_pages.mjs", folder, *pages]))
    if read["problems"]:
        raise Problem("\n".join(read["problems"]))
    facts = read["facts"]
    for view in VIEWS:
        sample = facts[f"sample.html {view}"]
        if not sample["verdict"].startswith("FAIL 2 of ") or sample["articles"] < 4 or sample["rows"] != 9:
            raise Problem(f"the sample's page shows {sample}")
        if not facts[f"preflight.html {view}"]["verdict"].startswith("UNREACHABLE"):
            raise Problem(f"the page of a run without a target shows {facts[f'preflight.html {view}']}")
        if facts[f"load.html {view}"]["figures"] < 3:
            raise Problem(f"the page of a load run shows {facts[f'load.html {view}']}")
    drawn = facts["load.html desk"]
    return f"{len(pages)} pages in {len(VIEWS)} views, {drawn['plots']} plots in {drawn['loaded_ms']} ms"


def main():
    parser = parser_of(__doc__, "report", "loadgen", "fixture")
    arguments = parsed(parser)
    folder = arguments.logs / "html"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        print("real.html: " + check(arguments, folder))
    except Problem as problem:
        print(f"real.html: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
