"""What is decided: routes, people and requests, in terms that every engine has.

S is one rule under a ceiling of one rule. M is one route with ten policies of five
criteria, two of them enforced (without `nor`, which would allow nearly everybody and
cut the rest short). L is a thousand routes with three policies of their own and three
inherited, one of which is enforced on all.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

METHODS = ("GET", "POST", "DELETE")
GROUPS = tuple(f"g{number}" for number in range(500))
DOMAINS = tuple(f"d{number}.example.com" for number in range(10))
ROLES = tuple(f"r{number}" for number in range(10))


@dataclass(frozen=True)
class Test:
    """One criterion: `groups`, `domain`, `role` or `method` has this value."""

    field: str
    value: str


@dataclass(frozen=True)
class Rule:
    """One rule of one operator: `and`, `or`, `not` or `nor`."""

    action: str
    operator: str
    tests: tuple[Test, ...]

    @property
    def needs_all(self) -> bool:
        return self.operator in {"and", "not"}

    @property
    def inverts(self) -> bool:
        return self.operator in {"not", "nor"}


Policy = tuple[Rule, ...]


def has_allow_rules(policy: Policy) -> bool:
    """Return whether a policy is a limit where it is enforced."""
    return any(rule.action == "allow" for rule in policy)


@dataclass(frozen=True)
class Route:
    policies: tuple[Policy, ...]
    enforced: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class Someone:
    id: str
    domain: str
    role: str
    groups: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.id}@{self.domain}"


@dataclass(frozen=True)
class Workload:
    """`asked` holds a route's number, a person's number and a method each."""

    name: str
    routes: Sequence[Route]
    people: Sequence[Someone]
    asked: Sequence[tuple[int, int, str]]


# What L's own and inherited policies look like: the rules, by action, operator, fields.
_PATTERNS = (
    (("allow", "or", ("groups", "groups")),),
    (("allow", "or", ("groups",)),),
    (("allow", "and", ("domain", "groups")),),
    (("allow", "and", ("groups", "method")),),
    (("allow", "or", ("domain", "role")),),
    (("allow", "and", ("groups",)), ("deny", "or", ("groups", "groups"))),
    (("allow", "and", ("role", "domain")), ("deny", "and", ("groups", "method"))),
    (("allow", "nor", ("groups", "domain")), ("deny", "not", ("domain",))),
)


def workloads(seed: int = 5) -> list[Workload]:
    """Return S, M and L; the same ones for a seed."""
    chance = random.Random(seed)
    few = [_someone(chance, n, DOMAINS[:2], GROUPS[:40]) for n in range(1000)]
    people = [_someone(chance, n, DOMAINS, GROUPS) for n in range(5000)]
    small = (Rule("allow", "and", (Test("domain", DOMAINS[0]), Test("groups", "g1"))),)
    ceiling = (
        Rule("allow", "or", tuple(Test("domain", name) for name in DOMAINS[::2])),
    )
    medium = [_medium(chance, number) for number in range(10)]
    return [
        _workload(chance, "S", [Route((small,), (ceiling,))], few),
        _workload(
            chance, "M", [Route(tuple(medium[2:]), tuple(medium[:2]))], people[:1000]
        ),
        _workload(chance, "L", large_routes(chance), people),
    ]


def large_routes(chance: random.Random) -> list[Route]:
    """Return the routes of L; the policy enforced at the root is in all of them."""
    root = (
        Rule("allow", "or", tuple(Test("domain", name) for name in DOMAINS[:9])),
        Rule("deny", "and", (Test("role", ROLES[9]), Test("method", "DELETE"))),
    )
    shared = [_of_pattern(chance) for _ in range(40)]
    return [
        Route(
            (*(_of_pattern(chance) for _ in range(3)), *chance.sample(shared, 2)),
            (root,),
        )
        for _ in range(1000)
    ]


def _medium(chance: random.Random, number: int) -> Policy:
    fields = ("groups", "groups", "domain", "role", "method")
    tests = tuple(_test(chance, field) for field in fields)
    if number == 0:
        return (Rule("deny", "and", tests),)
    return (Rule("allow", ("and", "or", "and", "not")[number % 4], tests),)


def _of_pattern(chance: random.Random) -> Policy:
    return tuple(
        Rule(action, operator, tuple(_test(chance, field) for field in fields))
        for action, operator, fields in chance.choice(_PATTERNS)
    )


def _test(chance: random.Random, field: str) -> Test:
    values = {
        "groups": GROUPS,
        "domain": DOMAINS,
        "role": ROLES,
        "method": METHODS,
    }
    return Test(field, chance.choice(values[field]))


def _someone(
    chance: random.Random,
    number: int,
    domains: Sequence[str],
    groups: Sequence[str],
) -> Someone:
    return Someone(
        f"u{number}",
        chance.choice(domains),
        chance.choice(ROLES),
        tuple(chance.sample(groups, 20)),
    )


def _workload(
    chance: random.Random, name: str, routes: list[Route], people: list[Someone]
) -> Workload:
    asked = [
        (
            chance.randrange(len(routes)),
            chance.randrange(len(people)),
            chance.choice(METHODS),
        )
        for _ in range(20_000)
    ]
    return Workload(name, routes, people, asked)
