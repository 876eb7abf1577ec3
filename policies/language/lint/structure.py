"""How rules are put together: operators that are alternatives, and `nor` misread."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from policies.language.grammar import Operator
from policies.texts import worded

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
            names = worded(
                "`%(operator)s` and `%(operator_2)s`",
                operator=first.operator,
                operator_2=second.operator,
            )
            yield warn(
                "operators-are-alternatives",
                worded("%(names)s are alternatives: either is enough", names=names),
                second.block.node.keyword_span,
                suggestion=worded(
                    "write separate rules to show that, or put all under `and`"
                ),
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
            message = worded("with one criterion `nor` is the same as `not`")
            yield warn(
                "single-nor", message, span, suggestion=worded("write `not`"), fix=fix
            )
        else:
            yield warn(
                "nor-is-not-none",
                worded("`nor` holds unless all of these do; one that fails is enough"),
                span,
                suggestion=worded("write `not` if none of them may hold"),
                fix=fix,
            )


def needless_control_plane(view: View) -> Iterator[Problem]:
    """`pomerium_routes` is documented, but those paths are open without it."""
    for entry in view.entries:
        if entry.name == "pomerium_routes":
            yield warn(
                "pomerium-routes-needless",
                worded("paths of the control plane are open without `pomerium_routes`"),
                entry.name_span,
                suggestion=worded("remove it"),
                fix=fixes.remove(view, entry, title=worded("Remove it")),
            )
