"""A Prometheus, an Alertmanager and a Pushgateway of Debian, each on a free port of loopback, for one run."""

import json
import re
import subprocess
from urllib.parse import quote
from urllib.request import urlopen

from lib.process import on_free_port, running


def fetch(url):
    with urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def start_daemon(stack, what, command_of, log=None):
    """The daemon's origin. What it writes goes into the log, a file, or nowhere."""
    out = subprocess.DEVNULL if log is None else log

    def start(port):
        return running(command_of(port), stdout=out, stderr=subprocess.STDOUT if log else out)

    def ready(port):
        return fetch(f"http://127.0.0.1:{port}/-/ready")

    port, _ = on_free_port(stack, what, start, ready, log)
    return f"http://127.0.0.1:{port}"


def start_prometheus(stack, folder, targets, rules=(), alertmanager=None, interval="500ms", log=None):
    """`targets` are ADDRESS:PORT, or files of a list of them, which may come and go."""
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
        ]

    return start_daemon(stack, "prometheus", command, log)


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
