"""One act on several rows: what would become of each, without doing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from console.core.exceptions import ConsoleError
from console.core.previews import preview

MAX_CHOSEN = 500
MAX_LOOKED_AT = 100

Versions = Mapping[UUID | str, int]


@dataclass(frozen=True, slots=True)
class Prospect:
    """Whether an act would be done, and what stands in the way of single rows.

    `refusal` is why not all of them together; `problems` are those of each row alone.
    """

    refusal: str = ""
    problems: dict[UUID | str, str] = field(default_factory=dict)


def look_ahead(act: Callable[[Versions], Any], versions: Versions) -> Prospect:
    """Do the act with all rows, then if need be with each alone, and take it back.

    Of many rows only the first 100 are looked at one by one.
    """
    refusal = _refusal(act, versions)
    if not refusal:
        return Prospect()
    first = list(versions.items())[:MAX_LOOKED_AT]
    alone = {key: _refusal(act, {key: version}) for key, version in first}
    return Prospect(refusal, {key: text for key, text in alone.items() if text})


def _refusal(act: Callable[[Versions], Any], versions: Versions) -> str:
    try:
        found = preview(lambda: act(versions))
    except ConsoleError as error:
        return error.message
    return found.refusal.message if found.refusal else ""
