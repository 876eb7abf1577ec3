"""Taking a route's `policy` list apart where an export put several policies together.

Each policy begins after its mark. The exact text is taken back only where it says the
same as the items that Core would read; otherwise the items count.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from policies.language.nodes import Json, Node, ScalarNode, SequenceNode, to_json
from routes.exports import policy_text
from routes.exports.ceilings import ceiling_of
from routes.exports.marks import Mark
from routes.exports.policy_text import Shape
from routes.imports.clippings import Clipper, Clipping, clip_lines, rewrite
from routes.imports.file_marks import CatalogEntry, FileMarks
from routes.imports.findings import Place

Part = tuple[Clipping, dict[str, Any]]


def take_apart(
    clipper: Clipper, marks: FileMarks, key: ScalarNode, value: SequenceNode
) -> list[Part] | None:
    """Return the texts of a list with what the file says of each, or None if unmarked.

    Items before the first mark, which somebody put there later, are a text of their
    own. What follows a mark belongs to it.
    """
    first, lines = clipper.lines_below(key, value)
    found = marks.uses_between(first, first + len(lines) - 1)
    if not found:
        return None
    starts = [mark.line for mark in found]
    parts: list[Part] = []
    early = [item for item in value.items if item.span.line < starts[0]]
    if early:
        part = clip_lines(lines[: starts[0] - first], first, value.span.column - 1)
        parts.append((_checked(clipper, [part], early, part.place), {}))
    for mark, end in zip(found, [*starts[1:], first + len(lines)], strict=True):
        items = [item for item in value.items if mark.line < item.span.line < end]
        if items:
            below = lines[mark.line + 1 - first : end - first]
            part = clip_lines(below, mark.line + 1, value.span.column - 1)
            described = marks.catalog.get(mark.text("id").lower())
            parts.append(_part(clipper, part, items, mark, described))
    return parts


def _part(
    clipper: Clipper,
    part: Clipping,
    items: Sequence[Node],
    mark: Mark,
    described: CatalogEntry | None,
) -> Part:
    if mark.text("shape") == Shape.CEILING:
        if described is None or described.source is None:
            return part, {}
        limit = ceiling_of(_as_list(clipper.says(described.source)))
        if limit != [to_json(item) for item in items]:
            return part, {}
        details = _details(mark, described) | {"limits_only": True}
        return Clipping(described.source, part.place), details
    candidates = list(_candidates(part, mark, described))
    clipping = _checked(clipper, candidates, items, part.place)
    return clipping, _details(mark, described)


def _as_list(said: Json) -> list[Any]:
    return said if isinstance(said, list) else [said]


def _candidates(
    part: Clipping, mark: Mark, described: CatalogEntry | None
) -> Iterator[Clipping]:
    """Yield the texts that the policy may have had before it was exported."""
    if described is not None and described.source is not None:
        yield Clipping(described.source, part.place)
    if mark.text("shape") == Shape.MAPPING:
        source = policy_text.restore(part.source.split("\n")[:-1], Shape.MAPPING)
        yield Clipping(source, part.place, part.first_line, part.dedent + 2)
    yield part


def _checked(
    clipper: Clipper,
    candidates: Sequence[Clipping],
    items: Sequence[Node],
    place: Place,
) -> Clipping:
    """Return the first text that says what the items say, or else the items."""
    wanted: Json = [to_json(item) for item in items]
    for clipping in candidates:
        said = clipper.says(clipping.source)
        if wanted in (said, [said]):
            return clipping
    return rewrite(wanted, place)


def _details(mark: Mark, described: CatalogEntry | None) -> dict[str, Any]:
    if described is None:
        return {}
    return {
        "id": described.id,
        "name": described.name,
        "home": described.home,
        "description": described.description,
        "explanation": described.explanation,
        "remediation": described.remediation,
        "arrives_by": mark.text("by"),
    }
