#!/usr/bin/env python3
"""The Terraform modules of ci/ecs are what ci/ecs/contract.json says, to which the CDK constructs are held at night:
the same hook at the same stages, the same permissions, security groups, schedule and alarms.

  ci/tests/ecs_terraform_test.py [--bin FOLDER]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from lib.hcl import encoded, parsed_hcl
from lib.process import CI, PROGRAMS, ROOT, first_line, free_port, running

BIN = ROOT / "build/dev/bin"
RUN_TIMEOUT_S = 60
SCENARIO = """
target: {url}
phases: [{{ramp: {{to: 2}}}}, {{hold: 1s}}]
thresholds: [stream_drop_ratio < 1%]
lag_bound: 1m
"""
FOLDER = CI / "ecs/terraform"
CONTRACT = json.loads((CI / "ecs/contract.json").read_text())
# What the example of the constructs says where a module leaves it to its caller.
CALLER = {"var.container_port": "container", "var.clients_cidr": "10.0.0.0/8", "var.scenario": "soak.yaml"}
EXPRESSION = re.compile(r"[$]\{([^{}]*)\}")
REFERENCE = re.compile(r"(?<![\w.\"])((?:data[.])?aws_\w+[.]\w+|var[.]\w+|local[.]\w+)")


def in_order(rows):
    return sorted(rows, key=lambda row: json.dumps(row, separators=(",", ":")))


class Module:
    def __init__(self, name):
        self.text = "\n".join(file.read_text() for file in sorted((FOLDER / name).glob("*.tf")))
        self.tree = parsed_hcl(self.text)
        self.known = dict(CALLER)
        for variable, (block,) in self.tree["variable"].items():
            if "default" in block:
                self.known.setdefault(f"var.{variable}", block["default"])
        for block in self.tree.get("locals", []):
            for local, value in block.items():
                self.known[f"local.{local}"] = self.valued(value)

    def valued(self, value):
        """A tree in which expressions are what they are for the example; others stay as they are written."""
        if isinstance(value, list):
            return [self.valued(one) for one in value]
        if isinstance(value, dict):
            return {key: self.valued(one) for key, one in value.items()}
        if not isinstance(value, str):
            return value
        if (whole := EXPRESSION.fullmatch(value)) and whole[1] in self.known:
            return self.known[whole[1]]
        return EXPRESSION.sub(lambda found: str(self.known.get(found[1], found[0])), value)

    def of(self, kind):
        return {name: self.valued(block) for name, (block,) in self.tree["resource"].get(kind, {}).items()}

    def one(self, kind):
        (block,) = self.of(kind).values()
        return block

    def document(self, expression):
        name = re.search(r"data[.]aws_iam_policy_document[.](\w+)[.]json", expression)[1]
        (block,) = self.tree["data"]["aws_iam_policy_document"][name]
        optional = [content for one in block.get("dynamic", {}).get("statement", []) for content in one["content"]]
        return block["statement"] + optional

    def roles(self):
        found = {}
        for name, role in self.of("aws_iam_role").items():
            (trust,) = self.document(role["assume_role_policy"])
            mine = f"${{aws_iam_role.{name}.name}}"
            policies = [one for one in self.of("aws_iam_role_policy").values() if one["role"] == mine]
            attached = [one for one in self.of("aws_iam_role_policy_attachment").values() if one["role"] == mine]
            found[name] = {
                "trusts": trust["principals"][0]["identifiers"][0],
                "where": conditions(trust),
                "managed": [one["policy_arn"].split(":policy/")[1] for one in attached],
                "allows": self.allowed(policies),
            }
        return found

    def lent(self):
        """What a role that the caller names may as well."""
        policies = [one for one in self.of("aws_iam_role_policy").values() if "_role_name}" in one["role"]]
        roles = {re.search(r"var[.](\w+)_role_name", one["role"])[1] for one in policies}
        return {"to": sorted(roles), "allows": self.allowed(policies)}

    def allowed(self, policies):
        return in_order(
            {
                "actions": sorted(statement["actions"]),
                "on": "everything" if "*" in statement["resources"] else "its own",
                "where": conditions(statement),
            }
            for policy in policies
            for statement in self.document(policy["policy"])
        )

    def told(self):
        """Names of what the hook's environment has of it."""
        return sorted(self.tree["output"]["environment"][0]["value"])

    def traffic(self):
        """Of an internal load balancer."""
        rows = []
        for direction, kind in [("in", "ingress"), ("out", "egress")]:
            for name, rule in self.of(f"aws_vpc_security_group_{kind}_rule").items():
                if not name.endswith("_by_nat"):
                    other = rule.get("cidr_ipv4") or named(rule["referenced_security_group_id"])
                    port = "any" if rule["ip_protocol"] == "-1" else rule["from_port"]
                    # The ports of this one are a set, which is 443 by default.
                    port = 443 if port == "${tonumber(each.value)}" else port
                    rows.append([direction, named(rule["security_group_id"]), other, port])
        return in_order(rows)

    def service(self):
        service, function = self.one("aws_ecs_service"), self.one("aws_lambda_function")
        (how,), (balancer,) = service["deployment_configuration"], service["load_balancer"]
        (advanced,) = balancer["advanced_configuration"]
        return {
            "strategy": how["strategy"],
            "bake_minutes": how["bake_time_in_minutes"],
            "percents": [service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]],
            "launch": service["launch_type"],
            "public_address": service["network_configuration"][0]["assign_public_ip"],
            "hooks": len(how["lifecycle_hook"]),
            "hook": {
                "stages": how["lifecycle_hook"][0]["lifecycle_stages"],
                "by": named(how["lifecycle_hook"][0]["role_arn"]),
                "port": int(re.search(r":(\d+)\$\{var.gate_path|:(\d+)/", self.valued(self.details()))[1]),
            },
            "function": {
                "package": function["package_type"],
                "memory": function["memory_size"],
                "seconds": function["timeout"],
            },
            "shifted_by": named(advanced["role_arn"]),
            "target_group": named(balancer["target_group_arn"]),
            "alternate": named(advanced["alternate_target_group_arn"]),
            "listener_rules": [named(advanced["production_listener_rule"]), named(advanced["test_listener_rule"])],
        }

    def details(self):
        (service,) = self.tree["resource"]["aws_ecs_service"]["server"]
        hook = service["deployment_configuration"][0]["lifecycle_hook"][0]
        return re.search(r'url = "(.*?)"', hook["hook_details"])[1]

    def balancer(self):
        listeners = self.of("aws_lb_listener")
        rules = {}
        for name, rule in self.of("aws_lb_listener_rule").items():
            listener = listeners[named(rule["listener_arn"])]
            (action,) = rule["action"]
            rules[name] = {
                "port": listener["port"],
                "protocol": listener["protocol"],
                "tls": listener.get("ssl_policy"),
                "otherwise": listener["default_action"][0]["fixed_response"][0]["status_code"],
                "paths": rule["condition"][0]["path_pattern"][0]["values"],
                "weights": [group["weight"] for group in action["forward"][0]["target_group"]],
            }
        return {
            "scheme": {"${!local.internet_facing}": "internal"}[self.one("aws_lb")["internal"]],
            "target_groups": [
                [one["target_type"], one["protocol"], str(one["deregistration_delay"])]
                for one in self.of("aws_lb_target_group").values()
            ],
            "rules": rules,
        }

    def task(self):
        definition = self.one("aws_ecs_task_definition")
        (raw,) = self.tree["resource"]["aws_ecs_task_definition"].values()
        (container,) = self.valued(encoded(raw[0]["container_definitions"]))
        volumes = [one["efs_volume_configuration"][0] for one in definition.get("volume", [])]
        return {
            "name": container["name"],
            "cpu": definition["cpu"],
            "memory_mib": definition["memory"],
            "command": container.get("command"),
            "read_only": container.get("readonlyRootFilesystem", False),
            "user": container.get("user"),
            "stop_seconds": container.get("stopTimeout"),
            "mounts": [[one["containerPath"], one["readOnly"]] for one in container.get("mountPoints", [])],
            "volumes": [[one["transit_encryption"], one["authorization_config"][0]["iam"]] for one in volumes],
            "log": [
                container["logConfiguration"]["logDriver"],
                container["logConfiguration"]["options"]["awslogs-stream-prefix"],
            ],
            "log_days": self.one("aws_cloudwatch_log_group")["retention_in_days"],
        }

    def schedule(self):
        schedule = self.one("aws_scheduler_schedule")
        (target,) = schedule["target"]
        (raw,) = self.tree["resource"]["aws_scheduler_schedule"]["night"]
        return {
            "flexible": schedule["flexible_time_window"][0]["mode"],
            "by": named(target["role_arn"]),
            "launch": target["ecs_parameters"][0]["launch_type"],
            "count": target["ecs_parameters"][0]["task_count"],
            "retries": target["retry_policy"][0]["maximum_retry_attempts"],
            "late_seconds": target["retry_policy"][0]["maximum_event_age_in_seconds"],
            "dead_letters": named(target["dead_letter_config"][0]["arn"]) == "missed",
            "dead_letters_seconds": self.one("aws_sqs_queue")["message_retention_seconds"],
            "input": self.valued(encoded(raw["target"][0]["input"])),
        }

    def files(self):
        point = self.one("aws_efs_access_point")
        (user,), (root,) = point["posix_user"], point["root_directory"]
        statements = self.document(self.one("aws_efs_file_system_policy")["policy"])
        return {
            "encrypted": self.one("aws_efs_file_system")["encrypted"],
            "policy": [[one["effect"], *one["actions"], *conditions(one)] for one in statements],
            "user": [user["uid"], user["gid"]],
            "folder": [root["path"], root["creation_info"][0]["permissions"]],
        }

    def alarms(self):
        return in_order(
            {
                "says": one["alarm_description"],
                "metric": f"{one['namespace']} {one['metric_name']}",
                "statistic": one["statistic"],
                "seconds": one["period"],
                "periods": one["evaluation_periods"],
                "when": f"{one['comparison_operator']} {one['threshold']}",
                "missing": one["treat_missing_data"],
                "told": len(one["alarm_actions"]),
            }
            for one in self.of("aws_cloudwatch_metric_alarm").values()
        )

    def filters(self):
        rows = []
        for one in self.of("aws_cloudwatch_log_metric_filter").values():
            (to,) = one["metric_transformation"]
            # The parser leaves quotes within a text escaped.
            rows.append([f"{to['namespace']} {to['name']}", one["pattern"].replace('\\"', '"'), to["value"]])
        return in_order(rows)


