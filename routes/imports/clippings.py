"""Cuts a policy out of a file as its author wrote it: comments kept, indentation gone.

What a policy means isn't looked at here. Where text can't stand alone (anchors of the
file, say), the values are written anew and the comments are lost.
"""

from dataclasses import dataclass, replace

from policies.language import source as language_source
from policies.language.errors import Report, Span
from policies.language.nodes import Json, Node, ScalarNode, to_json
from routes.exports import emitter
from routes.imports.findings import Place

# How far to look for a comment after a value: a file may be one enormous line.
COMMENT_REACH = 500


@dataclass(frozen=True, slots=True)
class Clipping:
    """A policy's own text, and where it came from.

    `first_line` is the line of the file that the first line of `source` stands in, and
    `dedent` the columns that were cut off; `first_line` is None in a text that was
    rewritten, whose every problem is reported at `place`.
    """

    source: str
    place: Place
    first_line: int | None = None
    dedent: int = 0

    def locate(self, span: Span) -> Place:
        """Return the place in the file of a span of the clipping."""
        if self.first_line is None:
            return self.place
        return Place(
            self.first_line + span.line - 1, span.column + self.dedent, span.length
        )


class Clipper:
    """Cuts policies out of one file."""

    def __init__(self, text: str, *, as_written: bool = True) -> None:
        self._text = text
        self._as_written = as_written
        self._read: dict[str, Json | None] = {}

    def clip(self, key: ScalarNode, value: Node) -> Clipping:
        """Return the policy that `value` holds, the value of `key`.

        Without `as_written` (in JSON, which nobody wants to edit) it is always
        written anew.
        """
        wanted = to_json(value)
        clipping = self._cut(key, value) if self._as_written else None
        if clipping is not None and self.says(clipping.source) == wanted:
            return clipping
        return rewrite(wanted, Place.of(key))

    def clip_all(self, root: Node) -> Clipping:
        """Return the policy that is the whole file."""
        wanted = to_json(root)
        if self._as_written and self.says(self._text) == wanted:
            return Clipping(self._text, Place.of(root), 1, 0)
        return rewrite(wanted, Place.of(root))

    def clip_text(self, node: ScalarNode) -> Clipping:
        """Return the policy in a scalar: text that holds YAML of its own."""
        text = self._text
        if text[node.span.start : node.span.start + 1] != "|":
            return Clipping(node.text, Place.of(node))
        start = _line_end(text, node.span.start) + 1
        dedent = _indentation(text[start : _line_end(text, start)])
        return Clipping(node.text, Place.of(node), node.span.line + 1, dedent)

    def lines_below(self, key: ScalarNode, value: Node) -> tuple[int, list[str]]:
        """Return the lines of a block below its key, and the number of the first.

        Comments that follow it and are indented by more than the key belong to it.
        """
        start = _line_end(self._text, key.span.end) + 1
        end = _line_end(self._text, value.span.end)
        least = max(key.span.column - 1, value.span.column - 2)
        end = _take_comments(self._text, end, more_than=least)
        return key.span.line + 1, self._text[start:end].split("\n")

    def says(self, source: str) -> Json | None:
        """Return what a text says by itself, or None if it can't be a policy's."""
        if source not in self._read:
            report = Report()
            # As for saving: a text that leans on anchors of the file can't be kept.
            node = language_source.compose(source, report, saving=True)
            usable = node is not None and not report.problems
            self._read[source] = to_json(node) if usable and node is not None else None
        return self._read[source]

    def _cut(self, key: ScalarNode, value: Node) -> Clipping | None:
        if value.span.length == 0 or value.span.start < key.span.end:
            return None
        if value.span.line == key.span.line:
            return self._cut_inline(key, value)
        return self._cut_block(key, value)

    def _cut_inline(self, key: ScalarNode, value: Node) -> Clipping:
        """Cut a value that begins on the line of its key, such as `{allow: …}`."""
        text = self._text
        first, *rest = text[value.span.start : value.span.end].split("\n")
        dedent = value.span.column - 1
        if rest:
            # Columns of the first line are then off; its line is what counts.
            start = text.rfind("\n", 0, key.span.start) + 1
            dedent = _indentation(text[start : key.span.start])
        lines = [first, *(_dedent(line, dedent) for line in rest)]
        reach = value.span.end + COMMENT_REACH
        comment = text[value.span.end : reach].split("\n", 1)[0].strip()
        if comment.startswith("#"):
            lines[-1] += f"  {comment}"
        source = "\n".join(lines) + "\n"
        return Clipping(source, Place.of(value), value.span.line, dedent)

    def _cut_block(self, key: ScalarNode, value: Node) -> Clipping:
        """Cut a value that begins below its key, with the comments around it."""
        first_line, lines = self.lines_below(key, value)
        clipping = clip_lines(lines, first_line, value.span.column - 1)
        comment = self._text[key.span.end : _line_end(self._text, key.span.end)]
        comment = comment.strip().removeprefix(":").strip()
        if comment.startswith("#") and clipping.first_line is not None:
            clipping = replace(
                clipping,
                source=f"{comment}\n{clipping.source}",
                first_line=clipping.first_line - 1,
            )
        return replace(clipping, place=Place.of(value))


def clip_lines(lines: list[str], first_line: int, dedent: int) -> Clipping:
    """Return the text of whole lines of the file, less `dedent` columns."""
    lines = [_dedent(line, dedent).rstrip("\r") for line in lines]
    while lines and not lines[0].strip():
        lines.pop(0)
        first_line += 1
    source = "\n".join(lines).rstrip("\n") + "\n"
    return Clipping(source, Place(first_line, dedent + 1), first_line, dedent)


def rewrite(value: Json, place: Place) -> Clipping:
    """Return the text of plain values."""
    return Clipping("\n".join(emitter.emit_lines(value)) + "\n", place)


def _take_comments(text: str, end: int, *, more_than: int) -> int:
    """Return where the comments end that follow a block and are indented like it."""
    taken = end
    position = end
    while position < len(text):
        line_end = _line_end(text, position + 1)
        line = text[position + 1 : line_end]
        if line.strip():
            if not line.lstrip().startswith("#") or _indentation(line) <= more_than:
                break
            taken = line_end
        position = line_end
    return taken


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _dedent(line: str, by: int) -> str:
    return line[min(by, _indentation(line)) :]
