"""How rules are put together: operators that are alternatives, and `nor` misread."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from policies.language.grammar import Operator

from . import fixes
from .view import warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.language.errors import Problem

    from .view import View


def operators_are_alternatives(view: View) -> Iterator[Problem]:
    """Several operators in one rule, of which each is enough by itself."""
    firsts = sorted(
        (block[0] for block in view.blocks),
        key=lambda entry: entry.block.node.keyword_span,
    )
    for first, second in pairwise(firsts):
        if first.rule is second.rule:
            names = f"`{first.operator}` and `{second.operator}`"
            yield warn(
                "operators-are-alternatives",
                f"{names} are alternatives: either is enough",
                second.block.node.keyword_span,
                suggestion="write separate rules to show that, or put all under `and`",
                fix=fixes.separate(view, second),
            )


def misread_nor(view: View) -> Iterator[Problem]:
    """A `nor`, which holds unless all of its criteria do, and not only if none does."""
    for block in view.blocks:
        first = block[0]
        if first.operator is not Operator.NOR:
            continue
        fix = fixes.change_keyword(view, first, Operator.NOT)
        span = first.block.node.keyword_span
        if len(block) == 1:
            message = "with one criterion `nor` is the same as `not`"
            yield warn("single-nor", message, span, suggestion="write `not`", fix=fix)
        else:
            yield warn(
                "nor-is-not-none",
                "`nor` holds unless all of these do; one that fails is enough",
                span,
                suggestion="write `not` if none of them may hold",
                fix=fix,
            )


def needless_control_plane(view: View) -> Iterator[Problem]:
    """`pomerium_routes` is documented, but those paths are open without it."""
    for entry in view.entries:
        if entry.name == "pomerium_routes":
            yield warn(
                "pomerium-routes-needless",
                "paths of the control plane are open without `pomerium_routes`",
                entry.name_span,
                suggestion="remove it",
                fix=fixes.remove(view, entry, title="Remove it"),
            )
