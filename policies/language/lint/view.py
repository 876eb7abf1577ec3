"""What every lint rule works on: the compiled policy, its surroundings, its fixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from policies.language.anonymous import could_hold
from policies.language.compiler import build_program
from policies.language.editing.sheet import MARK, Sheet
from policies.language.errors import (
    Fix,
    Problem,
    Report,
    Severity,
    Span,
    Stage,
)
from policies.language.modes import Edition
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.language.source import compose

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from policies.language.compiler import (
        CompiledCriterion,
        CompiledOperator,
        CompiledRule,
        Program,
    )
    from policies.language.editing.sheet import Path
    from policies.language.grammar import Action, Operator, PolicyDocument


@dataclass(frozen=True, slots=True, kw_only=True)
class LintContext:
    """What is known of a policy beyond its text; None is not known.

    `groups` maps the ids of all groups to their names, `device_types` holds the ids of
    device types. Without `now`, no date is in the past.
    """

    enforced: bool = False
    attached_to_public: bool = False
    groups: Mapping[str, str] | None = None
    device_types: Collection[str] | None = None
    now: datetime | None = None


_TAB: Final = re.compile("[\n\r\x85\u2028\u2029] *\t")
NO_CONTEXT: Final = LintContext()


@dataclass(frozen=True, slots=True)
class Entry:
    """A criterion in its place."""

    compiled: CompiledCriterion
    block: CompiledOperator
    rule: CompiledRule

    @property
    def name(self) -> str:
        return self.compiled.criterion.name

    @property
    def data(self) -> Node:
        return self.compiled.node.data

    @property
    def span(self) -> Span:
        return self.compiled.node.span

    @property
    def name_span(self) -> Span:
        return self.compiled.node.name_span

    @property
    def data_span(self) -> Span:
        """Return where the data stands, or the name if it is left out."""
        return self.data.span if self.data.span.length else self.name_span

    @property
    def action(self) -> Action:
        return self.rule.action

    @property
    def operator(self) -> Operator:
        return self.block.operator


class View:
    """A policy as lint rules see it."""

    def __init__(
        self, document: PolicyDocument, context: LintContext, program: Program | None
    ) -> None:
        self.document = document
        self.context = context
        self.program = program or build_program(
            document, Report(), edition=Edition.ENTERPRISE
        )

    @cached_property
    def blocks(self) -> tuple[tuple[Entry, ...], ...]:
        """Return the criteria of each operator that has some."""
        return tuple(
            tuple(Entry(compiled, block, rule) for compiled in block.criteria)
            for rule in self.program.rules
            for block in rule.operators
        )

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for block in self.blocks for entry in block)

    @cached_property
    def open_blocks(self) -> frozenset[int]:
        """Return the identities of operators that could hold without a session."""
        blocks = [block[0].block for block in self.blocks]
        return frozenset(id(block) for block in blocks if could_hold(block))

    @cached_property
    def sheet(self) -> Sheet | None:
        """Return the text open for editing; None when it can't be edited by lines.

        A tab in front of a line is right or wrong by what stands before it, so a fix
        might break such a text; fixes are not read again.
        """
        source, report = self.document.source, Report()
        if _TAB.search(source) or source.startswith(MARK):
            return None
        root = compose(source, report, saving=True)
        if root is None or report.problems:
            return None
        return Sheet(source, root, self.document, has_mark=False)

    @cached_property
    def paths(self) -> dict[int, Path]:
        """Return the paths of all values that have a key, by where the key begins."""
        return {
            key.span.start: path for path, key, _ in self._nodes() if key is not None
        }

    @cached_property
    def scalar_paths(self) -> dict[int, Path]:
        """Return the paths of all scalars, by where they begin."""
        return {
            node.span.start: path
            for path, _, node in self._nodes()
            if isinstance(node, ScalarNode)
        }

    def _nodes(self) -> Iterator[tuple[Path, ScalarNode | None, Node]]:
        """Iterate over all nodes of a text that can be edited by lines."""
        pending: list[tuple[Path, ScalarNode | None, Node]] = []
        if self.sheet is not None:
            pending.append(((), None, self.sheet.root))
        while pending:
            path, key, node = pending.pop()
            yield path, key, node
            if isinstance(node, MappingNode):
                pending += [
                    ((*path, number), *entry)
                    for number, entry in enumerate(node.entries)
                ]
            elif isinstance(node, SequenceNode):
                pending += [
                    ((*path, number), None, item)
                    for number, item in enumerate(node.items)
                ]


def warn(
    code: str,
    message: str,
    span: Span,
    *,
    suggestion: str | None = None,
    fix: Fix | None = None,
    severity: Severity = Severity.WARNING,
) -> Problem:
    """Return a warning, or an error that does not keep the policy from working."""
    return Problem(code, message, span, Stage.LINT, severity, suggestion, fix)
