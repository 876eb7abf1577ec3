"""Policy text (YAML, and thereby JSON) to a tree of nodes with positions.

Only the first document is read, in the dialect of Core's YAML decoder. Hostile text is
refused in bounded time: the parser's events are composed here, not by PyYAML, so that
depth, size and the expansion of aliases are limited while reading. What the nodes mean
is up to `grammar`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from policies.texts import counted, joined, worded

from . import scalars
from .decoding import READING, SAVING, Bounds, refuse
from .errors import START, Report, Span, Stage, quoted, replace_with
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, to_items
from .scalars import ScalarError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The C parser where PyYAML was built with it: the same events, ten times as fast.
_PARSER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_BYTE_ORDER_MARK = "\ufeff"


def compose(
    text: str, report: Report, *, saving: bool = False, bounds: Bounds | None = None
) -> Node | None:
    """Return the tree of the first document, or None when nothing can be made of it.

    With `saving`, what only obscures the text is an error as well: anchors, aliases,
    merge keys, tags, directives and further documents. `bounds`, for texts that are
    no policies, decide instead.
    """
    return _Composer(text, report, bounds or (SAVING if saving else READING)).compose()


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
                message = worded("%(noun)s is empty", noun=self.bounds.noun)
                refuse(self.report, "empty-document", message)
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
            about = error.problem or worded("it can't be read")
            self._stop(
                "yaml-syntax", worded("not valid YAML: %(about)s", about=about), span
            )

    def _stop(self, code: str, message: str, span: Span) -> NoReturn:
        refuse(self.report, code, message, span)
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
                worded("%(what)s can't be %(verb)s", what=what, verb=self.bounds.verb),
                span,
                stage=Stage.SAVING,
                suggestion=hint,
            )

    def _check_directives(self, event: Any) -> None:
        span = self._span(event.start_mark, event.end_mark)
        if event.version is not None and tuple(event.version) != (1, 1):
            self._stop("yaml-version", worded("only YAML 1.1 may be declared"), span)
        if event.version is not None or event.tags:
            self._obscure(
                "directive", worded("directives"), span, worded("remove the line")
            )

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
                worded("what follows the first document"),
                START if mark is None else self._span(mark, mark),
                worded("only the first document counts; remove the rest"),
            )

    def _node(self, event: Any, *, depth: int) -> _Composed:
        span = self._span(event.start_mark, event.end_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, span, depth=depth)
        if event.anchor is not None:
            self._obscure(
                "anchor", worded("anchors"), span, worded("write the value out")
            )
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
        self._obscure("alias", worded("aliases"), span, worded("write the value out"))
        name = quoted(event.anchor)
        if event.anchor not in self.anchors:
            self._stop(
                "unknown-anchor",
                worded("there is no anchor %(name)s above", name=name),
                span,
            )
        target = self.anchors[event.anchor]
        if target is None:
            self._stop(
                "recursive-anchor",
                worded("the anchor %(name)s contains itself", name=name),
                span,
            )
        self._count(target.size, span)
        self._check_depth(depth + target.height, span)
        return _Composed(target.node, target.size, target.height, target.tag, True)

    def _count(self, nodes: int, span: Span) -> None:
        self.size += nodes
        if self.size > self.bounds.max_nodes:
            limit = self.bounds.max_nodes
            message = counted(
                "%(noun)s stands for more than %(count)s value",
                "%(noun)s stands for more than %(count)s values",
                count=limit,
                noun=self.bounds.noun,
            )
            self._stop("too-many-values", message, span)

    def _check_depth(self, depth: int, span: Span) -> None:
        limit = self.bounds.max_depth
        if depth > limit:
            self._stop(
                "too-deep",
                counted(
                    "nested deeper than %(count)s level",
                    "nested deeper than %(count)s levels",
                    count=limit,
                ),
                span,
            )

    def _scalar(self, event: Any, span: Span) -> _Composed:
        if event.style in {"|", ">"}:
            end = self._content_end(span.end)
            span = Span(span.start, end, span.line, span.column)
        tag = event.tag if event.tag != "!" else None
        is_plain = tag is None and not event.style
        if event.tag is not None:
            self._obscure(
                "tag", worded("tags"), span, worded("quote text instead of tagging it")
            )
        if tag is None and event.style:
            tag = scalars.STR
        if is_plain and event.value == "<<":
            node = ScalarNode(span, event.value, event.value, is_plain=True)
            return _Composed(node, 1, 0, scalars.MERGE)
        try:
            short, value = scalars.resolve_scalar(event.value, tag)
        except ScalarError as error:
            refuse(
                self.report,
                "bad-tag",
                joined((quoted(event.value), error.args[0]), ": "),
                span,
            )
            short, value = scalars.STR, event.value
        if isinstance(value, float) and not math.isfinite(value):
            message = worded(
                "%(event)s is a number that JSON does not have",
                event=quoted(event.value),
            )
            refuse(self.report, "not-json", message, span)
        return _Composed(ScalarNode(span, event.value, value, is_plain), 1, 0, short)

    def _collection(self, event: Any, span: Span, *, depth: int) -> _Composed:
        self._check_depth(depth, span)
        if event.tag is not None and event.tag != "!":
            self._obscure("tag", worded("tags"), span, worded("remove the tag"))
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
            fix = replace_with(
                key.node.span, f'"{key.node.text}"', title=worded("Quote it")
            )
        self.report.error(
            "key-not-text",
            worded("a key must be text, and %(what)s is not", what=what),
            key.node.span,
            stage=Stage.PARSE,
            suggestion=worded("quote it") if fix else None,
            fix=fix if not key.is_alias else None,
        )
        return None

    def _duplicate(self, name: ScalarNode, first: ScalarNode) -> None:
        message = worded(
            "%(name)s is already there, in line %(line)s",
            name=quoted(name.text),
            line=first.span.line,
        )
        hint = worded("keep one of them")
        self.report.error(
            "duplicate-key", message, name.span, stage=Stage.PARSE, suggestion=hint
        )

    def _merge_sources(
        self, key: ScalarNode, value: _Composed
    ) -> tuple[MappingNode, ...]:
        self._obscure(
            "merge-key", worded("merge keys"), key.span, worded("write the entries out")
        )
        is_list = isinstance(value.node, SequenceNode) and not value.is_alias
        sources = to_items(value.node) if is_list else (value.node,)
        found = tuple(node for node in sources if isinstance(node, MappingNode))
        if len(found) != len(sources):
            message = worded("`<<` needs a mapping, or a list of mappings")
            refuse(self.report, "bad-merge", message, key.span)
        return found


def _pairs(children: list[_Composed]) -> Iterator[tuple[_Composed, _Composed]]:
    return zip(children[::2], children[1::2], strict=True)
