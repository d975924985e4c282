"""As much of AWS as weir-hook asks: signatures are verified, CodeDeploy is told how a hook ended, and RunTask of ECS
runs the command, in a container where it is told how.
"""

import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import time
from calendar import timegm
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from lib.process import STOP_TIMEOUT_S, stop
from lib.prometheus import serve

REGION = "eu-west-1"
KEY, SECRET, TOKEN = "AKIAWEIRTEST00000001", "kept-secret/of+the=role000000000000000001", "session-token//of+the=role=="
CLOCK_S = 300  # By how much a signature may be older or younger than the service's clock.
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([^,]+), Signature=(\w{64})"
)
SERVICES = {"AmazonEC2ContainerServiceV20141113": "ecs", "CodeDeploy_20141006": "codedeploy"}
SIGNALLED = 128


class Refused(Exception):
    """An error that a service answers with."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def hashed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def verify(method, path, headers, body, service):
    """By the algorithm's description, and from the bytes that came."""
    found = AUTHORIZATION.fullmatch(headers.get("Authorization", ""))
    if not found:
        raise Refused("IncompleteSignatureException", "there is no signature that can be read")
    key, date, region, signed_service, names, signature = found.groups()
    if key != KEY or headers.get("X-Amz-Security-Token") != TOKEN:
        raise Refused("UnrecognizedClientException", f"the security token {headers['X-Amz-Security-Token']} is invalid")
    if (region, signed_service) != (REGION, service):
        raise Refused("InvalidSignatureException", f"signed for {signed_service} in {region}")
    wanted = {"host", "x-amz-date", "x-amz-security-token", "x-amz-target", "content-type"}
    if missing := wanted - set(names.split(";")):
        raise Refused("InvalidSignatureException", f"not signed: {sorted(missing)}")
    moment = headers["X-Amz-Date"]
    age = time.time() - timegm(time.strptime(moment, "%Y%m%dT%H%M%SZ"))
    if not moment.startswith(date) or abs(age) > CLOCK_S:
        raise Refused("InvalidSignatureException", f"signed at {moment}")
    fields = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in names.split(";"))
    canonical = "\n".join([method, path, "", fields, names, hashlib.sha256(body).hexdigest()])
    scope = f"{date}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    secret = hashed(("AWS4" + SECRET).encode(), date)
    for part in [region, service, "aws4_request"]:
        secret = hashed(secret, part)
    if not hmac.compare_digest(hashed(secret, text).hex(), signature):
        # As AWS does it: what was to be signed, with the token in it.
        raise Refused("InvalidSignatureException", f"The Canonical String should have been '{canonical}'")


@dataclass
class Task:
    arn: str
    asked: dict
    process: subprocess.Popen | None = None  # None: its image was not to be had.
    stopped_for: str = ""

    def described(self):
        container = {"name": "gate"}
        told = {"taskArn": self.arn, "lastStatus": "STOPPED", "containers": [container]}
        if self.process is None:
            return {**told, "stoppedReason": "CannotPullContainerError: there is no such image"}
        code = self.process.poll()
        if code is None:
            return {**told, "lastStatus": "RUNNING"}
        container["exitCode"] = code if code >= 0 else SIGNALLED - code
        return {**told, "stoppedReason": self.stopped_for or "Essential container in task exited"}


