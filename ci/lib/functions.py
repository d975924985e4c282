"""AWS Lambda as weir-hook knows it: the four routes of the runtime interface, the events of Amazon ECS, and endpoints
to gate.
"""

import json
import os
import queue
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lib.process import Problem, running

FUNCTION_TIMEOUT_S = 60
ANSWER_TIMEOUT_S = 90
ROUTES = "/2018-06-01/runtime"
GREEN, BLUE = "arn:aws:ecs:eu-west-1:1:service-revision/c/mcp/2", "arn:aws:ecs:eu-west-1:1:service-revision/c/mcp/1"


def event(stage="POST_TEST_TRAFFIC_SHIFT", production=None, details=None):
    text = {
        "executionId": "e8d5",
        "lifecycleStage": stage,
        "resourceArn": "arn:aws:ecs:eu-west-1:1:service-deployment/c/mcp/d",
        "executionDetails": {
            "serviceArn": "arn:aws:ecs:eu-west-1:1:service/c/mcp",
            "targetServiceRevisionArn": GREEN,
            "testTrafficWeights": {},
            "productionTrafficWeights": production or {},
        },
    }
    return json.dumps({**text, "hookDetails": details} if details is not None else text)


class Lambda:
    """The runtime interface: what is invoked waits in a queue, and what was posted in another."""

    def __init__(self):
        self.events, self.posts, self.count = queue.Queue(), queue.Queue(), 0

    def invoke(self, text, timeout_s=FUNCTION_TIMEOUT_S):
        self.count += 1
        self.events.put((f"request-{self.count}", text, timeout_s))
        path, kind, body = self.posts.get(timeout=ANSWER_TIMEOUT_S)
        expected = f"{ROUTES}/invocation/request-{self.count}/"
        if not path.startswith(expected):
            raise Problem(f"posted to {path}, not to {expected}...")
        return path.removeprefix(expected), json.loads(body), kind

    def handler(self):
        functions = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if self.path != f"{ROUTES}/invocation/next":
                    return self.answer(404)
                one = functions.events.get()
                if one is None:  # It is over, and who asked is gone.
                    self.close_connection = True
                    return
                deadline = str(int((time.time() + one[2]) * 1000))
                return self.answer(
                    200, one[1].encode(), Lambda_Runtime_Aws_Request_Id=one[0], Lambda_Runtime_Deadline_Ms=deadline
                )

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.answer(202)
                functions.posts.put((self.path, self.headers.get("Lambda-Runtime-Function-Error-Type"), body))

        return Handler


@contextmanager
def lambda_interface():
    functions = Lambda()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functions.handler())
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield functions, f"127.0.0.1:{server.server_address[1]}"
    finally:
        functions.events.put(None)
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def endpoint(fixture, *faults):
    command = [*fixture, "--era", "streamable", "--listen", "127.0.0.1:0"]
    for fault in faults:
        command += ["--fault", fault]
    with running(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        yield f"{process.stdout.readline().split()[0].rstrip('/')}/mcp"


def started(stack, arguments, address, log, **variables):
    """The function, with its log, at the address of the runtime interface."""
    environment = {"AWS_LAMBDA_RUNTIME_API": address, "WEIR_GATE": str(arguments.gate), "PATH": os.environ["PATH"]}
    output = stack.enter_context(open(log, "w"))
    return stack.enter_context(
        running([arguments.hook], stdout=output, stderr=output, env={**environment, **variables})
    )
