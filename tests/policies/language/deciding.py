"""Deciding in tests: a policy text and facts to what a criterion found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.language import Decision, Mode, compile_policy, evaluate, explain, parse
from policies.language.facts import DirectoryUser, Facts, Person, Session

if TYPE_CHECKING:
    from policies.language.evaluator import CriterionResult

ANONYMOUS = Facts()


def signed_in(
    email: str = "ada@example.com",
    *,
    user_id: str = "u1",
    groups: tuple[str, ...] | None = None,
    claims: dict[str, Any] | None = None,
    **facts: Any,
) -> Facts:
    """Return the facts of a person with a session."""
    directory_user = None if groups is None else DirectoryUser(group_ids=groups)
    return Facts(
        session=Session(id="s1", user_id=user_id, claims=claims or {}),
        person=Person(id=user_id, email=email),
        directory_user=directory_user,
        **facts,
    )


def decide_on(policy: str, facts: Facts, mode: Mode = Mode.POSTERN) -> Decision:
    return evaluate(compile_policy(parse(policy)), facts, mode=mode)


def find(criterion: str, facts: Facts, mode: Mode = Mode.POSTERN) -> CriterionResult:
    """Return what one criterion, alone in an allow rule, found."""
    program = compile_policy(parse(f"allow: {{and: [{criterion}]}}"))
    tree = explain(program, facts, mode=mode).parts[0].tree
    assert tree is not None
    return tree.rules[0].operators[0].criteria[0]


def answer(
    criterion: str, facts: Facts, mode: Mode = Mode.POSTERN
) -> tuple[bool | None, str]:
    found = find(criterion, facts, mode)
    return found.value, found.reason.value
