"""What decides over a route, as lines of its configuration.

Policies that Core reads as they are meant become one `policy` list: its rules are
alternatives, as policies are, and a ceiling is a deny rule. Otherwise all of the
route's policies become `sub_policies`, each with its Rego, which is what Core
evaluates.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from policies.language import UntranslatableError
from routes.exports import emitter, marks
from routes.exports.catalog import Entry
from routes.exports.policy_text import Shape

ROUTE, INHERITED, ENFORCED = "route", "inherited", "enforced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A policy that decides over a route, and how it got there."""

    entry: Entry
    by: str

    @property
    def is_ceiling(self) -> bool:
        """It grants nothing, and whom its allow rules don't let in is refused."""
        return self.by == ENFORCED and self.entry.has_allow_rules


class CannotTellError(Exception):
    """Core has no way to be told a policy in its place."""

    def __init__(self, use: Use, why: str) -> None:
        super().__init__(why)
        self.use = use


def seal_of(source: str, rego: Sequence[str]) -> str:
    """Return a digest by which Rego is known to be what we made of a source."""
    text = "\0".join([source, *rego])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class PolicyBlocks:
    """Writes the policies of routes. Rego is written once, and pointed at after that.

    The exact text of a policy stands in a route that has it, if its rules are there.
    """

    def __init__(self) -> None:
        self._carried: set[str] = set()
        self._missed: set[str] = set()
        self._rego: dict[tuple[str, bool], str] = {}
        self._anchors: set[str] = set()

    def is_carried(self, entry: Entry) -> bool:
        """Return whether the policy's exact text stands wherever it is needed."""
        return entry.id in self._carried - self._missed

    def write(self, uses: Sequence[Use], *, tells_why: bool) -> list[str]:
        """Return the lines of one route.

        `tells_why` says that the route's error page explains itself, which takes
        sub-policies as soon as there is something to explain.

        Raises:
            CannotTellError: Core has no way to be told one of the policies.
        """
        if not uses:
            return []
        is_told = tells_why and any(use.entry.has_notes for use in uses)
        if all(_fits_list(use) for use in uses) and not is_told:
            lines = [line for use in uses for line in self._items(use)]
            return ["policy:", *emitter.indent(lines)]
        lines = [line for use in uses for line in self._sub_policy(use)]
        return ["sub_policies:", *emitter.indent(lines)]

    def _items(self, use: Use) -> list[str]:
        if use.is_ceiling:
            self._missed.add(use.entry.id)
            mark = _mark(use, name=use.entry.name, shape=Shape.CEILING.value)
            return [mark, *emitter.emit_lines(use.entry.ceiling)]
        items = use.entry.items
        if items.is_exact:
            self._carried.add(use.entry.id)
        shape = None if items.shape is Shape.LIST else items.shape.value
        return [_mark(use, name=use.entry.name, shape=shape), *items.lines]

    def _sub_policy(self, use: Use) -> list[str]:
        entry = use.entry
        rego = self._compile(use)
        fields = {"id": entry.id, "name": entry.name}
        if entry.explanation:
            fields["explanation"] = entry.explanation
        if entry.remediation:
            fields["remediation"] = entry.remediation
        # Core's portal shows a route to whom this PPL lets in: no word of ceilings.
        if entry.is_accepted and not use.is_ceiling:
            fields["source_ppl"] = entry.source
            self._carried.add(entry.id)
        else:
            self._missed.add(entry.id)
        mark = _mark(use, seal=seal_of(entry.source, [rego]))
        lines = [*emitter.emit_lines(fields), "rego:"]
        lines += emitter.indent(self._point_at(use, rego))
        return [mark, *emitter.hang("- ", lines)]

    def _compile(self, use: Use) -> str:
        key = (use.entry.id, use.is_ceiling)
        if key not in self._rego:
            try:
                self._rego[key] = use.entry.rego(as_ceiling=use.is_ceiling)
            except UntranslatableError as error:
                raise CannotTellError(use, str(error)) from error
        return self._rego[key]

    def _point_at(self, use: Use, rego: str) -> list[str]:
        """Return an item with the Rego, or an alias of where it stands already."""
        anchor = f"{'ceiling' if use.is_ceiling else 'rego'}-{use.entry.id}"
        if anchor in self._anchors:
            return [f"- *{anchor}"]
        self._anchors.add(anchor)
        first, *rest = emitter.emit_item(rego)
        return [first.replace("- ", f"- &{anchor} ", 1), *rest]


def _fits_list(use: Use) -> bool:
    fits = not use.is_ceiling or use.entry.ceiling is not None
    return use.entry.is_plain and fits


def _mark(use: Use, **values: str | None) -> str:
    by = None if use.by == ROUTE else use.by
    return marks.write_mark("use", id=use.entry.id, by=by, **values)
