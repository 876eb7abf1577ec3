"""The nodes of a policy text: scalars, sequences and mappings, each with its place.

How text becomes nodes is in `source`; what they mean, in `grammar` and the criteria.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import START, Span
from .scalars import JsonScalar


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """A scalar: its text after unquoting, and the value that Core's dialect gives it.

    `is_plain` is false for quoted and block scalars, and for those with a tag.
    """

    span: Span
    text: str
    value: JsonScalar
    is_plain: bool


@dataclass(frozen=True, slots=True)
class SequenceNode:
    span: Span
    items: tuple[Node, ...]
    is_flow: bool = False


@dataclass(frozen=True, slots=True)
class MappingNode:
    """A mapping with its merge keys resolved; all keys are text, none occurs twice."""

    span: Span
    entries: tuple[tuple[ScalarNode, Node], ...]
    is_flow: bool = False

    def get(self, key: str) -> Node | None:
        """Return the value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)


Node = ScalarNode | SequenceNode | MappingNode
Json = JsonScalar | list["Json"] | dict[str, "Json"]


def to_items(node: Node) -> tuple[Node, ...]:
    """Return the items of a sequence, or the node itself as the only one."""
    return node.items if isinstance(node, SequenceNode) else (node,)


def to_json(node: Node) -> Json:
    """Return the plain value of a node, as Core sees it."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [to_json(item) for item in node.items]
    return {key.text: to_json(value) for key, value in node.entries}


def node_of(value: Any) -> Node:
    """Return the node of a plain JSON value that stands in no text."""
    if isinstance(value, Mapping):
        entries = tuple((_text_node(key), node_of(item)) for key, item in value.items())
        return MappingNode(START, entries)
    if isinstance(value, list | tuple):
        return SequenceNode(START, tuple(node_of(item) for item in value))
    if isinstance(value, str):
        return _text_node(value)
    return ScalarNode(START, "" if value is None else json.dumps(value), value, False)


def _text_node(text: str) -> ScalarNode:
    return ScalarNode(START, text, text, is_plain=False)


def json_equal(left: Any, right: Any) -> bool:
    """Return whether two JSON values are equal by type and value: 5 is 5.0, not "5"."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, Mapping):
        return (
            isinstance(right, Mapping)
            and left.keys() == right.keys()
            and all(json_equal(value, right[key]) for key, value in left.items())
        )
    if isinstance(left, list | tuple):
        return (
            isinstance(right, list | tuple)
            and len(left) == len(right)
            and all(map(json_equal, left, right))
        )
    return bool(left == right)


def sort_key(value: Any) -> str:
    """Return a text by which JSON values can be ordered; equal values have one key."""
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, int | float):
        return (
            f"0{value!r}"
            if isinstance(value, int) or not value.is_integer()
            else f"0{int(value)!r}"
        )
    if isinstance(value, str):
        return f"s{value}"
    if isinstance(value, Mapping):
        inner = sorted((key, sort_key(item)) for key, item in value.items())
        return f"o{inner}"
    return f"l{[sort_key(item) for item in value]}"
