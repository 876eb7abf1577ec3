"""How long to wait when a provider says that it is too much. Pure.

Headers are honored within limits: a provider that asks for a day, or for nothing, must
neither park a run for ever nor be asked in a storm.
"""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

LEAST = 1.0
MOST = 300.0
FIRST = 2.0


def wait_of(headers: Mapping[str, str], *, attempt: int, now: datetime) -> float:
    """Return the seconds to wait before asking again, without jitter.

    `Retry-After` counts, in seconds or as a date; then the hour at which the quota is
    renewed (`X-RateLimit-Reset`); else the wait doubles from attempt to attempt.
    """
    asked = _retry_after(headers.get("retry-after", ""), now)
    if asked is None:
        asked = _reset(headers, now)
    if asked is None:
        asked = FIRST * 2 ** min(attempt - 1, 10)
    return min(max(asked, LEAST), MOST)


def _retry_after(value: str, now: datetime) -> float | None:
    value = value.strip()
    if value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        return float(value[:12])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return (moment - now).total_seconds()


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    for name in ("x-rate-limit-reset", "x-ratelimit-reset", "ratelimit-reset"):
        value = headers.get(name, "").strip()
        if value.isascii() and value.isdigit():
            seconds = float(value[:12])
            # Some say a moment, some how long it takes until then.
            moment = seconds - now.timestamp()
            return moment if seconds > now.timestamp() / 2 else seconds
    return None
