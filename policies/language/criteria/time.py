"""The criteria on when a request arrives: date, day of the week, time of the day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policies.language.errors import Span, did_you_mean, quoted
from policies.language.modes import Edition, Mode
from policies.language.nodes import MappingNode, Node, ScalarNode
from policies.language.reasons import Reason
from policies.language.scalars import HOURS, SIXTIETHS
from policies.texts import worded

from .registry import Criterion, Finding, Group, MatcherKind, Need, Widget

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode
    from policies.language.matchers import Context

_DAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_DAY_NUMBERS: Final = {
    name: number for number, day in enumerate(_DAYS) for name in (day, day[:3])
}
_CLOCK: Final = re.compile(
    r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?)?"
)
_TWELVE_HOURS: Final = re.compile(r"(1[0-2]|0?[1-9])(?::([0-9]{2}))? ?([AaPp][Mm])")
# Files of the time zone database that name no place, or the machine's own zone.
_NO_ZONES: Final = {"localtime", "posixrules", "Factory"}
_ZONE_NAME: Final = re.compile(r"[A-Za-z0-9_+-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,3}")
_SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Date:
    """Strictly between two moments, each of which may be left open."""

    after: datetime | None
    before: datetime | None

    def find(self, facts: Facts, mode: Mode) -> Finding:
        now = facts.now
        if now is None:
            return _without_clock(mode, Reason.DATE_UNAUTHORIZED)
        holds = (self.after is None or now > self.after) and (
            self.before is None or now < self.before
        )
        return Finding(
            holds, Reason.DATE_OK if holds else Reason.DATE_UNAUTHORIZED, now
        )


@dataclass(frozen=True, slots=True)
class DayOfWeek:
    """On one of these days in UTC; Monday is 0."""

    days: tuple[int, ...]

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if facts.now is None:
            return _without_clock(mode, Reason.DAY_OF_WEEK_UNAUTHORIZED)
        today = facts.now.astimezone(UTC).weekday()
        holds = today in self.days
        reason = Reason.DAY_OF_WEEK_OK if holds else Reason.DAY_OF_WEEK_UNAUTHORIZED
        return Finding(holds, reason, _DAYS[today])


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """Strictly between two times, in nanoseconds since midnight of a zone's clock.

    A time after midnight does not follow one before it: such a window never holds.
    """

    timezone: str
    after: int | None
    before: int | None

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if facts.now is None:
            return _without_clock(mode, Reason.TIME_OF_DAY_UNAUTHORIZED)
        local = facts.now.astimezone(_zone(self.timezone))
        clock = local.hour * 3600 + local.minute * 60 + local.second
        now = clock * _SECOND + local.microsecond * 1000
        holds = (self.after is None or now > self.after) and (
            self.before is None or now < self.before
        )
        reason = Reason.TIME_OF_DAY_OK if holds else Reason.TIME_OF_DAY_UNAUTHORIZED
        return Finding(holds, reason, local)


def _without_clock(mode: Mode, failed: Reason) -> Finding:
    if mode is Mode.POSTERN:
        return Finding(None, Reason.TIME_DATA_UNAVAILABLE)
    return Finding(False, failed)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    """Return a zone of the IANA database, None if it has no such zone."""
    if name in _NO_ZONES or name.startswith(("posix/", "right/")):
        return None
    # Python looks for a module by this name, one level for each part of it.
    if not _ZONE_NAME.fullmatch(name):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _read_date(node: CriterionNode, context: Context) -> Date | None:
    data = _mapping(node, context, "{after: 2030-01-01T09:00:00Z}")
    if data is None:
        return None
    before = len(context.report.problems)
    _check_keys(data, ("after", "before"), context)
    condition = Date(
        _moment(data.get("after"), context), _moment(data.get("before"), context)
    )
    _need_bound(data, node, context)
    return condition if len(context.report.problems) == before else None


def _moment(node: Node | None, context: Context) -> datetime | None:
    if node is None:
        return None
    text = node.value if isinstance(node, ScalarNode) else None
    if isinstance(text, str):
        try:
            moment = datetime.fromisoformat(text.strip().upper())
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    context.refuse(
        "not-a-date",
        worded("%(node)s is not a date", node=_shown(node)),
        node.span,
        suggestion=worded("write it like `2030-01-31T09:00:00Z`"),
    )
    return None


def _read_day_of_week(node: CriterionNode, context: Context) -> DayOfWeek | None:
    data = node.data
    if isinstance(data, MappingNode):
        before = len(context.report.problems)
        _check_keys(data, ("is",), context)
        inner = data.get("is")
        if len(context.report.problems) > before:
            return None
        data = data if inner is None else inner
    if not (isinstance(data, ScalarNode) and isinstance(data.value, str)):
        _refuse_days(data, _at(node), context)
        return None
    days: set[int] = set()
    for part in data.value.lower().split(","):
        found = _days(part.strip())
        if found is None:
            _refuse_days(data, data.span, context, part.strip())
            return None
        days.update(found)
    return DayOfWeek(tuple(sorted(days)))


def _days(part: str) -> list[int] | None:
    """Return the days of a name, of a range that may pass Sunday, or of `*`."""
    if part == "*":
        return list(range(7))
    first, dash, last = (piece.strip() for piece in part.partition("-"))
    if not dash:
        last = first
    if first not in _DAY_NUMBERS or last not in _DAY_NUMBERS:
        return None
    start = _DAY_NUMBERS[first]
    count = (_DAY_NUMBERS[last] - start) % 7 + 1
    return [(start + offset) % 7 for offset in range(count)]


def _refuse_days(node: Node, span: Span, context: Context, part: str = "") -> None:
    context.refuse(
        "not-a-day",
        worded(
            "%(part)s names no day of the week",
            part=quoted(part) if part else _shown(node),
        ),
        span,
        suggestion=did_you_mean(part, _DAY_NUMBERS)
        or worded("write `mon-fri`, `sat,sun` or `*`"),
    )


def _read_time_of_day(node: CriterionNode, context: Context) -> TimeOfDay | None:
    data = _mapping(node, context, example="{timezone: Europe/Vienna, after: 9:00}")
    if data is None:
        return None
    before = len(context.report.problems)
    _check_keys(data, ("timezone", "after", "before"), context)
    condition = TimeOfDay(
        timezone=_timezone(data, node, context),
        after=_clock_time(data.get("after"), context),
        before=_clock_time(data.get("before"), context),
    )
    _need_bound(data, node, context)
    return condition if len(context.report.problems) == before else None


def _timezone(data: MappingNode, node: CriterionNode, context: Context) -> str:
    zone = data.get("timezone")
    if zone is None:
        context.refuse(
            "timezone-missing",
            worded("`timezone` is needed"),
            data.span if data.span.length else node.name_span,
            suggestion=worded(
                "name a city, as in `timezone: America/Phoenix`, or `UTC`"
            ),
        )
        return "UTC"
    name = zone.value if isinstance(zone, ScalarNode) else None
    if isinstance(name, str) and _zone(name) is not None:
        return name
    context.refuse(
        "unknown-timezone",
        worded("%(zone)s is not a time zone", zone=_shown(zone)),
        zone.span,
        suggestion=worded("name a city, as in `America/Phoenix`, or `UTC`"),
    )
    return "UTC"


def _clock_time(node: Node | None, context: Context) -> int | None:
    if node is None:
        return None
    text = node.value if isinstance(node, ScalarNode) else None
    time = parse_clock(text.strip()) if isinstance(text, str) else None
    if time is None:
        context.refuse(
            "not-a-time",
            worded("%(node)s is not a time of the day", node=_shown(node)),
            node.span,
            suggestion=worded("write it like `16:30`, `16:30:00` or `4:30PM`"),
        )
    return time


def parse_clock(text: str) -> int | None:
    """Return the nanoseconds since midnight of a time like `16:30` or `4:30 PM`."""
    found = _TWELVE_HOURS.fullmatch(text)
    if found is not None:
        hours, minutes, half = found.groups()
        hour = int(hours) % 12 + (12 if half.upper() == "PM" else 0)
        return _nanoseconds(hour, int(minutes or 0), 0, "")
    found = _CLOCK.fullmatch(text)
    if found is None or found.group(2) is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return _nanoseconds(int(hours), int(minutes), int(seconds or 0), fraction or "")


def _nanoseconds(hour: int, minute: int, second: int, fraction: str) -> int | None:
    if hour >= HOURS or minute >= SIXTIETHS or second >= SIXTIETHS:
        return None
    seconds = hour * 3600 + minute * 60 + second
    return seconds * _SECOND + int(fraction.ljust(9, "0"))


def _mapping(node: CriterionNode, context: Context, example: str) -> MappingNode | None:
    if isinstance(node.data, MappingNode):
        return node.data
    context.refuse(
        "not-a-mapping",
        worded("a mapping is needed"),
        _at(node),
        suggestion=worded("write it like `%(example)s`", example=example),
    )
    return None


def _check_keys(data: MappingNode, known: tuple[str, ...], context: Context) -> None:
    for key, _ in data.entries:
        if key.text not in known:
            context.unknown_key(key, known)


def _need_bound(data: MappingNode, node: CriterionNode, context: Context) -> None:
    if data.get("after") is None and data.get("before") is None:
        context.refuse(
            "bound-missing", worded("`after`, `before` or both are needed"), _at(node)
        )


def _at(node: CriterionNode) -> Span:
    return node.data.span if node.data.span.length else node.name_span


def _shown(node: Node) -> str:
    return quoted(node.text) if isinstance(node, ScalarNode) and node.text else "this"


_TIME: Final = frozenset({Need.TIME})

DATE = Criterion(
    name="date",
    label=worded("Date"),
    help=worded("The request arrives after one moment, before another, or both."),
    example="date: {after: 2030-01-01T09:00:00Z, before: 2030-02-01T09:00:00Z}",
    group=Group.TIME,
    matcher=MatcherKind.DATE,
    widget=Widget.DATES,
    fact=worded("the time of the request"),
    when_true=(Reason.DATE_OK,),
    when_false=(Reason.DATE_UNAUTHORIZED,),
    when_unknown=(Reason.TIME_DATA_UNAVAILABLE,),
    needs=_TIME,
    edition=Edition.ENTERPRISE,
    known_to_core=False,
    read=_read_date,
)
DAY_OF_WEEK = Criterion(
    name="day_of_week",
    label=worded("Day of the week"),
    help=worded("The request arrives on one of these days, in UTC."),
    example="day_of_week: mon-fri",
    group=Group.TIME,
    matcher=MatcherKind.DAY_OF_WEEK,
    widget=Widget.DAYS,
    fact=worded("the day of the week"),
    when_true=(Reason.DAY_OF_WEEK_OK,),
    when_false=(Reason.DAY_OF_WEEK_UNAUTHORIZED,),
    when_unknown=(Reason.TIME_DATA_UNAVAILABLE,),
    needs=_TIME,
    edition=Edition.ENTERPRISE,
    known_to_core=False,
    read=_read_day_of_week,
)
TIME_OF_DAY = Criterion(
    name="time_of_day",
    label=worded("Time of the day"),
    help=worded(
        "The clock of this time zone shows a time after one, before another, or both."
    ),
    example="time_of_day: {timezone: America/Phoenix, after: 9:00, before: 5PM}",
    group=Group.TIME,
    matcher=MatcherKind.TIME_OF_DAY,
    widget=Widget.HOURS,
    fact=worded("the local time of the request"),
    when_true=(Reason.TIME_OF_DAY_OK,),
    when_false=(Reason.TIME_OF_DAY_UNAUTHORIZED,),
    when_unknown=(Reason.TIME_DATA_UNAVAILABLE,),
    needs=_TIME,
    edition=Edition.ENTERPRISE,
    known_to_core=False,
    read=_read_time_of_day,
)
ALL = (DATE, DAY_OF_WEEK, TIME_OF_DAY)
