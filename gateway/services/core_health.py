"""What a Core says of its health: whether it took the configuration that it was told.

The databroker takes everything; that Core then keeps what it had is said only here.
"""

import time
from typing import Any

import httpx

from directory.providers.transport import ForbiddenAddressError, GuardedTransport

CHECK = "config.databroker.build"
SECONDS = 5.0
ATTEMPTS, PAUSE = 6, 0.5  # Core builds a configuration a moment after it came


def ask_health(
    url: str, *, is_building: bool, transport: httpx.BaseTransport | None = None
) -> str:
    """Return why a Core refuses its configuration, "" when it doesn't.

    Looked at several times while it is building what it was told.
    """
    refusal = ""
    for attempt in range(ATTEMPTS if is_building else 1):
        if attempt:
            time.sleep(PAUSE)
        refusal = _ask(url, transport)
        if refusal:
            break
    return refusal


def _ask(url: str, transport: httpx.BaseTransport | None) -> str:
    try:
        with httpx.Client(
            transport=transport or GuardedTransport(), timeout=SECONDS, trust_env=False
        ) as client:
            answer: Any = client.get(url).json()
    except ForbiddenAddressError:
        return "its health is at this machine or its network"
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return f"its health can't be read: {str(error) or type(error).__name__}"
    statuses = answer.get("statuses") if isinstance(answer, dict) else None
    found = statuses.get(CHECK) if isinstance(statuses, dict) else None
    if not isinstance(found, dict):
        return f"its health does not mention `{CHECK}`"
    return str(found.get("error") or "")
