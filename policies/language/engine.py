"""The questions that others ask of programs: decide, explain, compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from .canonical import program_key
from .compiler import Program, compile_policy
from .composition import (
    PartResult,
    RoutePolicy,
    RouteProgram,
    RouteResult,
    Verdict,
    evaluate_route,
)
from .decision import Decision, Trace, decide
from .evaluator import evaluate_program
from .facts import NOTHING, Facts
from .modes import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .grammar import PolicyDocument


class Explanation(Protocol):
    """A decision with the tree behind it: policies, rules, operators, criteria.

    The first part holds the route's own rules. A part knows whether it is enforced, and
    then the ceiling that it puts up.
    """

    @property
    def decision(self) -> Decision:
        """The answer, with the reasons of both sides."""

    @property
    def parts(self) -> tuple[PartResult, ...]:
        """What each policy said, with its tree unless it is a foreign one."""


def explain(
    program: Program | RouteProgram,
    facts: Facts,
    *,
    mode: Mode = Mode.POSTERN,
    verdicts: Mapping[str, Verdict] = NOTHING,
) -> Explanation:
    """Decide, and return everything that was looked at on the way."""
    if isinstance(program, RouteProgram):
        return evaluate_route(program, facts, mode, verdicts)
    tree = evaluate_program(program, facts, mode)
    trace = Trace(None, tree.allow, tree.deny)
    part = PartResult(RoutePolicy(None, program), tree.allow, tree.deny, tree)
    return RouteResult(decide(tree.allow, tree.deny, (trace,)), (part,))


def evaluate(
    program: Program | RouteProgram,
    facts: Facts,
    *,
    mode: Mode = Mode.POSTERN,
    verdicts: Mapping[str, Verdict] = NOTHING,
) -> Decision:
    """Decide over a request, by one policy or by everything on a route.

    Verdicts of foreign policies are given by id; one without a verdict denies.
    """
    return explain(program, facts, mode=mode, verdicts=verdicts).decision


def meaning_key(document: PolicyDocument) -> str:
    """Return a digest that is equal for documents that enforce the same.

    Raises:
        PolicyLanguageError: the document can't be compiled.
    """
    return program_key(compile_policy(document))
