"""Endpoints that want a client to run out of memory, time or patience. Each kind is a function of one connection.

A kind answers what it must to be met at all, and then does one thing without measure. Loopback only.
"""

import itertools
import json
import socket
import sys
import threading

from lib.hostile_peer import MIB, Peer

KINDS = {}
TEXTS = {}
WORST = []  # Names of those that a test of each change can afford.


def kind(name, worst=False, text=lambda: None):
    """`text` makes what is large once, before anybody asks: our own slowness is not what is tried."""

    def register(function):
        KINDS[name] = function
        TEXTS[name] = text
        if worst:
            WORST.append(name)
        return function

    return register


INITIALIZED = {
    "protocolVersion": "2025-11-25",
    "capabilities": {"tools": {}, "resources": {}, "prompts": {}},
    "serverInfo": {"name": "hostile", "version": "1"},
}


def result(message, value):
    """A JSON-RPC response; `value` may be JSON text, where making it each time would be our own slowness."""
    text = value if isinstance(value, str) else json.dumps(value)
    return f'{{"jsonrpc":"2.0","id":{json.dumps(message.get("id"))},"result":{text}}}'.encode()


def serve(peer, special):
    """A small streamable server; `special(message)` gives the result of what it wants to answer otherwise."""
    while True:
        method, message = peer.request()
        if method != "POST" or not message:
            peer.answer("405 Method Not Allowed" if method != "DELETE" else "200 OK")
            continue
        if "id" not in message:
            peer.answer("202 Accepted")
            continue
        name = message.get("method")
        made = special(message)
        if made is not None:
            peer.answer("200 OK", result(message, made))
        elif name == "initialize":
            peer.answer("200 OK", result(message, INITIALIZED))
        elif name == "ping":
            peer.answer("200 OK", result(message, {}))
        elif name in ("resources/list", "prompts/list", "resources/templates/list"):
            peer.answer("200 OK", result(message, {LISTS[name]: []}))
        else:
            error = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "no such method"}}
            peer.answer("200 OK", json.dumps(error).encode())


LISTS = {
    "tools/list": "tools",
    "resources/list": "resources",
    "prompts/list": "prompts",
    "resources/templates/list": "resourceTemplates",
}
COUNTER = itertools.count()


def of_tools(make):
    return lambda message: make() if message.get("method") == "tools/list" else None


def tool(name, **more):
    return {"name": name, "inputSchema": {"type": "object"}, **more}


def on_stream(peer, name, send):
    """Opens an event stream for the answer to `name`, in which `send` does what it likes."""

    def special(message):
        if message.get("method") == name:
            peer.stream()
            send(message)
        return None

    serve(peer, special)


def event(message):
    return f"data: {json.dumps(message)}\n\n".encode()


@kind("pages-of-15-mib", worst=True)
def _(peer):
    filler = "x" * (15 * MIB)

    def page(message):
        name = message.get("method")
        if name not in LISTS:
            return None
        return f'{{"{LISTS[name]}":[{{"name":"{filler}"}}],"nextCursor":"{next(COUNTER)}"}}'

    serve(peer, page)


@kind("tools-200000", worst=True, text=lambda: json.dumps({"tools": [tool(f"t{i}") for i in range(200_000)]}))
def _(peer, many):
    serve(peer, of_tools(lambda: many))


@kind("cursors-of-1-mib")
def _(peer):
    serve(peer, of_tools(lambda: {"tools": [tool(f"t{next(COUNTER)}")], "nextCursor": "c" * MIB + str(next(COUNTER))}))


@kind(
    "members-1000000",
    worst=True,
    text=lambda: '{"tools":[],' + ",".join(f'"k{i}":{i}' for i in range(1_000_000)) + "}",
)
def _(peer, many):
    serve(peer, of_tools(lambda: many))


@kind("nested-ones", worst=True, text=lambda: '{"tools":[' + ",".join(["[[0]]"] * 1_500_000) + "]}")
def _(peer, many):
    serve(peer, of_tools(lambda: many))


@kind("name-of-300-kib")
def _(peer):
    serve(peer, of_tools(lambda: {"tools": [tool("n" * 300_000, description=7)]}))


@kind("events-without-end", worst=True)
def _(peer):
    many = b"data: {}\n\n" * 5000
    on_stream(peer, "tools/list", lambda message: peer.send_for_ever(many))


@kind("comments-without-end")
def _(peer):
    many = b":\n\n" * 20_000
    on_stream(peer, "tools/list", lambda message: peer.send_for_ever(many))


