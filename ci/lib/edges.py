"""Real edges from Debian in front of a server on loopback: nginx and HAProxy, as a test configures them."""

import os
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lib.process import NOBODY, on_free_port, running, without_privileges

CONNECTIONS = 224
START_TIMEOUT_S = 10


@dataclass(frozen=True)
class Times:
    silence_s: int  # An upstream that is silent for so long is given up.
    keep_alive_s: int  # And a client's connection without a request.


@dataclass(frozen=True)
class Edge:
    port: int
    process: subprocess.Popen
    folder: Path  # Its configuration lies here.


def nginx(http, connections=CONNECTIONS):
    """What starts an nginx with these directives in its http block; {port} in them is the port to listen on."""

    def command_of(folder, port):
        (folder / "nginx.conf").write_text(
            f"""
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
{http.replace("{port}", str(port))}
}}
"""
        )
        return ["nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"]

    return command_of


def nginx_before(upstream, times, connections=CONNECTIONS):
    return nginx(
        f"""
    keepalive_timeout {times.keep_alive_s}s;
    server {{
        listen 127.0.0.1:{{port}};
        location / {{
            proxy_pass http://127.0.0.1:{upstream};
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_buffering off;
            proxy_read_timeout {times.silence_s}s;
        }}
    }}""",
        connections,
    )


def haproxy(sections):
    """What starts a HAProxy with this configuration; {port} in it is the port to listen on."""

    def command_of(folder, port):
        (folder / "haproxy.cfg").write_text(sections.replace("{port}", str(port)))
        return ["haproxy", "-db", "-q", "-f", "haproxy.cfg"]

    return command_of


def haproxy_before(upstream, times, connections=CONNECTIONS):
    return haproxy(
        f"""
global
    maxconn {connections + 600}
defaults
    mode http
    timeout connect 5s
    timeout client {max(60, times.silence_s)}s
    timeout server {times.silence_s}s
    timeout tunnel {times.silence_s}s
    timeout http-keep-alive {times.keep_alive_s}s
    maxconn {connections + 600}
listen edge
    bind 127.0.0.1:{{port}}
    server mcp 127.0.0.1:{upstream}
"""
    )


# The kinds that tests put before one server, by name.
EDGES = {"nginx": nginx_before, "haproxy": haproxy_before}


@contextmanager
def edge(command_of, log):
    """Yields an Edge that command_of(folder, port) starts."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="weir-edge-")))
        if os.getuid() == 0:
            os.chown(folder, NOBODY, NOBODY)

        def start(port):
            return running(command_of(folder, port), cwd=folder, stdout=log, stderr=log, **without_privileges())

        port, process = on_free_port(stack, "the edge listens", start, log=log, timeout_s=START_TIMEOUT_S)
        yield Edge(port, process, folder)
