"""Real edges from Debian in front of a server on loopback: nginx and HAProxy, told when to give up what is silent."""

import os
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from real_servers import STOP_TIMEOUT_S, Problem, tail

START_TIMEOUT_S = 10
PORT_ATTEMPTS = 5
POLL_S = 0.02
NOBODY = 65534


@dataclass(frozen=True)
class Times:
    silence_s: int  # An upstream that is silent for so long is given up.
    keep_alive_s: int  # And a client's connection without a request.


def nginx_command(folder, config):
    (folder / "nginx.conf").write_text(config)
    return ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]


def haproxy_command(folder, config):
    (folder / "haproxy.cfg").write_text(config)
    return ["haproxy", "-db", "-q", "-f", "haproxy.cfg"]


def nginx(folder, port, upstream, times, connections):
    config = f"""
daemon off;
pid nginx.pid;
worker_rlimit_nofile {4 * connections};
error_log stderr warn;
events {{ worker_connections {4 * connections}; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    keepalive_timeout {times.keep_alive_s}s;
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_buffering off;
            proxy_read_timeout {times.silence_s}s;
        }}
    }}
}}
"""
    return nginx_command(folder, config)


def haproxy(folder, port, upstream, times, connections):
    config = f"""
global
    maxconn {connections + 600}
defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server {times.silence_s}s
    timeout tunnel {times.silence_s}s
    timeout http-keep-alive {times.keep_alive_s}s
    maxconn {connections + 600}
listen edge
    bind 127.0.0.1:{port}
    server mcp 127.0.0.1:{upstream}
"""
    return haproxy_command(folder, config)


EDGES = {"nginx": nginx, "haproxy": haproxy}


def free_port():
    """One that was free a moment ago: neither edge says which port it got, so another process may take it first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(process, port):
    until = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            time.sleep(POLL_S)
    return False


def end(process):
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def edge(name, upstream, log, times, connections=224):
    """Yields the port of an edge before the upstream port, for so many streams."""

    def command_of(folder, port):
        return EDGES[name](folder, port, upstream, times, connections)

    with configured_edge(name, command_of, log) as port:
        yield port


@contextmanager
def configured_edge(name, command_of, log):
    """Yields the port of an edge that command_of(folder, port) configures; it runs without privileges, even where we
    are root."""
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    env = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}  # Where Debian keeps them.
    with tempfile.TemporaryDirectory(prefix=f"weir-{name}-") as scratch:
        folder = Path(scratch)
        if user:
            os.chown(folder, NOBODY, NOBODY)
        for _ in range(PORT_ATTEMPTS):
            port = free_port()
            command = command_of(folder, port)
            where = {"cwd": folder, "env": env, "stdout": log, "stderr": log, "stdin": subprocess.DEVNULL}
            process = subprocess.Popen(command, **where, **user)
            try:
                if listens(process, port):
                    yield port
                    return
            finally:
                end(process)
        raise Problem(f"{name} does not start; it wrote:\n{tail(log)}")
