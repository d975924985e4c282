#!/usr/bin/env python3
"""ci/servers/run.mjs: servers listen on loopback only, and none outlives its launcher, however that ends."""

import json
import os
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from lib.servers import LAUNCHER

LIMIT_S = 20


def group_members(group):
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text(errors="replace").rpartition(")")[2].split()[:3]
        except OSError:
            continue  # It ended between the listing and the reading.
        if int(pgrp) == group and state not in "ZX":
            members.append(int(stat.parent.name))
    return members


def arguments_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


class Launcher(unittest.TestCase):
    def start(self, name, through=(), **environment):
        command, env = [*through, LAUNCHER, name], {**os.environ, **environment}
        launcher = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=env)
        self.addCleanup(launcher.wait)
        self.addCleanup(launcher.kill)
        self.addCleanup(launcher.stdout.close)
        return launcher, json.loads(launcher.stdout.readline())

    def assert_ends(self, group):
        deadline = time.monotonic() + LIMIT_S
        while group_members(group):
            self.assertLess(time.monotonic(), deadline, f"still there: {group_members(group)}")
            time.sleep(0.05)

    def test_prints_where_a_server_accepts_connections(self):
        _, line = self.start("sdk-v2")
        url = urlsplit(line["url"])
        self.assertEqual((line["name"], url.hostname, url.path), ("sdk-v2", "127.0.0.1", "/mcp"))
        socket.create_connection((url.hostname, url.port), LIMIT_S).close()

    def test_a_server_that_would_listen_everywhere_listens_on_loopback_only(self):
        _, line = self.start("everything-streamable")
        port = urlsplit(line["url"]).port
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), LIMIT_S)

    def test_the_same_server_runs_twice(self):
        first, second = self.start("sdk-v2")[1], self.start("sdk-v2")[1]
        self.assertNotEqual(first["url"], second["url"])

    def test_sigterm_ends_a_server_that_ignores_it_and_its_children(self):
        launcher, line = self.start("supergateway-sse")
        self.assertGreaterEqual(len(group_members(line["pid"])), 1)
        launcher.send_signal(signal.SIGTERM)
        self.assertEqual(launcher.wait(LIMIT_S), 0)
        self.assertEqual(group_members(line["pid"]), [])

    def test_nothing_outlives_a_launcher_that_was_killed(self):
        launcher, line = self.start("mcp-proxy")
        launcher.kill()
        self.assert_ends(line["pid"])

    def test_nothing_outlives_the_process_that_started_the_launcher(self):
        # The shell stays between us and the launcher because a command follows.
        shell, line = self.start("mcp-proxy", ["sh", "-c", '"$@"; true', "sh"])
        shell.kill()
        self.assert_ends(line["pid"])

    def test_a_server_that_ends_by_itself_ends_the_launcher(self):
        launcher, line = self.start("sdk-v1")
        os.kill(line["pid"], signal.SIGKILL)
        self.assertEqual(launcher.wait(LIMIT_S), 1)

    def start_edge(self):
        """A folder for its temporary files, and what start() says."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)  # nginx has no privileges, even where we have.
        return Path(folder.name), *self.start("nginx-tls", TMPDIR=folder.name)

    def test_an_edge_ends_tls_with_a_certificate_of_the_authority_that_it_names(self):
        _, _, line = self.start_edge()
        url = urlsplit(line["url"])
        self.assertEqual((url.scheme, url.hostname), ("https", "127.0.0.1"))
        trust = ssl.create_default_context(cafile=line["ca"])
        for name in ("127.0.0.1", "localhost"):
            with socket.create_connection((url.hostname, url.port), LIMIT_S) as connection:
                trust.wrap_socket(connection, server_hostname=name).close()

    def test_an_edge_and_its_server_leave_nothing_behind(self):
        folder, launcher, line = self.start_edge()
        self.assertEqual(len(list(folder.iterdir())), 1)
        launcher.send_signal(signal.SIGTERM)
        self.assertEqual(launcher.wait(LIMIT_S), 0)
        self.assertEqual((group_members(line["pid"]), list(folder.iterdir())), ([], []))

    def test_an_edge_and_its_server_leave_nothing_behind_when_the_launcher_was_killed(self):
        folder, launcher, line = self.start_edge()
        launcher.kill()
        self.assert_ends(line["pid"])
        self.assertEqual(list(folder.iterdir()), [])

    def test_an_edge_that_loses_its_server_ends(self):
        folder, launcher, line = self.start_edge()
        server = next(pid for pid in group_members(line["pid"]) if "--import" in arguments_of(pid))
        os.kill(server, signal.SIGKILL)
        self.assertEqual(launcher.wait(LIMIT_S), 1)
        self.assertEqual((group_members(line["pid"]), list(folder.iterdir())), ([], []))

    def test_an_unknown_name_is_refused_with_the_known_ones(self):
        done = subprocess.run([LAUNCHER, "nonesuch"], capture_output=True, text=True, timeout=LIMIT_S)
        self.assertEqual(done.returncode, 2)
        self.assertIn("everything-sse", done.stderr)


if __name__ == "__main__":
    unittest.main()
