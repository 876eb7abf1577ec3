"""Filters of lists by when something happened: from a day on, and up to one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Apply, Filter


def time_filters(column: str) -> tuple[Filter[Any], Filter[Any]]:
    """Return the filters that keep what happened from a day on, and up to one."""

    def bound(lookup: str, *, name: str, day_ends: bool) -> Apply:
        return lambda rows, text, _: rows.filter(
            **{f"{column}__{lookup}": _moment_of(text, name=name, day_ends=day_ends)}
        )

    return (
        Filter(
            name="since",
            label=gettext_noop("From"),
            apply=bound("gte", name="since", day_ends=False),
            control="date",
            help=gettext_noop("First day, or moment in ISO 8601."),
        ),
        Filter(
            name="until",
            label=gettext_noop("To"),
            apply=bound("lt", name="until", day_ends=True),
            control="date",
            help=gettext_noop("Last day, or moment in ISO 8601 (not included)."),
        ),
    )


def _moment_of(text: str, *, name: str, day_ends: bool) -> datetime:
    """Read a day or a moment; a day without a time stands for its start or its end."""
    try:
        if len(text) == len("2026-01-31"):
            midnight = datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
            return midnight + timedelta(days=1 if day_ends else 0)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise ValidationFailedError(
            fields={
                name: [
                    gettext("give a day such as 2026-01-31, or a moment in ISO 8601")
                ]
            }
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
