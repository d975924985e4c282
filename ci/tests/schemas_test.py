#!/usr/bin/env python3
"""The JSON Schemas of what users write agree with the programs that read it: both take what is documented and shipped,
both refuse each fault, and each key that one knows the other knows.

  ci/tests/schemas_test.py [--bin FOLDER] [--every-place]

With --every-place, as at night, something odd, a variable and the ends of its range stand at each place in turn, which
starts a program a thousand times.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lib.process import CI, PROGRAMS, ROOT, first_line, running
from lib.user_files import BLOCK, FOLDER, GONE, SCHEMAS, Place, changed, kind_of, loaded, places

BIN = ROOT / "build/dev/bin"
EVERY_PLACE = False
NODE_MODULES = CI / "node/node_modules"
EXAMPLES = {"profile": "fixtures/profiles/example.yaml", "scenario": "loadgen/scenario/example.yaml"}
MODELINE = "# yaml-language-server: $schema="
URL = "http://127.0.0.1:9/mcp"
ENTRY = {"check": "jsonrpc.id.echoed", "era": "streamable", "reason": "known", "expires": "2999-01-31"}
UNKNOWN = "qqqqqqqqqqqqqqqq"  # Near no key, so that the reader lists those that there are.
NOT_SAID = re.compile(r"none|see below|required.*|")  # Defaults that a description does not repeat.
THREADS = 2
RUN_TIMEOUT_S = 60
ODD = [GONE, None, [], {}, "a b"]
ODD_SCALARS, ODD_CONTAINERS = [*ODD, "${", -1], [*ODD, True, [UNKNOWN]]

WHOLE = {
    "profile": {"url": URL},
    "scenario": {"target": URL, "phases": [{"ramp": {"to": 1}}]},
}
FAULTS = [
    ("profile", "url: localhost:3000/mcp"),
    ("profile", "url: ftp://127.0.0.1/"),
    ("profile", "sage_tools: [search]"),
    ("profile", "era: sse"),
    ("profile", 'revision: "2025-06-17"'),
    ("profile", "headers: {X Tenant: blue}"),
    ("profile", 'bearer: "two\\nlines"'),
    ("profile", "api_key: {header: X-API-Key}"),
    ("profile", "oauth: {token_url: http://127.0.0.1/token, client_id: weir}"),
    ("profile", "health: [ready]"),
    ("profile", "health: [{path: /ready, status: 600}]"),
    ("profile", "front_door: [{path: /events}]"),
    ("profile", "front_door: [{path: /events, expect: {status: ok}}]"),
    ("profile", "front_door: [{path: /events, expect: {content_type: json}}]"),
    ("profile", "front_door: [{path: /events, credentials: right, expect: {status: 200}}]"),
    ("profile", "call_read_only: yes"),
    ("profile", "expected_tools: [search, search]"),
    ("profile", "endpoints: [{name: admin}]"),
    ("profile", "edge: elb"),
    ("profile", "idle_budget: 60s"),
    ("profile", "deploy: {drain: -1}"),
    ("profile", "load_allowed: {hosts: ['https://mcp.example.com/mcp']}"),
    ("profile", "load_allowed: {hosts: ['mcp.example.com:443']}"),
    ("profile", "load_allowed: {opens: 0}"),
    ("profile", "tls: {insecure: 1}"),
    ("profile", "environments: {local: {uri: http://127.0.0.1/}}"),
    ("profile", "name: ${1}"),
    ("scenario", "target: {name: nameless}"),
    ("scenario", "target: ws://127.0.0.1/mcp"),
    ("scenario", "phases: []"),
    ("scenario", "phases: [{ramp: {over: 10s}}]"),
    ("scenario", "phases: [{ramp: {to: 1}, hold: 10s}]"),
    ("scenario", "phases: [{ramp: {to: 4000001}}]"),
    ("scenario", "phases: [{ramp: {to: 1}}, {hold: 10 minutes}]"),
    ("scenario", "phases: [{ramp: {to: 1}}, {hold: 1s1m}]"),
    ("scenario", "phases: [{ramp: {to: 1}}, {hold: 0s}]"),
    ("scenario", "phases: [{ramp: {to: 1}}, {churn: {rate: 5/d, for: 1m}}]"),
    ("scenario", "populations: {strems: 5}"),
    ("scenario", "populations: {stream: sse}"),
    ("scenario", "populations: {stream: streamable-post}"),
    ("scenario", "populations: {calls: [{rate: 1/s}]}"),
    ("scenario", "populations: {calls: [{tool: echo, http: {path: /}}]}"),
    ("scenario", "populations: {calls: [{tool: echo, name: echoes}]}"),
    ("scenario", "populations: {calls: [{http: {path: health}}]}"),
    ("scenario", "populations: {calls: [{http: {path: /, json: {}, body: up}}]}"),
    ("scenario", "populations: {sequence: params/seq}"),
    ("scenario", "populations: {weight: 0}"),
    ("scenario", "thresholds: [stream_drop_ratio 1%]"),
    ("scenario", "thresholds: [stream_drop_ratio at hold < 1%]"),
    ("scenario", "opens_per_second: -1"),
    ("scenario", "workers: 513"),
    ("scenario", "sources: [localhost]"),
    ("scenario", 'resolve: ["mcp.example.com:127.0.0.1"]'),
    ("scenario", "seed: -1"),
]
SPELLINGS = [
    ("profile", "url: HTTPS://127.0.0.1/mcp"),
    ("profile", "{name: 8, headers: {X-Number: 8}, bearer: true}"),
    ("profile", '{idle_budget: "60", call_read_only: "true"}'),
    ("profile", "{health: , safe_tools: , endpoints: , deploy: , tls: , environments: , headers: }"),
    ("profile", "front_door: [{path: /, body: , expect: {status: [200, 204], headers: {ETag: }}}]"),
    ("profile", "load_allowed: {hosts: [MCP.example.com, '[2001:db8::1]', '::1'], streams: '5', calls: 0}"),
    ("profile", "name: $${HOME}"),
    ("scenario", "phases: [{ramp: {to: 1, over: 1.5h}}, {hold: 1h30m2s250ms}, {reconnect: {for: 90}}, {hold: .5}]"),
    ("scenario", "{opens_per_second: 2.5e2/m, lag_bound: 1000us, workers: 0}"),
    ("scenario", "populations: {reconnect: false, sequence: event-id, sent_at: '', calls: [{http: {path: /}}]}"),
    ("scenario", 'thresholds: ["call_latency_p99 in \'ramp\'<=.5s", "stream_drop_ratio < 1 %"]'),
    ("scenario", "thresholds: [streams_held_ratio > 1e-1]"),
    ("scenario", 'resolve: ["[::1]:443:[::1],127.0.0.1"]'),
    ("scenario", 'sources: [127.0.0.2-40, 10.0.0.250-10.0.1.5, "::1"]'),
]
FAULTY_ENTRIES = ["check: sessions", "reason: ''", "era: none", "expires: 31.1.2030", "expires: 2030-13-01"]

# What is added to a file, and what an editor has to say of that.
FAULT_FOR = {kind: f"\n{UNKNOWN}: 1\n" for kind in EXAMPLES} | {"baseline": "\n- check: jsonrpc.id.echoed\n"}
FOUND_IN = {kind: [f"Property {UNKNOWN} is not allowed."] for kind in EXAMPLES}
FOUND_IN["baseline"] = ['Missing property "reason".']

# What a reader says of several places at once, or of a word that only it knows.
BEYOND_SCHEMAS = re.compile(
    r"both name a credential|set the same header|stands? twice|has no environment|'url' is missing; choose|"
    r"there is no (phase|population|tool)|nothing calls|no stream is open yet|'most' .* is below|"
    r"'reconnect.cap' is below|more than 1000 phases|needs 'stream: |has no '.*' streams|speaks no MCP|does nothing|"
    r"cannot be opened|unknown metric|does not fit"
)


def said_by_ajv(cases):
    """For each (schema, document): nothing where it is accepted, else why not."""
    request = {
        "schemas": list(SCHEMAS.values()),
        "cases": [{"schema": f"{name}.schema.json", "document": document} for name, document in cases],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(request, file)
        file.flush()
        command = ["node", CI / "tests/schemas.mjs", NODE_MODULES, file.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def in_editor(**asked):
    """What a language server says of the texts that are asked about, or offers at the places."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"root": str(ROOT), "faulty": [], "completed": [], **asked}, file)
        file.flush()
        command = ["node", CI / "tests/editor.mjs", CI / "node/languages/node_modules", file.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_TIMEOUT_S)
    if done.returncode:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)[next(iter(asked))]


