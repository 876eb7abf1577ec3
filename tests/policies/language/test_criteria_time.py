"""When a request arrives: dates, days of the week, times of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from policies.language import Mode
from policies.language.criteria.time import parse_clock
from policies.language.facts import Facts

from .deciding import ANONYMOUS, answer
from .reading import codes_of, problems_of


def at(text: str) -> Facts:
    return Facts(now=datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("data", "now", "holds"),
    [
        ("{after: 2020-01-02T16:20:00}", "2020-01-02T16:20:00Z", False),
        ("{after: 2020-01-02T16:20:00}", "2020-01-02T16:20:00.000001Z", True),
        ("{before: 2020-01-02 16:20:00}", "2020-01-02T16:19:59Z", True),
        ("{before: 2020-01-02 16:20:00}", "2020-01-02T16:20:00Z", False),
        ("{after: 2020-01-02}", "2020-01-02T00:00:01Z", True),
        ("{after: '2020-01-02'}", "2020-01-01T23:59:59Z", False),
        ("{after: '2020-01-02T00:00:00+05:00'}", "2020-01-01T19:00:01Z", True),
        ("{after: '2020-01-02t00:00:00z'}", "2020-01-02T00:00:01Z", True),
        ("{after: 2020-01-01, before: 2020-01-03}", "2020-01-02T05:00:00Z", True),
        ("{after: 2020-01-01, before: 2020-01-03}", "2020-01-04T05:00:00Z", False),
    ],
)
def test_date_lies_strictly_between(data: str, now: str, holds: bool) -> None:
    reason = "date-ok" if holds else "date-unauthorized"

    assert answer(f"date: {data}", at(now)) == (holds, reason)


def test_the_zone_of_the_clock_does_not_matter() -> None:
    zone = timezone(timedelta(hours=5))
    facts = Facts(now=datetime(2020, 1, 2, 1, 0, tzinfo=zone))

    assert answer("date: {before: 2020-01-01T20:30:00Z}", facts)[0] is True
    assert answer("day_of_week: wed", facts)[0] is True


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ("mon", "0"),
        ("Monday", "0"),
        ("' MON '", "0"),
        ("mon,wed, FRI", "024"),
        ("tue-fri", "1234"),
        ("mon - wednesday", "012"),
        ("sat-sun", "56"),
        ("fri-mon", "4560"),
        ("sun-sat", "6012345"),
        ("mon-mon", "0"),
        ("mon-tue,sun", "016"),
        ("'*'", "0123456"),
        ("{is: tue}", "1"),
    ],
)
def test_day_of_week_names_days_lists_and_ranges(data: str, days: str) -> None:
    monday = datetime(2024, 3, 4, 12, tzinfo=UTC)

    found = {
        str(day)
        for day in range(7)
        if answer(
            f"day_of_week: '{data}'" if "," in data else f"day_of_week: {data}",
            Facts(now=monday + timedelta(days=day)),
        )[0]
    }

    assert found == set(days)


@pytest.mark.parametrize(
    ("data", "now", "holds"),
    [
        ("{timezone: UTC, after: 9:00}", "2024-03-06T09:00:00Z", False),
        ("{timezone: UTC, after: 9:00}", "2024-03-06T09:00:00.000001Z", True),
        ("{timezone: UTC, before: 3PM}", "2024-03-06T14:59:59Z", True),
        ("{timezone: UTC, before: 3PM}", "2024-03-06T15:00:00Z", False),
        (
            "{timezone: America/New_York, after: 17:00}",
            "2024-07-10T21:30:00Z",
            True,
        ),
        (
            "{timezone: America/New_York, after: 17:00}",
            "2024-01-10T21:30:00Z",
            False,
        ),
        ("{timezone: UTC, after: 9:00, before: 17:00}", "2024-03-06T12:00:00Z", True),
        ("{timezone: UTC, after: 22:00, before: 6:00}", "2024-03-06T23:00:00Z", False),
    ],
)
def test_time_of_day_is_that_of_the_zone(data: str, now: str, holds: bool) -> None:
    reason = "time-of-day-ok" if holds else "time-of-day-unauthorized"

    assert answer(f"time_of_day: {data}", at(now)) == (holds, reason)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("16:30", 59400),
        ("2:20:00", 8400),
        ("4:30 PM", 59400),
        ("4:30pm", 59400),
        ("3 PM", 54000),
        ("3PM", 54000),
        ("12AM", 0),
        ("12:15 PM", 44100),
        ("00:00:00.5", 0.5),
        ("24:00", None),
        ("12:60", None),
        ("12:00:60", None),
        ("13PM", None),
        ("4:61PM", None),
        ("0PM", None),
        ("9", None),
        ("noon", None),
    ],
)
def test_a_clock_may_be_written_in_both_ways(text: str, seconds: float | None) -> None:
    expected = None if seconds is None else seconds * 1_000_000_000

    assert parse_clock(text) == expected


@pytest.mark.parametrize(
    ("criterion", "code"),
    [
        ("date: 2020-01-01", "not-a-mapping"),
        ("date: {}", "bound-missing"),
        ("date: {on: 2020-01-01}", "unknown-matcher-operator"),
        ("date: {after: soon}", "not-a-date"),
        ("date: {after: 5}", "not-a-date"),
        ("date: {after: [a]}", "not-a-date"),
        ("date: {after: '0001-01-01T00:00:00+05:00'}", "not-a-date"),
        ("date: {after: 0000-01-01}", "not-a-date"),
        ("day_of_week: someday", "not-a-day"),
        ("day_of_week: mon-wed-fri", "not-a-day"),
        ("day_of_week: ''", "not-a-day"),
        ("day_of_week: 5", "not-a-day"),
        ("day_of_week: [mon]", "not-a-day"),
        ("day_of_week: {is: [mon]}", "not-a-day"),
        ("day_of_week: {}", "not-a-day"),
        ("day_of_week: {has: mon}", "unknown-matcher-operator"),
        ("time_of_day: '9:00'", "not-a-mapping"),
        ("time_of_day: {timezone: UTC}", "bound-missing"),
        ("time_of_day: {after: '9:00'}", "timezone-missing"),
        ("time_of_day: {timezone: Mars/Olympus, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: America, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: ../etc/passwd, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: localtime, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: posix/UTC, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: '', after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: 5, after: '9:00'}", "unknown-timezone"),
        ("time_of_day: {timezone: UTC, after: '25:00'}", "not-a-time"),
        ("time_of_day: {timezone: UTC, after: 9}", "not-a-time"),
        ("time_of_day: {timezone: UTC, at: '9:00'}", "unknown-matcher-operator"),
    ],
)
def test_what_is_no_time_is_refused(criterion: str, code: str) -> None:
    assert code in codes_of(f"allow: {{or: [{criterion}]}}")


def test_a_misspelt_day_is_recognized() -> None:
    (problem,) = problems_of("allow: {or: [day_of_week: 'mon,wendesday']}")

    assert problem.suggestion == "did you mean `wednesday`?"


@pytest.mark.parametrize(
    "criterion",
    [
        "date: {after: 2020-01-01}",
        "day_of_week: mon",
        "time_of_day: {timezone: UTC, after: 9:00}",
    ],
)
def test_without_a_clock_nothing_is_decided(criterion: str) -> None:
    assert answer(criterion, ANONYMOUS) == (None, "time-data-unavailable")
    assert answer(criterion, ANONYMOUS, Mode.CORE_INTENDED)[0] is False
