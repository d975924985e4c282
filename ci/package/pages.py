#!/usr/bin/env python3
"""Man pages and bash completion, made of what the programs say of their options.

  ci/package/pages.py --out FOLDER PROGRAM ...

Each program is asked for --help, and each of its commands too. So a page cannot know less than the program, and not
more: a line of help that is not understood is an error. Writes man1/NAME.1.gz and completions/NAME.
"""

import argparse
import gzip
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ["weir-conformance", "weir-fixture", "weir-hook", "weir-loadgen", "weir-report"]
COLUMN = 30  # Where descriptions begin in what CLI11 prints.
SECTION = re.compile(r"([A-Z][\w ]*):$")
OPTION = re.compile(r"(?P<names>-[\w,-]+|[A-Za-z]\w*)(?: (?P<rest>.*))?$")
COMMAND = re.compile(r"weir-\w+ ([a-z]\S*) --help: (.*)")  # The fixture's, which stand in what its help ends with.

# What else can stand after an option: a command that lists it, an item first in each line.
LISTED = {
    ("weir-conformance", "--checks"): "--list",
    ("weir-conformance", "--explain"): "--list",
    ("weir-fixture", "--fault"): "--list-faults",
}

COMPLETION = """\
# bash completion of {name}, made of its --help.
{function}() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}} command= words= one
  COMPREPLY=()
  for one in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case $one in
      {commands}) command=${{command:-$one}} ;;
    esac
  done
  case $command,$before,$word in
{values}
{flags}
    ,*) words='{commands_words}' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}}
complete -o bashdefault -o default -F {function} {name}
"""


class Unreadable(Exception):
    """A line of help in another form than CLI11's."""


@dataclass
class Option:
    names: list
    value: str  # "TEXT", or empty of a flag.
    text: str
    notes: list
    choices: list


@dataclass
class Page:
    """What one --help says."""

    words: list  # ["weir-loadgen", "hold"]
    summary: str = ""
    usage: str = ""
    sections: dict = field(default_factory=dict)  # Title to options.
    commands: dict = field(default_factory=dict)  # Name to summary.
    footer: list = field(default_factory=list)

    def options(self):
        return [option for options in self.sections.values() for option in options if option.names[0].startswith("-")]

    def names(self):
        return [name for option in self.options() for name in option.names]


def option_of(left, text):
    found = OPTION.match(left)
    if not found:
        raise Unreadable(f"'{left}' is no option")
    rest, notes = found["rest"] or "", []
    for relation in ("Needs", "Excludes"):
        if related := re.search(rf"\b{relation}: ((?:--\S+ ?)+)", rest):
            notes.append(f"{relation.lower()} {' '.join(related[1].split())}")
            rest = rest.replace(related[0], "")
    if "REQUIRED" in rest:
        notes.append("required")
    value, _, default = rest.replace("REQUIRED", "").replace("...", "").strip().partition("=")
    value, _, limits = value.partition(":")
    choices = limits[1:-1].split(",") if limits.startswith("{") else []
    if choices:
        notes.append("one of " + ", ".join(choices))
    if default:
        notes.append(f"default {default.strip('[]')}")
    return Option(found["names"].split(","), value, text, notes, choices)


def rows_of(lines):
    """Pairs of what stands left and right of the column, in one or in two lines."""
    rows = []
    for line in lines:
        left, right = line[:COLUMN].rstrip(), line[COLUMN:]
        if line[:COLUMN].strip() == "" and rows:
            rows[-1][1] = f"{rows[-1][1]} {right}".strip()
        elif line[COLUMN - 1 : COLUMN].strip():
            rows.append([line.strip(), ""])
        elif line.startswith("  "):
            rows.append([left.strip(), right])
        else:
            raise Unreadable(f"'{line}' belongs to no section")
    return rows


def parse(words, text):
    page, lines = Page(words), text.splitlines()
    page.summary, page.usage = lines[0], lines[1].removeprefix("Usage: ")
    page.usage = " ".join(words) + page.usage[page.usage.find(" [OPTIONS]") :]
    blocks, ended = {}, False
    for line in lines[2:]:
        if found := SECTION.match(line):
            title, ended = found[1], False
            blocks.setdefault(title, [])
        elif not line:
            ended = True
        elif not line.startswith("  ") and ended:
            page.footer.append(line)
        elif page.footer:
            raise Unreadable(f"'{line}' stands after the end")
        else:
            blocks[title].append(line)
    for name, summary in rows_of(blocks.pop("Subcommands", [])):
        page.commands[name] = summary
    page.commands |= {found[1]: found[2] for line in page.footer if (found := COMMAND.match(line))}
    page.sections = {title: [option_of(*row) for row in rows_of(block)] for title, block in blocks.items()}
    return page


