#!/usr/bin/env python3
"""Runs weir-conformance with client credentials against a real OpenID provider and a real MCP server behind nginx.

  ci/tests/real_oidc.py [--gate BINARY] [--logs FOLDER] [NAME ...]

oidc-provider issues the tokens, nginx asks for them by auth_request, and the server is the SDK's. Rightly configured
every check of tokens passes; each mistake is named by its own check, or by the cause for which no token is had.
"""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field

import yaml

from lib.edges import edge, nginx
from lib.process import CI, Problem, first_line, parsed, parser_of, report_of, running

GATE_TIMEOUT_S = 60
CHECKS = "auth.*"
# Each must have been judged, and be green, against the right deployment.
JUDGED = [
    "auth.bearer.absent-401",
    "auth.bearer.challenge",
    "auth.bearer.wrong-401",
    "auth.issuer.discovery-served",
    "auth.issuer.identical",
    "auth.issuer.keys-served",
    "auth.metadata.served",
    "auth.scope.body-independent",
    "auth.scope.challenge",
    "auth.token.alg-none-refused",
    "auth.token.audience-refused",
    "auth.token.challenge-error",
    "auth.token.empty-refused",
    "auth.token.other-key-refused",
    "auth.token.scheme-refused",
    "auth.token.scope-refused",
    "auth.token.tampered-refused",
]


@dataclass(frozen=True)
class Trial:
    mistake: str = ""  # Of the server: what oidc_gateway.mjs does wrong.
    oauth: dict = field(default_factory=dict)  # Of the profile: in place of the right members.
    red: tuple = ()
    cause: str = ""  # For which the gate gets no token.
    says: str = ""  # Stands in the report.


TRIALS = {
    "right": Trial(),
    "signature": Trial("signature", red=("auth.token.tampered-refused",)),
    "audience": Trial("audience", red=("auth.token.audience-refused",)),
    "scope": Trial("scope", red=("auth.token.scope-refused",)),
    "status-500": Trial("status-500", red=("auth.bearer.absent-401",), says="auth_request got neither"),
    "wrong-secret": Trial(oauth={"client_secret": "wrong"}, cause="token-invalid-client"),
    "wrong-scope": Trial(oauth={"client_id": "reader"}, cause="token-refused", says="invalid_scope"),
    "nobody-there": Trial(oauth={"token_url": "http://127.0.0.1:1/token"}, cause="token-endpoint-unreachable"),
    "a-page": Trial(oauth={"token_url": "{edge}/login"}, cause="token-endpoint-html"),
}


def nginx_with_auth_request(upstream):
    return nginx(
        f"""
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_buffering off;
    proxy_read_timeout 60s;
    server {{
        listen 127.0.0.1:{{port}};
        location = /validate {{
            internal;
            proxy_pass http://127.0.0.1:{upstream};
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
        }}
        location /mcp {{
            auth_request /validate;
            proxy_pass http://127.0.0.1:{upstream};
        }}
        location = /login {{
            default_type text/html;
            error_page 405 =200 @login;
            return 200 "<!doctype html><title>Sign in</title>";
        }}
        location @login {{
            default_type text/html;
            return 200 "<!doctype html><title>Sign in</title>";
        }}
        location / {{ proxy_pass http://127.0.0.1:{upstream}; }}
    }}"""
    )


@contextmanager
def provider_and_server(mistake, log):
    command = ["node", CI / "servers/own/oidc_gateway.mjs", *(["--mistake", mistake] if mistake else [])]
    # It ends with its input.
    with running(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log) as process:
        yield json.loads(first_line(process, "oidc_gateway.mjs", log))


def profile_of(trial, where, origin):
    oauth = {
        "token_url": where["issuer"] + "/token",
        "client_id": "writer",
        "client_secret": where["secret"],
        "scope": "mcp:read mcp:write",
        "other_audience": {"resource": "https://other.example/mcp"},
        "limited": {"client_id": "reader", "scope": "mcp:read"},
        "denied_tool": {"name": "write_note", "arguments": {"name": "weir"}},
    }
    oauth.update({name: value.format(edge=origin) for name, value in trial.oauth.items()})
    return {"url": origin + "/mcp", "era": "streamable", "oauth": oauth}


def run_gate(arguments, name, profile, log):
    path = arguments.logs / f"oidc.{name}.yaml"
    path.write_text(yaml.safe_dump(profile, sort_keys=False))
    try:
        report = report_of([arguments.gate, "--profile", path, "--checks", CHECKS, "--json"], GATE_TIMEOUT_S, log)
    finally:
        path.unlink()  # It holds the secret.
    (arguments.logs / f"oidc.{name}.json").write_text(json.dumps(report, indent=1))
    return report


def differences(trial, report, secret):
    text = json.dumps(report)
    cause = (report.get("preflight") or {}).get("cause", "")
    verdicts = {}
    for check in report["checks"]:
        verdicts.setdefault(check["id"], set()).add(check["verdict"])
    wanted = {
        f"the cause is {trial.cause or 'none'}, not {cause or 'none'}": cause == trial.cause,
        "the secret is not shown": secret not in text,
        f"the report says '{trial.says}'": trial.says in text,
        f"the exit code is {3 if trial.cause else 1 if trial.red else 0}": report["exit_code"]
        == (3 if trial.cause else 1 if trial.red else 0),
    }
    for check in trial.red:
        wanted[f"{check} is red, not {verdicts.get(check)}"] = "fail" in verdicts.get(check, ())
    if not trial.red and not trial.cause:
        for check in JUDGED:
            wanted[f"{check} passes, not {verdicts.get(check)}"] = verdicts.get(check) == {"pass"}
    return [words for words, holds in wanted.items() if not holds]


def judge(name, trial, arguments, log):
    with provider_and_server(trial.mistake, log) as where, edge(nginx_with_auth_request(where["port"]), log) as front:
        profile = profile_of(trial, where, f"http://127.0.0.1:{front.port}")
        report = run_gate(arguments, name, profile, log)
    problems = differences(trial, report, where["secret"])
    print(f"{name}: {report['exit_reason']}")
    for problem in problems:
        print(f"  not so: {problem}")
    return not problems


def main():
    parser = parser_of(__doc__, "gate")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TRIALS))
    arguments = parsed(parser)
    good = True
    for name in arguments.names or TRIALS:
        with open(arguments.logs / f"oidc.{name}.log", "w") as log:
            try:
                good = judge(name, TRIALS[name], arguments, log) and good
            except Problem as problem:
                print(f"{name}: {problem}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
