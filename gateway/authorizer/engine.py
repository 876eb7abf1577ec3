"""The engine: a snapshot and people in, a ruling out. No input or output, no waiting.

Whatever goes wrong is a refusal: there is no path by which a fault allows.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from gateway.stream.records import RecordsOf
from policies.language import Outcome, SourceState, Verdict
from policies.language.composition import evaluate_route
from policies.language.facts import NOTHING
from policies.language.modes import Mode
from policies.rego.evaluation import BROKEN, Request, key_of
from policies.rego.fetching import FETCHED
from policies.rego.outputs import refusal, verdict_of
from policies.rego.requests import FactsRecords, input_of

from .authorities import presented
from .callers import NOBODY, Callers, Known, token_in
from .cookies import Cookies
from .offences import Offences
from .programs import RouteEntry, RouteTable
from .recording import EVERYTHING, Sampling
from .requests import LiveFacts, LiveRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.snapshot import PolicyDocument, Snapshot
    from gateway.stream import Follower, People
    from policies.language import Decision, Facts
    from policies.language.composition import RouteResult
    from policies.rego.evaluation import Engine as RegoEngine

MAX_AGE: Final = 10.0  # seconds without the stream, after which nothing is allowed
REGO_SECONDS: Final = 0.18  # for all policies of a route, so that 0.2 are enough

logger = logging.getLogger(__name__)


class NotReadyError(Exception):
    """There is nothing to decide by: no snapshot, or what is known is too old."""


@dataclass(slots=True)
class Ruling:
    """What was decided about one request.

    Attributes:
        is_allowed: the only thing that lets a request through.
        decision: with reasons; None for one that was allowed.
        verdicts: what policies in Rego said.
        stale_token: it carried a token of ours that doesn't count.
    """

    is_allowed: bool
    entry: RouteEntry | None
    known: Known
    request: LiveRequest
    now: datetime
    outcome: Outcome = Outcome.DENY
    status: int = 403
    decision: Decision | None = None
    verdicts: Mapping[str, Verdict] = NOTHING
    facts: LiveFacts | None = None
    reason: str = ""
    cookies: Cookies = field(default_factory=Cookies)
    stale_token: bool = False

    @property
    def reasons(self) -> frozenset[str]:
        """Return why it was refused."""
        decision = self.decision
        if decision is None:
            return frozenset({self.reason} if self.reason else ())
        if decision.outcome is Outcome.DENY:
            return decision.deny_reasons if decision.deny else decision.allow_reasons
        return decision.allow_reasons | decision.deny_reasons

    def explain(self) -> RouteResult | None:
        """Return what each policy said, worked out anew; None where none was asked."""
        if self.entry is None or self.facts is None:
            return None
        program = self.entry.compiled.program
        return evaluate_route(program, self.facts, Mode.POSTERN, self.verdicts)


class Engine:
    """Decides about requests, by whatever it was given last."""

    def __init__(
        self,
        *,
        rego: RegoEngine | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.table: RouteTable | None = None
        self.callers = Callers()
        self._follower: Follower | None = None
        self._rego = rego
        self._clock = clock
        self.offences = Offences()

    def follow(self, follower: Follower) -> None:
        """Decide by the people that a follower knows, and as long as it hears."""
        self._follower = follower

    def replace(self, snapshot: Snapshot) -> None:
        """Let a snapshot count, in one step.

        Raises:
            SnapshotError: it can't be enforced as it is; the one before stays.
        """
        self.table = RouteTable.build(snapshot, self.table)

    @property
    def people(self) -> People:
        """Return people as they are now.

        Raises:
            NotReadyError: nobody tells.
        """
        if self._follower is None:
            raise NotReadyError("nothing is followed")
        return self._follower.people

    @property
    def position(self) -> int:
        """Return how far the stream was followed."""
        return -1 if self._follower is None else self._follower.position

    def now(self) -> datetime:
        """Return the time by which requests are decided."""
        return self._clock()

    def check_ready(self) -> RouteTable:
        """Return the routes that are in force.

        Raises:
            NotReadyError: there are none, the stream has been gone for too long, or
                nobody knows what time it is.
        """
        if self.table is None or self._follower is None:
            raise NotReadyError("no deployment was received yet")
        age = self._follower.age()
        if not age <= MAX_AGE:
            raise NotReadyError(f"nothing was heard for {age:.0f} s")
        problem = self._follower.clock_problem()
        if problem:
            raise NotReadyError(problem)
        return self.table

    def identify(
        self, request: LiveRequest, cookies: Cookies, now: datetime
    ) -> tuple[Known, bool]:
        """Return who asks, and whether they came with a token that doesn't count.

        A request with a token of ours is never helped by a cookie.
        """
        people = self.people
        authorization = request.header(b"authorization")
        if authorization:
            token = token_in(authorization)
            if token is not None:
                known = self.callers.by_token(token, people=people, now=now)
                return (NOBODY, True) if known is None else (known, False)
        if not cookies.key:
            return NOBODY, False
        host = request.hostname
        return self.callers.by_session(cookies.key, host, people=people, now=now), False

    def rule(self, route_id: str, request: LiveRequest, cookies: Cookies) -> Ruling:
        """Decide about a request to a route that the proxy has found.

        Policies in Rego are asked here too, which takes a while: give such requests
        (see `asks_rego`) to a thread.

        Raises:
            NotReadyError: there is nothing to decide by.
        """
        table = self.check_ready()
        now = self._clock()
        known, is_stale = self.identify(request, cookies, now)
        entry = table.find(route_id)
        ruling = Ruling(
            False, entry, known, request, now, cookies=cookies, stale_token=is_stale
        )
        if entry is None:
            ruling.status, ruling.reason = 404, "route-not-found"
        elif is_stale:
            ruling.reason = "token-invalid"
        elif entry.needs_body:
            ruling.reason = "mcp-data-unavailable"
        else:
            self._decide(ruling, entry)
        return ruling

    def sampling(self, ruling: Ruling) -> Sampling:
        """Return which decisions the log keeps of the place that a ruling is about."""
        if self.table is None:
            return EVERYTHING
        entry = ruling.entry
        if entry is None:
            return self.table.root.sampling
        return self.table.place_of(entry.document).sampling

    def asks_rego(self, route_id: str) -> bool:
        """Answer whether a decision about a route has to wait for Rego."""
        entry = self.table.find(route_id) if self.table is not None else None
        return entry is not None and bool(entry.foreign)

    def is_quick(self, route_id: str) -> bool:
        """Answer whether all policies in Rego of a route are known to be quick."""
        entry = self.table.find(route_id) if self.table is not None else None
        return entry is None or all(
            self._rego is None or self._rego.is_quick(one.source)
            for one in entry.foreign
        )

    def facts_for(
        self, entry: RouteEntry, known: Known, request: LiveRequest, now: datetime
    ) -> LiveFacts:
        """Return everything that a route's policies may look at."""
        leaf = request.raw(b"x-postern-client-cert")
        if entry.authority is None:
            certificate = presented(leaf)
        else:
            chain = request.raw(b"x-postern-client-cert-chain")
            certificate = entry.authority.check(leaf, chain, now=now)
        records = RecordsOf(self.people.records, now)
        return LiveFacts(known.base, request, now, certificate, records)

    def _decide(self, ruling: Ruling, entry: RouteEntry) -> None:
        known = ruling.known
        facts = self.facts_for(entry, known, ruling.request, ruling.now)
        ruling.facts = facts
        compiled = entry.compiled
        verdicts: Mapping[str, Verdict] = NOTHING
        if entry.foreign:
            verdicts = self._verdicts(entry, facts)
            answer = compiled.answer(known.caller, facts, verdicts)
        else:
            answer = compiled.decide_cached(known.caller, facts)
        ruling.verdicts = verdicts
        if answer.is_allowed:
            ruling.is_allowed = True
            ruling.outcome, ruling.status = answer.outcome, answer.status
            return
        # Reasons are owed for a refusal only, and can't allow any more.
        if entry.foreign:
            decision = evaluate_route(
                compiled.program, facts, Mode.POSTERN, verdicts
            ).decision
        else:
            decision = compiled.explain(known.caller, facts).decision
        ruling.decision = decision
        ruling.outcome, ruling.status = decision.outcome, decision.status
        if decision.is_allowed:
            logger.error("route %s: two answers to one request", entry.id)
            ruling.outcome, ruling.status = Outcome.DENY, 403

    def _verdicts(self, entry: RouteEntry, facts: Facts) -> dict[str, Verdict]:
        """Ask the policies in Rego; whatever goes wrong there denies."""
        until = time.monotonic() + REGO_SECONDS
        return {one.id: self._ask(one, entry, facts, until) for one in entry.foreign}

    def _ask(
        self, policy: PolicyDocument, entry: RouteEntry, facts: Facts, until: float
    ) -> Verdict:
        if self._rego is None or policy.language != "rego":
            return refusal("policy-error")
        is_barred = (policy.id, key_of(policy.source)) in self.people.quarantined
        if is_barred or not self.offences.may_run(policy.id, policy.source):
            return refusal("policy-quarantined")
        records = FactsRecords(facts, self._external(facts))
        now = facts.now or self._clock()
        answer = self._rego.evaluate(
            policy.source,
            Request(
                input=input_of(facts), now=now, records=records, seed=now.isoformat()
            ),
            namespace=entry.document.namespace_id,
            wall=max(0.01, until - time.monotonic()),
        )
        if answer.error in BROKEN:
            self.offences.strike(policy.id, policy.source, answer.error)
        if answer.refused_types:
            self.offences.refuse(policy.id, policy.source, answer.refused_types)
        return verdict_of(answer, missing=records.missing)

    def _external(
        self, facts: Facts
    ) -> Callable[[str, str], tuple[SourceState | None, Mapping[str, Any] | None]]:
        now = facts.now or self._clock()

        def find(
            kind: str, key: str
        ) -> tuple[SourceState | None, Mapping[str, Any] | None]:
            if kind == FETCHED:
                fetched = self.people.answers.get(key)
                # What nobody has listed is missing, as what never answered is.
                return fetched.find(now) if fetched else (SourceState.UNLOADED, None)
            held = self.people.records.get(kind)
            if held is None:
                return None, None
            return held.state(now), held.record(key)

        return find
