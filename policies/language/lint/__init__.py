"""Warnings on policies that are legal and probably wrong.

Each rule looks at a compiled policy and yields problems, each with a code that
`LINT.md` explains and, where there is one, a fix. What can't be used at all is not
dealt with here; that is an error of an earlier stage.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from policies.language.compiler import build_program
from policies.language.decoding import decode
from policies.language.errors import MAX_PROBLEMS, Report
from policies.language.grammar import read_document
from policies.language.modes import Edition
from policies.language.source import compose

from . import access, ids, logic, structure, times, values
from .view import NO_CONTEXT, LintContext, View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from policies.language.compiler import Program
    from policies.language.errors import Problem
    from policies.language.grammar import PolicyDocument

MOST_READ: Final = 24 * 1024  # characters, to see that fixes leave a policy
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

    `program` is the same policy compiled, if the caller has it already. A fix is only
    offered after the text that it leaves was read.
    """
    view = View(document, context, program)
    found = (problem for rule in RULES for problem in rule(view))
    sound = _with_sound_fixes(islice(found, MAX_PROBLEMS), document.source)
    return tuple(sorted(sound, key=lambda one: one.span))


def _with_sound_fixes(found: Iterable[Problem], source: str) -> Iterator[Problem]:
    """Take fixes away that leave what can't be read, or that nobody has time to try.

    They change as little as they can, which in odd texts, such as a comma on a line of
    its own, may be too little.
    """
    room = MOST_READ
    for problem in found:
        fix = problem.fix
        if fix is not None:
            room -= len(source)
            if room < 0 or not _can_be_read(fix.apply(source)):
                yield replace(problem, fix=None)
                continue
        yield problem


def _can_be_read(text: str) -> bool:
    report = Report()
    readable = decode(text, report)
    root = None if readable is None else compose(readable, report, saving=False)
    if readable is None or root is None:
        return False
    document = read_document(root, readable, report, saving=False)
    build_program(document, report, edition=Edition.ENTERPRISE)
    return not report.problems


__all__ = ["NO_CONTEXT", "LintContext", "lint"]
