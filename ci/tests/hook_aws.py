#!/usr/bin/env python3
"""weir-hook where it calls AWS: hooks of CodeDeploy, and gates that run as ECS tasks. The services are ours, and verify
each signature; their tasks are real runs of weir-conformance, and deployments go on or back as the hook says.

  ci/tests/hook_aws.py [--hook BINARY] [--gate BINARY] [--fixture BINARY] [--logs FOLDER] [--image NAME]

With --image, revisions and tasks are containers of that image, and nothing but their deployments is played.
"""

import json
import queue
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

from lib.aws import SECRET, TOKEN, Aws
from lib.functions import ANSWER_TIMEOUT_S, BLUE, GREEN, endpoint, event, lambda_interface, started
from lib.containers import inside
from lib.process import POLL_S, Problem, expect, expect_in, free_port, parsed, parser_of, running, wait_for

FAULT = "jsonrpc.id-stringified"
OPTIONS = {"WEIR_OPTIONS": "--checks jsonrpc.id.echoed --timeout 20"}
TASKS = {"WEIR_TASK": "weir-gate", "WEIR_TASK_SUBNETS": "subnet-1,subnet-2", "WEIR_TASK_SECURITY_GROUPS": "sg-1"}


class Stage:
    """A function, the services that it calls, and endpoints behind the test listener."""

    def __init__(self, stack, arguments, name, **variables):
        self.log = arguments.logs / f"hook_aws.{name}.log"
        self.tasks_log = arguments.logs / f"hook_aws.{name}.tasks.log"
        self.tasks_log.unlink(missing_ok=True)
        self.aws = Aws(stack, arguments.gate.parent, self.tasks_log, container_of(arguments))
        self.functions, address = stack.enter_context(lambda_interface())
        self.hook = started(stack, arguments, address, self.log, **{**OPTIONS, **self.aws.variables, **variables})

    def said(self):
        return self.log.read_text()

    def check_secrets(self):
        for secret in [SECRET, TOKEN, SECRET[:20], TOKEN[:20]]:
            if secret in self.said():
                raise Problem(f"{self.log} holds a credential")


def code_deploy_event(execution):
    return json.dumps({"DeploymentId": "d-1", "LifecycleEventHookExecutionId": execution})


def told(stage):
    return [(one["lifecycleEventHookExecutionId"], one["status"]) for one in stage.aws.code_deploy.told]


def check_code_deploy(arguments):
    with ExitStack() as stack:
        right = stack.enter_context(endpoint([arguments.fixture]))
        stage = Stage(stack, arguments, "code_deploy", WEIR_URL=right)
        invoke, aws = stage.functions.invoke, stage.aws
        found = invoke(code_deploy_event("green"))
        expect("a right endpoint", found, ("response", {"status": "Succeeded"}, None))
        expect("what CodeDeploy is told", aws.code_deploy.told[-1], {
            "deploymentId": "d-1", "lifecycleEventHookExecutionId": "green", "status": "Succeeded"})

        aws.trouble[:] = [503, 500]
        expect("a service in trouble", invoke(code_deploy_event("busy"))[1], {"status": "Succeeded"})
        aws.trouble[:] = ["lost"]
        expect("an answer that is lost", invoke(code_deploy_event("lost"))[1], {"status": "Succeeded"})
        expect_in("the log", stage.said(), "an attempt whose answer was lost had told CodeDeploy")

        route, body, kind = invoke(code_deploy_event("green"))
        expect("an execution that was told before", (route, kind), ("error", "Weir.Configuration"))
        expect_in("an execution that was told before", body["errorMessage"], "CodeDeploy could not be told 'Succeeded'",
                  "LifecycleEventAlreadyCompletedException")
        expect("all that was told", told(stage), [(one, "Succeeded") for one in ["green", "busy", "lost"]])
        stage.check_secrets()


