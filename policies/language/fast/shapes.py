"""Source to functions: a shape of code is compiled once, then given its constants.

Constants are the defaults of parameters that nobody passes: a function of a known shape
is made without running anything.
"""

from __future__ import annotations

from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

from .answers import ALLOWED, REFUSED
from .leaves import SLOT, Leaf
from .masks import Decisions
from .trees import spelt_out

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .callers import Caller
    from .trees import Tree

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

    __slots__ = ("_codes", "_names")

    def __init__(self) -> None:
        self._codes: dict[tuple[str, ...], CodeType] = {}
        self._names: dict[str, Any] = {
            "__builtins__": {"len": len},
            "A": ALLOWED,
            "R": REFUSED,
            "D": Decisions(),
        }

    def function(
        self,
        tree: Tree,
        guards: Sequence[Leaf],
        ask: Callable[..., Any],
        *,
        knows_caller: bool = False,
    ) -> Callable[..., Any]:
        """Return the function of a tree.

        It asks the evaluator, by `ask`, where a guard fails, and about odd callers
        unless the tree was made for one who is not.
        """
        whole = spelt_out(tree)
        watches = " and ".join([guard.text for guard in guards])
        key = ("knows" if knows_caller else "", watches, whole.text)
        code = self._codes.get(key)
        if code is None:
            tests = "" if knows_caller else "if p.odd: return S(p, f)\n"
            if watches:
                tests += f"if not ({watches}): return S(p, f)\n"
            test = f"{_locals(whole.text)}return A if {_short(whole.text)} else R"
            code = self._compile(key, tests + test)
        held = sum((guard.constants for guard in guards), ())
        return FunctionType(code, self._names, "decide", (ask, *held, *whole.constants))

    def statements(
        self, source: str, constants: Sequence[Any], ask: Callable[..., Any]
    ) -> Callable[..., Any]:
        """Return the function of statements that name their slots in order."""
        key = ("statements", source)
        code = self._codes.get(key) or self._compile(key, source)
        return FunctionType(code, self._names, "decide", (ask, *constants))

    def ask(self, leaf: Leaf, caller: Caller) -> bool:
        """Return the value of an identity criterion for one caller."""
        key = ("leaf", leaf.text)
        code = self._codes.get(key) or self._compile(key, f"return {leaf.text}")
        function = FunctionType(code, self._names, "ask", (None, *leaf.constants))
        return bool(function(caller, None))

    def _compile(self, key: tuple[str, ...], body: str) -> CodeType:
        if len(self._codes) >= MAX_SHAPES:
            self._codes.clear()
        text, names = _with_names(body)
        lines = text.replace("\n", "\n ")
        namespace: dict[str, Any] = {"__builtins__": {}}
        # The source is made of this package's own expressions; what policies say is
        # among the constants.
        exec(f"def decide(p, f, S{names}):\n {lines}", namespace)  # noqa: S102
        code: CodeType = namespace["decide"].__code__
        self._codes[key] = code
        return code


def _with_names(text: str) -> tuple[str, str]:
    """Give each slot a name; return the source and the further parameters."""
    first, *others = text.split(SLOT)
    parts = [first]
    for number, other in enumerate(others):
        parts += (f"k{number}", other)
    names = "".join(f", k{number}" for number in range(len(others)))
    return "".join(parts), names


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
