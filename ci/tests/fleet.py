#!/usr/bin/env python3
"""The files of ci/fleet do what they say: the state machine is interpreted, its tasks being our programs, with every
shard there, one killed, one that never ran, and none; objects of Kubernetes are held against its models, and the
commands in them are run as it would run them.

  ci/tests/fleet.py [--loadgen BINARY] [--fixture BINARY] [--logs FOLDER]
"""

import copy
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import yaml

from lib.process import CI, Problem, expect, expect_in, first_line, parsed, parser_of, reported, running

FOLDER = CI / "fleet"
NODE_MODULES = CI / "node/languages/node_modules"
SHARDS = 4
RUN_TIMEOUT_S = 100
START_S = 30  # Until then every shard is there, and its journal, however busy the machine is.
SCENARIO = """
target: {url}
phases: [{{ramp: {{to: 8}}}}, {{hold: 1s}}]
thresholds: [{threshold}]
lag_bound: 1m
"""
KEPT = "stream_drop_ratio < 1%"


def node(script, folder, request):
    path = folder / f"{request['name'] if 'name' in request else 'models'}.request.json"
    path.write_text(json.dumps(request))
    command = ["node", CI / "tests" / script, NODE_MODULES, path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
    if done.returncode:
        raise Problem(f"{script} ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def endpoint(arguments, stack, folder):
    log = stack.enter_context(open(folder / "fixture.log", "w+"))
    # Events all the time: of the first ones after a silence the kernel may tell no time of arrival.
    command = [arguments.fixture, "streams", "--rate", "20"]
    fixture = stack.enter_context(running(command, stdout=subprocess.PIPE, stderr=log))
    return re.search(r"http://\S+", first_line(fixture, "weir-fixture", log))[0].rstrip("/") + "/mcp"


def streams_of(report):
    return sum(one["counters"]["streams_opened"] for one in report["total"]["populations"])


class StateMachine:
    def __init__(self, arguments, folder, url):
        self.programs, self.folder, self.url = str(arguments.loadgen.parent), folder, url
        self.definition = json.loads((FOLDER / "step-functions.asl.json").read_text())

    def request(self, name, lose, threshold=KEPT):
        scenario = self.folder / f"{name}.yaml"
        scenario.write_text(SCENARIO.format(url=self.url, threshold=threshold))
        text = json.dumps(self.definition).replace("${scenario}", str(scenario)).replace("/out/", f"{self.folder}/")
        return {
            "definition": json.loads(text),
            "input": {"shards": SHARDS, "startInSeconds": START_S},
            "name": name,
            "startTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "programs": self.programs,
            "lose": lose,
        }

    def ended(self, name, lose=(), threshold=KEPT):
        """How an execution ended, and the report of the merge, if there was one."""
        end = node("states.mjs", self.folder, self.request(name, dict(lose), threshold))
        expect(f"{name}: offences", end["offences"], [])
        expect(f"{name}: shards begun", end["states"].count("Load"), SHARDS)
        report = self.folder / f"{name}.json"
        expect(f"{name}: a report", report.exists(), "Merge" in end["states"])
        return end, json.loads(report.read_text()) if report.exists() else None

    def whole(self):
        end, report = self.ended("whole")
        why = f"whole: {end}, {report['exit_reason']}"
        expect(why, (end["status"], end.get("output")), ("SUCCEEDED", {"run": "whole", "lost": []}))
        verdict = (report["exit_code"], report["run_id"], report["shard"])
        expect("the verdict of all", verdict, (0, "whole", "4 of 4 together"))
        expect("streams of all shards", streams_of(report), 8)

    def one_is_killed(self):
        end, report = self.ended("killed", {"2": "killed"})
        expect("one is killed", (end["error"], end["states"][-1]), ("Weir.NotPassed", "NotPassed"))
        expect("who is lost", end["cause"].partition("lost: ")[2], "shard 2/4: States.TaskFailed, exit code 137")
        expect("the verdict", report["exit_code"], 4)
        expect_in("what the report names", "; ".join(report["invalid"]), "shard 2/4 was killed")

    def one_never_runs(self):
        end, report = self.ended("never", {"3": "never"})
        expect("who is lost", end["cause"], "run never did not pass; lost: shard 3/4: States.TaskFailed")
        expect("the verdict", report["exit_code"], 4)
        expect_in("what the report names", "; ".join(report["invalid"]), "3 of 4 shards are here: 3/4 is missing")

    def none_runs(self):
        end, report = self.ended("none", {str(shard): "never" for shard in range(1, SHARDS + 1)})
        expect("none runs", (end["status"], end["error"], report), ("FAILED", "Weir.NothingLeft", None))
        expect("all are named", re.findall(r"shard (\d)/4", end["cause"]), ["1", "2", "3", "4"])

    def a_red_target_loses_nobody(self):
        end, report = self.ended("red", threshold="stream_drop_ratio > 50%")
        expect("a red target", (end["status"], end["cause"]), ("FAILED", "run red did not pass"))
        expect("the verdict", (report["exit_code"], report["invalid"]), (1, []))

    def a_wrong_definition_is_not_run(self):
        request = self.request("wrong", {})
        request["definition"]["States"]["Merge"]["Next"] = "Pased"
        expect("a wrong definition", node("states.mjs", self.folder, request)["status"], "INVALID")

    def check(self):
        # At once, for each of them waits for its beginning.
        runs = [self.whole, self.one_is_killed, self.one_never_runs, self.none_runs, self.a_red_target_loses_nobody]
        with ThreadPoolExecutor(len(runs)) as pool:
            for ended in [pool.submit(run) for run in runs]:
                ended.result()
        self.a_wrong_definition_is_not_run()


def objects(name):
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


def container_of(job):
    (container,) = job["spec"]["template"]["spec"]["containers"]
    return container


def check_models(folder, load, merge):
    said = node("kubernetes_models.mjs", folder, load + merge)
    expect("what the models say", said, [[]] * len(load + merge))
    job = next(one for one in load if one["kind"] == "Job")
    wrong = [copy.deepcopy(job) for _ in range(4)]
    wrong[0]["spec"]["completion"] = 4
    wrong[1]["spec"]["completionMode"] = "Index"
    container_of(wrong[2])["arg"] = []
    wrong[3]["kind"] = "Jop"
    expect("faults found", [len(one) > 0 for one in node("kubernetes_models.mjs", folder, wrong)], [True] * len(wrong))


def expanded(container, folder, scenario, **more):
    """Arguments and environment as the kubelet makes them, but for where things are."""
    env = {one["name"]: one["value"] for one in container["env"]} | more
    words = [re.sub(r"\$\((\w+)\)", lambda found: env[found[1]], word) for word in container["args"]]
    words = [word.replace("/out/", f"{folder}/").replace("/scenario/soak.yaml", str(scenario)) for word in words]
    return [word.replace("0.0.0.0:9464", "127.0.0.1:0") for word in words], {**os.environ, **env}


def check_commands(arguments, folder, url, load, merge):
    job, (merging,) = next(one for one in load if one["kind"] == "Job"), merge
    spec, container = job["spec"], container_of(job)
    env = {one["name"]: one["value"] for one in container["env"]}
    expect("shards", [int(env["WEIR_SHARDS"]), spec["parallelism"]], [spec["completions"]] * 2)
    expect("names of the run", container_of(merging)["env"][0]["value"], env["WEIR_RUN"])
    scenario = folder / "kubernetes.yaml"
    scenario.write_text(SCENARIO.format(url=url, threshold=KEPT))

    def run(words):
        command, environment = words
        program = arguments.loadgen.parent / command[0]
        return subprocess.run(
            [program, *command[1:]], env=environment, capture_output=True, text=True, timeout=RUN_TIMEOUT_S
        )

    pods = [expanded(container, folder, scenario, JOB_COMPLETION_INDEX=str(one)) for one in range(spec["completions"])]
    # A pod stays for the last scrape; here nobody comes by.
    pods = [([word if word != "30s" else "0s" for word in words], environment) for words, environment in pods]
    with ThreadPoolExecutor(len(pods)) as pool:
        for done in pool.map(run, pods):
            expect(f"a shard: {done.stdout}{done.stderr}", done.returncode, 0)
    done = run(expanded(container_of(merging), folder, scenario))
    expect(f"the merge: {done.stdout}{done.stderr}", done.returncode, 0)
    report = json.loads((folder / f"{env['WEIR_RUN']}.json").read_text())
    expect("streams of all pods", streams_of(report), 8)
    (folder / f"{env['WEIR_RUN']}-2.journal").unlink()
    done = run(expanded(container_of(merging), folder, scenario))
    expect(f"a merge without one: {done.stdout}{done.stderr}", done.returncode, 4)
    expect_in("what is said of it", done.stderr, "-2.journal: No such file or directory: its shard counts as missing")
    expect_in("the missing shard", done.stdout, "3 of 4 shards are here: 3/4 is missing")
    (folder / f"{env['WEIR_RUN']}-2.journal").write_text("")
    done = run(expanded(container_of(merging), folder, scenario))
    expect(f"a merge with one that was killed as it began: {done.stdout}{done.stderr}", done.returncode, 4)
    expect_in("what is said of that", done.stderr, "-2.journal has no whole head: its shard counts as missing")


def check_monitor(load):
    job = next(one for one in load if one["kind"] == "Job")
    monitor = next(one for one in load if one["kind"] == "PodMonitor")["spec"]
    labels = job["spec"]["template"]["metadata"]["labels"]
    expect("the pods of the monitor", monitor["selector"]["matchLabels"].items() <= labels.items(), True)
    ports = {port["name"]: port["containerPort"] for port in container_of(job)["ports"]}
    address = container_of(job)["args"][container_of(job)["args"].index("--metrics") + 1]
    expect("the port", str(ports[monitor["podMetricsEndpoints"][0]["port"]]), address.rpartition(":")[2])


def check_page():
    page = (FOLDER / "README.md").read_text()
    for name in re.findall(r"`((?:kubernetes|step|prometheus)[\w.-]+[.](?:ya?ml|json)|slurm/\w+)`", page):
        expect(f"{name} is there", (FOLDER / name).exists(), True)
    asked = set(re.findall(r"\$\{(\w+)\}", (FOLDER / "step-functions.asl.json").read_text()))
    expect("what is to be put in", set(re.findall(r"`\$\{(\w+)\}`", page)), asked)


def main():
    arguments = parsed(parser_of(__doc__, "loadgen", "fixture"))

    def check(folder, stack):
        check_page()
        load, merge = objects("kubernetes.yaml"), objects("kubernetes-merge.yaml")
        check_models(folder, load, merge)
        check_monitor(load)
        url = endpoint(arguments, stack, folder)
        check_commands(arguments, folder, url, load, merge)
        StateMachine(arguments, folder, url).check()
        return "a lost shard leads to the merge, and is named"

    return reported("fleet", check)


if __name__ == "__main__":
    sys.exit(main())
