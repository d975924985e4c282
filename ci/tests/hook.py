#!/usr/bin/env python3
"""weir-hook as AWS Lambda runs it: against the four routes of the runtime interface, with a right endpoint, a wrong one
and none behind the test listener.

  ci/tests/hook.py [--hook BINARY] [--gate BINARY] [--fixture BINARY] [--logs FOLDER]
"""

import json
import queue
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from lib.functions import ANSWER_TIMEOUT_S, BLUE, GREEN, ROUTES, endpoint, event, lambda_interface, started
from lib.process import Problem, expect, expect_in, free_port, parsed, parser_of

SECRET = "hush-in-hook-details"
FAULT = "jsonrpc.id-stringified"


def answers(arguments):
    with ExitStack() as stack:
        functions, address = stack.enter_context(lambda_interface())
        right = stack.enter_context(endpoint([arguments.fixture]))
        wrong = stack.enter_context(endpoint([arguments.fixture], FAULT))
        dead = f"http://127.0.0.1:{free_port()}/mcp"
        log = arguments.logs / "hook.log"
        checks = {"WEIR_OPTIONS": "--checks jsonrpc.id.echoed --timeout 3"}
        hook = started(stack, arguments, address, log, WEIR_URL=right, **checks)

        expect("a right endpoint", functions.invoke(event()), ("response", {"hookStatus": "SUCCEEDED"}, None))
        found = functions.invoke(event(details={"url": wrong}))
        expect("a wrong endpoint", found, ("response", {"hookStatus": "FAILED"}, None))
        expect_in("the log", log.read_text(), "jsonrpc.id.echoed", "FAILED: the gate is red")

        details = {"url": dead, "tries": 2, "callBackDelay": 7}
        route, first, _ = functions.invoke(event(details=details))
        tried = {**details, "weirTries": 1, "weirFor": first.get("hookDetails", {}).get("weirFor")}
        waits = {"hookStatus": "IN_PROGRESS", "callBackDelay": 7, "hookDetails": tried}
        expect("a dead endpoint", (route, first), ("response", waits))
        found = functions.invoke(event(details=first["hookDetails"]))
        expect("a dead endpoint again", found, ("response", {"hookStatus": "FAILED"}, None))
        expect_in("the log", log.read_text(), "the target could not be reached; try 2 of 2, and the last one")

        back = event("PRODUCTION_TRAFFIC_SHIFT", {GREEN: 0, BLUE: 100}, {"url": wrong})
        expect("a roll-back", functions.invoke(back), ("response", {"hookStatus": "SUCCEEDED"}, None))

        for what, text, sentence in [
            ("an event that is none", f'{{"x": "{SECRET}"', "the event is not JSON"),
            ("a key that is unknown", event(details={"urk": SECRET}), "has no key 'urk'"),
            ("an event of CodeDeploy", '{"LifecycleEventHookExecutionId": "x"}', "'DeploymentId' is missing"),
            ("a gate that refuses", event(details={"options": "--lievel must"}), "exit code 2"),
        ]:
            route, body, kind = functions.invoke(text)
            expect(what, (route, kind, body["errorType"]), ("error", "Weir.Configuration", "Weir.Configuration"))
            expect_in(what, body["errorMessage"], sentence)
        route, body, _ = functions.invoke(event(), timeout_s=3)
        expect_in("a function of three seconds", body["errorMessage"], "raise its time-out")
        expect("still there", functions.invoke(event())[1], {"hookStatus": "SUCCEEDED"})
        if SECRET in log.read_text():
            raise Problem("the log holds what an event held")
        expect("hook", hook.poll(), None)


def ends_a_gate_in_time(arguments, folder):
    """A gate that does not end is ended with the function's time, and that is no verdict."""
    stuck = folder / "stuck"
    script = ["import signal, time", "signal.signal(signal.SIGTERM, signal.SIG_IGN)", "time.sleep(600)"]
    stuck.write_text("\n".join([f"#!{sys.executable}", *script, ""]))
    stuck.chmod(0o755)
    with ExitStack() as stack:
        functions, address = stack.enter_context(lambda_interface())
        log = arguments.logs / "hook.stuck.log"
        started(stack, arguments, address, log, WEIR_URL="http://127.0.0.1:1/", WEIR_GATE=str(stuck))
        _, body, _ = functions.invoke(event(), timeout_s=12)
        expect("a gate that does not end", body["hookStatus"], "IN_PROGRESS")
        expect_in("the log", log.read_text(), "did not end within its time")


def says_why_it_cannot_start(arguments):
    for variables, sentence in [
        ({"WEIR_GATE": "/nowhere/weir-conformance"}, "there is no gate that can be run at /nowhere"),
        ({"WEIR_TRIES": "many"}, "WEIR_TRIES is a whole number"),
    ]:
        with ExitStack() as stack:
            functions, address = stack.enter_context(lambda_interface())
            hook = started(stack, arguments, address, arguments.logs / "hook.init.log", **variables)
            path, kind, body = functions.posts.get(timeout=ANSWER_TIMEOUT_S)
            expect("an error of the start", (path, kind), (f"{ROUTES}/init/error", "Weir.Configuration"))
            expect_in("an error of the start", json.loads(body)["errorMessage"], sentence)
            expect("its exit code", hook.wait(ANSWER_TIMEOUT_S), 2)
    alone = subprocess.run([arguments.hook], env={}, capture_output=True, text=True, timeout=ANSWER_TIMEOUT_S)
    expect("outside of Lambda", alone.returncode, 2)
    expect_in("outside of Lambda", alone.stderr, "AWS_LAMBDA_RUNTIME_API is not set")


def main():
    arguments = parsed(parser_of(__doc__, "hook", "gate", "fixture"))
    try:
        answers(arguments)
        ends_a_gate_in_time(arguments, Path(arguments.logs))
        says_why_it_cannot_start(arguments)
    except (Problem, queue.Empty) as problem:
        print(problem or "nothing was posted in time")
        return 1
    print("weir-hook answered every event")
    return 0


if __name__ == "__main__":
    sys.exit(main())
