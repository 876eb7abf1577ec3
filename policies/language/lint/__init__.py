"""Warnings on policies that are legal and probably wrong.

Each rule looks at a compiled policy and yields problems, each with a code that
`LINT.md` explains and, where there is one, a fix. What can't be used at all is not
dealt with here; that is an error of an earlier stage.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from policies.language.errors import MAX_PROBLEMS

from . import access, ids, logic, structure, times, values
from .view import NO_CONTEXT, LintContext, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from policies.language.compiler import Program
    from policies.language.errors import Problem
    from policies.language.grammar import PolicyDocument

# The gravest first: of very many warnings only the first are shown.
RULES: Final[tuple[Callable[[View], Iterator[Problem]], ...]] = (
    access.passes_without_session,
    access.identity_in_deny,
    access.ceilings,
    access.certificate_not_verified,
    access.covers_the_rest,
    logic.contradictions,
    logic.never_holds,
    logic.always_holds,
    structure.operators_are_alternatives,
    structure.misread_nor,
    values.blank_operands,
    values.lists_instead_of_in,
    values.addresses,
    values.domains,
    values.paths,
    values.methods,
    values.patterns,
    values.numbers,
    ids.groups,
    ids.devices,
    ids.claims,
    ids.networks,
    times.windows,
    times.past_dates,
    times.zones,
    logic.repetitions,
    structure.needless_control_plane,
)


def lint(
    document: PolicyDocument,
    *,
    context: LintContext = NO_CONTEXT,
    program: Program | None = None,
) -> tuple[Problem, ...]:
    """Return what is dubious about a policy, in the order of the text.

    `program` is the same policy compiled, if the caller has it already.
    """
    view = View(document, context, program)
    found = (problem for rule in RULES for problem in rule(view))
    return tuple(sorted(islice(found, MAX_PROBLEMS), key=lambda one: one.span))


__all__ = ["NO_CONTEXT", "LintContext", "lint"]