def reader_of(name, file, environment):
    """A command that ends behind the file with a complaint of its own, so that nothing is asked of anybody."""
    chosen = ["--env", environment] if environment else []
    if name == "baseline":
        return [BIN / PROGRAMS["gate"], "--baseline", file, "http://127.0.0.1:9/", "--accept"], "--accept needs"
    if name == "profile":
        hold = [BIN / PROGRAMS["loadgen"], "hold", "--profile", file, *chosen, "--streams", "1", "--for", "1s"]
        return [*hold, "--run-id", "!"], "--run-id: "
    return [BIN / PROGRAMS["loadgen"], "run", file, *chosen, "--run-id", "!"], "--run-id: "


def said_by_reader(name, document, environment=None, value=URL):
    """Nothing where the program accepts it, else its complaint without the file. Every variable has the value."""
    text = json.dumps(document, ensure_ascii=False)
    variables = set(re.findall(r"[$]\{(\w+)\}", text))
    env = {**os.environ, **{variable: URL for variable in variables}, "WEIR_SAME": value}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "document.yaml"
        file.write_text(text)
        command, end = reader_of(name, file, environment)
        done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=RUN_TIMEOUT_S)
    complaint = done.stderr.strip().partition(": ")[2]
    if done.returncode != 2 or not complaint.startswith((end, f"{file}:")):
        raise AssertionError(f"{command} ended with {done.returncode}: {done.stderr}")
    return None if complaint.startswith(end) else complaint.removeprefix(f"{file}:")


