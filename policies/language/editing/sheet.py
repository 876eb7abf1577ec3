"""A policy text that is open for editing: its tree, its comments, its lines.

Finds where things stand and which lines are theirs. How the text is changed is in
`splices`, and what an edit means in `criteria` and `blocks`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policies.language.comments import LINE_BREAK, find_comments, line_starts
from policies.language.decoding import decode
from policies.language.errors import START, Report
from policies.language.grammar import (
    Action,
    Operator,
    PolicyDocument,
    read_document,
)
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.language.source import compose
from policies.texts import worded

from .model import EditingError, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.comments import Comment

# A path leads from the root to a node, by the number of an item or of an entry's value.
Path = tuple[int, ...]
# What a draft may lack; everything else keeps a text from being edited.
_DRAFT: Final = frozenset({"no-rules", "empty-rule", "empty-operator"})
_BLANKS: Final = re.compile("[ \t]*")
_COLON: Final = re.compile("[ \t]*:")
MARK: Final = "\ufeff"
_NO_ROOT: Final = MappingNode(START, ())


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a rule stands: the path of its object, and which entry of that it is."""

    action: Action
    object_path: Path
    entry: int

    @property
    def body(self) -> Path:
        return (*self.object_path, self.entry)


class Sheet:
    """A text with its tree. Rows are lines counted from 0, columns characters.

    A byte order mark is left out; `has_mark` tells that there was one.
    """

    def __init__(
        self, text: str, root: Node, document: PolicyDocument, has_mark: bool
    ) -> None:
        self.text = text
        self.root = root
        self.document = document
        self.has_mark = has_mark

    @classmethod
    def open(cls, text: str) -> Sheet:
        """Read a text by the grammar; what criteria make of their data doesn't matter.

        A text that is empty but for comments is a policy without rules.

        Raises:
            PolicyLanguageError: the text can't be read, or holds what can't be saved.
        """
        has_mark = text[:1] == MARK
        text = text[has_mark:]
        report = Report(passes_over=_DRAFT)
        readable = decode(text, report)
        root = None
        if readable is not None:
            root = compose(readable, report, saving=True)
        if [problem.code for problem in report.problems] == ["empty-document"]:
            return cls(text, _NO_ROOT, PolicyDocument((), text, START), has_mark)
        report.raise_if_any()
        assert readable is not None  # noqa: S101 -- else there is a problem
        assert root is not None  # noqa: S101
        document = read_document(root, readable, report, saving=True)
        report.raise_if_any()
        return cls(readable, root, document, has_mark)

    @property
    def is_blank(self) -> bool:
        """Return whether there is nothing but comments."""
        return self.root is _NO_ROOT

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        return find_comments(self.text, self.root)

    @cached_property
    def remarks(self) -> dict[int, Comment]:
        """Return the comments that have a row of their own, by row."""
        return {
            self.row(comment.start): comment
            for comment in self.comments
            if self.indent_of(self.row(comment.start)) == comment.column
        }

    @cached_property
    def starts(self) -> list[int]:
        return line_starts(self.text)

    @cached_property
    def newline(self) -> str:
        found = LINE_BREAK.search(self.text)
        return "\r\n" if found is not None and found.group() == "\r\n" else "\n"

    @cached_property
    def prefers_flow(self) -> bool:
        """Return whether the author writes the data of criteria on one line."""
        return any(
            isinstance(criterion.data, MappingNode)
            and criterion.data.is_flow
            and criterion.data.entries
            for criterion in self.document.criteria()
        )

    def row(self, position: int) -> int:
        """Return the row of a position."""
        return bisect_right(self.starts, position) - 1

    def column(self, position: int) -> int:
        """Return the column of a position."""
        return position - self.starts[self.row(position)]

    def row_start(self, row: int) -> int:
        """Return where a row begins; the row after the last begins at the end."""
        return self.starts[row] if row < len(self.starts) else len(self.text)

    def row_end(self, row: int) -> int:
        """Return where the content of a row ends, before its line break."""
        end = self.row_start(row + 1)
        found = self.text[max(self.row_start(row), end - 2) : end]
        return end - len(found) + len(found.rstrip("\r\n\x85\u2028\u2029"))

    def indent_of(self, row: int) -> int:
        """Return how many blanks a row begins with."""
        found = _BLANKS.match(self.text, self.row_start(row))
        return 0 if found is None else len(found.group())

    def is_first(self, position: int) -> bool:
        """Return whether a position begins the content of its row."""
        return self.column(position) == self.indent_of(self.row(position))

    def comments_in(self, start: int, end: int) -> list[Comment]:
        """Return the comments between two positions."""
        first, last = (
            bisect_left(self.comment_starts, place) for place in (start, end)
        )
        return list(self.comments[first:last])

    @cached_property
    def comment_starts(self) -> list[int]:
        return [comment.start for comment in self.comments]

    def end_of(self, node: Node) -> int:
        """Return where a node ends; a pair without braces ends with its value."""
        if isinstance(node, MappingNode) and node.is_flow and node.entries:
            value = node.entries[-1][1]
            if self.text[node.span.start] != "{":
                return value.span.end
        return node.span.end

    def node(self, path: Path) -> Node:
        """Return the node at a path."""
        node = self.root
        for number in path:
            node = children(node)[number]
        return node

    def is_flow(self, path: Path) -> bool:
        """Return whether a node stands inside a flow collection."""
        node = self.root
        for number in path:
            if not isinstance(node, ScalarNode) and node.is_flow:
                return True
            node = children(node)[number]
        return False

    def key(self, path: Path) -> ScalarNode | None:
        """Return the key of a value; None for an item and for the root."""
        if not path:
            return None
        parent = self.node(path[:-1])
        return parent.entries[path[-1]][0] if isinstance(parent, MappingNode) else None

    def after_colon(self, key: ScalarNode) -> int | None:
        """Return where the value of a key may begin, None for a key marked by `?`."""
        found = _COLON.match(self.text, key.span.end)
        return None if found is None else found.end()

    @cached_property
    def rules(self) -> tuple[RulePlace, ...]:
        """Return the rules in the order of the text."""
        objects: list[tuple[Path, Node]] = [((), self.root)]
        if isinstance(self.root, SequenceNode):
            objects = [((number,), item) for number, item in enumerate(self.root.items)]
        return tuple(
            RulePlace(Action(key.text), path, number)
            for path, node in objects
            if isinstance(node, MappingNode)
            for number, (key, _) in enumerate(node.entries)
        )

    def rule(self, place: Place) -> RulePlace:
        """Return where a rule stands.

        Raises:
            EditingError: there is no such rule.
        """
        if not 0 <= place.rule < len(self.rules):
            raise EditingError(
                "no-such-place", worded("there is no rule %(rule)s", rule=place.rule)
            )
        return self.rules[place.rule]

    def block_path(self, place: Place) -> Path:
        """Return the path of the list of criteria of an operator.

        Raises:
            EditingError: there is no such operator.
        """
        rule = self.rule(place)
        for number, (operator, _) in enumerate(self.operators(rule)):
            if operator is place.operator:
                return (*rule.body, number)
        raise EditingError(
            "no-such-place", worded("there is no operator %(place)s", place=place)
        )

    def criterion_path(self, place: Place) -> Path:
        """Return the path of a criterion.

        Raises:
            EditingError: there is no such criterion.
        """
        block = self.block_path(place)
        if place.index is None or place.index >= len(children(self.node(block))):
            raise EditingError(
                "no-such-place", worded("there is no criterion %(place)s", place=place)
            )
        return (*block, place.index)

    def operators(self, rule: RulePlace) -> list[tuple[Operator, Node]]:
        """Return the operators of a rule in the order of the text."""
        body = self.node(rule.body)
        assert isinstance(body, MappingNode)  # noqa: S101 -- the grammar refused others
        return [(Operator(key.text), value) for key, value in body.entries]


def children(node: Node) -> tuple[Node, ...]:
    """Return the items of a sequence, or the values of a mapping."""
    if isinstance(node, ScalarNode):
        return ()
    if isinstance(node, SequenceNode):
        return node.items
    return tuple(value for _, value in node.entries)


def replaced(root: Node, path: Path, node: Node) -> Node:
    """Return a tree with another node at a path."""
    if not path:
        return node
    number, *rest = path
    child = replaced(children(root)[number], tuple(rest), node)
    if isinstance(root, SequenceNode):
        items = (*root.items[:number], child, *root.items[number + 1 :])
        return replace(root, items=items)
    assert isinstance(root, MappingNode)  # noqa: S101 -- a scalar has no children
    key = root.entries[number][0]
    entries = (*root.entries[:number], (key, child), *root.entries[number + 1 :])
    return replace(root, entries=entries)


def prefixes(path: Path) -> Iterator[Path]:
    """Yield a path and all paths above it, the root last."""
    for length in range(len(path), -1, -1):
        yield path[:length]
