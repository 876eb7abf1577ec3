"""oso with one Polar knowledge base for each route and people as Python objects."""

import importlib
import subprocess
import sys
from functools import cache

from benchmarks.decisions.peers.base import COUNT, Peer, scratch_folder
from benchmarks.decisions.workloads import (
    Route,
    Rule,
    Someone,
    Test,
    has_allow_rules,
)

_PACKAGE = "oso==0.27.3"


class Oso(Peer):
    """Asked a tenth of the questions.

    Its package asks for cffi 1 and what Postern needs for cffi 2, with which it works
    all the same: so it is installed beside the others, without what it asks for.
    """

    name, module = "oso", "oso"
    count = COUNT // 10

    @classmethod
    @cache
    def missing(cls) -> str:
        """Install it into a folder of its own; return why that failed."""
        folder = str(scratch_folder("oso"))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        done = subprocess.run(  # noqa: S603 - our own command
            [*pip, "install", "--no-deps", "--target", folder, _PACKAGE],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"{_PACKAGE} can't be installed: {done.stderr.strip()[-200:]}"
        sys.path.append(folder)
        return super().missing()

    def compile(self) -> None:
        oso = importlib.import_module(self.module)
        self.engines = {}
        for number, route in self.routes.items():
            engine = oso.Oso()
            engine.register_class(Someone)
            engine.load_str(_policies(route))
            self.engines[number] = engine

    def load(self) -> None:
        self.asked = [
            (self.engines[route], self.workload.people[person], method)
            for route, person, method in self.questions
        ]

    def answers(self) -> list[bool]:
        return [one.is_allowed(who, method, "it") for one, who, method in self.asked]


def _test(test: Test) -> str:
    if test.field == "groups":
        return f'"{test.value}" in _person.groups'
    left = "_method" if test.field == "method" else f"_person.{test.field}"
    return f'{left} = "{test.value}"'


def _rules(name: str, rule: Rule) -> list[str]:
    tests = [_test(test) for test in rule.tests]
    if rule.inverts:
        tests = [f"not ({test})" for test in tests]
    head = f"{name}(_person: Someone, _method)"
    if rule.needs_all:
        return [f"{head} if {' and '.join(tests)};"]
    return [f"{head} if {test};" for test in tests]


def _policies(route: Route) -> str:
    lines = ['denied(_: Someone, _method) if _method = "none";']
    for policy in route.policies:
        for rule in policy:
            lines += _rules("granted" if rule.action == "allow" else "denied", rule)
    limits = []
    for place, policy in enumerate(route.enforced):
        if has_allow_rules(policy):
            limits.append(f"within{place}(_person, _method)")
        for rule in policy:
            name = f"within{place}" if rule.action == "allow" else "denied"
            lines += _rules(name, rule)
    whole = ["granted(_person, _method)", *limits, "not denied(_person, _method)"]
    lines.append(
        f'allow(_person: Someone, _method, "it") if {" and ".join(whole)};',
    )
    return "\n".join(lines)
