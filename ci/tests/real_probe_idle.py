#!/usr/bin/env python3
"""Lets weir-loadgen find the idle cut of nginx and HAProxy in front of real MCP servers.

  ci/tests/real_probe_idle.py [--loadgen BINARY] [--logs FOLDER]

Both edges are told to give up an upstream that is silent for 3 s, and a client's connection without a request after
5 s. The brackets must hold these times, and the ends must have the class that these edges give them.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from edges import Times, edge
from real_servers import CI, Problem, running

TIMES = Times(silence_s=3, keep_alive_s=5)
PROBE_TIMEOUT_S = 60
OPTIONS = ["--longest", "12", "--streams", "12", "--json"]

# Server -> what it speaks, and what its streams are seen to be cut by: on HTTP+SSE, pings are answered on the stream.
SERVERS = {"everything-sse": ("http-sse", "idle_cut"), "everything-streamable": ("streamable", "idle_or_age_cut")}


def probe(binary, url, log):
    command = [str(binary), "probe-idle", url, *OPTIONS]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL, text=True)


def report_of(process):
    try:
        out, _ = process.communicate(timeout=PROBE_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.communicate()
        raise Problem(f"probe-idle did not end within {PROBE_TIMEOUT_S} s") from error
    try:
        report = json.loads(out)
    except ValueError as error:
        raise Problem(f"probe-idle wrote no JSON; exit code {process.returncode}") from error
    if report["exit_code"] != process.returncode:
        raise Problem(f"the report says exit code {report['exit_code']}, the process ended with {process.returncode}")
    return report


def holds(cut, seconds):
    return cut is not None and cut["alive_s"] < seconds < cut["dead_s"] and cut["dead_s"] - cut["alive_s"] <= 3


def differences(report, era, outcome):
    stream, kept = report["stream"], report["keep_alive"]
    wanted = {
        "era": (report["era"], era),
        "exit code": (report["exit_code"], 1),  # Silent streams are cut, and nothing says that this is known.
        "outcome of streams": (stream["outcome"], outcome),
        "end of streams": (stream["end"], "fin_without_terminator"),
        "outcome of idle connections": (kept["outcome"], "cut"),
        "end of idle connections": (kept["end"], "FIN"),
    }
    lines = [f"{name}: {got!r}, not {due!r}" for name, (got, due) in wanted.items() if got != due]
    if not holds(stream["cut"], TIMES.silence_s):
        lines.append(f"streams: {stream['cut']} does not hold {TIMES.silence_s} s, or is wider than 3 s")
    if stream["confirmed_by"] < 3:
        lines.append(f"streams: only {stream['confirmed_by']} agree")
    if not holds(kept["cut"], TIMES.keep_alive_s):
        lines.append(f"idle connections: {kept['cut']} does not hold {TIMES.keep_alive_s} s, or is wider than 3 s")
    return lines


def judge(server, arguments, log):
    era, outcome = SERVERS[server]
    good = True
    with running(str(CI / "servers/run.mjs"), server, log) as target:
        url = urlsplit(target[0])
        with edge("nginx", url.port, log, TIMES) as first, edge("haproxy", url.port, log, TIMES) as second:
            ports = {"nginx": first, "haproxy": second}
            probes = {name: probe(arguments.loadgen, url._replace(netloc=f"127.0.0.1:{port}").geturl(), log)
                      for name, port in ports.items()}  # fmt: skip
            for name, process in probes.items():
                report = report_of(process)
                (arguments.logs / f"probe-idle.{server}.{name}.json").write_text(json.dumps(report, indent=1))
                problems = differences(report, era, outcome)
                seen = f"{report['stream']['cut']}, {report['duration_s']} s; {report['verdict']}"
                print(f"{server} behind {name}: {seen}")
                for problem in problems:
                    print(f"  {problem}")
                good = good and not problems
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loadgen", type=Path, default=CI.parent / "build/dev/bin/weir-loadgen")
    parser.add_argument("--logs", type=Path, default=CI.parent / "build/real")
    arguments = parser.parse_args()
    arguments.logs.mkdir(parents=True, exist_ok=True)
    good = True
    for server in SERVERS:
        with open(arguments.logs / f"probe-idle.{server}.log", "w") as log:
            try:
                good = judge(server, arguments, log) and good
            except Problem as problem:
                print(f"{server}: {problem}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
