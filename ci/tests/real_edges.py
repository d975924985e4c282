#!/usr/bin/env python3
"""Puts real nginx and HAProxy, right and wrong, in front of replicas of a real MCP server: the deployment probes of
weir-conformance must name what each of them breaks, and nothing where nothing is broken.

  ci/tests/real_edges.py [--gate BINARY] [--logs FOLDER] [--only CASE ...]

Of each case stand here the checks of the areas idle, affinity and delivery that must be red or a warning, exactly, and
patterns of what they say.
"""

import json
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from lib.edges import edge, haproxy, nginx
from lib.process import Problem, parsed, parser_of, report_of
from lib.servers import server

GATE_TIMEOUT_S = 120
AREAS = ["idle.*", "affinity.*", "delivery.*"]
CUT = r"cut after (2\.[5-9]|3\.\d) s of silence"
AT_ONCE = 3  # Runs beside each other: some of them mostly wait.
LONG_S = 3600
CUT_S = 3  # Silence, in the cases that cut.
REPLICAS = 2

# How a good MCP client's calls may look; every step tells of its progress.
SLOW_TOOL = {"name": "trigger-long-running-operation", "arguments": {"duration": 1.5, "steps": 5}}


def round_robin_nginx(ports, silence_s=LONG_S, version="1.1", buffering=False, gzip="off"):
    upstreams = "".join(f"server 127.0.0.1:{port}; " for port in ports)
    # The server asks for no buffering (X-Accel-Buffering): an edge that buffers all the same was told not to listen.
    buffers = "proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;" if buffering else "proxy_buffering off;"
    connection = 'proxy_set_header Connection "";' if version == "1.1" else ""
    return nginx(
        f"""
    gzip {gzip};
    gzip_types text/event-stream;
    gzip_min_length 0;
    upstream replicas {{ {upstreams} }}
    server {{
        listen 127.0.0.1:{{port}};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version {version};
            {connection}
            proxy_set_header Host $http_host;
            {buffers}
            proxy_read_timeout {silence_s}s;
        }}
    }}"""
    )


def round_robin_haproxy(ports, silence_s=LONG_S, sticky=False):
    cookie = "cookie WEIRSRV insert indirect nocache" if sticky else ""
    servers = "\n".join(
        f"    server replica{n} 127.0.0.1:{port}" + (f" cookie replica{n}" if sticky else "")
        for n, port in enumerate(ports)
    )
    return haproxy(
        f"""
global
    maxconn 800
defaults
    mode http
    timeout connect 5s
    timeout client {LONG_S}s
    timeout server {silence_s}s
listen edge
    bind 127.0.0.1:{{port}}
    balance roundrobin
    {cookie}
{servers}
"""
    )


@dataclass(frozen=True)
class Case:
    name: str
    server: str
    edge: str  # As the profile names it.
    config: callable  # Of the ports of the replicas, to what edge() wants.
    red: dict = field(default_factory=dict)  # Check -> patterns in its message, hop or fix.
    passes: tuple = ()
    astray: tuple = ()  # May be red: which check's message reaches a replica that does not know it is a matter of luck.
    replicas: int = 1


SHARED, COOKIES = "affinity.session.shared", "affinity.session.cookie-free"
NOT_SHARED = {SHARED: ["sessions are not shared across targets behind a round robin"]}
ASTRAY = ("delivery.reply.immediate",)  # The reference server never answers a POST to a session of another replica.
STREAMABLE, SSE = "everything-streamable", "everything-sse"
GOOD = (SHARED, COOKIES, "affinity.release.same", "delivery.events.spread", "delivery.events.spread-compressed")

CASES = [
    Case("nginx-right-streamable", STREAMABLE, "nginx", round_robin_nginx, passes=GOOD),
    Case("haproxy-right-sse", SSE, "haproxy", round_robin_haproxy, passes=GOOD),
    Case("nginx-round-robin-streamable", STREAMABLE, "nginx", round_robin_nginx, NOT_SHARED, replicas=REPLICAS),
    Case("haproxy-round-robin-streamable", STREAMABLE, "haproxy", round_robin_haproxy, NOT_SHARED, replicas=REPLICAS),
    Case("nginx-round-robin-sse", SSE, "nginx", round_robin_nginx, NOT_SHARED, astray=ASTRAY, replicas=REPLICAS),
    Case("haproxy-round-robin-sse", SSE, "haproxy", round_robin_haproxy, NOT_SHARED, astray=ASTRAY, replicas=REPLICAS),
    Case(
        "haproxy-sticky-streamable",
        STREAMABLE,
        "haproxy",
        lambda ports: round_robin_haproxy(ports, sticky=True),
        {COOKIES: ["works only with cookies", "WEIRSRV"]},
        replicas=REPLICAS,
    ),
    Case(
        "haproxy-sticky-sse",
        SSE,
        "haproxy",
        lambda ports: round_robin_haproxy(ports, sticky=True),
        {COOKIES: ["works only with cookies", "WEIRSRV"]},
        replicas=REPLICAS,
    ),
    Case(
        "nginx-cut-streamable",
        STREAMABLE,
        "nginx",
        lambda ports: round_robin_nginx(ports, silence_s=CUT_S),
        {"idle.stream.survives": [CUT, "nginx proxy_read_timeout"]},
    ),
    Case(
        "haproxy-cut-sse",
        SSE,
        "haproxy",
        lambda ports: round_robin_haproxy(ports, silence_s=CUT_S),
        {"idle.stream.survives": [CUT, "HAProxy timeout server"]},
    ),
    Case(
        "nginx-http10-buffering-streamable",
        STREAMABLE,
        "nginx",
        lambda ports: round_robin_nginx(ports, version="1.0", buffering=True),
        {
            "delivery.events.spread": ["sent apart came together", "nginx", "proxy_buffering off"],
        },
    ),
    Case(
        "nginx-gzip-buffering-streamable",
        STREAMABLE,
        "nginx",
        lambda ports: round_robin_nginx(ports, gzip="on", buffering=True),
        {
            "delivery.events.spread-compressed": ["sent apart came together", "Content-Encoding: gzip"],
            "delivery.head.flushed": ["head"],
        },
    ),
]


