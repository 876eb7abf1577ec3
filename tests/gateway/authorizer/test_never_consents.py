"""Nothing but a decision to allow is ever consent: random requests, random faults.

What should come out is worked out by the evaluator, from policies and people alone.
"""

import logging
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import pytest

from gateway.authorizer import app, callers, engine
from gateway.stream import Follower
from policies import language
from policies.language.facts import Request
from tests.gateway.authorizer.world import HOST, SECRETS, TOKEN, World
from tests.gateway.sources import make_policy

POLICIES = (
    "allow:\n  and:\n    - email: {is: ada@example.com}\n",
    "allow:\n  or:\n    - groups: {has: g1}\n    - http_method: {is: OPTIONS}\n",
    "allow:\n  and:\n    - accept: true\n",
    "deny:\n  or:\n    - http_path: {starts_with: /admin}\n",
    "deny:\n  not:\n    - groups: {has: g2}\n",
    "allow:\n  nor:\n    - email: {is: ben@example.com}\n",
    """\
- allow:
    and:
      - authenticated_user: true
- deny:
    and:
      - http_method: {is: DELETE}
""",
)
METHODS = ("GET", "POST", "DELETE", "OPTIONS")
PATHS = (
    "/",
    "/wiki",
    "/page",
    "/admin",
    "/admin/x",
    "/robots.txt",
    "/a%20b",
    "/%2fx",
    "//x",
    "/x/../y",
)
STRANGE = frozenset(PATHS[-3:])


class InjectedError(Exception):
    """Something inside broke."""


def broken(*_: Any, **__: Any) -> Any:
    raise InjectedError


Fault = Callable[[World], Any]
FAULTS: dict[str, Fault] = {
    "the stream is gone": lambda _: patch.object(Follower, "age", lambda _: 11.0),
    "no snapshot": lambda world: patch.object(world.engine, "table", None),
    "the evaluator breaks": lambda _: patch.object(
        engine.Engine, "_decide", autospec=True, side_effect=broken
    ),
    "people can't be read": lambda _: patch.object(
        callers.Callers, "by_session", broken
    ),
    "the clock breaks": lambda world: patch.object(world.engine, "_clock", broken),
    "statements can't be signed": lambda world: patch.object(
        world.app._identity,
        "headers",
        broken,
    ),
    "cookies can't be read": lambda _: patch.object(app, "read_cookies", broken),
    "out of memory": lambda _: patch.object(
        engine.Engine, "facts_for", autospec=True, side_effect=MemoryError
    ),
}
HARMLESS_WITHOUT_COOKIES = frozenset({"people can't be read", "cookies can't be read"})
REQUEST_FAULTS = ("no token", "wrong token", "no route", "other route", "twice")


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    logging.disable(logging.CRITICAL)  # each fault is logged, which takes longest
    for name, groups in {"ada": ("g1", "g2"), "ben": ("g2",), "cyd": ()}.items():
        held = world.source.persons[name]
        world.source.persons[name] = held._replace(
            groups=tuple((one, one) for one in groups)
        )
    yield world
    logging.disable(logging.NOTSET)
    world.app.close()


def publish(world: World, chance: random.Random) -> language.RouteProgram:
    """Enforce a random route; return what decides over it."""
    names = [f"p{number}" for number in range(len(POLICIES))]
    own, limits = (
        chance.sample(names, chance.randint(most // 4, most)) for most in (4, 1)
    )
    every = [
        make_policy(
            name,
            source=source,
            has_allow_rules="allow" in source,
        )
        for name, source in zip(names, POLICIES, strict=True)
    ]
    world.publish(policies=every, attached=own, enforced=limits)
    compiled = {
        name: language.RoutePolicy(name, language.compile_policy(language.parse(text)))
        for name, text in zip(names, POLICIES, strict=True)
    }
    return language.compile_route(
        policies=[compiled[one] for one in own],
        enforced=[compiled[one] for one in limits],
    )


def expected(
    world: World,
    program: language.RouteProgram,
    person: str | None,
    method: str,
    path: str,
) -> bool:
    """Return whether the request should go on when nothing is wrong."""
    facts = world.follower.people.facts(
        now=world.now,
        request=Request(method=method, path=path.replace("%20", " "), host=HOST),
        person_id=person,
        session_id=f"session-of-{person}" if person else "",
    )
    return language.evaluate(program, facts).is_allowed


def ask(world: World, wrong: str, person: str | None, method: str, path: str) -> bool:
    headers = {"x-postern-route": "other" if wrong == "other route" else "app"}
    if wrong == "no route":
        del headers["x-postern-route"]
    tokens = {"no token": None, "wrong token": "wrong"}
    more = [("x-postern-route", "app")] if wrong == "twice" else []
    reply = world.ask(
        f"/check{path}",
        method=method,
        by=person,
        headers=headers,
        more=more,
        token=tokens.get(wrong, TOKEN),
    )
    return reply.lets_through


@pytest.mark.parametrize(
    "rounds", [400, pytest.param(100_000, marks=pytest.mark.nightly)]
)
def test_a_fault_never_turns_a_refusal_into_consent(world: World, rounds: int) -> None:
    chance = random.Random(20260304)
    program = publish(world, chance)
    seen = {True: 0, False: 0}
    for number in range(rounds):
        if number % 20 == 0:
            program = publish(world, chance)
        person = chance.choice([None, *SECRETS])
        method, path = chance.choice(METHODS), chance.choice(PATHS)
        fault = chance.choice([*[None] * 8, *FAULTS])
        wrong = chance.choice([*[""] * 12, *REQUEST_FAULTS])
        should = path not in STRANGE and expected(world, program, person, method, path)
        is_whole = not wrong and (
            fault is None or (person is None and fault in HARMLESS_WITHOUT_COOKIES)
        )
        with ExitStack() as stack:
            if fault is not None:
                stack.enter_context(FAULTS[fault](world))
            found = ask(world, wrong, person, method, path)

        assert found == (should and is_whole), (number, fault, wrong, method, path)
        seen[found] += 1
    assert min(seen.values()) > rounds // 50
