"""The house: its rooms and sub-rooms, and what each may include.

A row says what a sub-room may include beside itself. Three things can stand there:

    wire/json             a sub-room, and with it whatever that one may include
    conformance/checks/*  every sub-room below
    loadgen/limits.hpp    one header alone, and nothing that it leads to

So `wire/http` may include `wire/base`, because `wire/sse` may include `wire/json`, which may include `wire/base`. What
does not follow from a row is not allowed: an arrow that goes up, or sideways. A room's row ("wire") is for the files at
its root, the programs' mains; what stands in OTHER_ROOMS holds for all of a room.

To add a sub-room, add its row and its README.md. To add an arrow, first ask whether what is wanted should stand lower.
"""

import re

HOUSE = {
    # Bytes and their meaning: codecs without sockets, and above them one client.
    "wire/base": [],
    "wire/json": ["wire/base"],
    "wire/schema": ["wire/json"],
    "wire/sse": ["wire/json"],
    "wire/http": ["wire/sse", "wire/schema"],
    "wire/tls": ["wire/http"],
    "wire/auth": ["wire/http"],
    "wire/mcp": ["wire/auth"],
    "wire/target": ["wire/mcp"],
    "wire/serve": ["wire/http"],
    "wire": ["wire/target", "wire/serve"],
    # What was measured, what it means, and how it is told.
    "reports/measure": [],
    "reports/judge": ["reports/measure"],
    "reports/draw": ["reports/judge/exit_code.hpp"],
    "reports/conformance": ["reports/draw", "reports/judge"],
    "reports/load": ["reports/draw", "reports/judge"],
    "reports/compare": ["reports/conformance", "reports/draw", "reports/judge"],
    "reports": ["reports/*", "wire/mcp/version.hpp"],  # The programs say what they are.
    # The gate. check.hpp is its manual, and open to all of it.
    "conformance/check.hpp": [],
    "conformance/catalogue": ["conformance/check.hpp"],
    "conformance/tap": ["conformance/catalogue"],
    "conformance/probe": ["conformance/tap"],
    "conformance/tools_lock": ["conformance/probe"],
    "conformance/ask": ["conformance/probe"],
    "conformance/exercise": ["conformance/ask"],
    "conformance/deploy": ["conformance/ask"],
    "conformance/checks": ["conformance/ask", "conformance/exercise"],
    # An area knows no other one: what two of them ask stands in conformance/ask.
    "conformance/checks/*": ["conformance/checks"],
    "conformance/checks/deploy": ["conformance/checks", "conformance/deploy/across_deploy.hpp"],  # Judges what it saw.
    "conformance/checks/tools": ["conformance/checks", "conformance/tools_lock/schema_diff.hpp"],  # Expected schemas.
    "conformance/run": ["conformance/checks/*", "conformance/tools_lock", "conformance/deploy"],
    "conformance/init": ["conformance/run"],  # The first files of a target, of a run of its own.
    "conformance/watch": ["conformance/run"],  # Asks again and again.
    "conformance/hook": ["wire/http", "reports/judge/exit_code.hpp"],  # Starts the gate, and knows nothing of it.
    "conformance": ["conformance/*"],
    # The load generator. limits.hpp is open to all of it, user_agent.hpp to what sends requests.
    "loadgen/limits.hpp": [],
    "loadgen/user_agent.hpp": [],
    "loadgen/scenario": ["loadgen/limits.hpp", "loadgen/user_agent.hpp"],
    "loadgen/net": ["loadgen/limits.hpp"],
    "loadgen/stream": ["loadgen/scenario", "loadgen/net"],
    "loadgen/client": ["loadgen/stream"],
    "loadgen/worker": ["loadgen/client"],
    "loadgen/watch": ["loadgen/limits.hpp", "loadgen/user_agent.hpp"],
    "loadgen/supervise": ["loadgen/worker", "loadgen/watch"],
    "loadgen/probe_idle": ["loadgen/limits.hpp"],
    "loadgen": ["loadgen/*"],
    # Endpoints that are wrong on purpose, and the edges and systems around them.
    "fixtures/http": [],
    "fixtures/openid": ["fixtures/http"],
    "fixtures/x402": ["fixtures/http"],
    "fixtures/faults": ["fixtures/openid", "fixtures/x402"],
    "fixtures/mcp": ["fixtures/faults"],
    "fixtures/edge": ["fixtures/mcp"],
    "fixtures/systems": ["fixtures/edge"],
    "fixtures/hub/net": ["fixtures/hub/options.hpp", "fixtures/hub/faults.hpp", "fixtures/hub/limits.hpp"],
    "fixtures/hub": ["fixtures/hub/net", "fixtures/http/command.hpp"],
    "fixtures": ["fixtures/*"],
}

