#!/usr/bin/env python3
"""Lets a real Prometheus scrape a run of weir-loadgen and a gate that watches, and a real Pushgateway take what is left
of the run.

  ci/tests/real_prometheus.py [--gate BINARY] [--loadgen BINARY] [--fixture BINARY]

The run holds streams against the light fixture; a query to Prometheus must return as many as were asked for, and the
gateway must show the verdict of the run. promtool must have nothing to say about either. Of a run on several machines,
agents hand on what each shard says: one Prometheus must show all of them, told apart. A second Prometheus asks for
native histograms: their quantiles must lie in the classic buckets in which those of the first one lie.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from lib.process import CI, Problem, parsed, parser_of, running, wait_for
from lib.prometheus import (ask, fetch, knows_native_histograms, ours, query, start_agent, start_prometheus,
                            start_pushgateway)

STREAMS = 200
LINGER = "10m"  # Ended by a signal once the end was seen.
INCONCLUSIVE = 4
STOP_TIMEOUT_S = 15
SHARD_TIMEOUT_S = 60
NATIVE_ERROR = 0.03  # Buckets are 2.2 % wide, ours 0.8 %.


def promtool(text, what):
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    said = checked.stdout + checked.stderr
    if checked.returncode != 0 or said:
        raise Problem(f"promtool about {what}: {said.strip() or checked.returncode}")


def start_gate(gate, fixture, folder, stack):
    """ADDRESS:PORT of the metrics of a gate that asks a right endpoint again and again."""
    server = stack.enter_context(running([fixture], stdout=subprocess.PIPE))
    url = re.search(r"http://\S+", server.stdout.readline())[0].rstrip("/") + "/mcp"
    command = [gate, url, "--checks", "jsonrpc.id.*", "--watch", "1", "--metrics", "127.0.0.1:0"]
    log = stack.enter_context(open(folder / "gate.log", "w"))
    watch = stack.enter_context(running(command, stdout=log, stderr=log))

    def address():
        found = re.search(r"metrics: http://(\S+)/metrics", (folder / "gate.log").read_text())
        return found and found[1]

    return watch, wait_for("the gate's metrics", address, watch)


def buckets_of(prometheus, name):
    """Upper bounds and counts of a classic histogram, all of its series together."""
    series = ask(prometheus, f"query?query=sum%20by%20(le)%20({name}_bucket)")["result"]
    counts = [(float(one["metric"]["le"]), float(one["value"][1])) for one in series]
    return sorted(counts)


def check_native(classic, native, name):
    """What holds of all samples holds of both kinds: their number, their sum, and in which bucket a quantile lies."""
    buckets = buckets_of(classic, name)
    total = buckets[-1][1]
    if total == 0 or query(native, f"histogram_count(sum({name}))") != [total]:
        counted = query(native, f"histogram_count(sum({name}))")
        raise Problem(f"{name}: of {total} samples the native histogram has {counted}")
    sums = query(classic, f"sum({name}_sum)") + query(native, f"histogram_sum(sum({name}))")
    if abs(sums[0] - sums[1]) > 1e-6 * abs(sums[0]):
        raise Problem(f"{name}: its sum is {sums[0]} and of the native histogram {sums[1]}")
    if query(native, f"{name}_bucket"):
        raise Problem(f"{name}: this Prometheus takes classic buckets beside native ones: say so in the documentation")
    for quantile in [0.5, 0.9, 0.99]:
        [value] = query(native, f"histogram_quantile({quantile}, sum({name}))")
        above = next(i for i, (_, count) in enumerate(buckets) if count >= quantile * total)
        low = buckets[above - 1][0] if above > 0 else 0
        if not low * (1 - NATIVE_ERROR) <= value <= buckets[above][0] * (1 + NATIVE_ERROR):
            raise Problem(f"{name}: p{quantile} is {value}, and not between {low} and {buckets[above][0]}")


def check(gate, loadgen, fixture, folder, stack):
    watch, gate_metrics = start_gate(gate, fixture, folder, stack)
    hub = stack.enter_context(running([fixture, "streams", "--rate", "1"], stdout=subprocess.PIPE))
    origin = re.search(r"http://\S+", hub.stdout.readline())[0].rstrip("/")
    gateway = start_pushgateway(stack)
    textfile = folder / "weir.prom"
    command = [loadgen, "hold", f"{origin}/events", "--era", "none", "--streams", str(STREAMS), "--for", "1h"]
    command += ["--over", "1s", "--metrics", "127.0.0.1:0", "--push", gateway, "--textfile", str(textfile), "--json"]
    command += ["--label", "stage=test", "--metrics-linger", LINGER]
    with open(folder / "loadgen.log", "w+") as log:
        run = stack.enter_context(running(command, stdout=subprocess.PIPE, stderr=log))

        metrics = wait_for("the run's metrics", lambda: metrics_in(log), run)
        promtool(ours(fetch(f"http://{metrics}/metrics")), "the first scrape")
        prometheus = start_prometheus(stack, folder, [metrics, gate_metrics])
        (folder / "native").mkdir()
        native = None
        if knows_native_histograms():
            native = start_prometheus(stack, folder / "native", [metrics], features=["native-histograms"])
        wait_for(
            f"prometheus sees {STREAMS} streams",
            lambda: query(prometheus, "sum(weir_soak_streams_open)") == [float(STREAMS)],
            run,
        )
        wait_for(
            "prometheus sees a rate of events", lambda: query(prometheus, "rate(weir_soak_events_total[1m]) > 0"), run
        )
        if query(prometheus, 'weir_load_run_info{run_id=~"[0-9a-f]{12}",label_stage="test"}') != [1]:
            raise Problem("prometheus does not see which run it is")
        if query(prometheus, 'count by (phase) (weir_soak_phase{kind="ramp"} or weir_soak_phase{kind="hold"})') != [1]:
            raise Problem("prometheus does not see in which phase the run is")
        if len(query(prometheus, "weir_soak_threshold_passed == 1")) < 2:
            raise Problem("prometheus does not see how the thresholds stand")
        if query(prometheus, "sum(weir_soak_stream_drops_total)") != [0]:
            raise Problem("streams were dropped")
        promtool(ours(fetch(f"http://{metrics}/metrics")), "a scrape under load")
        wait_for(
            "prometheus sees the gate pass", lambda: query(prometheus, "weir_conformance_run_passed") == [1], watch
        )
        promtool(fetch(f"http://{gate_metrics}/metrics"), "the gate's metrics")
        run.send_signal(signal.SIGINT)
        wait_for("the last scrape sees the end", lambda: query(prometheus, "weir_soak_run_exit_code") == [130], run)
        if query(prometheus, "sum(weir_soak_stream_ends_total)") != [float(STREAMS)]:
            raise Problem("the last scrape does not see every stream ended")
        if native:
            wait_for("so does who asks for native ones", lambda: query(native, "weir_soak_run_exit_code") == [130], run)
            for name in ["connect_phase", "byte_gap", "stream_age"]:
                check_native(prometheus, native, f"weir_soak_{name}_seconds")
        run.send_signal(signal.SIGINT)
        results = json.loads(run.communicate(timeout=STOP_TIMEOUT_S)[0])
        if run.returncode != 130 or results["exit_code"] != 130:
            raise Problem(f"the run ended with {run.returncode}, and its report says {results['exit_code']}")
    promtool(textfile.read_text(), "the textfile")
    pushed = fetch(f"{gateway}/metrics")
    if not re.search(r"^weir_soak_run_streams_held\{.*job=\"weir\".*\} " + str(STREAMS) + "$", pushed, re.M):
        raise Problem("the gateway does not show the streams of the run")
    if went_on := set(re.findall(r"^weir_(?!soak_run_|soak_last_run_)\w+", pushed, re.M)):
        raise Problem(f"the gateway shows for ever what went on: {sorted(went_on)}")
    if not re.search(r"^weir_soak_run_passed\{.*\} 0$", pushed, re.M):
        raise Problem("the gateway does not show the verdict of the run")
    promtool(ours(pushed), "what was pushed")
    check_shards(loadgen, f"{origin}/events", gateway)
    check_fleet(loadgen, f"{origin}/events", folder, stack)


def check_shards(loadgen, url, gateway):
    """What one shard of a run pushes does not replace what another one did."""
    for shard in ["1/2", "2/2"]:
        command = [loadgen, "hold", url, "--era", "none", "--streams", "9", "--for", "1s", "--quiet"]
        words = [*command, "--shard", shard, "--run-id", "both", "--push", gateway]
        done = subprocess.run(words, stdout=subprocess.DEVNULL, timeout=SHARD_TIMEOUT_S)
        if done.returncode not in (0, INCONCLUSIVE):  # What is pushed is what counts here, on a busy machine too.
            raise Problem(f"shard {shard} ended with {done.returncode}")
    pushed = fetch(f"{gateway}/metrics")
    promtool(ours(pushed), "what shards pushed")
    held = re.findall(r"^weir_soak_run_streams_held\{.*shard=\"(\d/2)\".*\} (\d+)$", pushed, re.M)
    if sorted(held) != [("1/2", "5"), ("2/2", "4")]:
        raise Problem(f"the gateway shows {held} of two shards")
    runs = re.findall(r"^weir_soak_run_info\{.*run_id=\"both\".*\} 1$", pushed, re.M)
    if len(runs) != 2:
        raise Problem(f"the gateway shows {len(runs)} shards of the run, not 2")


def check_fleet(loadgen, url, folder, stack):
    """ci/fleet/prometheus-agent.yml beside each shard, but for where things are."""
    (folder / "receiver").mkdir()
    receiver = start_prometheus(stack, folder / "receiver", [], receives=True)
    config = (CI / "fleet/prometheus-agent.yml").read_text()
    shards, runs = ["1/2", "2/2"], []
    for number, shard in enumerate(shards):
        command = [loadgen, "hold", url, "--era", "none", "--streams", "9", "--for", "1h"]
        command += ["--shard", shard, "--run-id", "fleet", "--metrics", "127.0.0.1:0", "--metrics-linger", LINGER]
        log = stack.enter_context(open(folder / f"shard{number}.log", "w+"))
        runs.append(stack.enter_context(running(command, stdout=subprocess.DEVNULL, stderr=log)))
        metrics = wait_for(f"the metrics of {shard}", lambda: metrics_in(log), runs[-1])
        own = config.replace("127.0.0.1:9464", metrics).replace("http://prometheus.example.com:9090", receiver)
        start_agent(stack, folder / f"agent{number}", own.replace("5s", "500ms"), shard)
    held = "sum by (shard) (weir_soak_streams_open)"
    wait_for("the streams of both shards", lambda: by_shard(receiver, held) == {"1/2": 5, "2/2": 4}, runs[0])
    if query(receiver, "sum(weir_soak_streams_open)") != [9]:
        raise Problem("the streams of the fleet are not those of its shards")
    if untold := query(receiver, '{__name__=~"weir_.+", shard=""}'):
        raise Problem(f"{len(untold)} series do not say of which shard they are")
    for run in runs:
        run.send_signal(signal.SIGINT)
    ended = 'weir_soak_run_exit_code{job="weir"}'
    wait_for("the end of both", lambda: by_shard(receiver, ended) == {"1/2": 130, "2/2": 130}, runs[0])


def metrics_in(log):
    found = re.search(r"metrics: http://(\S+)/metrics", Path(log.name).read_text())
    return found and found[1]


def by_shard(prometheus, expression):
    series = ask(prometheus, f"query?query={quote(expression)}")["result"]
    return {one["metric"].get("shard"): float(one["value"][1]) for one in series}


def main():
    arguments = parsed(parser_of(__doc__, "gate", "loadgen", "fixture"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            with ExitStack() as stack:
                check(arguments.gate, arguments.loadgen, arguments.fixture, Path(folder), stack)
        except Problem as problem:
            log = Path(folder) / "loadgen.log"
            print(f"real_prometheus: {problem}")
            print(log.read_text() if log.exists() else "")
            return 1
    print(f"real_prometheus: {STREAMS} streams seen by Prometheus, and the verdict by the Pushgateway")
    return 0


if __name__ == "__main__":
    sys.exit(main())
