"""The floor, the quick forms and the evaluator, each as a loop over what is asked."""

import time
from collections.abc import Callable, Sequence

from benchmarks.decisions.workloads import Policy, Route, Someone, Workload
from policies.language import (
    Explanation,
    compile_policy,
    compile_route,
    evaluate,
    parse,
)
from policies.language.compiler import Program
from policies.language.composition import RouteProgram
from policies.language.facts import (
    DirectoryUser,
    Facts,
    Person,
    Request,
    Session,
    SourceState,
)
from policies.language.fast import Caller, CompiledRoute, RouteCompiler, caller_of

_CRITERIA = {
    "groups": "groups: {{has: {}}}",
    "domain": "domain: {{is: {}}}",
    "role": "claim/role: {}",
    "method": "http_method: {{is: {}}}",
}
# The evaluator takes so long that a few of the questions are enough.
FEW = 100


def programs_of(routes: Sequence[Route]) -> list[RouteProgram]:
    """Return the routes, with a policy that several have compiled once."""
    known: dict[Policy, Program] = {}

    def program(policy: Policy) -> Program:
        if policy not in known:
            known[policy] = compile_policy(parse(text_of(policy)))
        return known[policy]

    return [
        compile_route(
            policies=[program(one) for one in route.policies],
            enforced=[program(one) for one in route.enforced],
        )
        for route in routes
    ]


def text_of(policy: Policy) -> str:
    """Return a policy in PPL."""
    rules = []
    for rule in policy:
        tests = "".join(
            f"\n      - {_CRITERIA[test.field].format(test.value)}"
            for test in rule.tests
        )
        rules.append(f"- {rule.action}:\n    {rule.operator}:{tests}\n")
    return "".join(rules)


def facts_of(someone: Someone, method: str) -> Facts:
    """Return a person's facts, with a request."""
    return Facts(
        session=Session(
            id=f"s-{someone.id}", user_id=someone.id, claims={"role": [someone.role]}
        ),
        person=Person(id=someone.id, email=someone.email),
        directory_user=DirectoryUser(group_ids=frozenset(someone.groups)),
        directory=SourceState.FRESH,
        request=Request(method=method, path="/"),
    )


def read(explanation: Explanation) -> int:
    """Go through a whole tree; return how many criteria there are."""
    return sum(
        len([(one.value, one.reason, one.seen) for one in block.criteria])
        for part in explanation.parts
        if part.tree is not None
        for rule in part.tree.rules
        for block in rule.operators
    )


class Ours:
    """A workload, compiled; each loop returns seconds per decision."""

    def __init__(self, workload: Workload) -> None:
        self.programs = programs_of(workload.routes)
        compiler = RouteCompiler()
        self.known: dict[tuple[str, str], Facts] = {}
        self.routes = [compiler.compile(program) for program in self.programs]
        callers = [caller_of(facts_of(one, "GET")) for one in workload.people]
        self.asked: list[tuple[CompiledRoute, Caller, Facts]] = [
            (self.routes[route], callers[person], facts)
            for route, person, method in workload.asked
            for facts in [self.facts(workload.people[person], method)]
        ]
        self.ids = [
            (workload.people[person].id, f"route{route}")
            for route, person, _ in workload.asked
        ]
        self.people = {
            one.id: caller for one, caller in zip(workload.people, callers, strict=True)
        }
        self.names: dict[str, object] = {
            f"route{n}": one for n, one in enumerate(self.routes)
        }
        self.deciding = {f"route{n}": one.decide for n, one in enumerate(self.routes)}
        self.ids_and_facts = [
            (ids, facts)
            for ids, (_, _, facts) in zip(self.ids, self.asked, strict=True)
        ]

    def facts(self, someone: Someone, method: str) -> Facts:
        """Return facts, the same ones for the same person and method."""
        key = (someone.id, method)
        if key not in self.known:
            self.known[key] = facts_of(someone, method)
        return self.known[key]

    def expected(self, count: int) -> list[bool]:
        """Return what the evaluator says to the first questions."""
        return [
            evaluate(route.program, facts).is_allowed
            for route, _, facts in self.asked[:count]
        ]

    def answers(self, count: int) -> list[list[bool]]:
        """Return what each quick form says to the first questions."""
        asked = self.asked[:count]
        return [
            [one.decide(caller, facts).is_allowed for one, caller, facts in asked],
            [one.decide_cached(who, facts).is_allowed for one, who, facts in asked],
            [one.explain(who, facts).decision.is_allowed for one, who, facts in asked],
        ]

    def loops(self) -> dict[str, Callable[[], float]]:
        """Return the loops by name."""
        return {
            "floor": self.floor,
            "decide": self.decide,
            "decide, by id": self.decide_by_id,
            "decide_cached": self.decide_cached,
            "explain": self.explain,
            "explain, tree read": self.explain_and_read,
            "evaluator": self.evaluate,
        }

    def floor(self) -> float:
        people, names = self.people, self.names

        def look_up(person: str, route: str) -> bool:
            return people[person] is names[route]

        started = time.process_time()
        for person, route in self.ids:
            look_up(person, route)
        return (time.process_time() - started) / len(self.ids)

    def decide(self) -> float:
        asked = [(route.decide, caller, facts) for route, caller, facts in self.asked]
        started = time.process_time()
        for decide, caller, facts in asked:
            decide(caller, facts)
        return (time.process_time() - started) / len(self.asked)

    def decide_by_id(self) -> float:
        people, routes = self.people, self.deciding
        asked = [(who, route, facts) for (who, route), facts in self.ids_and_facts]
        started = time.process_time()
        for who, route, facts in asked:
            routes[route](people[who], facts)
        return (time.process_time() - started) / len(asked)

    def decide_cached(self) -> float:
        started = time.process_time()
        for route, caller, facts in self.asked:
            route.decide_cached(caller, facts)
        return (time.process_time() - started) / len(self.asked)

    def explain(self) -> float:
        asked = [(one.explain, caller, facts) for one, caller, facts in self.asked]
        started = time.process_time()
        for explain, caller, facts in asked:
            explain(caller, facts)
        return (time.process_time() - started) / len(asked)

    def explain_and_read(self) -> float:
        """Explain, and go through the tree down to the facts looked at."""
        asked = self.asked[:FEW]
        started = time.process_time()
        for route, caller, facts in asked:
            read(route.explain(caller, facts))
        return (time.process_time() - started) / len(asked)

    def evaluate(self) -> float:
        started = time.process_time()
        for route, _, facts in self.asked[:FEW]:
            evaluate(route.program, facts)
        return (time.process_time() - started) / FEW
