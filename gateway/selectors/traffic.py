"""How many requests there were, how they ended, and how long deciding took.

From the figures that authorizers count, by minutes and hours, so that a month is read
as quickly as an hour; sampling of the decision log plays no part.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from gateway.models import Outcomes, TrafficCount
from namespaces.listings import in_namespace
from routes import selectors as route_selectors

RANGES = ("within_1_ms", "within_5_ms", "within_20_ms", "within_100_ms", "longer")
MOST_ROUTES = 10
MOST_REASONS = 20
ALLOW = Outcomes.ALLOW.value


@dataclass(frozen=True, slots=True)
class Period:
    """How far back, and by which steps."""

    code: str
    label: str
    step: timedelta
    steps: int


PERIODS = {
    one.code: one
    for one in (
        Period("1h", gettext_noop("Last hour"), timedelta(minutes=1), 60),
        Period("24h", gettext_noop("Last 24 hours"), timedelta(hours=1), 24),
        Period("7d", gettext_noop("Last 7 days"), timedelta(hours=6), 28),
        Period("30d", gettext_noop("Last 30 days"), timedelta(days=1), 30),
    )
}


@dataclass(frozen=True, slots=True)
class Point:
    """What fell into one step."""

    start: datetime
    allowed: int
    refused: int

    @property
    def requests(self) -> int:
        """All of it."""
        return self.allowed + self.refused


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for which requests did not go through."""

    outcome: str
    reason: str
    requests: int


@dataclass(frozen=True, slots=True)
class OfRoute:
    """How much came to one route."""

    id: UUID
    name: str
    allowed: int
    refused: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """The figures of a period.

    Attributes:
        before: how many requests there were in the period of the same length before.
        milliseconds: how long deciding took on average, None without a request.
        ranges: how many were decided within 1, 5, 20 and 100 ms, and more slowly.
        routes: those with the most requests, as far as the actor sees them now.
    """

    period: Period
    points: Sequence[Point]
    before: int
    milliseconds: float | None
    ranges: tuple[int, ...]
    reasons: Sequence[Reason]
    routes: Sequence[OfRoute]

    @property
    def allowed(self) -> int:
        """Requests that went through."""
        return sum(one.allowed for one in self.points)

    @property
    def refused(self) -> int:
        """Requests that did not: refused, or sent to sign in or to enroll."""
        return sum(one.refused for one in self.points)

    @property
    def requests(self) -> int:
        """All requests."""
        return self.allowed + self.refused


def read_traffic(
    actor: Actor,
    *,
    now: datetime,
    period: str = "24h",
    namespace: str = "",
    route_id: UUID | None = None,
) -> Traffic:
    """Return the figures of the routes that the actor may read logs of.

    Raises:
        ValidationFailedError: there is no such period.
        NamespaceNotFoundError: the actor doesn't see the namespace.
    """
    chosen = PERIODS.get(period)
    if chosen is None:
        known = ", ".join(PERIODS)
        raise ValidationFailedError(
            fields={"period": [gettext("one of %(known)s") % {"known": known}]}
        )
    rows: QuerySet[TrafficCount] = TrafficCount.objects.visible_to(actor)
    if namespace:
        rows = in_namespace(rows, namespace, actor)
    if route_id is not None:
        rows = rows.filter(route_id=route_id)
    since = _first(chosen, now)
    length = chosen.step * chosen.steps
    earlier = rows.filter(start__gte=since - length, start__lt=since)
    rows = rows.filter(start__gte=since)
    points, total, ranges = _points(rows, chosen, since)
    requests = sum(ranges)
    return Traffic(
        period=chosen,
        points=points,
        before=earlier.aggregate(n=Sum("requests"))["n"] or 0,
        milliseconds=total / requests / 1000 if requests else None,
        ranges=ranges,
        reasons=_reasons(rows),
        routes=_routes(rows, actor) if route_id is None else (),
    )


def _first(period: Period, now: datetime) -> datetime:
    """Return when the first step begins; the last one is under way."""
    seconds = period.step.total_seconds()
    current = now.timestamp() // seconds * seconds
    return datetime.fromtimestamp(current - seconds * (period.steps - 1), UTC)


def _points(
    rows: QuerySet[TrafficCount], period: Period, since: datetime
) -> tuple[list[Point], int, tuple[int, ...]]:
    allowed, refused = Counter[int](), Counter[int]()
    total, ranges = 0, [0] * len(RANGES)
    sums = [Sum(name) for name in ("requests", "microseconds", *RANGES)]
    found = rows.order_by().values_list("start", "outcome").annotate(*sums)
    for start, outcome, requests, microseconds, *parts in found:
        step = int((start - since) / period.step)
        (allowed if outcome == ALLOW else refused)[step] += requests
        total += microseconds
        ranges = [one + more for one, more in zip(ranges, parts, strict=True)]
    points = [
        Point(since + period.step * step, allowed[step], refused[step])
        for step in range(period.steps)
    ]
    return points, total, tuple(ranges)


def _reasons(rows: QuerySet[TrafficCount]) -> list[Reason]:
    found = (
        rows.exclude(outcome=ALLOW)
        .order_by()
        .values_list("outcome", "reason")
        .annotate(n=Sum("requests"))
        .order_by("-n", "reason")
    )
    return [Reason(*one) for one in found[:MOST_REASONS]]


def _routes(rows: QuerySet[TrafficCount], actor: Actor) -> list[OfRoute]:
    requests: Counter[UUID] = Counter()
    allowed: Counter[UUID] = Counter()
    found = rows.order_by().values_list("route_id", "outcome")
    for pk, outcome, number in found.annotate(n=Sum("requests")):
        requests[pk] += number
        if outcome == ALLOW:
            allowed[pk] += number
    most = [pk for pk, _ in requests.most_common(MOST_ROUTES)]
    seen = route_selectors.list_routes(actor).filter(pk__in=most)
    names = dict(seen.values_list("pk", "name"))
    return [
        OfRoute(pk, names[pk], allowed[pk], requests[pk] - allowed[pk])
        for pk in most
        if pk in names
    ]
