"""Policy text (YAML, and thereby JSON) to a tree of nodes with positions.

Only the first document is read, in the dialect of Core's YAML decoder. Hostile text is
refused in bounded time: the parser's events are composed here, not by PyYAML, so that
depth, size and the expansion of aliases are limited while reading. What the nodes mean
is up to `grammar`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

import yaml

from . import scalars
from .errors import START, Report, Span, Stage, quoted, replace_with
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, to_items
from .scalars import ScalarError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES: Final = 64 * 1024
MAX_DEPTH: Final = 16
MAX_NODES: Final = 8_000
OBSCURE: Final = frozenset(
    {"alias", "anchor", "directive", "further-document", "merge-key", "tag"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a text may hold, and which constructs it has to do without.

    `noun` and `verb` are how messages speak of the text: a policy is `saved`, another
    file may be `imported`. `refused` names constructs of those in `OBSCURE`.
    """

    noun: str = "the policy"
    verb: str = "saved"
    max_bytes: int = MAX_BYTES
    max_depth: int = MAX_DEPTH
    max_nodes: int = MAX_NODES
    refused: frozenset[str] = frozenset()


READING: Final = Bounds()
SAVING: Final = Bounds(refused=OBSCURE)

# The C parser where PyYAML was built with it: the same events, ten times as fast.
_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_BYTE_ORDER_MARK = "\ufeff"


