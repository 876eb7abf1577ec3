"""A second evaluator, as plain as can be, to check the real one against.

It knows nothing of the package: plain JSON goes in, no speed is sought, and missing
data is a true third value that every operator carries along (Kleene's logic). Only
what random cases need is here.
"""

from __future__ import annotations

from typing import Any

from .naive_criteria import Value, World, find

__all__ = ["World", "answer", "reasons"]


def both(values: list[Value]) -> Value:
    if False in values:
        return False
    return None if None in values else True


def either(values: list[Value]) -> Value:
    if True in values:
        return True
    return None if None in values else False


def negation(value: Value) -> Value:
    return None if value is None else not value


def combine(operator: str, values: list[Value]) -> Value:
    if operator in {"not", "nor"}:
        values = [negation(value) for value in values]
    return both(values) if operator in {"and", "not"} else either(values)


def answer(document: list[dict[str, Any]], action: str, world: World) -> Value:
    """Return whether the rules of an action apply: yes, no, or it can't be known."""
    blocks = [
        combine(
            operator,
            [find(one, world)[0] for one in criteria],
        )
        for rule in document
        for operator, criteria in rule.get(action, {}).items()
        if criteria
    ]
    return either(blocks)


def reasons(document: list[dict[str, Any]], action: str, world: World) -> set[str]:
    """Return the reasons that decided, for worlds in which nothing is missing."""
    overall = answer(document, action, world)
    found: set[str] = set()
    for rule in document:
        for operator, criteria in rule.get(action, {}).items():
            results = [find(one, world) for one in criteria]
            inverted = operator in {"not", "nor"}
            values = [value is not inverted for value, _ in results]
            block = combine(operator, [value for value, _ in results])
            if not results or block is not overall:
                continue
            # Within a block those of its own value count, or all if it took all.
            found |= {
                reason
                for value, (_, reason) in zip(values, results, strict=True)
                if value is block
            }
    return found
