"""What a draft of a policy would do: who would gain access, who would lose it.

Over everybody whom the directory knows and every route that the policy arrives at,
attached, inherited or enforced, as far as whoever asks sees those routes. One chosen
request is asked of all of them. Writes nothing, and decides by what decides anywhere
else: `program_of`, and sets of people.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet

from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from directory import selectors as directory_selectors
from namespaces import access
from policies import selectors as policy_selectors
from policies import services as policy_services
from policies.language import Need
from policies.language.wording import phrase
from policies.selectors import Attempt, Everybody
from policies.services import Draft, ExampleResult, Trial
from routes import selectors
from routes.models import Route
from routes.services.effect_sets import Kind, compare, kinds_of

if TYPE_CHECKING:
    from policies.models import Policy

MAX_ROUTES = 1_000
MAX_ASKED = 200  # people of whom Rego is asked
MAX_ANSWERS = 8_000  # of Rego, people times kinds of routes
MAX_ROWS, MAX_NAMES = 20, 20


@dataclass(frozen=True, slots=True)
class Some:
    """People of a set: how many, and the names of the first that may be seen."""

    count: int
    names: tuple[str, ...]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class RouteEffect:
    """What a draft does on one route."""

    route: Route
    gain: int
    lose: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a draft would do.

    Attributes:
        asked: the request that all are thought to make; `people` are asked, each with
            the best of their devices, and `left_out` are not.
        gaining, losing: on at least one route; `rows` are the routes that they do it
            on, most touched first. `routes` is how many the policy arrives at, and
            `looked_at` how many of these were looked at. With `asks_elsewhere` some
            don't take the path, and are asked for the one that they begin with.
        alone_before, alone: how many it would let in as the only policy of a route,
            as saved (None if it never was) and as drafted.
        is_proven: all of it is in PPL; Rego is evaluated for each person instead.
        varies_by: what else the answer depends on, each with the criteria in words.
        trial: the draft alone for the person who was chosen, or why there is none.
        elapsed: seconds that the decisions took.
    """

    draft: Draft
    asked: Attempt
    people: int
    left_out: int
    is_stale: bool
    is_proven: bool
    gaining: Some
    losing: Some
    rows: tuple[RouteEffect, ...]
    touched: int
    routes: int
    looked_at: int
    asks_elsewhere: bool
    alone_before: int | None
    alone: int
    varies_by: tuple[tuple[str, tuple[str, ...]], ...]
    examples: tuple[ExampleResult, ...]
    trial: Trial | None
    trial_error: ConsoleError | None
    elapsed: float

    @property
    def failing(self) -> int:
        """How many examples get another answer than they should."""
        return sum(not one.is_met for one in self.examples)


