"""Source to functions: a shape of code is compiled once, then given its constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from .answers import ALLOWED, REFUSED
from .leaves import SLOT, Leaf
from .trees import render

if TYPE_CHECKING:
    from .callers import Caller
    from .trees import Tree

Factory = Callable[..., Callable[..., Any]]

_FIELDS: Final = (
    "p.groups",
    "p.email",
    "p.domain",
    "p.user_id",
    "p.claims",
    "f.request.method",
    "f.request.path",
)
# From how many uses on a field is worth a local variable.
_WORTH_A_LOCAL: Final = 4
# So many differ only in an installation that makes them up; then begin again.
MAX_SHAPES: Final = 20_000


class Shapes:
    """The code seen so far, by its source."""

    __slots__ = ("_factories",)

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}

    def function(
        self, tree: Tree, guards: tuple[Leaf, ...], ask: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return the function of a tree.

        It asks the evaluator, by `ask`, about odd callers and where a guard fails.
        """
        constants: list[object] = []
        guard = " and ".join(render(leaf, constants) for leaf in guards)
        test = render(tree, constants)
        return self._factory(guard, test)(ask, ALLOWED, REFUSED, *constants)

    def ask(self, leaf: Leaf, caller: Caller) -> bool:
        """Return the value of an identity criterion for one caller."""
        factory = self._factories.get(leaf.text)
        if factory is None:
            source, names = _with_names(leaf.text)
            factory = self._compile(leaf.text, names, f"return {source}", "p")
        return bool(factory(*leaf.constants)(caller))

    def _factory(self, guard: str, test: str) -> Factory:
        shape = f"{guard}\n{test}"
        factory = self._factories.get(shape)
        if factory is None:
            source, names = _with_names(shape)
            body = _body(*source.split("\n"))
            factory = self._compile(shape, f"S, A, R, {names}", body, "p, f")
        return factory

    def _compile(self, shape: str, names: str, body: str, arguments: str) -> Factory:
        if len(self._factories) >= MAX_SHAPES:
            self._factories.clear()
        source = (
            f"def make({names}):\n def decide({arguments}):\n  {body}\n return decide"
        )
        namespace: dict[str, Any] = {"__builtins__": {"len": len}}
        # The source is made of this package's own expressions; what policies say is
        # among the constants.
        exec(source, namespace)  # noqa: S102
        factory: Factory = namespace["make"]
        self._factories[shape] = factory
        return factory


def _with_names(text: str) -> tuple[str, str]:
    """Give each slot a name; return the source and the list of names."""
    first, *others = text.split(SLOT)
    parts = [first]
    for number, other in enumerate(others):
        parts += (f"k{number}", other)
    return "".join(parts), ", ".join(f"k{number}" for number in range(len(others)))


def _body(guard: str, test: str) -> str:
    lines = ["if p.odd: return S(p, f)"]
    if guard:
        lines.append(f"if not ({guard}): return S(p, f)")
    for number, field in enumerate(_FIELDS):
        if test.count(field) >= _WORTH_A_LOCAL:
            lines.append(f"v{number} = {field}")
            test = test.replace(field, f"v{number}")
    lines.append(f"return A if {test} else R")
    return "\n  ".join(lines)
