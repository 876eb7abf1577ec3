"""Cedar by cedarpy: a PolicySet for each route, one Entities handle for all people."""

import importlib
import json
from typing import Any

from benchmarks.decisions.peers.base import Peer
from benchmarks.decisions.peers.expressions import expression
from benchmarks.decisions.workloads import Route, Test, Workload


class Cedar(Peer):
    """Asked one by one, as requests arrive."""

    name, module = "cedarpy", "cedarpy"

    def compile(self) -> None:
        self.cedar = importlib.import_module(self.module)
        self.sets = {
            number: self.cedar.PolicySet.from_str(_policies(route))
            for number, route in self.routes.items()
        }

    def load(self) -> None:
        people = sorted({person for _, person, _ in self.questions})
        entities = [_entity(self.workload, number) for number in people]
        self.entities = self.cedar.Entities.from_json_str(json.dumps(entities))
        self.asked = [
            (
                self.sets[route],
                {
                    "principal": f'User::"{self.workload.people[person].id}"',
                    "action": 'Action::"open"',
                    "resource": 'Route::"it"',
                    "context": json.dumps({"method": method}),
                },
            )
            for route, person, method in self.questions
        ]

    def answers(self) -> list[bool]:
        ask, entities = self.cedar.is_authorized, self.entities
        return [ask(one, rules, entities).allowed for rules, one in self.asked]


class CedarBatch(Cedar):
    """Asked for all questions on a route at once."""

    name = "cedarpy, batch"

    def load(self) -> None:
        super().load()
        self.batches: dict[int, tuple[list[int], list[dict[str, Any]]]] = {}
        for place, (route, _, _) in enumerate(self.questions):
            places, requests = self.batches.setdefault(route, ([], []))
            places.append(place)
            requests.append(self.asked[place][1])

    def answers(self) -> list[bool]:
        ask, entities = self.cedar.is_authorized_batch, self.entities
        found = [False] * len(self.questions)
        for route, (places, requests) in self.batches.items():
            results = ask(requests, self.sets[route], entities)
            for place, result in zip(places, results, strict=True):
                found[place] = result.allowed
        return found


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


def _test(test: Test) -> str:
    if test.field == "groups":
        return f'principal.groups.contains("{test.value}")'
    left = "context" if test.field == "method" else "principal"
    return f'{left}.{test.field} == "{test.value}"'


def _policies(route: Route) -> str:
    text = []
    for policy in route.policies:
        for rule in policy:
            effect = "permit" if rule.action == "allow" else "forbid"
            when = expression(rule, _test)
            text.append(f"{effect}(principal, action, resource) when {{ {when} }};")
    for policy in route.enforced:
        for rule in policy:
            when = expression(rule, _test)
            word = "unless" if rule.action == "allow" else "when"
            text.append(f"forbid(principal, action, resource) {word} {{ {when} }};")
    return "\n".join(text)