def named(reference):
    """The name within "${aws_iam_role.hook.arn}", or of what the caller names, "${var.hook_security_group_id}"."""
    return re.search(r"[$]\{(?:aws_\w+[.](\w+)[.]|var[.](\w+)_security_group_id)", reference).expand(r"\1\2")


def conditions(statement):
    return sorted(f"{one['test']} {one['variable']}" for one in statement.get("condition", []))


def lines_of_run(url):
    """What a short run says on both outputs, which are the task's log."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as scenario:
        scenario.write(SCENARIO.format(url=url))
        scenario.flush()
        command = [BIN / PROGRAMS["loadgen"], "run", scenario.name]
        outputs = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run(command, timeout=RUN_TIMEOUT_S, **outputs).stdout.splitlines()


def matches(pattern, line):
    """As CloudWatch has it for quoted terms: all of them, and none of those after a minus."""
    terms = re.findall(r'(-?)"([^"]*)"', pattern)
    return all((term in line) != bool(minus) for minus, term in terms)


class Terraform(unittest.TestCase):
    maxDiff = None

    def test_modules_are_what_the_constructs_are(self):
        for name, parts in CONTRACT.items():
            module = Module(name)
            for part, wanted in parts.items():
                self.assertEqual(getattr(module, part)(), wanted, f"{name}: {part}")

    def test_what_is_referred_to_is_there_and_what_is_there_is_used(self):
        for name in CONTRACT:
            module = Module(name)
            there = {f"var.{one}" for one in module.tree["variable"]}
            there |= {f"local.{one}" for block in module.tree["locals"] for one in block}
            for kind, prefix in [("resource", ""), ("data", "data.")]:
                for resource, names in module.tree[kind].items():
                    there |= {f"{prefix}{resource}.{one}" for one in names}
            found = set(REFERENCE.findall(module.text))
            self.assertEqual(found - there, set(), name)
            unused = {one for one in there - found if one.startswith(("var.", "local.", "data."))}
            self.assertEqual(unused, set(), name)

    def test_the_page_gives_the_modules_what_they_want(self):
        page = (CI / "ecs/README.md").read_text()
        blocks = [text for text in re.findall(r"^```hcl\n(.*?)^```$", page, re.M | re.S) if "module " in text]
        modules = [one for text in blocks for (one,) in parsed_hcl(text)["module"].values()]
        called = {one["source"].rpartition("/")[2]: one for one in modules}
        self.assertEqual(set(called), set(CONTRACT))
        for name, arguments in called.items():
            variables = {one: "default" in block for one, (block,) in Module(name).tree["variable"].items()}
            self.assertEqual(set(arguments) - {"source"} - set(variables), set(), name)
            wanted = {one for one, optional in variables.items() if not optional}
            self.assertEqual(wanted - set(arguments), set(), name)

    def test_weights_that_ecs_moves_are_no_drift_and_a_roll_back_fails_the_apply(self):
        module = Module("gated_service")
        for rule in module.of("aws_lb_listener_rule").values():
            self.assertEqual(rule["lifecycle"], [{"ignore_changes": ["${action}"]}])
        service = module.one("aws_ecs_service")
        self.assertTrue(service["wait_for_steady_state"] and service["sigint_rollback"])
        wanted = "${self.task_definition == aws_ecs_task_definition.server.arn}"
        self.assertEqual(service["lifecycle"][0]["postcondition"][0]["condition"], wanted)

    def test_the_filters_of_the_alarms_tell_a_night_that_passed_from_others(self):
        metrics = {}
        for metric, pattern, _ in CONTRACT["nightly_soak"]["filters"]:
            metrics.setdefault(metric, []).append(pattern)
        self.assertEqual(set(metrics), {"Weir NightsPassed", "Weir NightsNotPassed"})
        with tempfile.TemporaryFile("w+") as log:
            # Events all the time: of the first ones after a silence the kernel may tell no time of arrival.
            command = [BIN / PROGRAMS["fixture"], "streams", "--rate", "20"]
            with running(command, stdout=subprocess.PIPE, stderr=log) as fixture:
                origin = re.search(r"http://\S+", first_line(fixture, "weir-fixture", log))[0].rstrip("/")
                good = lines_of_run(f"{origin}/mcp")
        bad = lines_of_run(f"http://127.0.0.1:{free_port()}/mcp")
        for run, wanted in [(good, {"Weir NightsPassed"}), (bad, {"Weir NightsNotPassed"})]:
            counted = {
                name for name, patterns in metrics.items() for one in patterns for line in run if matches(one, line)
            }
            self.assertEqual(counted, wanted, run)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=Path, default=BIN)
    options, rest = parser.parse_known_args()
    BIN = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