def said_of_entries(entries):
    """What a whole run says of the entries of a baseline, each on its line; an entry that is stale is a right one."""
    with tempfile.TemporaryDirectory() as folder, open(Path(folder) / "log", "w+") as log:
        file = Path(folder) / "baseline.yaml"
        file.write_text("[\n" + ",\n".join(map(json.dumps, entries)) + "\n]\n")
        command = [BIN / PROGRAMS["fixture"], "--listen", "127.0.0.1:0"]
        with running(command, stdout=subprocess.PIPE, stderr=log) as fixture:
            url = first_line(fixture, "weir-fixture", log).strip() + "/mcp"
            gate = [BIN / PROGRAMS["gate"], "--baseline", file, "--checks", ENTRY["check"], "--json", url]
            report = json.loads(subprocess.run(gate, capture_output=True, text=True, timeout=RUN_TIMEOUT_S).stdout)
        found = [re.fullmatch(re.escape(str(file)) + r":(\d+): (.*)", problem) for problem in report["problems"]]
    said = {int(line): text for line, text in (one.groups() for one in found) if "passes now" not in text}
    return [said.get(line) for line in range(2, len(entries) + 2)]


def documented():
    """The files in which every key stands, and a baseline."""
    examples = {name: loaded((ROOT / file).read_text()) for name, file in EXAMPLES.items()}
    return {**examples, "baseline": [ENTRY]}


def shipped():
    for folder in ["fixtures/profiles", "loadgen/scenario"]:
        yield from sorted((ROOT / folder).rglob("*.yaml"))


def environment_at(path):
    """Values of an environment are read where it is chosen."""
    return path[1] if len(path) > 2 and path[0] == "environments" else None


def once_each(document, name):
    """One place of each kind: items of a list that are described alike are one."""
    seen = {}
    for path, place, value in places(Place(name, SCHEMAS[name]), document):
        general = tuple("[]" if isinstance(step, int) else step for step in path)
        seen.setdefault((general, type(value)), (path, place, value))
    return list(seen.values())


def agreement(test, cases):
    """Both take a document or both refuse it, unless the reader knows more than a schema can say."""
    with ThreadPoolExecutor(THREADS) as pool:
        readers = list(pool.map(lambda case: said_by_reader(*case[:3]), cases))
    # Of an entry that is one, a baseline's reader speaks at the end of the run.
    kept = [at for at, case in enumerate(cases) if case[0] == "baseline" and case[1] and readers[at] is None]
    for at, said in zip(kept, said_of_entries([cases[at][1][0] for at in kept]) if kept else []):
        readers[at] = said
    by_ajv = said_by_ajv([case[:2] for case in cases])
    wrong = []
    for (name, _, _, where), reader, ajv in zip(cases, readers, by_ajv):
        if (reader is None) != (ajv is None) and not (reader and BEYOND_SCHEMAS.search(reader)):
            wrong.append(f"{name} {where}: the reader says {reader}, the schema {ajv}")
    test.assertEqual(wrong, [])
    return sum(reader is not None for reader in readers)


