"""Servers that we did not write, started by ci/servers/run.mjs on loopback."""

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from lib.process import CI, first_line, running

LAUNCHER = CI / "servers/run.mjs"


@dataclass(frozen=True)
class Server:
    url: str
    ca: str  # The file of the authority to trust, where the URL is https.
    launcher: subprocess.Popen  # The server ends with it.

    @property
    def port(self):
        return urlsplit(self.url).port

    @property
    def target(self):
        """The arguments that lead the gate to it."""
        return [self.url, *(["--ca", self.ca] if self.ca else [])]

    def through(self, port):
        """Its URL behind an edge."""
        return urlsplit(self.url)._replace(netloc=f"127.0.0.1:{port}").geturl()


@contextmanager
def server(name, log, launcher=LAUNCHER):
    """Yields a Server of the launcher's catalogue; it and its children are gone afterwards."""
    with running([launcher, name], stdout=subprocess.PIPE, stderr=log) as process:
        where = json.loads(first_line(process, name, log))
        yield Server(where["url"], where.get("ca", ""), process)
