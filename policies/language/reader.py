"""Text to a checked tree: all stages of reading, with all problems at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import source
from .compiler import Program, build_program
from .decoding import decode
from .errors import PolicyLanguageError, Problem, Report, Stage
from .grammar import PolicyDocument, read_document
from .lint import NO_CONTEXT, LintContext, lint
from .modes import Edition

if TYPE_CHECKING:
    from collections.abc import Iterable

# A document with problems of these stages can't be compiled, so neither be linted.
_REFUSALS: Final = {Stage.PARSE, Stage.GENERATE, Stage.COMPILE}


def parse(
    text: str | bytes,
    *,
    saving: bool = False,
    edition: Edition = Edition.ENTERPRISE,
) -> PolicyDocument:
    """Read a policy and check that it can be compiled.

    With `saving`, what is legal but silently means nothing is an error as well.

    Raises:
        PolicyLanguageError: with all problems of parsing, generating and compiling.
    """
    document, problems = read(text, saving=saving, edition=edition)
    if document is None or problems:
        raise PolicyLanguageError(problems)
    return document


def check(
    text: str | bytes,
    *,
    saving: bool = True,
    edition: Edition = Edition.ENTERPRISE,
    context: LintContext = NO_CONTEXT,
) -> tuple[Problem, ...]:
    """Return everything that is wrong or dubious about a policy, in text order."""
    report = Report()
    program = _program(text, report, saving=saving, edition=edition)
    problems = report.in_text_order()
    # A full report may have left out what keeps it from being compiled.
    if program is None or report.is_full or _refuses(problems):
        return problems
    # What can't be saved anyway needs no warning at the same place.
    refused = {problem.span for problem in problems}
    warnings = lint(program.document, context=context, program=program)
    found = (*problems, *(one for one in warnings if one.span not in refused))
    return tuple(sorted(found, key=lambda problem: problem.span))


def _refuses(problems: Iterable[Problem]) -> bool:
    return any(problem.stage in _REFUSALS for problem in problems)


def read(
    text: str | bytes,
    *,
    saving: bool = False,
    edition: Edition = Edition.ENTERPRISE,
) -> tuple[PolicyDocument | None, tuple[Problem, ...]]:
    """Return what can be read of a policy, and everything that is wrong with it."""
    report = Report()
    program = _program(text, report, saving=saving, edition=edition)
    document = None if program is None else program.document
    return document, report.in_text_order()


def _program(
    text: str | bytes, report: Report, *, saving: bool, edition: Edition
) -> Program | None:
    """Return what can be compiled of a policy, None if it can't be read at all."""
    readable = decode(text, report)
    if readable is None:
        return None
    root = source.compose(readable, report, saving=saving)
    if root is None:
        return None
    document = read_document(root, readable, report, saving=saving)
    return build_program(document, report, edition=edition, saving=saving)