def decode(
    text: str | bytes, report: Report, *, bounds: Bounds = READING
) -> str | None:
    """Return the text of a policy, or None after reporting why there is none."""
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if len(data) > bounds.max_bytes:
        message = f"{bounds.noun} has {len(data)} bytes, more than {bounds.max_bytes}"
        _refuse(report, "too-large", message)
        return None
    if isinstance(text, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            start = data[: error.start].decode("utf-8")
            _refuse(report, "not-utf-8", "the text is not UTF-8", _position(start))
            return None
    found = _UNREADABLE.search(text)
    if found is not None:
        char = ord(found.group())
        span = _position(text[: found.start()], length=1)
        message = f"the character U+{char:04X} is not allowed in {bounds.noun}"
        _refuse(report, "control-character", message, span)
        return None
    return text


def compose(
    text: str, report: Report, *, saving: bool = False, bounds: Bounds | None = None
) -> Node | None:
    """Return the tree of the first document, or None when nothing can be made of it.

    With `saving`, what only obscures the text is an error as well: anchors, aliases,
    merge keys, tags, directives and further documents. `bounds`, for texts that are
    no policies, decide instead.
    """
    return _Composer(text, report, bounds or (SAVING if saving else READING)).compose()


def _position(before: str, *, length: int = 0) -> Span:
    lines = before.splitlines(keepends=True) or [""]
    if lines[-1].endswith(("\n", "\r")):
        lines.append("")
    start = len(before)
    return Span(start, start + length, len(lines), len(lines[-1]) + 1)


def _refuse(report: Report, code: str, message: str, span: Span = START) -> None:
    report.error(code, message, span, stage=Stage.PARSE)


class _StopError(Exception):
    """Reading can't go on; the reason has been reported."""


@dataclass(frozen=True, slots=True)
class _Composed:
    """A node, how many nodes it stands for, and how deep it is."""

    node: Node
    size: int
    height: int
    tag: str
    is_alias: bool = False


@dataclass(slots=True)
class _Composer:
    text: str
    report: Report
    bounds: Bounds
    parser: Any = field(init=False)
    offset: int = field(init=False)
    anchors: dict[str, _Composed | None] = field(default_factory=dict)
    size: int = 0

    def __post_init__(self) -> None:
        has_mark = self.text.startswith(_BYTE_ORDER_MARK)
        self.offset = int(has_mark)
        self.parser = _PARSER(self.text[self.offset :])

    def compose(self) -> Node | None:
        try:
            self._event()
            event = self._event()
            if isinstance(event, yaml.StreamEndEvent):
                message = f"{self.bounds.noun} is empty"
                _refuse(self.report, "empty-document", message)
                return None
            self._check_directives(event)
            composed = self._node(self._event(), depth=0)
            if "further-document" in self.bounds.refused:
                self._check_end()
        except _StopError:
            return None
        finally:
            self.parser.dispose()
        return composed.node

    def _event(self) -> Any:
        try:
            return self.parser.get_event()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            span = START if mark is None else self._span(mark, mark)
            about = error.problem or "it can't be read"
            self._stop("yaml-syntax", f"not valid YAML: {about}", span)

    def _stop(self, code: str, message: str, span: Span) -> NoReturn:
        _refuse(self.report, code, message, span)
        raise _StopError

    def _span(self, start: Any, end: Any) -> Span:
        column = start.column + 1 + (self.offset if start.line == 0 else 0)
        return Span(
            start.index + self.offset, end.index + self.offset, start.line + 1, column
        )

    def _content_end(self, end: int) -> int:
        """Return where the text before `end` ends, without the white space there."""
        while end > 0 and self.text[end - 1].isspace():
            end -= 1
        return end

    def _obscure(self, code: str, what: str, span: Span, hint: str) -> None:
        if code in self.bounds.refused:
            self.report.error(
                code,
                f"{what} can't be {self.bounds.verb}",
                span,
                stage=Stage.SAVING,
                suggestion=hint,
            )

    def _check_directives(self, event: Any) -> None:
        span = self._span(event.start_mark, event.end_mark)
        if event.version is not None and tuple(event.version) != (1, 1):
            self._stop("yaml-version", "only YAML 1.1 may be declared", span)
        if event.version is not None or event.tags:
            self._obscure("directive", "directives", span, "remove the line")

    def _check_end(self) -> None:
        self._event()
        try:
            event = self.parser.get_event()
        except yaml.MarkedYAMLError as error:
            event = error
        if not isinstance(event, yaml.StreamEndEvent):
            mark = getattr(event, "start_mark", None) or event.problem_mark
            self._obscure(
                "further-document",
                "what follows the first document",
                START if mark is None else self._span(mark, mark),
                "only the first document counts; remove the rest",
            )

    def _node(self, event: Any, *, depth: int) -> _Composed:
        span = self._span(event.start_mark, event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, span, depth=depth)
        if event.anchor is not None:
            self._obscure("anchor", "anchors", span, "write the value out")
            self.anchors[event.anchor] = None
        self._count(1, span)
        if isinstance(event, yaml.ScalarEvent):
            composed = self._scalar(event, span)
        else:
            composed = self._collection(event, span, depth=depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = composed
        return composed

    def _alias(self, event: Any, span: Span, *, depth: int) -> _Composed:
        self._obscure("alias", "aliases", span, "write the value out")
        name = quoted(event.anchor)
        if event.anchor not in self.anchors:
            self._stop("unknown-anchor", f"there is no anchor {name} above", span)
        target = self.anchors[event.anchor]
        if target is None:
            self._stop("recursive-anchor", f"the anchor {name} contains itself", span)
        self._count(target.size, span)
        self._check_depth(depth + target.height, span)
        return _Composed(target.node, target.size, target.height, target.tag, True)

    def _count(self, nodes: int, span: Span) -> None:
        self.size += nodes
        if self.size > self.bounds.max_nodes:
            limit = self.bounds.max_nodes
            message = f"{self.bounds.noun} stands for more than {limit} values"
            self._stop("too-many-values", message, span)

    def _check_depth(self, depth: int, span: Span) -> None:
        limit = self.bounds.max_depth
        if depth > limit:
            self._stop("too-deep", f"nested deeper than {limit} levels", span)

    def _scalar(self, event: Any, span: Span) -> _Composed:
        if event.style in {"|", ">"}:
            end = self._content_end(span.end)
            span = Span(span.start, end, span.line, span.column)
        tag = event.tag if event.tag != "!" else None
        is_plain = tag is None and not event.style
        if event.tag is not None:
            self._obscure("tag", "tags", span, "quote text instead of tagging it")
        if tag is None and event.style:
            tag = scalars.STR
        if is_plain and event.value == "<<":
            node = ScalarNode(span, event.value, event.value, is_plain=True)
            return _Composed(node, 1, 0, scalars.MERGE)
        try:
            short, value = scalars.resolve_scalar(event.value, tag)
        except ScalarError as error:
            _refuse(self.report, "bad-tag", f"{quoted(event.value)}: {error}", span)
            short, value = scalars.STR, event.value
        if isinstance(value, float) and not math.isfinite(value):
            message = f"{quoted(event.value)} is a number that JSON does not have"
            _refuse(self.report, "not-json", message, span)
        return _Composed(ScalarNode(span, event.value, value, is_plain), 1, 0, short)

    def _collection(self, event: Any, span: Span, *, depth: int) -> _Composed:
        self._check_depth(depth, span)
        if event.tag is not None and event.tag != "!":
            self._obscure("tag", "tags", span, "remove the tag")
        children: list[_Composed] = []
        while True:
            child = self._event()
            if isinstance(child, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                break
            children.append(self._node(child, depth=depth))
        span = self._whole(event, child, children)
        size = 1 + sum(composed.size for composed in children)
        height = 1 + max((composed.height for composed in children), default=0)
        flow = bool(event.flow_style)
        node: Node
        if isinstance(event, yaml.SequenceStartEvent):
            items = tuple(composed.node for composed in children)
            node = SequenceNode(span, items, is_flow=flow)
        else:
            node = MappingNode(span, self._entries(children), is_flow=flow)
        return _Composed(node, size, height, "")

    def _whole(self, start: Any, end: Any, children: list[_Composed]) -> Span:
        """Return the span of a collection, without the space after a block's end."""
        whole = self._span(start.start_mark, end.end_mark)
        if start.flow_style:
            return whole
        own = [child.node.span.end for child in children if not child.is_alias]
        last = max(own, default=whole.start)
        if children and children[-1].is_alias:
            last = max(last, self._content_end(whole.end))
        return Span(whole.start, max(last, whole.start), whole.line, whole.column)

    def _entries(
        self, children: list[_Composed]
    ) -> tuple[tuple[ScalarNode, Node], ...]:
        entries: dict[str, tuple[ScalarNode, Node]] = {}
        merged: tuple[MappingNode, ...] = ()
        merge_key: ScalarNode | None = None
        for key, value in _pairs(children):
            name = self._key(key)
            if name is None:
                continue
            first = entries[name.text][0] if name.text in entries else None
            if key.tag == scalars.MERGE:
                first, merge_key = merge_key, name
                merged = self._merge_sources(name, value)
            if first is not None:
                self._duplicate(name, first)
            elif key.tag != scalars.MERGE:
                entries[name.text] = (name, value.node)
        for source in merged:
            for name, node in source.entries:
                entries.setdefault(name.text, (name, node))
        return tuple(entries.values())

    def _key(self, key: _Composed) -> ScalarNode | None:
        if isinstance(key.node, ScalarNode) and key.tag in {scalars.STR, scalars.MERGE}:
            return key.node
        fix = None
        what = "it"
        if isinstance(key.node, ScalarNode):
            what = quoted(key.node.text)
            fix = replace_with(key.node.span, f'"{key.node.text}"', title="Quote it")
        self.report.error(
            "key-not-text",
            f"a key must be text, and {what} is not",
            key.node.span,
            stage=Stage.PARSE,
            suggestion="quote it" if fix else None,
            fix=fix if not key.is_alias else None,
        )
        return None

    def _duplicate(self, name: ScalarNode, first: ScalarNode) -> None:
        message = f"{quoted(name.text)} is already there, in line {first.span.line}"
        hint = "keep one of them"
        self.report.error(
            "duplicate-key", message, name.span, stage=Stage.PARSE, suggestion=hint
        )

    def _merge_sources(
        self, key: ScalarNode, value: _Composed
    ) -> tuple[MappingNode, ...]:
        self._obscure("merge-key", "merge keys", key.span, "write the entries out")
        is_list = isinstance(value.node, SequenceNode) and not value.is_alias
        sources = to_items(value.node) if is_list else (value.node,)
        found = tuple(node for node in sources if isinstance(node, MappingNode))
        if len(found) != len(sources):
            message = "`<<` needs a mapping, or a list of mappings"
            _refuse(self.report, "bad-merge", message, key.span)
        return found


def _pairs(children: list[_Composed]) -> Iterator[tuple[_Composed, _Composed]]:
    return zip(children[::2], children[1::2], strict=True)
