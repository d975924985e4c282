"""HCL as JSON, by a parser that is not ours: expressions stay texts such as "${var.name}"."""

import functools
import json
import re
import subprocess

from lib.process import CI, Problem

TIMEOUT_S = 60
PARSE = """
import { parse } from "@cdktf/hcl2json";
let text = "";
for await (const block of process.stdin) text += block;
console.log(JSON.stringify(await parse("page.tf", text)));
"""


@functools.cache
def parsed_hcl(text):
    command = ["node", "--input-type=module", "-e", PARSE]
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=CI / "node", timeout=TIMEOUT_S)
    if done.returncode:
        raise Problem(f"no HCL: {done.stderr.strip().splitlines()[-1]}\n{text}")
    return json.loads(done.stdout)


def encoded(text):
    """What stands within the jsonencode() of an expression, as far as it is known before a plan."""
    inner = re.search(r"jsonencode\((.*?)\)(?:, \"|\})", text, re.S)
    if not inner:
        raise Problem(f"no jsonencode() in {text}")
    return parsed_hcl(f"inner = {inner[1]}\n")["inner"]
