"""Routes as statements that ask every criterion once, and keep what each one found.

Nothing is cut short. Where alternatives hold, the reasons are of those that do; where
none does, of all. For what must hold together it is the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria.device import Device
from policies.language.grammar import Action

from .forms import SLOT
from .leaves import plain_leaf
from .masks import NO_REASON, bits_of, signing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from policies.language.compiler import (
        CompiledCriterion,
        CompiledOperator,
        Program,
    )

    from .forms import Kind, Leaf

# Python's own compiler does not take expressions of any length.
_MOST_AT_ONCE: Final = 40
_CLAIM: Final = f"p.claims[{SLOT}]"


@dataclass(frozen=True, slots=True)
class Source:
    """Statements, their constants, and the kind of each criterion that is quick.

    They return a recording, whose plan takes the last slot: with the decision and, of
    each criterion in the order in which it is written, the value, or the finding where
    it was asked as the evaluator asks it.
    """

    text: str
    constants: tuple[Any, ...]
    kinds: tuple[Kind | None, ...]


def recording_source(
    granting: Sequence[Program], enforced: Sequence[Program]
) -> Source | None:
    """Return how to record what a route finds, or None if results come with data."""
    every = [*granting, *enforced]
    if any(_gives_data(program) for program in every):
        return None
    writer = _Writer()
    rules = [(program, list(writer.places(program))) for program in every]
    count = len(granting)
    writer.write("a", writer.either(_of(rules[:count], Action.ALLOW)))
    denying = list(_of(rules, Action.DENY))
    for number, (program, places) in enumerate(rules[count:]):
        if program.has(Action.ALLOW):
            allowed = writer.either(_of([(program, places)], Action.ALLOW))
            denying.append(writer.write(f"e{number}", f"-({allowed})"))
    writer.write("d", writer.either(denying))
    values = "".join(f"{name}, " for name in writer.values)
    text, constants = writer.source()
    text += f"\nreturn E((D[a, d], {SLOT}, f, ({values})))"
    return Source(text, constants, tuple(writer.kinds))


def _gives_data(program: Program) -> bool:
    return any(
        isinstance(entry.condition, Device)
        for rule in program.rules
        for block in rule.operators
        for entry in block.criteria
    )


@dataclass(slots=True, eq=False)
class _Test:
    """A quick criterion: written out where it is met first, then named."""

    name: str
    text: str
    constants: tuple[Any, ...]
    when_true: int
    when_false: int
    is_written: bool = False


# What is joined: a test and whether it is inverted, or a name for a signed result.
_Item = tuple[_Test, bool] | str
_Places = list[tuple[Action, list[_Item]]]


def _of(rules: Iterable[tuple[Program, _Places]], action: Action) -> Iterator[_Item]:
    for _, places in rules:
        for place, items in places:
            if place is action:
                yield from items


class _Writer:
    """Writes statements, in which each slot says which constant it is for."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._constants: list[Any] = []
        self.values: list[str] = []
        self.kinds: list[Kind | None] = []
        self._claims: dict[str, str] = {}
        self._tests: dict[tuple[str, Kind, tuple[Any, ...]], _Test] = {}

    def write(self, name: str, text: str) -> str:
        """Write that a variable is what an expression says; return its name."""
        self.lines.append(f"{name} = {text}")
        return name

    def _marked(self, text: str, constants: Iterable[Any]) -> str:
        """Return an expression that says which constant goes into which slot."""
        first, *others = text.split(SLOT)
        parts = [first]
        for constant, other in zip(constants, others, strict=True):
            parts.append(f"{SLOT}{len(self._constants)}{SLOT}{other}")
            self._constants.append(constant)
        return "".join(parts)

    def source(self) -> tuple[str, tuple[Any, ...]]:
        """Return what was written, and the constants in the order of their slots."""
        first, *others = "\n".join(self.lines).split(SLOT)
        numbers, texts = others[::2], others[1::2]
        constants = tuple(self._constants[int(number)] for number in numbers)
        return SLOT.join([first, *texts]), constants

    def places(self, program: Program) -> Iterator[tuple[Action, list[_Item]]]:
        """Iterate over the operators of a policy: the action, and its alternatives."""
        for rule in program.rules:
            for block in rule.operators:
                yield rule.action, self._alternatives(block, rule.action)

    def _alternatives(self, block: CompiledOperator, action: Action) -> list[_Item]:
        operator = block.operator
        items = [
            self._item(entry, action, inverts=operator.inverts)
            for entry in block.criteria
        ]
        if not operator.needs_all or len(items) == 1:
            return items
        # All hold unless one of the opposites does, which has the same reasons.
        text = self.either(_opposite(item) for item in items)
        return [self.write(f"b{len(self.lines)}", f"-({text})")]

    def _item(
        self, entry: CompiledCriterion, action: Action, *, inverts: bool
    ) -> _Item:
        leaf = plain_leaf(entry.condition)
        name = f"c{len(self.values)}"
        if leaf is None:
            self.values.append(name)
            self.kinds.append(None)
            self.write(name, self._marked(f"{SLOT}(f, M)", (entry.condition.find,)))
            sign = signing(action, inverts=inverts)
            return self.write(f"s{name}", self._marked(f"{SLOT}({name})", (sign,)))
        kind = leaf.form.kind
        key = (leaf.form.text, kind, leaf.constants)
        test = self._tests.get(key)
        if test is None:
            when_true, when_false = bits_of(kind.when_true), bits_of(kind.when_false)
            text, constants = self._with_claims_once(leaf)
            test = _Test(name, text, constants, when_true, when_false)
            self._tests[key] = test
        self.values.append(test.name)
        self.kinds.append(kind)
        return test, inverts

    def _with_claims_once(self, leaf: Leaf) -> tuple[str, tuple[Any, ...]]:
        """Return a test that looks a claim up only if none before it has done so."""
        text, constants = leaf.form.text, leaf.constants
        if leaf.form.family is None or _CLAIM not in text:
            return text, constants
        path = constants[-1]
        if path not in self._claims:
            name = f"m{len(self._claims)}"
            self._claims[path] = self.write(name, self._marked(_CLAIM, (path,)))
        return text.replace(_CLAIM, self._claims[path]), constants[:-1]

    def either(self, items: Iterable[_Item]) -> str:
        """Return the signed result of alternatives, as an expression."""
        names: list[str] = []
        alike: dict[tuple[bool, int, int], list[_Test]] = {}
        for item in items:
            if isinstance(item, str):
                names.append(item)
            else:
                test, inverts = item
                kind = (inverts, test.when_true, test.when_false)
                alike.setdefault(kind, []).append(test)
        common = 0
        deciding = []
        for (inverts, when_true, when_false), tests in alike.items():
            deciding.append(self._deciding(tests, inverts=inverts))
            common |= when_true if inverts else when_false
        deciding += [f"({name} if {name} > 0 else 0)" for name in names]
        if not deciding:
            return str(-NO_REASON)
        others = [f"-{name}" for name in names]
        rest = self._united("|", [str(common), *others] if common else others)
        return f"{self._united('|', deciding)} or -({rest})"

    def _deciding(self, tests: list[_Test], *, inverts: bool) -> str:
        """Return the reason of tests that share it, if one of them decides."""
        values = [self._value(test) for test in tests]
        if inverts:
            return f"(0 if {self._united('&', values)} else {tests[0].when_false})"
        return f"({tests[0].when_true} if {self._united('|', values)} else 0)"

    def _value(self, test: _Test) -> str:
        if test.is_written:
            return test.name
        test.is_written = True
        return f"({test.name} := {self._marked(test.text, test.constants)})"

    def _united(self, sign: str, parts: list[str]) -> str:
        """Return parts as one expression; of many, most are written beforehand."""
        name = f"u{len(self.lines)}"
        while len(parts) > _MOST_AT_ONCE:
            self.write(name, f" {sign} ".join(parts[:_MOST_AT_ONCE]))
            parts = [name, *parts[_MOST_AT_ONCE:]]
        return f" {sign} ".join(parts)


def _opposite(item: _Item) -> _Item:
    if isinstance(item, str):
        return item.removeprefix("-") if item.startswith("-") else f"-{item}"
    test, inverts = item
    return test, not inverts
