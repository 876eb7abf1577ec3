"""Routes as generated functions, one for each, with the code shared by shape.

A thousand routes whose policies look alike share one piece of code and differ in its
constants. Only expressions of `leaves` are compiled, never text of a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from policies.language.compiler import Program
from policies.language.composition import RoutePolicy, evaluate_route
from policies.language.criteria.registry import Need
from policies.language.facts import NOTHING
from policies.language.modes import Mode

from .answers import ALLOWED, REFUSED, Answer, answer_of
from .reasoned import reasoned_source
from .shapes import Shapes
from .trees import PolicyTree, Tree, join, policy_tree, reduce

if TYPE_CHECKING:
    from policies.language.composition import RouteProgram, Verdict
    from policies.language.decision import Decision
    from policies.language.facts import Facts

    from .callers import Caller, Residual
    from .leaves import Leaf

Decide = Callable[["Caller", "Facts"], Answer]
DecideWithReasons = Callable[["Caller", "Facts"], "Decision"]

_IDENTITY_NEEDS: Final = frozenset(
    {Need.SESSION, Need.PERSON, Need.DIRECTORY, Need.DEVICES}
)
MAX_RESIDUALS: Final = 4096


class CompiledRoute:
    """A route ready for millions of decisions.

    `decide(caller, facts)` returns the Answer, `decide_with_reasons` the Decision as
    the evaluator gives it, but without traces. Routes with policies in another language
    are decided by `answer`, which takes their verdicts.
    """

    __slots__ = (
        "_anonymous",
        "_shapes",
        "decide",
        "decide_with_reasons",
        "guards",
        "program",
        "tree",
    )

    def __init__(
        self,
        program: RouteProgram,
        tree: Tree | None,
        guards: tuple[Leaf, ...],
        shapes: Shapes,
    ) -> None:
        self.program = program
        self.tree = tree
        self.guards = guards
        self._shapes = shapes
        self._anonymous: Answer | None = None
        self.decide: Decide = self.answer
        self.decide_with_reasons: DecideWithReasons = self._prepare_reasons
        if tree is not None:
            self.decide = shapes.function(tree, guards, self.answer)

    def answer(
        self, caller: Caller, facts: Facts, verdicts: Mapping[str, Verdict] = NOTHING
    ) -> Answer:
        """Ask the evaluator. What it says to nobody is remembered where it can be."""
        remembers = caller.is_anonymous and self.tree is not None
        if remembers and self._anonymous is not None:
            return self._anonymous
        found = evaluate_route(self.program, facts, Mode.POSTERN, verdicts).decision
        answer = answer_of(found.outcome, found.status)
        if remembers and self.program.needs <= _IDENTITY_NEEDS and _is_usual(facts):
            self._anonymous = answer
        return answer

    def decide_cached(self, caller: Caller, facts: Facts) -> Answer:
        """Decide by what is left of the route once this caller is known."""
        residual = caller.residuals.get(self)
        if residual is ALLOWED or residual is REFUSED:
            return residual
        if residual is None:
            residual = self.residual(caller)
        return residual if isinstance(residual, Answer) else residual(caller, facts)

    def _prepare_reasons(self, caller: Caller, facts: Facts) -> Decision:
        """Generate the function that gives reasons, when it is first wanted."""
        self.decide_with_reasons = self._evaluate
        if self.tree is not None:
            source = reasoned_source(*_programs(self.program))
            if source is not None:
                function = self._shapes.statements(*source, self._evaluate)
                self.decide_with_reasons = function
        return self.decide_with_reasons(caller, facts)

    def _evaluate(self, _: Caller, facts: Facts) -> Decision:
        return evaluate_route(self.program, facts, Mode.POSTERN).decision

    def residual(self, caller: Caller) -> Residual:
        """Work out, and remember, what is left to decide for a caller."""
        if len(caller.residuals) >= MAX_RESIDUALS:
            caller.residuals.clear()
        found = self._residual(caller)
        caller.residuals[self] = found
        return found

    def _residual(self, caller: Caller) -> Residual:
        if self.tree is None or caller.odd:
            return self.answer
        left = reduce(self.tree, lambda leaf: self._shapes.ask(leaf, caller))
        if not self.guards and isinstance(left, bool):
            return ALLOWED if left else REFUSED
        return self._shapes.function(left, self.guards, self.answer, knows_caller=True)


def _programs(route: RouteProgram) -> tuple[list[Program], list[Program]]:
    granting = [route.own, *(part.policy for part in route.policies)]
    enforced = [part.policy for part in route.enforced]
    return (
        [program for program in granting if isinstance(program, Program)],
        [program for program in enforced if isinstance(program, Program)],
    )


def _is_usual(facts: Facts) -> bool:
    return not (facts.directory.is_missing or facts.device_registry.is_missing)


class RouteCompiler:
    """Compiles routes; what they have in common is compiled once."""

    def __init__(self) -> None:
        self._shapes = Shapes()
        self._policies: dict[int, tuple[Program, PolicyTree]] = {}

    def compile(self, route: RouteProgram) -> CompiledRoute:
        """Compile everything that decides over a route."""
        granting = [RoutePolicy(None, route.own), *route.policies]
        if not all(
            isinstance(part.policy, Program) for part in (*granting, *route.enforced)
        ):
            return CompiledRoute(route, None, (), self._shapes)
        grants = [self._tree(part) for part in granting]
        ceilings = [self._tree(part) for part in route.enforced]
        every = [*grants, *ceilings]
        allowed = join("or", [part.allow for part in grants])
        tree = join(
            "and",
            [
                allowed,
                *[part.allow for part in ceilings if part.has_allow_rules],
                *[part.passes for part in every],
            ],
        )
        guards = {guard: None for part in every for guard in part.guards}
        return CompiledRoute(route, tree, tuple(guards), self._shapes)

    def _tree(self, part: RoutePolicy) -> PolicyTree:
        program = part.policy
        assert isinstance(program, Program)  # noqa: S101 - compile looked
        known = self._policies.get(id(program))
        if known is None:
            # The program is kept with its tree, so that its id stays its own.
            known = self._policies[id(program)] = (program, policy_tree(program))
        return known[1]

    def forget(self) -> None:
        """Let go of the policies seen so far; shapes of code are kept."""
        self._policies.clear()