def check_code_deploy_fails(arguments):
    with ExitStack() as stack:
        wrong = stack.enter_context(endpoint([arguments.fixture], FAULT))
        stage = Stage(stack, arguments, "code_deploy_red", WEIR_URL=wrong)
        found = stage.functions.invoke(code_deploy_event("red"))
        expect("a wrong endpoint", found, ("response", {"status": "Failed"}, None))
        expect_in("the log", stage.said(), "jsonrpc.id.echoed", "Failed: the gate is red")
    with ExitStack() as stack:
        dead = f"http://127.0.0.1:{free_port()}/mcp"
        again = {"WEIR_TRIES": "2", "WEIR_CALL_BACK_DELAY": "1"}
        stage = Stage(stack, arguments, "code_deploy_dead", WEIR_URL=dead, **again)
        expect("a dead endpoint", stage.functions.invoke(code_deploy_event("dead"))[1], {"status": "Failed"})
        expect_in("the log", stage.said(), "could not be reached; try 1 of 2", "try 2 of 2, and the last one")
    with ExitStack() as stack:
        stage = Stage(stack, arguments, "code_deploy_aimless")
        route, body, _ = stage.functions.invoke(code_deploy_event("aimless"))
        expect("a hook without a target", (route, told(stage)), ("error", [("aimless", "Failed")]))
        expect_in("a hook without a target", body["errorMessage"], "there is no target")


