"""Warnings on policies that are legal and probably wrong.

Each rule looks at a checked document and yields warnings. What can't be used at all is
not dealt with here; that is an error of an earlier stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from .errors import Problem, Severity, Stage
from .grammar import PolicyDocument

LintRule = Callable[[PolicyDocument], Iterator[Problem]]


def _control_plane_paths(document: PolicyDocument) -> Iterator[Problem]:
    """`pomerium_routes` is documented, but those paths are open without it."""
    for node in document.criteria():
        if node.name == "pomerium_routes":
            yield Problem(
                "pomerium-routes-needless",
                "paths of the control plane are open without `pomerium_routes`",
                node.name_span,
                Stage.LINT,
                Severity.WARNING,
                suggestion="remove it",
            )


RULES: Final[tuple[LintRule, ...]] = (_control_plane_paths,)


def lint(document: PolicyDocument) -> tuple[Problem, ...]:
    """Return the warnings of all rules, in the order of the text."""
    found = (problem for rule in RULES for problem in rule(document))
    return tuple(sorted(found, key=lambda problem: problem.span))