def effect_of(
    attempt: Attempt,
    *,
    actor: Actor,
    now: datetime,
    policy_id: UUID | str | None = None,
    namespace_id: UUID | str | None = None,
    source: str | None = None,
    code: str = "ppl",
) -> Effect:
    """Say what a draft would do in the place of a policy, or as a new one.

    Raises:
        PolicyNotFoundError, NamespaceNotFoundError, PermissionDeniedError
        PolicyTextError: the draft has problems.
    """
    draft = policy_services.open_draft(
        actor=actor,
        policy_id=policy_id,
        namespace_id=namespace_id,
        source=source,
        code=code,
    )
    routes, count = _routes(draft, actor=actor)
    kinds = kinds_of(draft, routes, attempt)
    everybody = policy_selectors.everybody(now=now)
    is_proven = not draft.is_rego and not any(one.asks_rego for one in kinds)
    if not is_proven:
        everybody = everybody.first(min(MAX_ASKED, MAX_ANSWERS // (len(kinds) + 1)))
    changes = compare(kinds, everybody, draft, attempt, now=now)
    trial, error = _tried(draft, attempt, actor=actor, now=now)
    gain, lose, rows = _summed(changes.by_kind)
    return Effect(
        draft=draft,
        asked=attempt,
        people=len(everybody.people),
        left_out=everybody.left_out,
        is_stale=everybody.is_stale,
        is_proven=is_proven,
        gaining=name_some(gain, everybody, actor),
        losing=name_some(lose, everybody, actor),
        rows=rows[:MAX_ROWS],
        touched=len(rows),
        routes=count,
        looked_at=len(routes),
        asks_elsewhere=any(one.path != attempt.path for one in kinds),
        alone_before=changes.alone_before,
        alone=changes.alone,
        varies_by=_varies_by(draft),
        examples=tuple(policy_services.try_examples(draft, actor=actor, now=now)),
        trial=trial,
        trial_error=error,
        elapsed=changes.elapsed,
    )


def _tried(
    draft: Draft, attempt: Attempt, *, actor: Actor, now: datetime
) -> tuple[Trial | None, ConsoleError | None]:
    try:
        trial = policy_services.try_draft(
            draft, attempt, actor=actor, now=now, covers=True
        )
    except ConsoleError as error:
        return None, error
    return trial, None


def _routes(draft: Draft, *, actor: Actor) -> tuple[list[Route], int]:
    """Return the routes that the policy arrives at and the actor sees, and how many."""
    policy = draft.policy
    if policy is None:
        return [], 0
    seen = selectors.list_routes(actor)
    found = seen.filter(_arrives(policy)).distinct().order_by("name", "pk")
    count = found.count()
    return _with_namespaces(found)[:MAX_ROUTES], count


def _with_namespaces(rows: QuerySet[Route]) -> list[Route]:
    return list(rows.select_related("namespace")[:MAX_ROUTES])


def _arrives(policy: "Policy") -> Q:
    where = Q(attachments__policy=policy)
    for one in policy.namespace_attachments.select_related("namespace"):
        below = access.subtree(one.namespace.path, "namespace__path")
        where |= below if one.mode == "enforced" else below & Q(inherits_policies=True)
    return where


def _summed(
    changes: Sequence[tuple[Kind, int, int]],
) -> tuple[int, int, tuple[RouteEffect, ...]]:
    """Return who gains and who loses on some route, and on which routes how many."""
    gaining = losing = 0
    rows = []
    for kind, before, after in changes:
        gain, lose = after & ~before, before & ~after
        gaining |= gain
        losing |= lose
        if gain or lose:
            counts = gain.bit_count(), lose.bit_count()
            rows += [RouteEffect(route, *counts) for route in kind.routes]
    rows.sort(key=lambda one: (-one.lose, -one.gain, one.route.name))
    return gaining, losing, tuple(rows)


def name_some(found: int, everybody: Everybody, actor: Actor) -> Some:
    """Count the people of a set, and name the first of those whom the actor sees."""
    first = []
    for person in everybody.of(found):
        first.append(person)
        if len(first) == MAX_NAMES:
            break
    seen = directory_selectors.list_people(actor).in_bulk([one.id for one in first])
    names = (one.name or one.email for one in first if one.id in seen)
    return Some(found.bit_count(), tuple(names))


VARIES_BY = (
    ("the path, method or headers", {Need.REQUEST, Need.HEADERS}),
    ("the time", {Need.TIME}),
    ("the device", {Need.DEVICES}),
    ("the client certificate", {Need.CERTIFICATE}),
    ("the address that it comes from", {Need.SOURCE_IP}),
    ("external data", {Need.RECORDS}),
    ("the SSH key or user", {Need.SSH}),
    ("the MCP call", {Need.MCP}),
)


def _varies_by(draft: Draft) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what of a request the answer depends on, besides the person."""
    found = []
    for label, needs in VARIES_BY:
        said = [text for text, asks in _criteria(draft) if asks & needs]
        if said:
            found.append((label, tuple(dict.fromkeys(said))))
    return tuple(found)


def _criteria(draft: Draft) -> Iterator[tuple[str, frozenset[Need]]]:
    if draft.program is None:
        return
    for rule in draft.program.rules:
        for block in rule.operators:
            for entry in block.criteria:
                yield phrase(entry.node), entry.criterion.needs
