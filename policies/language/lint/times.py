"""Dates, hours and time zones that don't say what was meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policies.language.criteria.time import Date, TimeOfDay
from policies.language.errors import Fix, quoted
from policies.language.nodes import MappingNode, Node, ScalarNode
from policies.texts import worded

from . import fixes
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.errors import Problem

    from .view import Entry, View

# Zones of the database that are named by letters alone and don't follow a place.
_ABBREVIATION: Final = re.compile("[A-Z]{3}([0-9][A-Z]{3})?")
_UNIVERSAL: Final = {"UTC", "GMT", "UCT"}
_OFFSET: Final = re.compile(r"(Etc/)?GMT([-+])0?([1-9][0-9]?)")


def windows(view: View) -> Iterator[Problem]:
    """A window that ends before it begins."""
    for entry in view.entries:
        condition = entry.compiled.condition
        if not isinstance(condition, Date | TimeOfDay):
            continue
        after, before = condition.after, condition.before
        if after is None or before is None or after < before:  # type: ignore[operator]
            continue
        if isinstance(condition, Date):
            yield warn(
                "window-never-open",
                worded("the window ends before it begins, so this never holds"),
                _value(entry, "before").span,
                suggestion=worded("swap the two dates"),
                fix=_swapped(view, entry),
            )
        else:
            yield warn(
                "window-crosses-midnight",
                worded("no time is after this `after` and before this `before`"),
                _value(entry, "before").span,
                suggestion=worded("for a night, write two criteria under `or`"),
                fix=_two_windows(view, entry),
            )


def _value(entry: Entry, key: str) -> Node:
    data = entry.data
    assert isinstance(data, MappingNode)  # noqa: S101 -- else it would not compile
    return {name.text: value for name, value in data.entries}[key]


def _swapped(view: View, entry: Entry) -> Fix | None:
    values = {key: _text(_value(entry, key)) for key in ("after", "before")}
    if values["after"] == values["before"]:
        return None
    swapped = {"after": values["before"], "before": values["after"]}
    return fixes.set_data(view, entry, swapped, title=worded("Swap the dates"))


def _two_windows(view: View, entry: Entry) -> Fix | None:
    """Make of a night what is left of one day, and the beginning of the next."""
    texts = {key: _text(_value(entry, key)) for key in ("timezone", "after", "before")}
    evening = {key: texts[key] for key in ("timezone", "after")}
    morning = {key: texts[key] for key in ("timezone", "before")}
    return fixes.split(view, entry, [evening, morning])


def _text(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def past_dates(view: View) -> Iterator[Problem]:
    """A date that is over, so that the criterion will never change again."""
    now = view.context.now
    for entry in view.entries:
        condition = entry.compiled.condition
        if now is None or not isinstance(condition, Date):
            continue
        if condition.before is not None and condition.before <= now:
            yield warn(
                "date-in-the-past",
                worded("this date is over, so the criterion never holds again"),
                _value(entry, "before").span,
                suggestion=worded("remove what is no longer needed"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )
        elif condition.before is None and condition.after <= now:  # type: ignore[operator]
            yield warn(
                "date-in-the-past",
                worded("this date is over, so the criterion always holds from now on"),
                _value(entry, "after").span,
                suggestion=worded("remove what is no longer needed"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )


# Where clocks go by these letters; others are too many places to choose for somebody.
_PLACES: Final = {
    "EST": "America/Panama",
    "EST5EDT": "America/New_York",
    "CST6CDT": "America/Chicago",
    "MST": "America/Phoenix",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
    "HST": "Pacific/Honolulu",
    "CET": "Europe/Brussels",
    "MET": "Europe/Brussels",
    "EET": "Europe/Athens",
    "WET": "Europe/Lisbon",
    "PRC": "Asia/Shanghai",
    "ROC": "Asia/Taipei",
    "ROK": "Asia/Seoul",
}


# Where clocks are so many hours before (-) or after (+) Greenwich all year. Nobody
# lives twelve hours behind.
_PLACES_BY_HOURS: Final = {
    -11: "Pacific/Pago_Pago",
    -10: "Pacific/Honolulu",
    -9: "Pacific/Gambier",
    -8: "Pacific/Pitcairn",
    -7: "America/Phoenix",
    -6: "America/Costa_Rica",
    -5: "America/Panama",
    -4: "America/Puerto_Rico",
    -3: "America/Argentina/Buenos_Aires",
    -2: "America/Noronha",
    -1: "Atlantic/Cape_Verde",
    1: "Africa/Lagos",
    2: "Africa/Maputo",
    3: "Asia/Riyadh",
    4: "Asia/Dubai",
    5: "Asia/Tashkent",
    6: "Asia/Dhaka",
    7: "Asia/Bangkok",
    8: "Asia/Singapore",
    9: "Asia/Tokyo",
    10: "Australia/Brisbane",
    11: "Pacific/Guadalcanal",
    12: "Pacific/Tarawa",
    13: "Pacific/Fakaofo",
    14: "Pacific/Kiritimati",
}


def _with_place(view: View, entry: Entry, place: str | None) -> Fix | None:
    node = _value(entry, "timezone")
    if place is None or not isinstance(node, ScalarNode):
        return None
    return fixes.set_value(view, entry, node, place)


def zones(view: View) -> Iterator[Problem]:
    """A time zone that is named by letters or an offset instead of by a place."""
    for entry in view.entries:
        condition = entry.compiled.condition
        if not isinstance(condition, TimeOfDay):
            continue
        zone = condition.timezone
        offset = _OFFSET.fullmatch(zone)
        span = _value(entry, "timezone").span
        hint = worded("name a city, as in `America/Phoenix`")
        if offset is not None:
            side, sign = ("east", 1) if offset.group(2) == "-" else ("west", -1)
            place = _PLACES_BY_HOURS.get(sign * int(offset.group(3)))
            yield warn(
                "time-zone-without-place",
                worded(
                    "%(zone)s is %(value)s hours %(side)s of Greenwich",
                    zone=quoted(zone),
                    value=offset.group(3),
                    side=side,
                ),
                span,
                suggestion=hint,
                fix=_with_place(view, entry, place),
            )
        elif _ABBREVIATION.fullmatch(zone) and zone not in _UNIVERSAL:
            yield warn(
                "time-zone-without-place",
                worded(
                    "%(zone)s names no place, so its daylight saving may be another",
                    zone=quoted(zone),
                ),
                span,
                suggestion=hint,
                fix=_with_place(view, entry, _PLACES.get(zone)),
            )
