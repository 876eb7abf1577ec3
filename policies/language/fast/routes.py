"""Routes as generated functions, one for each, with the code shared by shape.

A thousand routes whose policies look alike share one piece of code and differ in its
constants. Only expressions of `forms` are compiled, never text of a policy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from policies.language.compiler import Program
from policies.language.composition import evaluate_route
from policies.language.criteria.registry import Need
from policies.language.facts import NOTHING, Facts, Request
from policies.language.modes import Mode

from .answers import ALLOWED, REFUSED, Answer, answer_of
from .recorded import recording_source
from .recordings import Plan
from .shapes import Shape, Shapes, constants_in
from .trees import (
    PolicyTree,
    constants_of,
    join,
    policy_tree,
    reduce,
    sees_the_method_only,
    spelt_out,
)

if TYPE_CHECKING:
    from policies.language.composition import RouteProgram, Verdict
    from policies.language.engine import Explanation

    from .callers import Caller, Residual

Decide = Callable[["Caller", "Facts"], Answer]
Explain = Callable[["Caller", "Facts"], "Explanation"]

_IDENTITY_NEEDS: Final = frozenset(
    {Need.SESSION, Need.PERSON, Need.DIRECTORY, Need.DEVICES}
)
MAX_RESIDUALS: Final = 4096
MAX_TREES: Final = 20_000


class CompiledRoute:
    """A route ready for millions of decisions.

    `decide(caller, facts)` returns the Answer, `explain(caller, facts)` an Explanation:
    the decision with all reasons, and a tree for whoever reads it. Both are functions,
    to be kept where time counts: looking one up costs as much as a small decision.
    Routes with policies in another language are decided by `answer`, which takes their
    verdicts.
    """

    __slots__ = (
        "_anonymous",
        "_shape",
        "_shapes",
        "decide",
        "explain",
        "program",
    )

    def __init__(
        self,
        program: RouteProgram,
        shapes: Shapes,
        shape: Shape | None = None,
        constants: tuple[Any, ...] = (),
    ) -> None:
        self.program = program
        self._shapes = shapes
        self._shape = shape
        self._anonymous: Answer | None = None
        self.decide: Decide = self.answer
        self.explain: Explain = self._prepare_explaining
        if shape is not None:
            self.decide = shapes.function(shape.code, self, constants)

    def answer(
        self, caller: Caller, facts: Facts, verdicts: Mapping[str, Verdict] = NOTHING
    ) -> Answer:
        """Ask the evaluator. What it says to nobody is remembered where it can be."""
        remembers = caller.is_anonymous and self._shape is not None
        if remembers and self._anonymous is not None:
            return self._anonymous
        found = evaluate_route(self.program, facts, Mode.POSTERN, verdicts).decision
        answer = answer_of(found.outcome, found.status)
        if remembers and self.program.needs <= _IDENTITY_NEEDS and _is_usual(facts):
            self._anonymous = answer
        return answer

    def decide_cached(self, caller: Caller, facts: Facts) -> Answer:
        """Decide by what is left of the route once this caller is known."""
        try:
            left = caller.residuals[self]
        except KeyError:
            left = self.residual(caller)
        if left is ALLOWED or left is REFUSED:
            return left
        if type(left) is dict:
            try:
                found: Answer = left[facts.request.method]
            except KeyError:
                # A method that nobody has heard of; not worth remembering.
                return self.decide(caller, facts)
            return found
        return left(caller, facts)  # type: ignore[operator]

    def _prepare_explaining(self, caller: Caller, facts: Facts) -> Explanation:
        """Generate the function that explains, when it is first wanted."""
        self.explain = self.evaluate
        source = None
        if self._shape is not None:
            source = recording_source(*_programs(self.program))
        if source is not None:
            plan = Plan(self.program, source.kinds)
            constants = (*source.constants, plan)
            self.explain = self._shapes.statements(source.text, self, constants)
        return self.explain(caller, facts)

    def evaluate(self, _: Caller, facts: Facts) -> Explanation:
        """Ask the evaluator for everything."""
        return evaluate_route(self.program, facts, Mode.POSTERN)

    def residual(self, caller: Caller) -> Residual:
        """Work out, and remember, what is left to decide for a caller."""
        if len(caller.residuals) >= MAX_RESIDUALS:
            caller.residuals.clear()
        found = self._residual(caller)
        caller.residuals[self] = found
        return found

    def _residual(self, caller: Caller) -> Residual:
        shape, shapes = self._shape, self._shapes
        if shape is None or caller.odd:
            return self.answer
        constants = constants_in(self.decide)
        watched = constants[: shape.guard_slots]
        left = reduce(
            shape.tree,
            iter(constants[shape.guard_slots :]),
            lambda form, own: shapes.ask(form, own, caller),
        )
        if not shape.guards and isinstance(left, bool):
            return ALLOWED if left else REFUSED
        whole = spelt_out(left)
        code = shapes.shape(whole, shape.guards, knows_caller=True).code
        function = shapes.function(code, self, (*watched, *constants_of(whole)))
        if shape.guards or not sees_the_method_only(whole):
            return function
        return _answers(*[function(caller, facts) for facts in _REQUESTS])


@lru_cache(maxsize=4096)
def _answers(*answers: Answer) -> dict[str | None, Answer]:
    """Return the answers by method; the many who are told the same share them."""
    return dict(zip(_METHODS, answers, strict=True))


_METHODS: Final = (
    *("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"),
    None,
)
_REQUESTS: Final = [Facts(request=Request(method=method)) for method in _METHODS]


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
        self._trees: dict[int, PolicyTree] = {}

    def compile(self, route: RouteProgram) -> CompiledRoute:
        """Compile everything that decides over a route."""
        # Most routes have no rules of their own.
        own = [route.own] if route.own.rules else []
        granting = [*own, *[part.policy for part in route.policies]]
        enforced = [part.policy for part in route.enforced]
        if any(not isinstance(one, Program) for one in (*granting, *enforced)):
            return CompiledRoute(route, self._shapes)
        grants = [self._tree(one) for one in granting]
        ceilings = [self._tree(one) for one in enforced]
        every = [*grants, *ceilings]
        tree = join(
            "and",
            [
                join("or", [part.allow for part in grants]),
                *[part.allow for part in ceilings if part.has_allow_rules],
                *[part.passes for part in every],
            ],
        )
        guards = [guard for part in every for guard in part.guards]
        whole = spelt_out(tree)
        shape = self._shapes.shape(whole, guards)
        constants = [one for guard in guards for one in guard.constants]
        return CompiledRoute(
            route, self._shapes, shape, (*constants, *constants_of(whole))
        )

    def _tree(self, program: Any) -> PolicyTree:
        known = self._trees.get(id(program))
        if known is None:
            if len(self._trees) >= MAX_TREES:
                self._trees.clear()
            # A tree keeps its program, so that the id of that stays its own.
            known = self._trees[id(program)] = policy_tree(program)
        return known

    def forget(self) -> None:
        """Let go of the policies seen last; shapes of code are kept."""
        self._trees.clear()
