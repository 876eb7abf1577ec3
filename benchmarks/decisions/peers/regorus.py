"""regorus with one engine for each route and the person in the input."""

import importlib

from benchmarks.decisions.peers.base import Peer, person_of
from benchmarks.decisions.peers.rego_text import rego_of


class Regorus(Peer):
    name, module = "regorus", "regorus"

    def compile(self) -> None:
        regorus = importlib.import_module(self.module)
        self.engines = {}
        for number, route in self.routes.items():
            engine = regorus.Engine()
            engine.add_policy("route.rego", rego_of(route))
            self.engines[number] = engine

    def load(self) -> None:
        self.asked = [
            (
                self.engines[route],
                person_of(self.workload, person) | {"method": method},
            )
            for route, person, method in self.questions
        ]

    def answers(self) -> list[bool]:
        found = []
        for engine, question in self.asked:
            engine.set_input(question)
            found.append(engine.eval_rule("data.route.allow") is True)
        return found
