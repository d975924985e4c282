#!/usr/bin/env python3
"""Runs weir-conformance with client credentials against a real OpenID provider and a real MCP server behind nginx.

  ci/tests/real_oidc.py [--gate BINARY] [--logs FOLDER] [NAME ...]

oidc-provider issues the tokens, nginx asks for them by auth_request, and the server is the SDK's. Rightly configured
every check of tokens passes; each mistake is named by its own check, or by the cause for which no token is had.
"""

import argparse
import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import edges
import yaml
from real_servers import CI, STOP_TIMEOUT_S, Problem, tail

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
    "signature": Trial("signature", red=("auth.token.tampered-refused", "auth.token.other-key-refused")),
    "audience": Trial("audience", red=("auth.token.audience-refused",)),
    "scope": Trial("scope", red=("auth.token.scope-refused",)),
    "status-500": Trial("status-500", red=("auth.token.tampered-refused",), says="auth_request turns every other"),
    "wrong-secret": Trial(oauth={"client_secret": "wrong"}, cause="token-invalid-client"),
    "wrong-scope": Trial(oauth={"client_id": "reader"}, cause="token-refused", says="invalid_scope"),
    "nobody-there": Trial(oauth={"token_url": "http://127.0.0.1:1/token"}, cause="token-endpoint-unreachable"),
    "a-page": Trial(oauth={"token_url": "{edge}/login"}, cause="token-endpoint-html"),
}


def nginx_with_auth_request(folder, port, upstream, times, connections):
    config = f"""
daemon off;
pid nginx.pid;
error_log stderr warn;
events {{ worker_connections {connections}; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_timeout {times.keep_alive_s}s;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_buffering off;
    proxy_read_timeout {times.silence_s}s;
    server {{
        listen 127.0.0.1:{port};
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
    }}
}}
"""
    (folder / "nginx.conf").write_text(config)
    return ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]


edges.EDGES["nginx-auth"] = nginx_with_auth_request


@contextmanager
def provider_and_server(mistake, log):
    command = ["node", str(CI / "servers/own/oidc_gateway.mjs"), *(["--mistake", mistake] if mistake else [])]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        line = process.stdout.readline()
        if not line:
            raise Problem(f"{' '.join(command)} did not start; it wrote:\n{tail(log)}")
        yield json.loads(line)
    finally:
        process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def profile_of(trial, where, edge):
    oauth = {
        "token_url": where["issuer"] + "/token",
        "client_id": "writer",
        "client_secret": where["secret"],
        "scope": "mcp:read mcp:write",
        "other_audience": {"resource": "https://other.example/mcp"},
        "limited": {"client_id": "reader", "scope": "mcp:read"},
        "denied_tool": {"name": "write_note", "arguments": {"name": "weir"}},
    }
    oauth.update({name: value.format(edge=edge) for name, value in trial.oauth.items()})
    return {"url": edge + "/mcp", "era": "streamable", "oauth": oauth}


def run_gate(arguments, name, profile, log):
    path = arguments.logs / f"oidc.{name}.yaml"
    path.write_text(yaml.safe_dump(profile, sort_keys=False))
    command = [str(arguments.gate), "--profile", str(path), "--checks", CHECKS, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, timeout=GATE_TIMEOUT_S)
    (arguments.logs / f"oidc.{name}.json").write_text(done.stdout)
    path.unlink()  # It holds the secret.
    try:
        return json.loads(done.stdout)
    except ValueError as error:
        raise Problem(f"{' '.join(command)} wrote no JSON; exit code {done.returncode}\n{tail(log)}") from error


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
    times = edges.Times(silence_s=60, keep_alive_s=75)
    with provider_and_server(trial.mistake, log) as where, edges.edge("nginx-auth", where["port"], log, times) as port:
        profile = profile_of(trial, where, f"http://127.0.0.1:{port}")
        report = run_gate(arguments, name, profile, log)
    problems = differences(trial, report, where["secret"])
    print(f"{name}: {report['exit_reason']}")
    for problem in problems:
        print(f"  not so: {problem}")
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(TRIALS))
    parser.add_argument("--gate", type=Path, default=CI.parent / "build/dev/bin/weir-conformance")
    parser.add_argument("--logs", type=Path, default=CI.parent / "build/real")
    arguments = parser.parse_args()
    arguments.logs.mkdir(parents=True, exist_ok=True)
    good = True
    for name in arguments.names or TRIALS:
        with open(arguments.logs / f"oidc.{name}.log", "w") as log:
            try:
                good = judge(name, TRIALS[name], arguments, log) and good
            except (Problem, subprocess.TimeoutExpired) as problem:
                print(f"{name}: {problem}")
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