def check_credentials(arguments):
    """Of another role, and none: the invocation fails, and no output shows what the service repeats of the request."""
    for name, variables, sentence in [
        ("other", {"AWS_SECRET_ACCESS_KEY": "of-another-role"}, "InvalidSignatureException: The Canonical String"),
        ("none", {"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY are not set"),
    ]:
        with ExitStack() as stack:
            right = stack.enter_context(endpoint([arguments.fixture]))
            stage = Stage(stack, arguments, f"credentials_{name}", WEIR_URL=right, **variables)
            route, body, _ = stage.functions.invoke(code_deploy_event("x"))
            expect(name, (route, told(stage)), ("error", []))
            expect_in(name, body["errorMessage"], "CodeDeploy could not be told 'Succeeded'", sentence)
            if TOKEN in body["errorMessage"]:
                raise Problem("the error holds the session token")
            stage.check_secrets()


def container_of(arguments):
    return inside(arguments.image) if arguments.image else []


@contextmanager
def test_listener(arguments, *faults):
    """The URL of a revision behind the listener that production does not see, of an emulated ALB."""
    program = [*container_of(arguments), "weir-fixture"] if arguments.image else [arguments.fixture]
    with endpoint(program, *faults) as url:
        balancer = [arguments.fixture, "edge", "alb", "--to", url.removesuffix("/mcp")]
        with running(balancer, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            yield f"{process.stdout.readline().strip()}/mcp"


class Deployment:
    """Of a service by Amazon ECS: production is what was there before, until the hook lets the new revision go on."""

    count = 0

    def __init__(self, stage, url, details=None):
        Deployment.count += 1
        self.stage, self.execution = stage, f"execution-{Deployment.count}"
        self.details = {"url": url, **(details or {})}
        self.production, self.calls = BLUE, 0

    def ask(self, *where):
        """One call of the hook; what it gives back is merged into what the next one gets."""
        self.calls += 1
        text = json.loads(event(*where, details=self.details)) | {"executionId": self.execution}
        route, answer, _ = self.stage.functions.invoke(json.dumps(text))
        expect(f"the answer {answer}", route, "response")
        self.details |= answer.get("hookDetails", {})
        return answer["hookStatus"]

    def play(self):
        """How the hook ended; ECS would wait for callBackDelay between two calls."""
        until = time.monotonic() + ANSWER_TIMEOUT_S
        while (status := self.ask()) == "IN_PROGRESS":
            if time.monotonic() > until:
                raise Problem(f"no verdict: {self.details}")
            time.sleep(POLL_S)
        if status == "SUCCEEDED":
            self.production = GREEN
        return status

    def roll_back(self):
        return self.ask("PRODUCTION_TRAFFIC_SHIFT", {GREEN: 0, BLUE: 100})


def check_tasks(arguments):
    with ExitStack() as stack:
        right = stack.enter_context(test_listener(arguments))
        wrong = stack.enter_context(test_listener(arguments, FAULT))
        stage = Stage(stack, arguments, "tasks", **TASKS)
        cluster = stage.aws.cluster

        good = Deployment(stage, right)
        expect("a good revision", (good.play(), good.production), ("SUCCEEDED", GREEN))
        bad = Deployment(stage, wrong)
        expect("a bad revision", (bad.play(), bad.production), ("FAILED", BLUE))
        expect("its roll-back", (bad.roll_back(), bad.production), ("SUCCEEDED", BLUE))
        expect_in("the log of the task", stage.tasks_log.read_text(), "jsonrpc.id.echoed")
        expect("tasks", len(cluster.tasks), 2)
        expect("where they run", {task.asked["cluster"] for task in cluster.tasks.values()}, {"c"})

        dead = Deployment(stage, f"http://127.0.0.1:{free_port()}/mcp", {"tries": 2})
        expect("a dead endpoint", (dead.play(), dead.production), ("FAILED", BLUE))
        expect("tasks of two tries", len(cluster.tasks), 4)
        expect_in("the log", stage.said(), "the target could not be reached; try 2 of 2, and the last one")

        cluster.unavailable = 1
        late = Deployment(stage, right)
        expect("a cluster without room at first", (late.play(), late.details["weirTries"]), ("SUCCEEDED", 1))
        expect_in("the log", stage.said(), "RunTask started no task: Capacity is unavailable at this time; try 1 of 3")

        begun = len(cluster.tasks)
        stage.aws.trouble[:] = ["lost"]
        expect("an answer that is lost", Deployment(stage, right).play(), "SUCCEEDED")
        expect("tasks of one try", len(cluster.tasks), begun + 1)
        stage.check_secrets()


def check_task_that_cannot_start(arguments):
    with ExitStack() as stack:
        right = stack.enter_context(endpoint([arguments.fixture]))
        stage = Stage(stack, arguments, "unpulled", **{**TASKS, "WEIR_TASK": "without-an-image", "WEIR_TRIES": "1"})
        expect("a task without an image", Deployment(stage, right).play(), "FAILED")
        expect_in("the log", stage.said(), "the gate did not start: CannotPullContainerError")


def check_roll_back_stops_the_task(arguments):
    """Somebody else rolls back while the gate waits for an endpoint that says nothing."""
    with ExitStack() as stack, socket.create_server(("127.0.0.1", 0)) as silent:
        stage = Stage(stack, arguments, "roll_back", **TASKS)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/mcp"
        deployment = Deployment(stage, url, {"options": "--timeout 60"})
        expect("the first call", deployment.ask(), "IN_PROGRESS")
        connection, _ = silent.accept()
        with connection:
            expect("while it runs", (deployment.ask(), stage.aws.calls[-1]), ("IN_PROGRESS", "DescribeTasks"))
            expect("the roll-back", deployment.roll_back(), "SUCCEEDED")
            (task,) = stage.aws.cluster.tasks.values()
            wait_for("the task ends", lambda: task.process.poll() is not None)
        expect("why", task.stopped_for, "the deployment is being rolled back")


def main():
    parser = parser_of(__doc__, "hook", "gate", "fixture")
    parser.add_argument("--image", metavar="NAME")
    arguments = parsed(parser)
    deployments = [check_tasks, check_roll_back_stops_the_task]
    calls = [check_code_deploy, check_code_deploy_fails, check_credentials, check_task_that_cannot_start]
    try:
        for check in deployments if arguments.image else deployments + calls:
            check(arguments)
    except (Problem, queue.Empty) as problem:
        print(problem or "nothing was posted in time")
        return 1
    said = "" if arguments.image else "CodeDeploy was told, "
    print(f"{said}tasks ran, and deployments went where the gate sent them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
