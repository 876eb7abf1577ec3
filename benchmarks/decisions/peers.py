"""The same workloads in the languages of others, for those that are installed.

Policies and people are prepared before the clock starts, as each engine allows it.
"""

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.decisions.workloads import Rule, Test, Workload

# As many questions as keep a round short; each engine gets the same.
COUNT = 300

# Why an engine of the goals is not among those here.
ABSENT = {
    "opa": "its wheel asks for Python 3.14 and a process of its own; not driven here",
    "pomerium-rego": "needs OPA, and policies as Core's Rego",
    "oso": "it asks for cffi 1, and what Postern needs for cffi 2",
}


def missing(module: str) -> str:
    """Return why a peer can't be run, the empty text if it can."""
    try:
        importlib.import_module(module)
    except ImportError:
        return f"{module} is not installed; `make bench` does it"
    return ""


class Cedar:
    """cedarpy with one PolicySet for each route, one Entities handle for all people."""

    name, module = "cedarpy", "cedarpy"

    def __init__(self, workload: Workload) -> None:
        self.cedar = importlib.import_module(self.module)
        asked = workload.asked[:COUNT]
        numbers = {route for route, _, _ in asked}
        self.sets = {
            number: self.cedar.PolicySet.from_str(_cedar(workload, number))
            for number in numbers
        }
        people = {person for _, person, _ in asked}
        self.entities = self.cedar.Entities.from_json_str(
            json.dumps([_entity(workload, number) for number in sorted(people)])
        )
        self.asked = [
            (
                self.sets[route],
                {
                    "principal": f'User::"{workload.people[person].id}"',
                    "action": 'Action::"open"',
                    "resource": 'Route::"it"',
                    "context": {"method": method},
                },
            )
            for route, person, method in asked
        ]

    def answers(self) -> list[bool]:
        ask, entities = self.cedar.is_authorized, self.entities
        return [ask(one, rules, entities).allowed for rules, one in self.asked]

    def loop(self) -> float:
        started = time.process_time()
        self.answers()
        return (time.process_time() - started) / len(self.asked)


def _entity(workload: Workload, number: int) -> dict[str, Any]:
    person = workload.people[number]
    return {
        "uid": {"type": "User", "id": person.id},
        "attrs": {
            "domain": person.domain,
            "role": person.role,
            "groups": list(person.groups),
        },
        "parents": [],
    }


def _cedar_test(test: Test) -> str:
    if test.field == "groups":
        return f'principal.groups.contains("{test.value}")'
    left = "context" if test.field == "method" else "principal"
    return f'{left}.{test.field} == "{test.value}"'


def _expression(rule: Rule, write: Callable[[Test], str]) -> str:
    tests = [write(test) for test in rule.tests]
    if rule.inverts:
        tests = [f"!({test})" for test in tests]
    return (" && " if rule.needs_all else " || ").join(f"({test})" for test in tests)


def _cedar(workload: Workload, number: int) -> str:
    route = workload.routes[number]
    text = []
    for policy in route.policies:
        for rule in policy:
            effect = "permit" if rule.action == "allow" else "forbid"
            when = _expression(rule, _cedar_test)
            text.append(f"{effect}(principal, action, resource) when {{ {when} }};")
    for policy in route.enforced:
        for rule in policy:
            when = _expression(rule, _cedar_test)
            word = "unless" if rule.action == "allow" else "when"
            text.append(f"forbid(principal, action, resource) {word} {{ {when} }};")
    return "\n".join(text)


class Regorus:
    """regorus with one engine for each route and the person in the input."""

    name, module = "regorus", "regorus"

    def __init__(self, workload: Workload) -> None:
        regorus = importlib.import_module(self.module)
        asked = workload.asked[:COUNT]
        self.engines = {}
        for number in {route for route, _, _ in asked}:
            engine = regorus.Engine()
            engine.add_policy("route.rego", _rego(workload, number))
            self.engines[number] = engine
        self.asked = [
            (self.engines[route], _input(workload, person, method))
            for route, person, method in asked
        ]

    def answers(self) -> list[bool]:
        found = []
        for engine, question in self.asked:
            engine.set_input(question)
            found.append(engine.eval_rule("data.route.allow") is True)
        return found

    def loop(self) -> float:
        started = time.process_time()
        self.answers()
        return (time.process_time() - started) / len(self.asked)


