"""What a deployment did: who gained access by it, and who lost it.

Routes as they were deployed, before and after, over everybody whom the directory knows
now. Each route that is decided otherwise is asked for one request, by what decides
anywhere else: programs of routes, and sets of people. Policies in Rego are not asked:
routes with one are counted, and left out. Writes nothing.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from console.core.actor import Actor
from gateway.models import Deployment
from gateway.selectors import Contents, find_before, get_deployment, read_both
from policies import language
from policies import selectors as policy_selectors
from policies.language import Facts, ForeignPolicy, Need, Program, RoutePolicy
from policies.selectors import Attempt, Everybody
from routes.services import Some, name_some
from routes.validation import parse_from

MAX_ROUTES = 1_000
MAX_SECONDS = 5.0  # of deciding; what comes after is told as not looked at
MAX_ROWS = 50
LISTS = ("policies", "inherited", "enforced")


@dataclass(frozen=True, slots=True)
class RouteChange:
    """A route on which somebody gained or lost; `opened` and `closed` say whether
    people who have not signed in may come in now, or no longer.
    """

    id: str
    name: str
    place: str
    gain: int
    lose: int
    opened: bool
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentEffect:
    """What a deployment did.

    Attributes:
        before: the one that it replaced, None for the first.
        people: are asked, each with the best of their devices; `left_out` are not.
        gaining, losing: on at least one route; `rows` are the routes that they do it
            on, most touched first, and `touched` how many there are.
        differing: routes that are decided otherwise; `looked_at` of them were asked,
            and `undecided` could not be, as Rego is in them.
    """

    deployment: Deployment
    before: Deployment | None
    people: int
    left_out: int
    is_stale: bool
    gaining: Some
    losing: Some
    rows: tuple[RouteChange, ...]
    touched: int
    differing: int
    looked_at: int
    undecided: int


@dataclass(frozen=True, slots=True)
class _Side:
    """What decides over a route on one side; None for a route that isn't there."""

    granting: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Route:
    document: Mapping[str, Any]
    place: str
    before: _Side | None
    after: _Side | None


def effect_of_deployment(
    number: int, *, actor: Actor, now: datetime
) -> DeploymentEffect:
    """Say who gained and who lost access by a deployment.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: the actor sees no deployments.
        DeploymentNotFoundError: there is none of that number.
        DamagedDeploymentError: a part of one of the two is not there, or was changed.
    """
    deployment = get_deployment(number, actor=actor)
    earlier = find_before(deployment)
    routes = sorted(_differing(*read_both(earlier, deployment)), key=_order)
    everybody = policy_selectors.everybody(now=now)
    with policy_selectors.everybody_lock:
        found = _look_at(routes[:MAX_ROUTES], _Sets(everybody, now))
    found.rows.sort(key=lambda one: (not one.opened, -one.gain, -one.lose, one.name))
    return DeploymentEffect(
        deployment=deployment,
        before=earlier,
        people=len(everybody.people),
        left_out=everybody.left_out,
        is_stale=everybody.is_stale,
        gaining=name_some(found.gaining, everybody, actor),
        losing=name_some(found.losing, everybody, actor),
        rows=tuple(found.rows[:MAX_ROWS]),
        touched=len(found.rows),
        differing=len(routes),
        looked_at=found.looked_at,
        undecided=found.undecided,
    )


@dataclass(slots=True)
class _Found:
    """What was seen so far: sets of people, and the routes that they are about."""

    rows: list[RouteChange] = field(default_factory=list)
    gaining: int = 0
    losing: int = 0
    looked_at: int = 0
    undecided: int = 0


def _look_at(routes: Sequence[_Route], sets: "_Sets") -> _Found:
    found = _Found()
    until = time.monotonic() + MAX_SECONDS
    for route in routes:
        if time.monotonic() > until:
            break
        change = sets.change(route)
        if change is None:
            found.undecided += 1
            continue
        found.looked_at += 1
        gain, lose, row = change
        found.gaining |= gain
        found.losing |= lose
        if gain or lose or row.opened or row.closed:
            found.rows.append(row)
    return found


def _order(route: _Route) -> tuple[str, str]:
    return route.document["name"], route.document["id"]