def profile_of(case, url, folder):
    path = Path(folder) / f"{case.name}.yaml"
    path.write_text(yaml.safe_dump({"url": url, "edge": case.edge, "safe_tools": [SLOW_TOOL]}))
    return path


def run_gate(binary, profile, logs):
    areas = [word for area in AREAS for word in ("--checks", area)]
    report = report_of([binary, "--profile", profile, *areas, "--json"], GATE_TIMEOUT_S)
    (logs / f"edge-{profile.stem}.json").write_text(json.dumps(report, indent=1))
    if report.get("preflight"):
        raise Problem(f"the preflight failed: {json.dumps(report['preflight'])}")
    return report["checks"]


def differences(case, checks):
    found = {check["id"]: check for check in checks if check["verdict"] in ("fail", "warn")}
    verdicts = {check["id"]: check["verdict"] for check in checks}
    for check in sorted(found.keys() - case.red.keys() - set(case.astray)):
        yield f"+ {found[check]['verdict']} {check}: not expected: {found[check].get('message', '')}"
    for check in sorted(case.red.keys() - found.keys()):
        told = next((c.get("message", "") for c in checks if c["id"] == check), "")
        yield f"- {check} is {verdicts.get(check, 'absent')}, and must be red: {told}"
    for check in sorted(case.red.keys() & found.keys()):
        said = " ".join(str(found[check].get(key, "")) for key in ("message", "hop", "fix"))
        unsaid = [words for words in case.red[check] if not re.search(words, said)]
        yield from (f"{check} does not say '{words}': {said}" for words in unsaid)
    for check in case.passes:
        if verdicts.get(check) != "pass":
            told = next((c.get("message", "") for c in checks if c["id"] == check), "")
            yield f"{check} is {verdicts.get(check, 'absent')}, and must pass: {told}"
    for check in checks:
        if check["verdict"] == "error":
            yield f"Weir itself failed in {check['id']}: {check.get('message', '')}"


def judge(case, replicas, arguments, log):
    path = {STREAMABLE: "/mcp", SSE: "/sse"}[case.server]
    started = time.monotonic()
    try:
        with edge(case.config(replicas[case.server][: case.replicas]), log) as front:
            with tempfile.TemporaryDirectory(prefix="weir-profile-") as folder:
                profile = profile_of(case, f"http://127.0.0.1:{front.port}{path}", folder)
                checks = run_gate(arguments.gate, profile, arguments.logs)
        problems = list(differences(case, checks))
    except Problem as problem:
        problems = [str(problem)]
    red = ", ".join(sorted(case.red)) or "nothing"
    print(f"{case.name}: {'not as it must be' if problems else red + ' named'}; {time.monotonic() - started:.1f} s")
    for problem in problems:
        print(f"  {problem}")
    return not problems


def start_replicas(stack, log):
    """Server -> the ports of its replicas; all of them start at the same time."""
    wanted = [STREAMABLE, SSE] * REPLICAS
    with ThreadPoolExecutor(len(wanted)) as pool:
        started = list(pool.map(lambda name: stack.enter_context(server(name, log)), wanted))
    ports = {}
    for name, replica in zip(wanted, started):
        ports.setdefault(name, []).append(replica.port)
    return ports


def main():
    parser = parser_of(__doc__, "gate")
    parser.add_argument("--only", nargs="+", metavar="CASE", choices=[case.name for case in CASES])
    arguments = parsed(parser)
    cases = [case for case in CASES if not arguments.only or case.name in arguments.only]
    with open(arguments.logs / "edges.log", "w") as log, ExitStack() as stack:
        try:
            replicas = start_replicas(stack, log)
        except Problem as problem:
            print(problem)
            return 1
        with ThreadPoolExecutor(AT_ONCE) as pool:
            good = list(pool.map(lambda case: judge(case, replicas, arguments, log), cases))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
