"""A Prometheus, an Alertmanager and a Pushgateway of Debian, each on a free port of loopback, for one run."""

import json
import os
import re
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote
from urllib.request import urlopen

from lib.process import on_free_port, running


def fetch(url):
    with urlopen(url, timeout=5) as answer:
        return answer.read().decode()


class Textfiles(BaseHTTPRequestHandler):
    """What the node exporter makes of a folder of .prom files: /metrics of all of them."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        super().__init__(*arguments)

    def do_GET(self):
        texts = [path.read_text() for path in sorted(self.folder.glob("*.prom"))]
        body = "".join(texts).encode()
        self.send_response(200 if self.path == "/metrics" else 404)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """A request that is given up in the middle is the asker's own affair."""


def serve(stack, handler):
    """ADDRESS:PORT of a handler of requests, for as long as the stack stands."""
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.server_close)
    stack.callback(server.shutdown)
    return f"127.0.0.1:{server.server_address[1]}"


def serve_textfiles(stack, folder):
    """As Prometheus wants it in a file of targets."""
    return {"targets": [serve(stack, partial(Textfiles, folder))], "labels": {}}


def write_targets(path, targets):
    """Prometheus reads what is to be scraped when it changes, and must not read the half of it."""
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(targets))
    draft.rename(path)


def start_daemon(stack, what, command_of, log=None, ready_at="/-/ready"):
    """The daemon's origin. What it writes goes into the log, a file, or nowhere."""
    out = subprocess.DEVNULL if log is None else log

    def start(port):
        return running(command_of(port), stdout=out, stderr=subprocess.STDOUT if log else out)

    def ready(port):
        return fetch(f"http://127.0.0.1:{port}{ready_at}")

    port, _ = on_free_port(stack, what, start, ready, log)
    return f"http://127.0.0.1:{port}"


def knows_native_histograms():
    """Since 2.40; those before 3.9 have to be told so by --enable-feature."""
    said = subprocess.run(["prometheus", "--version"], capture_output=True, text=True)
    found = re.search(r"version (\d+)\.(\d+)", said.stdout + said.stderr)
    return found is not None and (int(found[1]), int(found[2])) >= (2, 40)


def start_prometheus(stack, folder, targets, rules=(), alertmanager=None, interval="500ms", log=None, features=(),
                     receives=False):
    """`targets` are ADDRESS:PORT, or files of a list of them, which may come and go; one that receives takes what
    others have scraped as well."""
    addresses = [target for target in targets if not str(target).endswith(".json")]
    files = [str(target) for target in targets if str(target).endswith(".json")]
    scraped = {"job_name": "weir", "honor_labels": True, "static_configs": [{"targets": addresses}]}
    if files:
        scraped["file_sd_configs"] = [{"files": files, "refresh_interval": "1s"}]
    config = {
        "global": {"scrape_interval": interval, "scrape_timeout": interval, "evaluation_interval": interval},
        "rule_files": [str(path) for path in rules],
        "scrape_configs": [scraped],
    }
    if alertmanager:
        address = alertmanager.removeprefix("http://")
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [address]}]}]}
    path = folder / "prometheus.yml"
    path.write_text(json.dumps(config, indent=1))  # JSON is YAML.

    def command(port):
        return [
            "prometheus",
            f"--config.file={path}",
            f"--storage.tsdb.path={folder / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{port}",
            *(["--web.enable-remote-write-receiver"] if receives else []),
            *(f"--enable-feature={feature}" for feature in features),
        ]

    return start_daemon(stack, "prometheus", command, log)


def start_agent(stack, folder, config, shard, log=None):
    """One that keeps nothing, with a configuration in which the environment names the shard."""
    folder.mkdir()
    path = folder / "agent.yml"
    path.write_text(config)

    def start(port):
        command = ["prometheus", "--enable-feature=agent,expand-external-labels", f"--config.file={path}"]
        command += [f"--storage.agent.path={folder / 'wal'}", f"--web.listen-address=127.0.0.1:{port}"]
        out = subprocess.DEVNULL if log is None else log
        return running(command, stdout=out, stderr=out, env={**os.environ, "WEIR_SHARD": shard})

    on_free_port(stack, f"agent of {shard}", start, lambda port: fetch(f"http://127.0.0.1:{port}/-/ready"), log)


def start_alertmanager(stack, folder, webhook=None, log=None):
    """Tells the webhook at once; without one it shows what fires and tells nobody."""
    receiver = {"name": "weir"}
    if webhook:
        receiver["webhook_configs"] = [{"url": webhook}]
    config = {
        "route": {"receiver": "weir", "group_by": ["alertname", "target"], "group_wait": "0s", "group_interval": "1s"},
        "receivers": [receiver],
        "inhibit_rules": [
            {
                "source_matchers": ["alertname = WeirGeneratorInvalid"],
                "target_matchers": ["needs = valid_generator"],
                "equal": ["target"],
            }
        ],
    }
    path = folder / "alertmanager.yml"
    path.write_text(json.dumps(config, indent=1))

    def command(port):
        return [
            "prometheus-alertmanager",
            f"--config.file={path}",
            f"--storage.path={folder / 'alertmanager'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ]

    return start_daemon(stack, "alertmanager", command, log)


def start_pushgateway(stack):
    def command(port):
        # Debian's keeps what it has in /var/lib, and the next one would show it.
        return ["prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}", "--persistence.file="]

    return start_daemon(stack, "pushgateway", command)


def ask(prometheus, path):
    return json.loads(fetch(f"{prometheus}/api/v1/{path}"))["data"]


def query(prometheus, expression):
    """The values of an instant query."""
    return [float(series["value"][1]) for series in ask(prometheus, f"query?query={quote(expression)}")["result"]]


def ours(text):
    """Without the families that the exporter's library and the gateway add about themselves."""
    names = re.compile(r"(# (HELP|TYPE) )?weir_")
    return "".join(line + "\n" for line in text.splitlines() if names.match(line))
