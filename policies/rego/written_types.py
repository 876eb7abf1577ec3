"""Of what type something is that is written out, and where OPA takes no such type.

OPA refuses such a text as a whole; to leave the call undefined would answer otherwise.
What a name holds, or what stands inside of a list, is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.texts import worded

from .syntax import Node, as_node, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .builtins import Builtin

_COLLECTION: Final = {"list", "collection", "any"}
_LITERALS: Final = {
    "String": {"string", "collection", "any"},
    "RawString": {"string", "collection", "any"},
    "Number": {"number", "any"},
    "Bool": {"boolean", "any"},
    "Null": {"any"},
    "Array": {"array", "holding"} | _COLLECTION,
    "ArrayCompr": {"array", "holding"} | _COLLECTION,
    "Set": {"set", "holding"} | _COLLECTION,
    "SetCompr": {"set", "holding"} | _COLLECTION,
    "Object": {"object", "collection", "holding", "any"},
    "ObjectCompr": {"object", "collection", "holding", "any"},
}
# What these take when it is written out is less than what they answer at run time.
_NARROWER: Final[Mapping[str, tuple[str, ...]]] = {
    "base64.is_valid": ("string",),
    "json.is_valid": ("string",),
    "json.patch": ("any", "patches"),
    "net.cidr_is_valid": ("string",),
    "object.subset": ("holding", "holding"),
    "yaml.is_valid": ("string",),
}
_NAMES: Final = {
    "array": worded("an array"),
    "boolean": worded("a boolean"),
    "number": worded("a number"),
    "object": worded("an object"),
    "set": worded("a set"),
    "string": worded("a string"),
    "holding": worded("an array, a set or an object"),
    "patches": worded("an array of objects"),
}
_SETS: Final = {"Set", "SetCompr"}


def kinds_of(builtin: Builtin) -> tuple[str, ...]:
    """Return the types that a built-in takes when its arguments are written out."""
    return _NARROWER.get(builtin.name, builtin.arguments)


def named(kind: str) -> str:
    """Return a type with its article."""
    return _NAMES.get(kind) or f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def may_be(param: Node, kind: str) -> bool:
    """Return whether what is written out can have a type; a name always can."""
    if kind == "patches":
        return may_be(param, "array") and all(
            may_be(one, "object") for one in _items(param)
        )
    return param.kind not in _LITERALS or kind in _LITERALS[param.kind]


def _items(param: Node) -> Iterator[Node]:
    for value in param.fields.get("items") or ():
        node = as_node(value)
        if node is not None:
            yield node


def wrong_sides(tree: Any) -> Iterator[tuple[Node, str]]:
    """Yield what is written out beside an operator that takes no such thing."""
    for node in walk(tree):
        if node.kind not in {"ArithExpr", "BinExpr"}:
            continue
        is_set_taken = node.kind == "BinExpr" or node.fields.get("op") == "Sub"
        for side in (node.child("lhs"), node.child("rhs")):
            if side is None or side.kind not in _LITERALS:
                continue
            if side.kind in _SETS and is_set_taken:
                continue
            if node.kind == "BinExpr":
                yield side, "set"
            elif side.kind != "Number":
                yield side, "number"
