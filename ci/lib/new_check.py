"""What a new check begins with: its file and its fault, which compile, and are red until they are written."""

import csv
import difflib
import re
import shutil
import subprocess
from pathlib import Path

from lib.process import Problem

EXAMPLE = "jsonrpc.id.echoed"
KEBAB = "[a-z0-9]+(-[a-z0-9]+)*"
REQUIREMENTS = "conformance/catalogue/requirements.tsv"
CHECKS = "conformance/checks"
FAULTS = "fixtures/faults"

# First and last revision of each era, and the names of conformance/check.hpp for sets of eras.
ERAS = {
    "http_sse": ("2024-11-05", "2024-11-05"),
    "streamable": ("2025-03-26", "2025-11-25"),
    "stateless": ("2026-07-28", "2026-07-28"),
}
ERA_SETS = {
    ("http_sse",): "kHttpSse",
    ("streamable",): "kStreamable",
    ("stateless",): "kStateless",
    ("http_sse", "streamable"): "kSessionEras",
    ("streamable", "stateless"): "kSingleEndpoint",
    tuple(ERAS): "kAllEras",
}

CHECK = """\
// {title}.
#include "conformance/ask/common.hpp"

namespace weir::conformance::{name} {{
namespace {{

Finding run(Probe& probe) {{
  auto reply = probe.call(harmless_method(probe));
  if (!reply) {{ return probe.broken(reply.error(), "a result"); }}
  if (auto bad = unless_result(*reply, "a result")) {{ return *bad; }}
  return untestable("this check is not written yet: ask, and pass only for what was seen");
}}

const Registration kCheck{{{{
{members}
}}}};

}}  // namespace
}}  // namespace weir::conformance::{name}
"""
ROW = """\
    {{.name = "{fault}",
     .summary = "Not written yet: it breaks what {id} asks for, and nothing else.",
     .on_message = [](Scratch&, const Call&, json::value&) {{}}}},
"""
TABLE = """\
// Faults of {area}.
#include "fixtures/faults/common.hpp"

namespace weir::fixtures::{name} {{
namespace {{

const FaultRegistration kFaults{{std::vector<Fault>{{
}}}};

}}  // namespace
}}  // namespace weir::fixtures::{name}
"""

def requirement_of(root, name):
    with open(root / REQUIREMENTS, newline="") as file:
        known = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, 3, 0.5))
        raise Problem(f"{REQUIREMENTS} has no '{name}'" + (f"; it has {near}" if near else ""))
    return known[name]


def level_of(requirement, wanted):
    if requirement is None:
        return wanted or "must"
    level = requirement["level"].split("_")[0].lower()
    if wanted not in (None, level):
        raise Problem(f"{requirement['id']} is a {level.upper()}: a check of it is no {wanted.upper()}")
    return level


def eras_of(requirement):
    """The members that say when it holds."""
    if requirement is None:
        return [".eras = kAllEras"]
    revisions = sorted(requirement["revisions"].split(","))
    eras = [era for era, (first, last) in ERAS.items() if any(first <= revision <= last for revision in revisions)]
    spelled = "{" + ", ".join(f".{era} = true" for era in eras) + "}"
    members = [f".eras = {ERA_SETS.get(tuple(eras), spelled)}"]
    if revisions[0] != ERAS[eras[0]][0]:
        members.append(f'.since = "{revisions[0]}"')
    if revisions[-1] != ERAS[eras[-1]][1]:
        members.append(f'.until = "{revisions[-1]}"')
    return members


def sources_with(root, folder, member, value):
    """The files that give a member this value."""
    line = f'.{member} = "{value}"'
    return [path for path in sorted((root / folder).rglob("*.cpp")) if line in path.read_text()]


def check_text(name, fault, requirement, wanted_level, namespace):
    _, thing, rule = name.split(".")
    title = f"{thing} {rule}".replace("-", " ")
    members = [f'.id = "{name}"', f'.title = "{title}"', f".level = Level::{level_of(requirement, wanted_level)}"]
    members += eras_of(requirement)
    if requirement:
        members.append(f'.requirements = {{"{requirement["id"]}"}}')
    members.append('.source = "https://modelcontextprotocol.io/specification/{revision}/basic"')
    members += ['.consequence = ""', '.fix = ""', f'.faults = {{"{fault}"}}', ".run = run"]
    lines = "\n".join(f"    {member}," for member in members)
    return CHECK.format(name=namespace, title=title.capitalize(), members=lines)


def with_row(table, row, path):
    """The row stands last in the last table of the file."""
    closing = list(re.finditer(r"^\}[})];\n", table, re.MULTILINE))
    if not closing or "FaultRegistration" not in table[: closing[-1].start()]:
        raise Problem(f"{path} does not end with a table of faults: add the row by hand")
    at = closing[-1].start()
    before = table[:at]
    if before.rstrip().endswith("}"):
        before = before.rstrip() + ",\n"
    return before + row + table[at:]


def lay(root, name, requirement=None, wanted_level=None):
    """Writes both; their paths. Refuses before anything is written."""
    if not re.fullmatch(rf"{KEBAB}\.{KEBAB}\.{KEBAB}", name):
        raise Problem(f"'{name}' is no id: AREA.OBJECT.RULE, each in kebab-case, as {EXAMPLE}")
    area, thing, rule = name.split(".")
    fault = f"{area}.{thing}-not-{rule}"
    for folder, member, value in ((CHECKS, "id", name), (FAULTS, "name", fault)):
        for path in sources_with(root, folder, member, value):
            raise Problem(f"{value} exists: {path.relative_to(root)}")
    check = Path(CHECKS, area.replace("-", "_"), f"{thing}_{rule}.cpp".replace("-", "_"))
    faults = Path(FAULTS, f"{area}_faults.cpp".replace("-", "_"))
    if (root / check).exists():
        raise Problem(f"{check} exists: give the check another name")
    known = requirement_of(root, requirement) if requirement else None
    text = check_text(name, fault, known, wanted_level, f"{check.parent.name}_{check.stem}")
    table = (root / faults).read_text() if (root / faults).exists() else TABLE.format(area=area, name=faults.stem)
    table = with_row(table, ROW.format(fault=fault, id=name), faults)
    (root / check).parent.mkdir(exist_ok=True)
    (root / check).write_text(text)
    (root / faults).write_text(table)
    if shutil.which("clang-format-19"):
        subprocess.run(["clang-format-19", "-i", check, faults], cwd=root, check=True)
    return check, faults
