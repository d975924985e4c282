"""What users write (profiles, scenarios, baselines), its schemas, and what of one describes a place in the other."""

import json
import re

import yaml

from lib.process import ROOT

FOLDER = ROOT / "reports/schema"
SCHEMAS = {
    name: json.loads((FOLDER / f"{name}.schema.json").read_text()) for name in ["profile", "scenario", "baseline"]
}
GONE = object()
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.M | re.S)


class Yaml(yaml.SafeLoader):
    """By the core schema of YAML 1.2, as Weir and editors read it: dates and `yes` are strings."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
]:
    Yaml.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first)


def loaded(text):
    return yaml.load(text, Yaml)


def kind_of(document):
    """Which of the three a document is, by what it holds."""
    if isinstance(document, list):
        return "baseline"
    return "scenario" if "phases" in document else "profile"


class Place:
    """A schema within its file."""

    def __init__(self, file, schema):
        self.file = file
        self.schema = schema

    def at(self, reference):
        name, _, pointer = reference.partition("#")
        file = name.removesuffix(".schema.json") or self.file
        schema = SCHEMAS[file]
        for step in pointer.split("/")[1:]:
            schema = schema[step]
        return Place(file, schema)

    def own(self):
        """What a mere reference leads to."""
        return self.at(self.schema["$ref"]).own() if set(self.schema) == {"$ref"} else self

    def branches(self):
        """It, and whatever it says by references and alternatives."""
        yield self
        if "$ref" in self.schema:
            yield from self.at(self.schema["$ref"]).branches()
        for one in self.schema.get("anyOf", []):
            yield from Place(self.file, one).branches()

    def member(self, key):
        others = None
        for branch in self.branches():
            if key in branch.schema.get("properties", {}):
                return Place(branch.file, branch.schema["properties"][key])
            if isinstance(branch.schema.get("additionalProperties"), dict):
                others = Place(branch.file, branch.schema["additionalProperties"])
        return others

    def item(self):
        return next((Place(one.file, one.schema["items"]) for one in self.branches() if "items" in one.schema), None)

    def keys(self):
        """Of a map that takes no others."""
        closed = [one.schema for one in self.branches() if one.schema.get("additionalProperties") is False]
        return {key for schema in closed for key in schema["properties"]}

    def bounds(self):
        return [one.schema for one in self.branches() if "minimum" in one.schema]

    def words(self):
        """That may stand here, where not every text may; true and false are no such words."""
        return {word for one in self.branches() for word in one.schema.get("enum", [])} - {"true", "false"}

    def description(self):
        return next((one.schema["description"] for one in self.branches() if "description" in one.schema), "")


def places(place, document, path=()):
    """Every node of a document with the place that describes it."""
    yield path, place, document
    members = document.items() if isinstance(document, dict) else []
    items = enumerate(document) if isinstance(document, list) else []
    for key, value in members:
        if below := place.member(key):
            yield from places(below, value, (*path, key))
    for index, value in items:
        if below := place.item():
            yield from places(below, value, (*path, index))


def changed(document, path, value):
    """A copy in which the value stands at the path, or nothing where it is GONE."""
    if not path:
        return value
    copy = json.loads(json.dumps(document))
    parent = copy
    for step in path[:-1]:
        parent = parent[step]
    if value is GONE:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return copy
