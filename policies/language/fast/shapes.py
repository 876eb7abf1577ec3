"""Source to functions: a shape of code is compiled once, then given its constants.

Constants are the defaults of parameters that nobody passes: a function of a known shape
is made without running anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from policies.language.modes import Mode

from .answers import ALLOWED, REFUSED
from .forms import SLOT, Form, Leaf
from .masks import Decisions
from .recordings import Recording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .callers import Caller
    from .trees import Join

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
# Each parameter is copied at each call, needed or not; more than these are one. Where
# all constants are needed at each call, copying pays longer.
MAX_PARAMETERS: Final = 12
MAX_PARAMETERS_OF_STATEMENTS: Final = 48
# Caller, facts, and the route.
_PARAMETERS: Final = 3
# So many differ only in an installation that makes them up; then begin again.
MAX_SHAPES: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """Code, and the tree that it was made of: with the constants of whoever was first.

    The constants of guards come before those of the tree.
    """

    code: CodeType
    tree: Leaf | Join
    guards: tuple[Leaf, ...]
    guard_slots: int


class Shapes:
    """The code seen so far, by its source."""

    __slots__ = ("_codes", "_names", "_shapes")

    def __init__(self) -> None:
        self._codes: dict[str, CodeType] = {}
        self._shapes: dict[tuple[str, str, bool], Shape] = {}
        self._names: dict[str, Any] = {
            "__builtins__": {"len": len},
            "A": ALLOWED,
            "R": REFUSED,
            "D": Decisions(),
            "E": Recording,
            "M": Mode.POSTERN,
        }

    def shape(
        self, tree: Leaf | Join, guards: Sequence[Leaf], *, knows_caller: bool = False
    ) -> Shape:
        """Return the shape of a tree.

        Its code asks the evaluator, by `S.answer`, where a guard fails, and about odd
        callers unless the tree was made for one who is not.
        """
        watches = " and ".join([guard.form.text for guard in guards])
        text = tree.order[1]
        key = (watches, text, knows_caller)
        found = self._shapes.get(key)
        if found is None:
            tests = "" if knows_caller else "if p.odd: return S.answer(p, f)\n"
            if watches:
                tests += f"if not ({watches}): return S.answer(p, f)\n"
            answer = f"{_locals(text)}return A if {_short(text)} else R"
            code = self._code(tests + answer)
            slots = sum([guard.form.slots for guard in guards])
            found = self._shapes[key] = Shape(code, tree, tuple(guards), slots)
        return found

    def function(
        self, code: CodeType, route: object, constants: Sequence[Any]
    ) -> Callable[..., Any]:
        """Return the function that code is with some constants; `route` is its `S`."""
        is_packed = code.co_argcount != _PARAMETERS + len(constants)
        held = (tuple(constants),) if is_packed else constants
        return FunctionType(code, self._names, "decide", (route, *held))

    def statements(
        self, source: str, route: object, constants: Sequence[Any]
    ) -> Callable[..., Any]:
        """Return the function of statements that name their slots in order.

        They end in a return; about odd callers the evaluator is asked, by `S.evaluate`.
        """
        text = f"{_locals(source)}{_short(source)}"
        body = f"if p.odd: return S.evaluate(p, f)\n{text}"
        code = self._code(body, MAX_PARAMETERS_OF_STATEMENTS)
        return self.function(code, route, constants)

    def ask(self, form: Form, constants: Sequence[Any], caller: Caller) -> bool:
        """Return the value of an identity criterion for one caller."""
        code = self._code(f"return {form.text}")
        return bool(self.function(code, None, constants)(caller, None))

    def _code(self, body: str, most: int = MAX_PARAMETERS) -> CodeType:
        found = self._codes.get(body)
        if found is None:
            if len(self._codes) >= MAX_SHAPES:
                self._codes.clear()
                self._shapes.clear()
            found = self._codes[body] = _compile(body, most)
        return found


def _compile(body: str, most: int) -> CodeType:
    text, names = _with_names(body, most)
    lines = text.replace("\n", "\n ")
    namespace: dict[str, Any] = {"__builtins__": {}}
    # The source is made of this package's own expressions; what policies say is among
    # the constants.
    exec(f"def decide(p, f, S{names}):\n {lines}", namespace)  # noqa: S102
    code: CodeType = namespace["decide"].__code__
    return code


def _with_names(text: str, most: int) -> tuple[str, str]:
    """Give each slot a name; return the source and the further parameters."""
    first, *others = text.split(SLOT)
    if len(others) > most:
        packed = [f"K[{number}]{other}" for number, other in enumerate(others)]
        return "".join([first, *packed]), ", K"
    parts = [first]
    for number, other in enumerate(others):
        parts += (f"k{number}", other)
    names = "".join(f", k{number}" for number in range(len(others)))
    return "".join(parts), names


def constants_in(function: Callable[..., Any]) -> tuple[Any, ...]:
    """Return the constants that a function was given."""
    found: tuple[Any, ...] = getattr(function, "__defaults__", None) or ()
    is_packed = function.__code__.co_varnames[3:4] == ("K",)
    return found[1] if is_packed else found[1:]


def _locals(text: str) -> str:
    """Return the statements that keep what is used often."""
    return "".join(
        f"v{number} = {name}\n"
        for number, name in enumerate(_FIELDS)
        if text.count(name) >= _WORTH_A_LOCAL
    )


def _short(text: str) -> str:
    """Return an expression that uses what was kept."""
    for number, name in enumerate(_FIELDS):
        if text.count(name) >= _WORTH_A_LOCAL:
            text = text.replace(name, f"v{number}")
    return text
