#!/usr/bin/env python3
"""Reads the HTML reports in a real Chromium: of a run of the gate with hostile text, of one that was not reached, of a
load run with its plots, and of a load run while it goes on, whose events our own gate must find right.

  ci/tests/real_html.py [--gate BINARY] [--report BINARY] [--loadgen BINARY] [--fixture BINARY]

html_pages.mjs and live_page.mjs say what is demanded of each page. Screenshots lie beside the logs.
"""

import json
import re
import signal
import subprocess
import sys

from lib.process import CI, ROOT, Problem, parsed, parser_of, running, wait_for

TIMEOUT_S = 120
SAMPLES = ROOT / "reports/testdata"
LEAST_PASSED = 10
EVENTS_PROFILE = """\
url: {origin}events
era: none
front_door:
  - path: /events
    expect: {{status: 200, content_type: text/event-stream, first_event: second, headers: {{Cache-Control: no-store}}}}
  - path: /
    expect: {{status: 200, content_type: text/html, body_contains: RUNNING}}
  - path: /metrics
    expect: {{status: 404}}
"""
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
    with running([arguments.fixture], stdout=subprocess.PIPE) as server:
        origin = re.search(r"http://\S+", server.stdout.readline())[0].rstrip("/")
        hold = [arguments.loadgen, "hold", f"{origin}/mcp", "--streams", "20", "--call", "echo=40/s", "--for", "6s"]
        # What a busy machine does to the run is no matter here: the page must show it, whatever it is.
        words = [str(word) for word in [*hold, "--over", "1s", "--journal", journal, "--quiet"]]
        subprocess.run(words, capture_output=True, timeout=TIMEOUT_S)
    run([arguments.report, "render", journal, "--format", "html", "--output", page])
    return page


def judge_events(gate, origin, folder):
    """Our own gate on our own stream: a service that is no MCP."""
    profile = folder / "live.yaml"
    profile.write_text(EVENTS_PROFILE.format(origin=origin))
    words = [str(word) for word in [gate, "--profile", profile, "--json"]]
    done = subprocess.run(words, capture_output=True, text=True, timeout=TIMEOUT_S)
    found = json.loads(done.stdout)
    if done.returncode != 0 or found["summary"]["pass"] < LEAST_PASSED:
        red = [f"{one['id']}: {one['message']}" for one in found["checks"] if one["verdict"] == "fail"]
        raise Problem("\n".join([f"on the page's events the gate says: {found['exit_reason']}", *red]))
    return found["summary"]["pass"]


def follow(arguments, folder):
    """A run that is ended once the page was seen to follow it: the page must end as the report that is written."""
    report, log = folder / "live.html", folder / "live.log"
    with running([arguments.fixture, "streams", "--rate", "5"], stdout=subprocess.PIPE) as hub:
        origin = re.search(r"http://\S+", hub.stdout.readline())[0].rstrip("/")
        hold = [arguments.loadgen, "hold", f"{origin}/events", "--era", "none", "--streams", "50", "--for", "1h"]
        hold += ["--over", "1s", "--ui", "127.0.0.1:0", "--report", f"html={report}"]
        with open(log, "w") as out, running(hold, stdout=subprocess.DEVNULL, stderr=out) as load:

            def address():
                found = re.search(r"page: (http://\S+)", log.read_text())
                return found and found[1]

            page = wait_for("the run's page", address, load)
            passed = judge_events(arguments.gate, page, folder)
            script = ["node", str(CI / "tests/live_page.mjs"), page, str(folder / "live.png")]
            with running(script, stdout=subprocess.PIPE) as browser:
                said = browser.stdout.readline()
                if not said:
                    raise Problem("the page of a run that goes on could not be read")
                followed = json.loads(said)
                load.send_signal(signal.SIGINT)
                ended = json.loads(browser.stdout.readline())
            load.wait(TIMEOUT_S)
    if ended["problems"]:
        raise Problem("\n".join(ended["problems"]))
    if (followed["begun"], followed["open"], ended["ended"]) != ("RUNNING", 50, "INTERRUPTED"):
        raise Problem(f"the page of a run that goes on shows {followed}, and at its end {ended['ended']}")
    if ended["report"] != report.read_text():
        raise Problem("at the end of the run its page is not the report that was written")
    return f"followed over {followed['points']} points, its events right by {passed} checks"


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
        if facts[f"load.html {view}"]["figures"] < 3 or not facts[f"load.html {view}"]["heat"]:
            raise Problem(f"the page of a load run shows {facts[f'load.html {view}']}")
    drawn = facts["load.html desk"]
    pages_read = f"{len(pages)} pages in {len(VIEWS)} views, {drawn['plots']} plots in {drawn['loaded_ms']} ms"
    return f"{pages_read}; a run {follow(arguments, folder)}"


def main():
    parser = parser_of(__doc__, "gate", "report", "loadgen", "fixture")
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
