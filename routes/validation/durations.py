"""Go durations (`1m30s`), and the seconds of protobuf's JSON (`90s`)."""

import re
from decimal import Decimal
from typing import Any

from policies.texts import worded
from routes.validation.problems import UnusableError, shown

NANOSECONDS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
MAX_LENGTH = 64
MAX_NANOSECONDS = 2**63 - 1
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)")
REMEDY = worded("write a number with its unit, such as `30s`, `1m30s` or `250ms`")


def parse_duration(value: Any) -> int:
    """Return the nanoseconds of a Go duration.

    Raises:
        UnusableError: it isn't one, or is negative, or too long.
    """
    text = str(value).strip()
    if text == "0":
        return 0
    position, total = 0, Decimal(0)
    while position < len(text) <= MAX_LENGTH:
        part = _PART.match(text, position)
        if part is None:
            break
        total += Decimal(part[1]) * NANOSECONDS[part[2]]
        position = part.end()
    if not text or position < len(text):
        raise UnusableError(
            worded("%(text)s is not a duration", text=shown(text)), REMEDY
        )
    if total > MAX_NANOSECONDS:
        raise UnusableError(
            worded("%(text)s is too long", text=shown(text)),
            worded("stay below 290 years"),
        )
    return int(total)


def seconds_text(nanoseconds: int) -> str:
    """Write nanoseconds as protobuf's JSON does: `0.5s`, `90s`."""
    whole, rest = divmod(nanoseconds, NANOSECONDS["s"])
    fraction = f"{rest:09d}".rstrip("0")
    return f"{whole}.{fraction}s" if fraction else f"{whole}s"
