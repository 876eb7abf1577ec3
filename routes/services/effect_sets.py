"""Sets of people whom routes let in, before and after a draft of a policy.

Most of a thousand routes have the same policies, and get the same answer: each kind is
decided about once.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from policies import language
from policies import selectors as policy_selectors
from policies import services as policy_services
from policies.language import Facts, ForeignPolicy, Need, RoutePolicy, Verdict
from policies.language.composition import RouteProgram
from policies.selectors import Attempt, Everybody
from policies.services import Draft
from routes import selectors
from routes.models import Route
from routes.services.trial import policies_in, program_of, suggested_path
from routes.validation import parse_from
from routes.validation.paths import accepts

if TYPE_CHECKING:
    from policies.models import Policy

DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Kind:
    """Routes that the same policies decide over, for the same request."""

    routes: list[Route]
    effective: selectors.EffectivePolicies
    path: str
    host: str
    asks_rego: bool


def kinds_of(draft: Draft, routes: Sequence[Route], attempt: Attempt) -> list[Kind]:
    """Put routes together that get the same answer: most of a thousand do."""
    if draft.policy is None:
        return []
    effective = selectors.policies_of_many(routes)
    asked = attempt.path.partition("?")[0]
    found: dict[tuple[object, ...], Kind] = {}
    for route in routes:
        policies = effective[route.pk]
        every = policies_in(policies)
        if draft.policy.pk not in {one.pk for one in every}:
            continue  # a namespace on the way has switched inheriting off
        path = attempt.path if accepts(route.match, asked) else suggested_path(route)
        asks_rego = any(one.language != "ppl" for one in every)
        by_host = asks_rego or draft.is_rego or _sees_host([*every], draft)
        host = parse_from(route.from_url).host if by_host else ""
        granting = frozenset(one.pk for one in policies.granting)
        ceilings = frozenset(one.policy_id for one in policies.enforced)
        key = (granting, ceilings, path, host)
        if key not in found:
            found[key] = Kind([], policies, path or attempt.path, host, asks_rego)
        found[key].routes.append(route)
    return list(found.values())


def _sees_host(policies: Sequence["Policy"], draft: Draft) -> bool:
    programs = [policy_selectors.compile_source(one.source) for one in policies]
    programs += [draft.program] if draft.program else []
    return any(Need.HEADERS in program.needs for program in programs)


class Sets:
    """Sets of people, before and after a draft."""

    def __init__(
        self, everybody: Everybody, draft: Draft, attempt: Attempt, now: datetime
    ) -> None:
        self.population = everybody.population
        self.draft = draft
        self.attempt = attempt
        self.now = now
        self.part = _part(draft)
        self._requests: dict[tuple[str, str], Facts] = {}
        self._answers: dict[tuple[object, ...], Mapping[str, Verdict]] = {}

    def change(self, kind: Kind) -> tuple[int, int]:
        """Return whom a kind of route lets in as things are, and with the draft."""
        request = self._request(kind.path, kind.host)
        policies = policies_in(kind.effective)
        before = self._allowed(program_of(kind.effective), request, policies)
        if self.draft.is_saved or self.draft.policy is None:
            return before, before
        after = program_of(kind.effective, instead={self.draft.policy.pk: self.part})
        return before, self._allowed(after, request, policies)

    def alone(self) -> tuple[int | None, int]:
        """Return how many the policy lets in by itself, as saved and as drafted."""
        request = self._request(self.attempt.path, "")
        program = language.compile_route(policies=[self.part])
        policy = self.draft.policy
        after = self._allowed(program, request, []).bit_count()
        if policy is None:
            return None, after
        if self.draft.is_saved:
            return after, after
        saved = _part(policy_services.saved_draft(policy), name=str(policy.pk))
        program = language.compile_route(policies=[saved])
        return self._allowed(program, request, [policy]).bit_count(), after

    def _allowed(
        self, program: RouteProgram, request: Facts, policies: Sequence["Policy"]
    ) -> int:
        def ask(facts: Facts) -> Mapping[str, Verdict]:
            return self._verdicts(facts, policies)

        return self.population.allowed(program, request, ask)

    def _verdicts(
        self, facts: Facts, policies: Sequence["Policy"]
    ) -> Mapping[str, Verdict]:
        asked = [one for one in policies if one.language != "ppl"]
        where = (facts.user_id, facts.request.host, facts.request.path)
        key = (*where, *(one.pk for one in asked))
        if key not in self._answers:
            ask = policy_services.verdicts_by(asked, now=self.now)
            found = dict(ask(facts)) if ask else {}
            if self.draft.is_rego:
                answer = policy_services.rego_answer(self.draft, facts, now=self.now)
                found[DRAFT] = answer.verdict
            self._answers[key] = found
        return self._answers[key]

    def _request(self, path: str, host: str) -> Facts:
        key = (path, host)
        if key not in self._requests:
            asked = replace(self.attempt, path=path, host=host)
            self._requests[key] = policy_selectors.as_request(asked, now=self.now)
        return self._requests[key]


def _part(draft: Draft, *, name: str = DRAFT) -> RoutePolicy:
    """Return a draft in the place of a policy."""
    if draft.program is not None:
        return RoutePolicy(name, draft.program)
    return RoutePolicy(name, ForeignPolicy(name, draft.has_allow_rules))


@dataclass(frozen=True, slots=True)
class Changes:
    """Whom each kind of route lets in, before and after; and the policy by itself.

    `elapsed` are the seconds that the decisions took.
    """

    by_kind: Sequence[tuple[Kind, int, int]]
    alone_before: int | None
    alone: int
    elapsed: float


def compare(
    kinds: Sequence[Kind],
    everybody: Everybody,
    draft: Draft,
    attempt: Attempt,
    *,
    now: datetime,
) -> Changes:
    """Decide about everybody on every kind of route, as things are and with a draft."""
    with policy_selectors.everybody_lock:
        sets = Sets(everybody, draft, attempt, now)
        started = time.perf_counter()
        by_kind = [(kind, *sets.change(kind)) for kind in kinds]
        alone_before, alone = sets.alone()
        return Changes(
            by_kind, alone_before, alone, elapsed=time.perf_counter() - started
        )
