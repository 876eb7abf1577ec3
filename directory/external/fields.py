"""What records have: fields with the types of their values, learned from all."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from directory.external.records import INDEX

TEXT, NUMBER, BOOLEAN, DATE = "text", "number", "boolean", "date"
LIST, OBJECT, MIXED = "list", "object", "mixed"
DAY = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
MAX_FIELDS, MAX_EXAMPLE = 500, 100


def learn(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return name, type, example and count of each field, by name.

    A field of several types is `mixed`; without a value anywhere it is left out.
    """
    kinds: dict[str, str] = {}
    counts: dict[str, int] = {}
    examples: dict[str, str] = {}
    for record in records:
        for name, value in record.items():
            if value is None or name == INDEX:
                continue
            if name not in kinds and len(kinds) >= MAX_FIELDS:
                continue
            kind = _joined(kinds.get(name), _kind_of(value))
            kinds[name] = kind
            counts[name] = counts.get(name, 0) + 1
            examples.setdefault(name, _shown(value))
    return [
        {
            "name": name,
            "type": kinds[name],
            "example": examples[name],
            "count": counts[name],
        }
        for name in sorted(kinds)
    ]


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int | float):
        return NUMBER
    if isinstance(value, list):
        return LIST
    if isinstance(value, dict):
        return OBJECT
    return DATE if _is_date(value) else TEXT


def _joined(known: str | None, kind: str) -> str:
    if known is None or known == kind:
        return kind
    return TEXT if {known, kind} == {TEXT, DATE} else MIXED


def _is_date(text: str) -> bool:
    if not DAY.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_EXAMPLE else f"{text[: MAX_EXAMPLE - 1]}…"