def _input(workload: Workload, number: int, method: str) -> dict[str, Any]:
    person = workload.people[number]
    return {
        "domain": person.domain,
        "role": person.role,
        "groups": dict.fromkeys(person.groups, True),
        "method": method,
    }


def _rego_test(test: Test) -> str:
    if test.field == "groups":
        return f'input.groups["{test.value}"]'
    return f'input.{test.field} == "{test.value}"'


def _rego(workload: Workload, number: int) -> str:
    route = workload.routes[number]
    lines = ["package route", "import rego.v1", "default allow := false"]
    limits = []
    for policy in route.policies:
        for rule in policy:
            name = "granted" if rule.action == "allow" else "denied"
            lines += _rego_rules(name, rule)
    for place, policy in enumerate(route.enforced):
        limits.append(f"within{place}")
        for rule in policy:
            name = limits[-1] if rule.action == "allow" else "denied"
            lines += _rego_rules(name, rule)
    lines.append("default denied := false")
    lines.append(
        "allow if { granted; not denied; " + "; ".join([*limits, "true"]) + "}"
    )
    return "\n".join(lines)


def _rego_rules(name: str, rule: Rule) -> list[str]:
    tests = [_rego_test(test) for test in rule.tests]
    if rule.inverts:
        tests = [f"not {test}" for test in tests]
    if rule.needs_all:
        return [f"{name} if {{ {'; '.join(tests)} }}"]
    return [f"{name} if {{ {test} }}" for test in tests]


class Casbin:
    """pycasbin with one enforcer for each route, attributes by `eval`."""

    name, module = "pycasbin", "casbin"

    MODEL = """
[request_definition]
r = sub, method
[policy_definition]
p = rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.rule)
"""

    def __init__(self, workload: Workload) -> None:
        casbin = importlib.import_module(self.module)
        asked = workload.asked[: COUNT // 10]
        self.enforcers = {}
        for number in {route for route, _, _ in asked}:
            model = casbin.Model()
            model.load_model_from_text(self.MODEL)
            enforcer = casbin.Enforcer(model)
            for rule, effect in _casbin(workload, number):
                enforcer.add_policy(rule, effect)
            self.enforcers[number] = enforcer
        self.asked = [
            (self.enforcers[route], workload.people[person], method)
            for route, person, method in asked
        ]

    def answers(self) -> list[bool]:
        return [one.enforce(who, method) for one, who, method in self.asked]

    def loop(self) -> float:
        started = time.process_time()
        self.answers()
        return (time.process_time() - started) / len(self.asked)


def _casbin_test(test: Test) -> str:
    if test.field == "groups":
        return f"'{test.value}' in r.sub.groups"
    left = "r.method" if test.field == "method" else f"r.sub.{test.field}"
    return f"{left} == '{test.value}'"


def _casbin(workload: Workload, number: int) -> list[tuple[str, str]]:
    route = workload.routes[number]
    found = []
    for policy in (*route.policies, *route.enforced):
        for rule in policy:
            text = _expression(rule, _casbin_test)
            text = text.replace("&&", "and").replace("||", "or").replace("!", "not ")
            is_limit = policy in route.enforced and rule.action == "allow"
            if is_limit:
                text = f"not ({text})"
            effect = "deny" if is_limit or rule.action == "deny" else "allow"
            found.append((text, effect))
    return found


PEERS: tuple[type[Cedar] | type[Regorus] | type[Casbin], ...] = (
    Cedar,
    Regorus,
    Casbin,
)