def _differing(before: Contents, after: Contents) -> Iterator[_Route]:
    """Yield the routes that something else decides over than did before."""
    for pk in before.routes.keys() | after.routes.keys():
        old, new = before.routes.get(pk), after.routes.get(pk)
        sides = _side(old, before), _side(new, after)
        moved = bool(old and new) and _asked_for(old) != _asked_for(new)
        if sides[0] == sides[1] and not moved:
            continue
        document = new if new is not None else before.routes[pk]
        contents = after if new is not None else before
        place = contents.namespaces.get(document["namespace_id"], {}).get("path", "")
        yield _Route(document, place, *sides)


def _asked_for(document: Mapping[str, Any] | None) -> tuple[str, str]:
    document = document or {}
    return document.get("from_url", ""), document.get("match", "")


def _side(document: Mapping[str, Any] | None, contents: Contents) -> _Side | None:
    """Return what decides over a route by its texts; "" stands for one in Rego."""
    if document is None:
        return None
    texts = {
        name: tuple(_text(contents.policies.get(pk)) for pk in document[name])
        for name in LISTS
    }
    granting = dict.fromkeys((*texts["policies"], *texts["inherited"]))
    return _Side(tuple(granting), texts["enforced"])


def _text(policy: Mapping[str, Any] | None) -> str:
    if policy is None or policy["language"] != "ppl":
        return ""
    return str(policy["source"])


class _Sets:
    """Sets of people whom routes let in; what decides alike is asked once."""

    def __init__(self, everybody: Everybody, now: datetime) -> None:
        self._population = everybody.population
        self._now = now
        self._requests: dict[tuple[str, str], Facts] = {}
        self._known: dict[tuple[_Side, str, str], tuple[int, bool]] = {}

    def change(self, route: _Route) -> tuple[int, int, RouteChange] | None:
        """Return who gains and who loses; None where Rego would have to be asked."""
        try:
            before, was_open = self._allowed(route, route.before)
            after, is_open = self._allowed(route, route.after)
        except (language.PolicyLanguageError, _UndecidedError):
            return None
        gain, lose = after & ~before, before & ~after
        row = RouteChange(
            id=route.document["id"],
            name=route.document["name"],
            place=route.place,
            gain=gain.bit_count(),
            lose=lose.bit_count(),
            opened=is_open and not was_open,
            closed=was_open and not is_open,
        )
        return gain, lose, row

    def _allowed(self, route: _Route, side: _Side | None) -> tuple[int, bool]:
        if side is None:
            return 0, False
        granting = [_program(text) for text in side.granting]
        enforced = [_program(text) for text in side.enforced]
        sees_host = any(Need.HEADERS in one.needs for one in (*granting, *enforced))
        host = parse_from(route.document["from_url"]).host if sees_host else ""
        path = _path(route.document.get("match", ""))
        if (side, path, host) not in self._known:
            parts = [RoutePolicy(str(n), one) for n, one in enumerate(granting)]
            ceilings = [RoutePolicy(f"e{n}", one) for n, one in enumerate(enforced)]
            program = language.compile_route(policies=parts, enforced=ceilings)
            found = self._population.allowed(program, self._request(path, host))
            self._known[side, path, host] = found, _is_open(parts, ceilings)
        return self._known[side, path, host]

    def _request(self, path: str, host: str) -> Facts:
        if (path, host) not in self._requests:
            attempt = Attempt(at=self._now, path=path, host=host)
            found = policy_selectors.as_request(attempt, now=self._now)
            self._requests[path, host] = found
        return self._requests[path, host]


def _is_open(granting: Sequence[RoutePolicy], enforced: Sequence[RoutePolicy]) -> bool:
    """Answer whether who has not signed in could come in, through all ceilings."""
    ceilings = [one.policy for one in enforced if one.has_allow_rules]
    return any(_could(one.policy) for one in granting) and all(map(_could, ceilings))


def _could(policy: Program | ForeignPolicy) -> bool:
    return isinstance(policy, Program) and language.could_allow_anonymous(policy)


class _UndecidedError(Exception):
    """It takes Rego to decide."""


def _program(text: str) -> Program:
    if not text:
        raise _UndecidedError
    return policy_selectors.compile_source(text)


def _path(match: str) -> str:
    key, _, value = match.partition(":")
    return value if key in {"prefix", "path"} and value else "/"
