"""Whether a policy could let in a request without a session.

Conservative: each criterion is taken by itself, and deny rules are left out, because
what must be known is whether the author opens something. Who may save or attach such a
policy is not decided here.
"""

from __future__ import annotations

from typing import Final

from .compiler import CompiledCriterion, CompiledOperator, Program, compile_policy
from .criteria import Anonymous
from .facts import Facts, Ssh
from .grammar import Action, PolicyDocument
from .modes import Mode
from .reasons import Reason

# What a criterion on a person can go by when nobody has signed in: nothing, and an SSH
# user name that was left empty.
_NOBODY: Final = (Facts(), Facts(ssh=Ssh(username="")))
# What a criterion can come to: its value, and whether its reason asks to sign in.
_Option = tuple[bool, bool]


def could_allow_anonymous(policy: PolicyDocument | Program) -> bool:
    """Return whether some allow rule could hold for somebody who hasn't signed in.

    A rule that only holds for a reason that leads to signing in does not count. May be
    true for a policy that never lets anybody in; never false for one that does.

    Raises:
        PolicyLanguageError: it is a document that can't be compiled.
    """
    program = policy if isinstance(policy, Program) else compile_policy(policy)
    return any(could_hold(block) for block in program.operators(Action.ALLOW))


def could_hold(block: CompiledOperator) -> bool:
    """Return whether one operator could hold without a session, and without asking."""
    options = [_inverted(entry, block.operator.inverts) for entry in block.criteria]
    passes = [(True, False) in found for found in options]
    if block.operator.needs_all:
        return all(passes)
    # The reasons of all that hold are joined, so a single one asks for the others too.
    return any(passes) and {(True, True)} not in options


def holds_for_nobody(entry: CompiledCriterion) -> bool:
    """Return whether a criterion on a person holds when nobody has signed in."""
    is_on_person = entry.criterion.anonymous is Anonymous.BY_DATA
    return is_on_person and (True, False) in _options(entry)


def _inverted(entry: CompiledCriterion, inverts: bool) -> set[_Option]:
    # An inverted criterion keeps its reason.
    return {(value is not inverts, asks) for value, asks in _options(entry)}


def _options(entry: CompiledCriterion) -> set[_Option]:
    criterion = entry.criterion
    asks = Reason.USER_UNAUTHENTICATED in criterion.when_false
    if criterion.anonymous is Anonymous.NEVER:
        return {(False, asks)}
    if criterion.anonymous is Anonymous.BY_DATA:
        return {_find(entry, mode, facts) for mode in _READINGS for facts in _NOBODY}
    return {(True, False), (False, False)} if criterion.when_false else {(True, False)}


_READINGS: Final = (Mode.POSTERN, Mode.CORE_INTENDED)


def _find(entry: CompiledCriterion, mode: Mode, facts: Facts) -> _Option:
    finding = entry.condition_for(mode).find(facts, mode)
    return bool(finding.value), finding.reason is Reason.USER_UNAUTHENTICATED
