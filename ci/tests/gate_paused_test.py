#!/usr/bin/env python3
"""ci/ecs/gate-paused against an `aws` and a gate of the test's own: which calls it makes, and with what."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lib.process import CI

PROGRAM = CI / "ecs/gate-paused"
OLD, ARN = "arn:aws:ecs:r:1:service-deployment/c/s/old", "arn:aws:ecs:r:1:service-deployment/c/s/new"
HOOK = {
    "hookId": "ecs-pause-1",
    "targetType": "PAUSE",
    "status": "AWAITING_ACTION",
    "expiresAt": "2026-03-05T16:04:41Z",
    "timeoutAction": "ROLLBACK",
}
LISTED = {
    "serviceDeployments": [
        {"serviceDeploymentArn": ARN, "createdAt": "2026-03-04T16:04:41Z"},
        {"serviceDeploymentArn": OLD, "createdAt": "2026-03-03T16:04:41Z"},
    ]
}

# Plays the answers of a command one after another, the last one for ever, and writes down what it was asked.
AWS = """#!{python} -IS
import json, pathlib, sys
folder = pathlib.Path({folder!r})
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
script = folder / (sys.argv[2] + ".json")
answers = json.loads(script.read_text()) if script.exists() else [{{}}]
answer = answers.pop(0)
script.write_text(json.dumps(answers or [answer]))
if "error" in answer:
    sys.exit("An error occurred: " + answer["error"])
print(json.dumps(answer))
"""
GATE = """#!{python} -IS
import json, os, pathlib, signal, sys, time
folder = pathlib.Path({folder!r})
(folder / "gate.arguments").write_text(json.dumps(sys.argv[1:]))
codes = json.loads((folder / "gate.codes").read_text())
(folder / "gate.codes").write_text(json.dumps(codes[1:] or codes))
if codes[0] == "cancelled":
    os.kill(os.getppid(), signal.SIGTERM)
    time.sleep(60)