@dataclass
class Cluster:
    """Tasks are processes: the program of the command from `programs`, or in what `container` runs."""

    programs: Path
    log: Path
    container: list
    tasks: dict = field(default_factory=dict)  # By clientToken.
    unavailable: int = 0  # How often there is no capacity.

    def RunTask(self, asked):
        token = asked["clientToken"]
        if len(token) > 64 or len(asked["startedBy"]) > 36 or asked["count"] != 1 or asked["launchType"] != "FARGATE":
            raise Refused("InvalidParameterException", f"no call of RunTask: {asked}")
        if not asked["networkConfiguration"]["awsvpcConfiguration"]["subnets"]:
            raise Refused("InvalidParameterException", "Fargate needs subnets")
        if self.unavailable:
            self.unavailable -= 1
            return {"tasks": [], "failures": [{"reason": "Capacity is unavailable at this time"}]}
        if token not in self.tasks:
            self.tasks[token] = self.begun(asked)
        return {"tasks": [{"taskArn": self.tasks[token].arn, "lastStatus": "PROVISIONING"}], "failures": []}

    def begun(self, asked):
        arn = f"arn:aws:ecs:{REGION}:1:task/{asked['cluster']}/{len(self.tasks) + 1}"
        if asked["taskDefinition"] != "weir-gate":
            return Task(arn, asked)
        (container,) = asked["overrides"]["containerOverrides"]
        if container["name"] != "gate":
            raise Refused("InvalidParameterException", f"there is no container {container['name']}")
        env = {"PATH": f"{self.programs}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/")}
        with open(self.log, "a") as log:
            command = [*self.container, *container["command"]]
            return Task(arn, asked, subprocess.Popen(command, stdout=log, stderr=log, env=env))

    def named(self, arn):
        return next((task for task in self.tasks.values() if task.arn == arn), None)

    def DescribeTasks(self, asked):
        found = {arn: self.named(arn) for arn in asked["tasks"]}
        return {
            "tasks": [task.described() for task in found.values() if task],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn, task in found.items() if not task],
        }

    def StopTask(self, asked):
        task = self.named(asked["task"])
        if not task:
            raise Refused("InvalidParameterException", "The referenced task was not found.")
        task.stopped_for = asked["reason"]
        if task.process:
            task.process.send_signal(signal.SIGTERM)
        return {"task": task.described()}

    def end(self):
        for task in self.tasks.values():
            if task.process:
                stop(task.process)
                task.process.wait(STOP_TIMEOUT_S)


@dataclass
class CodeDeploy:
    told: list = field(default_factory=list)

    def PutLifecycleEventHookExecutionStatus(self, asked):
        if asked["status"] not in ["Succeeded", "Failed"]:
            raise Refused("InvalidLifecycleEventHookExecutionStatusException", asked["status"])
        execution = asked["lifecycleEventHookExecutionId"]
        if any(one["lifecycleEventHookExecutionId"] == execution for one in self.told):
            raise Refused("LifecycleEventAlreadyCompletedException", "it was told before")
        self.told.append(asked)
        return {"lifecycleEventHookExecutionId": execution}


class Aws:
    """Serves for as long as the stack stands. `trouble` is what happens to the next calls instead of an answer: a
    status, or "lost" for a call that is carried out, and whose answer nobody gets."""

    def __init__(self, stack, programs, log, container=()):
        self.calls, self.trouble = [], []
        self.cluster, self.code_deploy = Cluster(programs, log, container), CodeDeploy()
        stack.callback(self.cluster.end)
        self.origin = f"http://{serve(stack, self.handler())}"
        self.variables = {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": TOKEN,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL_ECS": self.origin,
            "AWS_ENDPOINT_URL": f"{self.origin}/",
        }

    def answer(self, method, path, headers, body):
        prefix, _, action = headers["X-Amz-Target"].partition(".")
        verify(method, path, headers, body, SERVICES[prefix])
        self.calls.append(action)
        asked = json.loads(body)
        return getattr(self.cluster if prefix.startswith("Amazon") else self.code_deploy, action)(asked)

    def handler(aws):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, status, answer):
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                trouble = aws.trouble.pop(0) if aws.trouble else None
                if isinstance(trouble, int):
                    return self.reply(trouble, {"__type": "com.amazonaws#ServerException"})
                try:
                    answer = aws.answer(self.command, self.path, self.headers, body)
                except Refused as refused:
                    return self.reply(400, {"__type": f"com.amazonaws#{refused.kind}", "message": str(refused)})
                if trouble == "lost":
                    self.close_connection = True
                    return None
                return self.reply(200, answer)

        return Handler