def read(program):
    """The program's page, and one of each command."""

    def ask(*words):
        said = subprocess.run([program, *words], capture_output=True, text=True, check=True)
        return said.stdout

    page = parse([program.name], ask("--help"))
    if any("--systems" in line for line in page.footer):
        # The fixture's systems are asked for by an option, and have others.
        systems = parse([program.name], ask("--systems", "--help"))
        known = page.names()
        page.sections["Systems"] = [one for one in systems.options() if one.names[-1] not in known]
    version = ask("--version").splitlines()[0].split()[1]
    return version, page, [parse([program.name, name], ask(name, "--help")) for name in page.commands]


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = re.sub(r"([|,])(?=\S)", r"\1\\:", text)  # Where a list without blanks may go on in the next line.
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def manual(version, page, commands):
    name = page.words[0]
    out = [
        f'.TH {name.upper()} 1 "" "Weir {version}" "User Commands"',
        *[".nh", ".ad l"],  # An option that is split over two lines cannot be copied.
        *[".SH NAME", f"{roff(name)} \\- {roff(page.summary.rstrip('.'))}"],
        ".SH SYNOPSIS",
    ]
    for one in commands if "SUBCOMMAND" in page.usage else [page, *commands]:
        out += [f".B {roff(' '.join(one.words))}", roff(one.usage.removeprefix(" ".join(one.words)).strip()), ".br"]
    for one in [page, *commands]:
        title = "OPTIONS" if one is page else one.words[-1].upper()
        out += [f".SH {roff(title)}"] + ([] if one is page else [roff(one.summary)])
        for section, options in one.sections.items():
            out += [f".SS {roff(section)}"] if len(one.sections) > 1 else []
            for option in options:
                names = ", ".join(f"\\fB{roff(each)}\\fR" for each in option.names)
                value = f" \\fI{roff(option.value)}\\fR" if option.value else ""
                notes = f" ({'; '.join(option.notes)})" if option.notes else ""
                out += [".TP", names + value, roff(option.text + notes)]
        out += [".SH NOTES" if one is page else ".PP"] * bool(one.footer)
        out += [line for text in one.footer for line in (roff(text), ".br")][:-1]
    others = [other for other in PROGRAMS if other != name]
    out += [".SH SEE ALSO", ",\n".join(f".BR {roff(other)} (1)" for other in others)]
    return "\n".join(out) + "\n"


def completion(page, commands):
    """What follows an option is its value, whatever it begins with; where nothing lists values, bash names files."""
    name, values, flags = page.words[0], [], []
    for one in [page, *commands]:
        command = " ".join(one.words[1:])
        plain = []
        for option in one.options():
            patterns = [f"{command},{each},*" for each in option.names]
            listed = LISTED.get((name, option.names[0]))
            if option.choices:
                values.append(f"    {'|'.join(patterns)}) words='{' '.join(option.choices)}' ;;")
            elif listed in one.names():
                asked = " ".join(['"${COMP_WORDS[0]}"', *one.words[1:], listed])
                values.append(f"    {'|'.join(patterns)}) words=$({asked} 2>/dev/null | cut -d' ' -f1) ;;")
            elif option.value:
                plain += patterns
        values += [f"    {'|'.join(plain)}) return ;;"] if plain else []
        flags.append(f"    {command},*,-*) words='{' '.join(one.names())}' ;;")
    return COMPLETION.format(
        name=name,
        function="_" + name.replace("-", "_"),
        commands="|".join(page.commands) or "''",
        commands_words=" ".join(page.commands),
        values="\n".join(values),
        flags="\n".join(flags),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("programs", type=Path, nargs="+", metavar="PROGRAM")
    options = parser.parse_args()
    for folder in ("man1", "completions"):
        (options.out / folder).mkdir(parents=True, exist_ok=True)
    for program in options.programs:
        try:
            version, page, commands = read(program.absolute())
        except (Unreadable, subprocess.CalledProcessError) as problem:
            sys.exit(f"pages: {program.name}: {problem}")
        # Without the time: the same programs make the same bytes.
        packed = gzip.compress(manual(version, page, commands).encode(), 9, mtime=0)
        (options.out / "man1" / f"{program.name}.1.gz").write_bytes(packed)
        (options.out / "completions" / program.name).write_text(completion(page, commands))


if __name__ == "__main__":
    main()