sys.exit(codes[0])
"""


def deployment(status="IN_PROGRESS", stage="POST_TEST_TRAFFIC_SHIFT", hooks=(HOOK,)):
    one = {"serviceDeploymentArn": ARN, "status": status, "lifecycleStage": stage}
    return {"serviceDeployments": [{**one, "lifecycleHookDetails": list(hooks)}]}


class GatePaused(unittest.TestCase):
    def run_with(self, codes, describe=None, arguments=(), listed=(LISTED,), **answers):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for program, text in {"aws": AWS, "gate": GATE}.items():
                (folder / program).write_text(text.format(python=sys.executable, folder=name))
                (folder / program).chmod(0o755)
            (folder / "gate.codes").write_text(json.dumps(codes))
            scripts = {"list-service-deployments": list(listed)}
            scripts["describe-service-deployments"] = list(describe or [deployment()])
            for command, answer in {**scripts, **answers}.items():
                (folder / f"{command.replace('_', '-')}.json").write_text(json.dumps(answer))
            command = [PROGRAM, "--cluster", "c", "--service", "s", "--wait", "0.2", "--poll", "0.05", "--delay", "0"]
            done = subprocess.run(
                [*command, "--gate", folder / "gate", *arguments, "--", "--profile", "p.yaml", "--", "http://t/"],
                env={**os.environ, "PATH": f"{name}:{os.environ['PATH']}"},
                capture_output=True,
                text=True,
                timeout=60,
            )
            calls = folder / "calls"
            self.calls = [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []
            gate = folder / "gate.arguments"
            self.gate = json.loads(gate.read_text()) if gate.exists() else None
        self.said = done.stderr
        return done.returncode

    def answers(self):
        reading = ("list-service-deployments", "describe-service-deployments")
        return [call for call in self.calls if call[1] not in reading]

    def assert_answered(self, action):
        words = ["--service-deployment-arn", ARN, "--hook-id", "ecs-pause-1", "--action", action]
        expected = ["ecs", "continue-service-deployment", *words, "--output", "json"]
        self.assertEqual(self.answers(), [expected], self.said)

    def test_good_goes_on(self):
        self.assertEqual(self.run_with([0]), 0)
        self.assert_answered("CONTINUE")
        self.assertEqual(self.gate, ["--profile", "p.yaml", "--", "http://t/"])
        words = ["--cluster", "c", "--service", "s", "--status", "PENDING", "IN_PROGRESS", "--output", "json"]
        self.assertEqual(self.calls[0], ["ecs", "list-service-deployments", *words])
        words = ["--service-deployment-arns", ARN, "--output", "json"]
        self.assertEqual(self.calls[1], ["ecs", "describe-service-deployments", *words])

    def test_anything_else_is_rolled_back_explicitly(self):
        for code in (1, 2, 77):
            self.assertEqual(self.run_with([code]), code)
            self.assert_answered("ROLLBACK")

    def test_what_cannot_be_judged_is_asked_again_and_not_for_ever(self):
        self.assertEqual(self.run_with([3, 4, 0]), 0)
        self.assert_answered("CONTINUE")
        self.assertEqual(self.run_with([4]), 4)
        self.assert_answered("ROLLBACK")
        self.assertIn("try 2 of 3", self.said)

    def test_a_gate_that_is_not_there_is_no_green(self):
        self.assertEqual(self.run_with([0], arguments=["--gate", "/nowhere/gate"]), 2)
        self.assert_answered("ROLLBACK")

    def test_waits_for_a_deployment_and_for_its_hook(self):
        early = deployment(stage="SCALE_UP", hooks=())
        other = deployment(hooks=[{**HOOK, "targetType": "AWS_LAMBDA", "status": "IN_PROGRESS"}])
        found = self.run_with([0], [early, other, deployment()], ["--wait", "60"], [{"serviceDeployments": []}, LISTED])
        self.assertEqual(found, 0)
        self.assert_answered("CONTINUE")

    def test_gates_nothing_that_is_not_held(self):
        for describe, said in [
            (deployment("SUCCESSFUL", hooks=()), "the deployment is SUCCESSFUL, and was never held"),
            (deployment("ROLLBACK_IN_PROGRESS", hooks=()), "the deployment is ROLLBACK_IN_PROGRESS"),
            (deployment(hooks=[{**HOOK, "status": "TIMED_OUT"}]), "no hook waited"),
            (deployment(stage="BAKE_TIME"), "no hook waited"),
            (deployment(hooks=[HOOK, {**HOOK, "hookId": "approval"}]), "several hooks wait"),
            ({"serviceDeployments": []}, "there is no deployment"),
            ({"error": "AccessDenied"}, "An error occurred: AccessDenied"),
        ]:
            self.assertEqual(self.run_with([0], [describe]), 2, said)
            self.assertIn(said, self.said)
            self.assertEqual(self.answers(), [])
            self.assertIsNone(self.gate)

    def test_answers_the_hook_that_is_named(self):
        both = deployment(hooks=[{**HOOK, "hookId": "approval"}, HOOK])
        self.assertEqual(self.run_with([0], [both], ["--hook-id", "ecs-pause-1"]), 0)
        self.assert_answered("CONTINUE")

    def test_does_not_go_on_when_the_hook_waits_no_more(self):
        gone = deployment(hooks=[{**HOOK, "status": "TIMED_OUT"}])
        self.assertEqual(self.run_with([0], [deployment(), gone]), 2)
        self.assertIn("the hook waits no more", self.said)
        self.assertEqual(self.answers(), [])

    def test_stops_the_deployment_where_a_roll_back_is_refused(self):
        refused = {"continue_service_deployment": [{"error": "too late"}]}
        self.assertEqual(self.run_with([1], **refused), 1)
        words = ["--service-deployment-arn", ARN, "--stop-type", "ROLLBACK", "--output", "json"]
        self.assertEqual(self.answers()[-1], ["ecs", "stop-service-deployment", *words])
        self.assertEqual(self.run_with([0], **refused), 2)
        self.assertEqual(len(self.answers()), 1)

    def test_a_job_that_is_cancelled_answers_nothing_and_says_so(self):
        self.assertEqual(self.run_with(["cancelled"]), 130)
        self.assertEqual(self.answers(), [])
        self.assertIn("interrupted: where no CONTINUE", self.said)

    def test_a_dry_run_answers_nothing(self):
        self.assertEqual(self.run_with([1], arguments=["--dry-run"]), 1)
        self.assertEqual(self.answers(), [])
        self.assertIn(f"--service-deployment-arn {ARN} --hook-id ecs-pause-1 --action ROLLBACK", self.said)

    def test_asks_what_is_to_be_asked(self):
        done = subprocess.run([PROGRAM, "--cluster", "c", "--service", "s"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        self.assertIn("what is to be asked?", done.stderr)


if __name__ == "__main__":
    unittest.main()