class Schemas(unittest.TestCase):
    maxDiff = None

    def every_place(self):
        if not EVERY_PLACE:
            self.skipTest("with --every-place")

    def test_whatever_is_shipped_is_accepted_and_names_its_schema(self):
        files = list(shipped())
        kinds = {file: kind_of(loaded(file.read_text())) for file in files}
        self.assertEqual(set(kinds.values()), set(SCHEMAS))
        for file, kind in kinds.items():
            first = file.read_text().splitlines()[0]
            self.assertTrue(first.startswith(MODELINE), f"{file}: its first line is {first}")
            named = (file.parent / first.removeprefix(MODELINE)).resolve()
            self.assertEqual(named, ROOT / "reports/schema" / f"{kind}.schema.json", file)
        said = said_by_ajv([(kinds[file], loaded(file.read_text())) for file in files])
        self.assertEqual([(str(file), why) for file, why in zip(files, said) if why], [])

    def test_an_editor_finds_the_one_fault_in_whatever_is_shipped(self):
        faulty = [{"path": str(file), "text": file.read_text() + FAULT_FOR[kind_of(loaded(file.read_text()))]}
                  for file in shipped()]
        # An anchor for users to refer to is none of them.
        said = [[one for one in found if not one.startswith("Unused anchor")] for found in in_editor(faulty=faulty)]
        wanted = [FOUND_IN[kind_of(loaded(file.read_text()))] for file in shipped()]
        self.assertEqual(said, wanted)

    def test_an_editor_offers_keys_and_words(self):
        def offered(kind, text):
            text = f"{MODELINE}{FOLDER / kind}.schema.json\n{text}"
            lines = text.split("\n")
            return {"path": str(ROOT / f"{kind}.{len(text)}.yaml"), "text": text, "line": len(lines) - 1,
                    "character": len(lines[-1])}

        places = {
            ("profile", "url: http://127.0.0.1/\ntls:\n  i"): {"ca_file", "insecure"},
            ("profile", "url: http://127.0.0.1/\nedge: "): Place("profile", SCHEMAS["profile"]).member("edge").words(),
            ("profile", "url: http://127.0.0.1/\nhealth:\n  - p"): {"path", "status", "json_subset", "max_latency_ms"},
            ("scenario", "target:\n  u"): {"url", "era", "oauth", "environments"},
            ("scenario", "target: http://127.0.0.1/\nphases:\n  - r"): {"ramp", "hold", "churn", "search", "calls_x"},
            ("baseline", "- check: x\n  r"): {"era", "reason", "expires"},
        }
        found = in_editor(completed=[offered(*place) for place in places])
        lacking = [(place, wanted - set(there)) for (place, wanted), there in zip(places.items(), found)]
        self.assertEqual([one for one in lacking if one[1]], [])

    def test_whatever_the_pages_show_is_accepted(self):
        pages = [page for page in ROOT.rglob("*.md") if not {"node_modules", "build"} & set(page.parts)]
        found = [(page, loaded(text)) for page in pages for text in BLOCK.findall(page.read_text())]
        # A page may show a part of a profile.
        cases = [
            (kind, {"url": "http://127.0.0.1/", **one} if kind == "profile" else one)
            for kind, one in ((kind_of(one), one) for _, one in found)
        ]
        self.assertGreaterEqual({kind for kind, _ in cases}, {"profile", "baseline"})
        said = said_by_ajv(cases)
        self.assertEqual([(str(page), why) for (page, _), why in zip(found, said) if why], [])
        self.assertEqual([said_by_reader(kind, one) for kind, one in cases], [None] * len(cases))

    def test_every_key_of_a_schema_is_described_and_documented(self):
        shown, where = {}, {}
        for name, document in documented().items():
            for path, place, value in places(Place(name, SCHEMAS[name]), document):
                for key in place.keys() if isinstance(value, dict) else []:
                    # An environment has the keys of the profile, and so has the target of a scenario.
                    own = place.member(key).own()
                    self.assertTrue(own.description(), (*path, key))
                    shown[id(own.schema)] = shown.get(id(own.schema), False) or key in value
                    where[id(own.schema)] = (*path, key)
        self.assertGreater(len(shown), 120)
        self.assertEqual([where[one] for one, here in shown.items() if not here], [])

    def test_the_reader_knows_the_same_keys_of_every_map(self):
        count = 0
        for name in EXAMPLES:
            for path, place, value in once_each(documented()[name], name):
                if not isinstance(value, dict) or not place.keys():
                    continue
                document = changed(documented()[name], path, {**value, UNKNOWN: 1})
                why = said_by_reader(name, document, environment_at((*path, UNKNOWN)))
                known = re.search(r"unknown key '" + UNKNOWN + r"'.* \(there are (.*)\)", why)
                self.assertTrue(known, f"{name} {path}: {why}")
                self.assertEqual(set(known[1].split(", ")), place.keys(), f"{name} {path}")
                count += 1
        self.assertGreater(count, 30)
        table = re.search(r"kKeys = \{(.*?)\};", (ROOT / "conformance/run/baseline.cpp").read_text())[1]
        self.assertEqual(set(re.findall(r'"(\w+)"', table)), Place("baseline", SCHEMAS["baseline"]["items"]).keys())

    def test_the_reader_knows_the_same_words(self):
        count = 0
        for name in EXAMPLES:
            for path, place, value in once_each(documented()[name], name):
                if words := place.words():
                    why = said_by_reader(name, changed(documented()[name], path, UNKNOWN), environment_at(path))
                    self.assertEqual(set(re.search("must be one of (.*), is ", why)[1].split(", ")), words, path)
                    count += 1
        self.assertGreater(count, 5)

    def test_a_scenario_is_described_as_its_help_has_it(self):
        command = [BIN / PROGRAMS["loadgen"], "run", "--help-scenario"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        keys = re.findall(r"^(\S+)  \((?:[^\n]*?)(?:; default: ([^\n]*))?\)\n    (.*)$", text, re.M)
        self.assertGreater(len(keys), 70)
        for path, default, meaning in keys:
            place = Place("scenario", SCHEMAS["scenario"])
            for step in path.split("."):
                place = place.member(step.removesuffix("[]"))
                place = place.item() if step.endswith("[]") else place
            more = "" if NOT_SAID.fullmatch(default) else f" Default: {default}."
            self.assertEqual(place.description(), meaning + more, path)

    def test_both_refuse_each_fault_and_take_each_spelling(self):
        for name, good in WHOLE.items():
            self.assertEqual(said_by_ajv([(name, good)]), [None])
            self.assertIsNone(said_by_reader(name, good))
        for wanted, table in [(True, SPELLINGS), (False, FAULTS)]:
            cases = [(name, {**WHOLE[name], **loaded(text)}) for name, text in table]
            said = zip(table, said_by_ajv(cases), [said_by_reader(*case) for case in cases])
            wrong = [entry for entry in said if (entry[1] is None, entry[2] is None) != (wanted, wanted)]
            self.assertEqual(wrong, [])
        faulty = [{**ENTRY, **loaded(text)} for text in FAULTY_ENTRIES]
        by_ajv = said_by_ajv([("baseline", [entry]) for entry in faulty])
        self.assertEqual([entry for entry in zip(faulty, by_ajv, said_of_entries(faulty)) if not all(entry[1:])], [])

    def test_both_agree_on_every_place_with_something_odd_in_it(self):
        self.every_place()
        cases = []
        for name, document in documented().items():
            for path, place, value in once_each(document, name):
                for odd in ODD_CONTAINERS if isinstance(value, (dict, list)) else ODD_SCALARS:
                    if odd is GONE and not path:
                        continue
                    case = changed(document, path, odd)
                    cases.append((name, case, environment_at(path), f"{path} = {'gone' if odd is GONE else odd!r}"))
        refused = agreement(self, cases)
        self.assertGreater(refused, len(cases) / 3)
        self.assertGreater(len(cases) - refused, len(cases) / 6)

    def test_both_take_a_variable_wherever_a_value_stands(self):
        self.every_place()
        cases = []
        for name in EXAMPLES:
            document = documented()[name]
            for path, _, value in once_each(document, name):
                if isinstance(value, (str, int, float)) and value != "" and "${" not in str(value):
                    text = str(value).lower() if isinstance(value, bool) else str(value)
                    cases.append((name, changed(document, path, "${WEIR_SAME}"), environment_at(path), text))
        self.assertGreater(len(cases), 100)
        with ThreadPoolExecutor(THREADS) as pool:
            readers = list(pool.map(lambda case: said_by_reader(*case), cases))
        said = zip(cases, readers, said_by_ajv([case[:2] for case in cases]))
        self.assertEqual([(case[3], *why) for case, *why in said if any(why)], [])

    def test_both_take_the_ends_of_every_range_and_nothing_beyond(self):
        self.every_place()
        cases = []
        for name, document in documented().items():
            for path, place, _ in once_each(document, name):
                for bounds in place.bounds():
                    least, most = bounds["minimum"], bounds["maximum"]
                    # ajv has no whole numbers above 2^53.
                    beyond = [least - 1, most + max(1, most >> 40)]
                    if bounds["type"] == "number":
                        beyond = [least / 2 - 0.0001, most + 1]
                    for value in [least, most, *beyond]:
                        case = changed(document, path, value)
                        cases.append((name, case, environment_at(path), f"{path} = {value}"))
        agreement(self, cases)
        self.assertGreater(len(cases), 100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, default=BIN)
    parser.add_argument("--every-place", action="store_true")
    options, rest = parser.parse_known_args()
    BIN, EVERY_PLACE = options.bin, options.every_place
    unittest.main(argv=[sys.argv[0], *rest])
