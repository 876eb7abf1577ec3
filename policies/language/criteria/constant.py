"""The criteria that look at nothing: `accept` and `reject`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.language.nodes import ScalarNode
from policies.language.reasons import Reason
from policies.texts import worded

from .registry import Anonymous, Criterion, Finding, Group, MatcherKind, Widget

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode
    from policies.language.matchers import Context
    from policies.language.modes import Mode

_FALSY = {None, False, "", "false", "no", "off"}


def ignore_data(node: CriterionNode, context: Context) -> None:
    """Accept any data, but don't save what reads as if the criterion were off."""
    data = node.data
    reads_as_off = not isinstance(data, ScalarNode) or data.value in _FALSY
    if reads_as_off:
        context.unsavable(
            "data-ignored",
            worded("what stands behind it is ignored, so this is not switched off"),
            data.span if data.span.length else node.name_span,
            suggestion=worded("write `true`, or remove the criterion"),
        )


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool

    def find(self, facts: Facts, mode: Mode) -> Finding:
        return Finding(self.value, Reason.ACCEPT if self.value else Reason.REJECT)


def _read_accept(node: CriterionNode, context: Context) -> Constant:
    ignore_data(node, context)
    return Constant(True)


def _read_reject(node: CriterionNode, context: Context) -> Constant:
    ignore_data(node, context)
    return Constant(False)


ACCEPT = Criterion(
    name="accept",
    label=worded("Anyone"),
    help=worded(
        "Always holds. In an allow rule it opens the route to anonymous visitors."
    ),
    example="accept: true",
    group=Group.CONSTANT,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("nothing"),
    when_true=(Reason.ACCEPT,),
    when_false=(),
    read=_read_accept,
)
REJECT = Criterion(
    name="reject",
    label=worded("No one"),
    help=worded("Never holds. Below `not` or `nor` it always does."),
    example="reject: true",
    group=Group.CONSTANT,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("nothing"),
    when_true=(),
    when_false=(Reason.REJECT,),
    anonymous=Anonymous.NEVER,
    read=_read_reject,
)
