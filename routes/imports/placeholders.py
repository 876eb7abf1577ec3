"""Texts that stand for something else: variables, templates, blanks to be filled in."""

import re
from collections.abc import Iterator, Sequence

from policies.language.nodes import Node, ScalarNode, SequenceNode
from policies.texts import worded
from routes.imports.findings import Findings, Place

TEMPLATE = re.compile(r"\{\{.*?\}\}|\$\{[A-Z][A-Z0-9_]*\}|\$\([A-Z][A-Z0-9_]*\)")
BLANK = re.compile(
    r"<[^<>\n]*[A-Za-z][^<>\n]*>|REPLACE[_-]?ME|CHANGE[_-]?ME|FILL[ _-]?(?:ME[ _-]?)?IN"
    r"|\bTODO\b|\bx{8,}\b"
)


def check_placeholders(text: str, wanted: Sequence[Node], findings: Findings) -> None:
    """Report what has to be filled in first, inside of the wanted nodes.

    Comments don't count, nor does what is left alone.
    """
    templates = [found.start() for found in TEMPLATE.finditer(text)]
    blanks = [found.start() for found in BLANK.finditer(text)]
    if not templates and not blanks:
        return
    scalars = sorted(
        {
            (node.span.start, node.span.end): node
            for top in wanted
            for node in _scalars(top)
        }.items()
    )
    for offset in templates:
        node = _holding(scalars, offset)
        if node is not None:
            findings.problem(
                "template",
                worded(
                    "Core does not replace variables in a file, and neither does an "
                    "import"
                ),
                Place.of(node),
                remedy=worded("put the value in, or render the template first"),
            )
    for offset in blanks:
        node = _holding(scalars, offset)
        if node is not None:
            findings.warning(
                "placeholder",
                worded("this looks like a blank that nobody has filled in"),
                Place.of(node),
                remedy=worded("put the real value in before or after the import"),
            )


def _scalars(node: Node) -> Iterator[ScalarNode]:
    pending = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, ScalarNode):
            yield current
        elif isinstance(current, SequenceNode):
            pending.extend(current.items)
        else:
            for key, value in current.entries:
                pending.extend((key, value))


Holding = list[tuple[tuple[int, int], ScalarNode]]


def _holding(scalars: Holding, offset: int) -> ScalarNode | None:
    """Return the scalar that a place of the file lies in."""
    low, high = 0, len(scalars)
    while low < high:
        middle = (low + high) // 2
        if scalars[middle][0][0] <= offset:
            low = middle + 1
        else:
            high = middle
    if low == 0:
        return None
    (_, end), node = scalars[low - 1]
    return node if offset < end else None