# What all of a room may include of other rooms.
OTHER_ROOMS = {
    "wire": [],
    "reports": ["wire/json"],
    "fixtures": ["wire"],
    "conformance": ["wire", "reports/conformance"],
    "loadgen": ["wire", "reports/load"],
}

# Made of more than they test: what stands here, and every test, may include all of its room, and the fixtures.
FOR_TESTS = ["wire/testing", "reports/testdata", "conformance/matrix", "loadgen/testing"]
TEST_FILE = re.compile(r"_(test|fuzz|bench|fixture)\.[ch]pp$")

ROOMS = list(OTHER_ROOMS)
INCLUDE = r'^\s*#\s*include\s*["<]([^">]+)[">]'


def includes_of(text):
    return re.findall(INCLUDE, text, re.MULTILINE)


def sub_room_of(path):
    """The row that a file stands in; None for a folder that has none."""
    if path in HOUSE:
        return path
    parts = path.split("/")[:-1]
    if len(parts) < 2:
        return parts[0] if parts else None
    for length in range(len(parts), 1, -1):
        folder = "/".join(parts[:length])
        if folder in HOUSE or folder in FOR_TESTS:
            return folder
        if length > 2 and "/".join(parts[: length - 1]) + "/*" in HOUSE:
            return folder
    return None


def row_of(sub_room):
    return HOUSE.get(sub_room, HOUSE.get(sub_room.rpartition("/")[0] + "/*", []))


def is_for_tests(path):
    return bool(TEST_FILE.search(path)) or sub_room_of(path) in FOR_TESTS


def reach(names):
    """What names lead to: sub-rooms, rooms and headers as they stand in rows, each once."""
    found, left = [], list(names)
    while left:
        name = left.pop(0)
        if name in found:
            continue
        found.append(name)
        if name.endswith("/*"):
            left += [row for row in HOUSE if row.startswith(name[:-1]) and not row.endswith("*")]
        if name not in ROOMS and not name.endswith(".hpp"):
            left += row_of(name)
    return found


def allowed(path):
    """What a file may include, as it stands in rows."""
    sub_room = sub_room_of(path)
    room = path.split("/")[0]
    names = [sub_room, *row_of(sub_room), *OTHER_ROOMS[room]]
    if is_for_tests(path):
        names += [room, "wire/testing"]
    if re.search(r"_test\.[ch]pp$", path):
        names += ["fixtures"]
    return reach(names)


def may_include(path, target):
    sub_room = sub_room_of(target)
    names = allowed(path)
    if is_for_tests(target) and not is_for_tests(path):
        return False
    return bool({target, sub_room, (sub_room or "").rpartition("/")[0] + "/*", target.split("/")[0]} & set(names))


def in_words(path):
    """What allowed() says, for people: whole rooms by their name, sub-rooms without what they bring along."""
    names = [name for name in allowed(path) if not name.endswith("/*")]
    whole = [name for name in names if name in ROOMS]
    names = [name for name in names if name in whole or name.split("/")[0] not in whole]
    names = [name for name in names if not name.endswith(".hpp") or name.rpartition("/")[0] not in names]
    return ", ".join(names)