@kind("progress-without-end", worst=True)
def _(peer):
    note = event({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": 1, "progress": 1}})

    def send(message):
        while True:
            peer.send(note)
            threading.Event().wait(0.05)

    on_stream(peer, "tools/list", send)


@kind("requests-without-end")
def _(peer):
    def send(message):
        for i in itertools.count():
            peer.send(event({"jsonrpc": "2.0", "id": f"s{i}", "method": "ping"}))

    on_stream(peer, "tools/list", send)


@kind("chunks-of-one-byte")
def _(peer):
    def send(message):
        peer.head("200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked")
        peer.send_for_ever(b"1\r\n \r\n" * 10_000)

    serve(peer, lambda message: send(message) if message.get("method") == "tools/list" else None)


@kind("body-by-drops")
def _(peer):
    def send(message):
        peer.head("200 OK", "Content-Type: application/json", "Content-Length: 1000000")
        while True:
            peer.send(b" ")
            threading.Event().wait(0.2)

    serve(peer, lambda message: send(message) if message.get("method") == "tools/list" else None)


@kind("tools-without-end", worst=True)
def _(peer):
    """Nothing is wrong with any page, but that there is always another one."""

    def page():
        number = next(COUNTER)
        tools = [tool(f"t{number}_{i}", description="d" * 50) for i in range(500)]
        return {"tools": tools, "nextCursor": str(number)}

    serve(peer, of_tools(page))


@kind("lists-without-end")
def _(peer):
    def page(message):
        name = message.get("method")
        return {LISTS[name]: [], "nextCursor": str(next(COUNTER))} if name in LISTS else None

    serve(peer, page)


def nested_schema(depth):
    schema = {"type": "string"}
    for _ in range(depth):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@kind(
    "deep-schemas",
    text=lambda: json.dumps(
        {"tools": [tool(f"t{i}", outputSchema=nested_schema(20), inputSchema=nested_schema(20)) for i in range(8_000)]}
    ),
)
def _(peer, many):
    serve(peer, of_tools(lambda: many))


def tool_that_grows(number):
    """Its schemas double by references, have a pattern that backtracks, and alternatives without number."""
    chain = {f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(60)}
    patterns = {f"^(a|aa)+{i}$": {} for i in range(200)}
    schema = {
        "type": "object",
        "$defs": {**chain, "d60": {}},
        "$ref": "#/$defs/d0",
        "properties": {"a": {"pattern": f"^(([a-z]+)+)+{number}$"}, "b": {"enum": list(range(20_000))}},
        "patternProperties": patterns,
    }
    return tool(f"t{number}", inputSchema=schema, outputSchema=schema)


@kind("schemas-that-grow", text=lambda: json.dumps({"tools": [tool_that_grows(i) for i in range(20)]}))
def _(peer, many):
    serve(peer, of_tools(lambda: many))


@kind(
    "long-names-twice",
    text=lambda: '{"tools":[],"x":'
    + "".join('{"' + "n" * 200_000 + '":' for _ in range(30))
    + "{" + ",".join(f'"k{i}":0,"k{i}":1' for i in range(64)) + "}"
    + "}" * 30
    + "}",
)
def _(peer, many):
    """Each name that stands twice is told by where it stands, which is megabytes of names."""
    serve(peer, of_tools(lambda: many))


@kind("event-without-end")
def _(peer):
    def send(message):
        peer.send(b"data: ")
        peer.send_for_ever(b"x" * MIB)

    on_stream(peer, "tools/list", send)


@kind("answers-to-nobody")
def _(peer):
    answer = {"jsonrpc": "2.0", "id": 10**9, "result": {"tools": [tool(f"t{i}") for i in range(10_000)]}}
    many = event(answer)
    on_stream(peer, "tools/list", lambda message: peer.send_for_ever(many))


@kind("errors-of-15-mib")
def _(peer):
    many = b"e" * (15 * MIB)
    while True:
        method, message = peer.request()
        if method == "POST" and message.get("method") == "initialize":
            peer.answer("200 OK", result(message, INITIALIZED))
        else:
            peer.answer("500 Internal Server Error", many, media_type="text/plain")


@kind("more-behind-the-answer")
def _(peer):
    method, message = peer.request()
    if method == "POST" and "id" in message:
        peer.answer("200 OK", result(message, INITIALIZED if message.get("method") == "initialize" else {"tools": []}))
    else:
        peer.answer("202 Accepted" if method == "POST" else "405 Method Not Allowed")
    peer.send_for_ever(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" * 1000)


def new_session():
    return f"Mcp-Session-Id: s{next(COUNTER)}"


def on_get(peer, send, taken_s=0, **capabilities):
    """A right server with sessions, but for the stream that a GET opens; it takes so long for what needs no answer."""
    while True:
        method, message = peer.request()
        if method == "GET":
            peer.stream()
            send()
        if method != "POST" or "method" not in message or "id" not in message:
            threading.Event().wait(taken_s)
            peer.answer("202 Accepted" if method == "POST" else "200 OK")
            continue
        opened = {**INITIALIZED, "capabilities": {"tools": {"listChanged": True}, **capabilities}}
        results = {"initialize": opened, "tools/list": {"tools": [tool("echo")]}}
        peer.answer("200 OK", result(message, results.get(message.get("method"), {})), new_session())


@kind("changes-without-end")
def _(peer):
    many = event({"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}) * 100
    on_get(peer, lambda: peer.send_for_ever(many))


@kind("asks-while-answered", worst=True)
def _(peer):
    """The stream goes on with questions while the answers to the ones before them are taken slowly."""
    asked = event({"jsonrpc": "2.0", "id": 7, "method": "ping"})

    def ask():
        while True:
            peer.send(asked)
            threading.Event().wait(0.001)

    on_get(peer, ask, taken_s=0.03)


@kind("logs-of-1-mib")
def _(peer):
    log = {"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "z" * MIB}}
    many = event(log)
    on_get(peer, lambda: peer.send_for_ever(many), logging={})


@kind("deletes-that-wait")
def _(peer):
    """Whoever ends its session is kept, with each of them."""
    while True:
        method, message = peer.request()
        if method == "DELETE":
            peer.wait_for_ever()
        if method != "POST" or "id" not in message:
            peer.answer("202 Accepted" if method == "POST" else "405 Method Not Allowed")
            continue
        opened = INITIALIZED if message.get("method") == "initialize" else {"tools": []}
        peer.answer("200 OK", result(message, opened), new_session())


@kind("answers-after-4-s")
def _(peer):
    def late(message):
        threading.Event().wait(4)
        return {"tools": [tool("late")]} if message.get("method") == "tools/list" else None

    serve(peer, late)


@kind(
    "batches-in-events",
    worst=True,
    text=lambda: json.dumps([{"jsonrpc": "2.0", "method": "notifications/message", "params": {"x": "d" * 1000}}] * 900),
)
def _(peer, batch):
    """Whoever keeps the event with each of its messages keeps a gigabyte."""
    many = f"data: {batch}\n\n".encode()
    on_stream(peer, "tools/list", lambda message: peer.send_for_ever(many))


@kind("ids-that-stay", worst=True)
def _(peer):
    """An id is in force until the next one: each event that follows has it."""
    peer.request()
    peer.stream()
    peer.send(b"id: " + b"i" * MIB + b"\ndata: {}\n\n")
    peer.send(b"id: " + b"i" * 16_000 + b"\ndata: {}\n\n")
    peer.send_for_ever(b"data: {}\n\n" * 100)


@kind("head-without-end", worst=True)
def _(peer):
    peer.request()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    peer.send_for_ever(b"X-More: and more\r\n" * 1000)


@kind("every-other-path-without-end")
def _(peer):
    """Who is told that nothing is here looks elsewhere: at several paths, and in each era, at the same time."""
    _, path, _ = peer.request_at()
    if path == "/mcp":
        peer.answer("404 Not Found")
        return
    peer.stream()
    peer.send_for_ever(b":\n" * 30_000)


@kind("answer-behind-comments")
def _(peer):
    """The first answer of all is preceded by a megabyte that a reader keeps piece by piece."""
    _, message = peer.request()
    peer.stream()
    peer.send(b":\n" * 300_000 + event({"jsonrpc": "2.0", "id": message.get("id"), "result": INITIALIZED}))


@kind("silent-beside-a-stream", worst=True)
def _(peer):
    """A load balancer before a dead process: streams open, and nothing else does."""
    method, _ = peer.request()
    if method == "GET":
        peer.stream()
    peer.wait_for_ever()


def talk(behave, connection, text):
    with connection:
        try:
            behave(Peer(connection)) if text is None else behave(Peer(connection), text)
        except OSError:
            pass  # The client has had enough.


def main():
    """Serves the kind that is named, and prints where."""
    behave, text = KINDS[sys.argv[1]], TEXTS[sys.argv[1]]()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", flush=True)
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=talk, args=(behave, connection, text), daemon=True).start()


if __name__ == "__main__":
    main()
