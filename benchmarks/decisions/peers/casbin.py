"""pycasbin with one enforcer for each route, attributes by `eval`."""

import importlib

from benchmarks.decisions.peers.base import COUNT, Peer
from benchmarks.decisions.peers.expressions import expression_in_words
from benchmarks.decisions.workloads import Route, Test

_MODEL = """
[request_definition]
r = sub, method
[policy_definition]
p = rule, eft
[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))
[matchers]
m = eval(p.rule)
"""


class Casbin(Peer):
    """Asked a tenth of the questions."""

    name, module = "pycasbin", "casbin"
    count = COUNT // 10

    def compile(self) -> None:
        casbin = importlib.import_module(self.module)
        self.enforcers = {}
        for number, route in self.routes.items():
            model = casbin.Model()
            model.load_model_from_text(_MODEL)
            enforcer = casbin.Enforcer(model)
            for rule, effect in _policies(route):
                enforcer.add_policy(rule, effect)
            self.enforcers[number] = enforcer

    def load(self) -> None:
        self.asked = [
            (self.enforcers[route], self.workload.people[person], method)
            for route, person, method in self.questions
        ]

    def answers(self) -> list[bool]:
        return [one.enforce(who, method) for one, who, method in self.asked]


def _test(test: Test) -> str:
    if test.field == "groups":
        return f"'{test.value}' in r.sub.groups"
    left = "r.method" if test.field == "method" else f"r.sub.{test.field}"
    return f"{left} == '{test.value}'"


def _policies(route: Route) -> list[tuple[str, str]]:
    found = []
    for policy in (*route.policies, *route.enforced):
        for rule in policy:
            text = expression_in_words(rule, _test)
            is_limit = policy in route.enforced and rule.action == "allow"
            if is_limit:
                text = f"not ({text})"
            effect = "deny" if is_limit or rule.action == "deny" else "allow"
            found.append((text, effect))
    return found
