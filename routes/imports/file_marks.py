"""The marks of a file, by where they stand and by what they speak of."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from uuid import UUID

from routes.exports import marks
from routes.exports.marks import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogEntry:
    """What the file's head says of a policy; `source` only if no route carries it."""

    id: str
    line: int
    name: str
    home: str
    description: str
    explanation: str
    remediation: str
    source: str | None
    is_rego: bool = False


class FileMarks:
    """Looks marks up. A file that Postern did not write has none."""

    def __init__(self, text: str) -> None:
        found = marks.read_marks(text)
        self.catalog: dict[str, CatalogEntry] = _catalog(text, found)
        self._routes: dict[int, Mark] = {
            mark.line: mark for mark in found if mark.kind == "route"
        }
        self._uses = [mark for mark in found if mark.kind == "use"]
        self._use_lines = [mark.line for mark in self._uses]
        heads = (mark for mark in found if mark.kind == "export")
        head = next(heads, None)
        self.exported_from = head.text("namespace") if head is not None else ""

    def route_before(self, line: int) -> Mark | None:
        """Return the mark of the route whose first line this is."""
        return self._routes.get(line - 1)

    def uses_between(self, first: int, last: int) -> list[Mark]:
        """Return the marks of policies in these lines, in order."""
        start = bisect_left(self._use_lines, first)
        return self._uses[start : bisect_right(self._use_lines, last)]


def _catalog(text: str, found: list[Mark]) -> dict[str, CatalogEntry]:
    described = [mark for mark in found if mark.kind == "policy"]
    lines = text.split("\n") if described else []
    entries: dict[str, CatalogEntry] = {}
    for mark in described:
        policy_id = _uuid(mark.text("id"))
        if not policy_id or policy_id in entries:
            continue
        entries[policy_id] = CatalogEntry(
            id=policy_id,
            line=mark.line,
            name=mark.text("name"),
            home=mark.text("namespace"),
            description=mark.text("description"),
            explanation=mark.text("explanation"),
            remediation=mark.text("remediation"),
            source=mark.text("source") or marks.read_source(lines, mark.line),
            is_rego=mark.text("language") == "rego",
        )
    return entries


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
