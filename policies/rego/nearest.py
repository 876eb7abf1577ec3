"""Which known name was probably meant."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST: Final = 80


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is closest, None if none is close."""
    if len(name) > _LONGEST:
        return None
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.7)
    return found[0] if found else None
