"""Reading the syntax tree that the engine gives of a module.

The tree is JSON: a node is `{"Kind": {...}}` with a span in bytes. Nothing here
judges; `analysis` does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

TEXTS: Final = {"String", "RawString"}
_REFERENCES: Final = {"Var", "RefDot", "RefBrack"}


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the tree: its kind, its fields, and where it stands, in bytes."""

    kind: str
    fields: Mapping[str, Any]

    @property
    def span(self) -> Mapping[str, int]:
        span: Mapping[str, int] = self.fields["span"]
        return span

    @property
    def start(self) -> int:
        """Where it begins; the engine leaves the opening quote of a text out.

        An empty set begins with its parenthesis (see `empty_sets`).
        """
        start = self.span["start"]
        if self.kind == "Set" and self.fields.get("items") == []:
            return max(0, start - 1)
        first = next((leaf for leaf in self.walk() if leaf.kind in TEXTS), None)
        if first is not None and first.span["start"] == start:
            return start - 1
        return start

    @property
    def end(self) -> int:
        end = self.span["end"]
        texts = (leaf for leaf in self.walk() if leaf.kind in TEXTS)
        return end + 1 if any(leaf.span["end"] == end for leaf in texts) else end

    def child(self, name: str) -> Node | None:
        """Return the node in a field, None if there is none."""
        value = self.fields.get(name)
        return as_node(value)

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, from the beginning of the text."""
        yield self
        yield from walk(self.fields)


def as_node(value: Any) -> Node | None:
    """Return the node that a value of the tree is, None if it is something else."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, fields),) = value.items()
        if kind[:1].isupper() and isinstance(fields, Mapping) and "span" in fields:
            return Node(kind, fields)
    return None


def walk(tree: Any) -> Iterator[Node]:
    """Yield every node of a tree, a node before what is below it."""
    pending = [tree]
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            node = as_node(value)
            if node is not None:
                yield node
            pending.extend(reversed(list(value.values())))
        elif isinstance(value, list):
            pending.extend(reversed(value))


def path_of(node: Node | None) -> tuple[str, ...] | None:
    """Return `a.b["c"]` as its parts, as far as they are written out.

    None when the node is no reference that starts with a name.
    """
    parts: list[str] = []
    while node is not None:
        if node.kind == "Var":
            parts.append(str(node.fields["value"]))
            return tuple(reversed(parts))
        if node.kind == "RefDot":
            field = node.fields.get("field")
            parts.append(str(field[1]) if field else "")
        elif node.kind == "RefBrack":
            index = node.child("index")
            if index is not None and index.kind in TEXTS:
                parts.append(str(index.fields["value"]))
            else:
                parts.clear()
        else:
            return None
        node = node.child("refr")
    return None


def is_reference(node: Node) -> bool:
    """Return whether a node names something: `x`, `x.y`, `x[y]`."""
    return node.kind in _REFERENCES


def references(tree: Any) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """Yield the outermost references of a tree, each with its written-out path."""
    inner: set[int] = set()
    for node in walk(tree):
        if not is_reference(node):
            continue
        below = node.child("refr")
        if below is not None:
            inner.add(id(below.fields))
        if id(node.fields) not in inner:
            path = path_of(node)
            if path is not None:
                yield node, path


def find_sign(text: bytes, start: int, end: int, sign: bytes) -> int | None:
    """Return where an operator stands between its sides, outside of comments."""
    place = start
    while place < end:
        if text[place : place + 1] == b"#":
            newline = text.find(b"\n", place)
            place = end if newline < 0 else newline
        elif text.startswith(sign, place):
            return place
        place += 1
    return None
