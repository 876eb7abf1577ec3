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
