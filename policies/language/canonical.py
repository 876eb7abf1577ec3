"""What a document says, not how it says it: Core's form, and a key of its meaning."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .grammar import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .compiler import CompiledCriterion, Program
    from .grammar import PolicyDocument


def canonical(document: PolicyDocument) -> list[dict[str, Any]]:
    """Return Core's canonical form: a list of single-action objects.

    Operators are in the order and, or, not, nor; empty ones are left out.
    """
    return [
        {
            rule.action.value: {
                block.operator.value: [
                    {node.key: node.value} for node in block.criteria
                ]
                for block in rule.operators
                if block.criteria
            }
        }
        for rule in document.rules
    ]


def program_key(program: Program) -> str:
    """Return a digest that is equal for programs that enforce the same.

    Order and repetition of rules and criteria don't count, nor does how alternatives
    are spread over rules. Equal digests mean equal decisions; the reverse is not
    promised.
    """
    meaning = {
        action.value: {
            "has-rules": program.has(action),
            "alternatives": sorted(set(_alternatives(program, action))),
        }
        for action in Action
    }
    text = json.dumps(meaning, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _alternatives(program: Program, action: Action) -> Iterator[str]:
    """Yield each alternative as text: a set of criteria that together are enough."""
    for block in program.operators(action):
        inverts = block.operator.inverts
        members = sorted({_meaning(entry) for entry in block.criteria})
        if block.operator.needs_all:
            yield json.dumps([inverts, members])
        else:
            yield from (json.dumps([inverts, [member]]) for member in members)


def _meaning(entry: CompiledCriterion) -> str:
    meaning = [entry.criterion.name, _plain(entry.condition)]
    return json.dumps(meaning, sort_keys=True)


def _plain(value: Any) -> Any:
    """Return a condition as JSON, with the types of its values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _plain(getattr(value, field.name)) for field in fields(value)
        }
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, datetime) else str(value)
