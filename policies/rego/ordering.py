"""The order in which OPA puts values of all kinds, where the engine has another.

OPA has objects before sets, the engine sets before objects; for everything else they
agree. Runs inside a worker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cmp_to_key
from typing import Any, Final

from .builtins import ALLOWED
from .syntax import Node, find_sign, path_of, walk

COMPARE: Final = "postern_compare"
_SIGNS: Final = {"Lt": b"<", "Le": b"<=", "Gt": b">", "Ge": b">="}
_PLAIN: Final = {"String", "RawString", "Number", "Bool", "Null", "UnaryExpr"}
_PLAIN_RESULTS: Final = {"string", "number", "boolean"}
_NULL, _BOOLEAN, _NUMBER, _STRING, _ARRAY, _OBJECT, _SET = range(7)


def compare(left: Any, right: Any) -> int:
    """Return -1, 0 or 1, as the first value comes before, with or after the second."""
    kinds = _kind_of(left), _kind_of(right)
    if kinds[0] != kinds[1]:
        return _sign(kinds[0], kinds[1])
    if kinds[0] == _NULL:
        return 0
    if kinds[0] in (_BOOLEAN, _NUMBER, _STRING):
        return _sign(left, right)
    if kinds[0] == _ARRAY:
        return _compare_lists(left, right)
    if kinds[0] == _SET:
        return _compare_lists(in_order(left), in_order(right))
    return _compare_objects(left, right)


def in_order(values: Any) -> list[Any]:
    """Return values as OPA sorts them."""
    return sorted(values, key=cmp_to_key(compare))


def _sign(left: Any, right: Any) -> int:
    return int(left > right) - int(left < right)


def _kind_of(value: Any) -> int:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return _BOOLEAN
    if isinstance(value, int | float):
        return _NUMBER
    if isinstance(value, str):
        return _STRING
    if isinstance(value, Mapping):
        return _OBJECT
    return _SET if isinstance(value, AbstractSet) else _ARRAY


def _compare_lists(left: Sequence[Any], right: Sequence[Any]) -> int:
    for one, other in zip(left, right, strict=False):
        found = compare(one, other)
        if found:
            return found
    return _sign(len(left), len(right))


def _compare_objects(left: Mapping[Any, Any], right: Mapping[Any, Any]) -> int:
    keys = in_order(left), in_order(right)
    for one, other in zip(*keys, strict=False):
        found = compare(one, other) or compare(left[one], right[other])
        if found:
            return found
    return _sign(len(left), len(right))


def rewrite(source: str, tree: Any) -> str:
    """Return a text in which values whose kind isn't written out are compared here."""
    text = source.encode()
    edits: list[tuple[int, int, bytes]] = []
    for node in walk(tree):
        sign = _SIGNS.get(str(node.fields.get("op"))) if _compares(node) else None
        left, right = node.child("lhs"), node.child("rhs")
        if sign is None or left is None or right is None:
            continue
        place = find_sign(text, left.end, right.start, sign)
        if place is not None:
            edits.append((node.start, node.start, f"{COMPARE}(".encode()))
            edits.append((place, place + len(sign), b","))
            edits.append((node.end, node.end, b") " + sign + b" 0"))
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        text = text[:start] + replacement + text[end:]
    return text.decode()


def _compares(node: Node) -> bool:
    """Return whether a node orders two values of which neither is known to be plain."""
    return node.kind == "BoolExpr" and not any(
        side is not None and _is_plain(side)
        for side in (node.child("lhs"), node.child("rhs"))
    )


def _is_plain(side: Node) -> bool:
    """Return whether a value is surely neither a collection nor holds one."""
    if side.kind in _PLAIN:
        return True
    if side.kind == "ArithExpr":
        return bool(side.fields["op"] != "Sub")
    if side.kind != "Call":
        return False
    builtin = ALLOWED.get(".".join(path_of(side.child("fcn")) or ()))
    return builtin is not None and builtin.result in _PLAIN_RESULTS
