"""The house as it really is: who includes whom, drawn from the includes and not from the rules.

An arrow says that a file of one sub-room includes a header of another. What follows from other arrows is left out, so
that a person can read the picture; tests, fuzzers and benches are left out too, for they may include nearly anything.
"""

import re
import textwrap

from lib import house
from lib.process import Problem

INDENT = "  "
MAX_COLUMNS = 116


# Headers that a row opens alone.
ALONE = {name for names in house.HOUSE.values() for name in names if name.endswith(".hpp")}


def place_of(path):
    """The node of a file: its sub-room, with all areas of checks as one."""
    return re.sub(r"^conformance/checks/.+", "conformance/checks/*", house.sub_room_of(path) or "")


def place_seen(path, target):
    """What a file sees of the house through an include: a sub-room, or a header alone where it may not see the rest."""
    sub_room = house.sub_room_of(target)
    whole = path not in ALONE and (sub_room in house.allowed(path) or target.split("/")[0] in house.allowed(path))
    return target if target in ALONE and not whole else place_of(target)


def arrows_of(files):
    """{place: {place: an include that makes the arrow}} of pairs of path and text."""
    files = {path: text for path, text in files if place_of(path) and not house.is_for_tests(path)}
    includes = [
        (path, target)
        for path, text in files.items()
        for target in house.includes_of(text)
        if target.split("/")[0] in house.ROOMS and place_of(target)
    ]
    alone = {seen for path, target in includes if (seen := place_seen(path, target)) in ALONE}
    arrows = {place_of(path): {} for path in files} | {header: {} for header in alone}
    for header in alone:
        if place_of(header) != header:
            arrows.setdefault(place_of(header), {})[header] = f"{header} is part of {place_of(header)}"
    for path, target in includes:
        place, other = path if path in alone else place_of(path), place_seen(path, target)
        if place != other:
            arrows.setdefault(other, {})
            arrows[place].setdefault(other, f"{path} includes {target}")
    return arrows


def circle_in(arrows):
    """The includes that lead from a place back to it; nothing where there are none."""
    done, way = set(), []

    def visit(place):
        way.append(place)
        for other in arrows[place]:
            if other in way:
                round_trip = [*way[way.index(other) :], other]
                return [arrows[a][b] for a, b in zip(round_trip, round_trip[1:])]
            if other not in done and (found := visit(other)):
                return found
        done.add(way.pop())
        return []

    for place in arrows:
        if place not in done and (found := visit(place)):
            return found
    return []


def reduced(arrows):
    """The fewest arrows that lead to the same places: {place: [place]}, both in order. Refuses a circle."""
    if circle := circle_in(arrows):
        raise Problem("the includes go in a circle: " + "; ".join(circle))
    below = {}

    def reach(place):
        if place not in below:
            below[place] = set(arrows[place]).union(*(reach(other) for other in arrows[place]))
        return below[place]

    return {
        place: sorted(other for other in arrows[place] if not any(other in reach(via) for via in arrows[place]))
        for place in sorted(arrows)
    }


def name_of(place):
    """Of a node: mermaid and dot take letters, digits and underscores."""
    return re.sub(r"\W+", "_", place).strip("_")


def label_of(place):
    """What stands in the node; the room is written around it. What lies at its root is its program."""
    return place.partition("/")[2] or "program"


def by_room(arrows):
    """{room: [place]} from the highest room down, without places that no arrow touches."""
    rooms, touched = {}, {other for others in arrows.values() for other in others}
    for place, others in arrows.items():
        if others or place in touched:
            rooms.setdefault(place.split("/")[0], []).append(place)
    return {room: rooms[room] for room in reversed(house.ROOMS) if room in rooms}


def mermaid(arrows):
    lines = ["flowchart TD"]
    for room, places in by_room(arrows).items():
        lines.append(f"{INDENT}subgraph {room}_room [{room}]")
        nodes = " ".join(f'{name_of(place)}["{label_of(place)}"];' for place in places)
        lines += textwrap.wrap(nodes, MAX_COLUMNS, initial_indent=INDENT * 2, subsequent_indent=INDENT * 2)
        lines.append(f"{INDENT}end")
    for place, others in arrows.items():
        if others:
            lines.append(f"{INDENT}{name_of(place)} --> {' & '.join(name_of(other) for other in others)}")
    return "\n".join(lines) + "\n"


def dot(arrows):
    lines = ["digraph house {", f"{INDENT}node [shape=box];"]
    for room, places in by_room(arrows).items():
        lines.append(f'{INDENT}subgraph cluster_{room} {{ label="{room}";')
        lines += [f'{INDENT * 2}{name_of(place)} [label="{label_of(place)}"];' for place in places]
        lines.append(f"{INDENT}}}")
    for place, others in arrows.items():
        lines += [f"{INDENT}{name_of(place)} -> {name_of(other)};" for other in others]
    return "\n".join([*lines, "}"]) + "\n"


# What stands between these in CONTRIBUTING.md is the picture.
BLOCK = re.compile(r"(?<=```mermaid\n)(.*?)(?=```\n)", re.DOTALL)


def drawn_in(document):
    found = BLOCK.search(document)
    return found[0] if found else ""


def redrawn(document, picture):
    if not BLOCK.search(document):
        raise Problem("there is no mermaid block to put the picture into")
    return BLOCK.sub(lambda _: picture, document, count=1)
