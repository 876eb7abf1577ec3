"""Random programs in Rego, many of them hostile, from a grammar.

The grammar knows the types of the built-ins, so that a good part compiles and decides
something; now and then it does not care. One in twenty is a text that is known to be
hostile, as it is or with its lines and words mixed into others.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policies.rego import inputs
from policies.rego.builtins import GUARDED
from tests.policies.rego.test_checking import (
    REFUSED_AT_SAVE,
    REFUSED_BY_CORE,
    REFUSED_CALLS,
    SHAPES,
)
from tests.policies.rego.test_limits import HARMLESS, HOSTILE

if TYPE_CHECKING:
    import random

SEEDS: Final = [
    *HOSTILE.values(),
    *HARMLESS.values(),
    *SHAPES,
    *REFUSED_CALLS,
    *(source for source, *_ in REFUSED_AT_SAVE),
    *(source for source, _ in REFUSED_BY_CORE),
]
SMALL_SEEDS: Final = [one for one in SEEDS if len(one) < 1000]
STRINGS: Final = [
    '"a"',
    '""',
    '"é"',
    '"10.0.0.0/8"',
    '"GET"',
    '"/admin"',
    '"12"',
    '"^a+"',
    '"2026-03-04T10:30:00Z"',
    '"[1, {}]"',
    '"%d and %s"',
    "input.http.path",
    "input.http.method",
    "input.session.id",
    "input.http.ip",
    'input.http.headers["User-Agent"]',
]
LITERALS: Final = {
    "string": STRINGS,
    "number": ["0", "1", "-1", "2.5", "7", "12345678901234567890", "count(xs)"],
    "boolean": ["true", "false", "input.is_valid_client_certificate", "helper"],
    "array": ["[]", "[1]", '["a", 2]', "[[1], {1}]", "xs", "[null, true]"],
    "set": ["set()", "{1}", '{"a", 2}', "{[1]}", "names"],
    "object": [
        "{}",
        '{"a": 1}',
        '{"a": {"b": [1]}, "c": null}',
        "input.http.headers",
        "input.session",
        f'get_databroker_record("{inputs.USER}", input.session.user_id)',
        f'get_databroker_record("{inputs.SESSION}", input.session.id)',
    ],
    "any": ["null", "x", "x", "1", '"a"', "true", "input.http.zero", "xs"],
}
LITERALS["list"] = [*LITERALS["array"], *LITERALS["set"]]
LITERALS["collection"] = [*LITERALS["list"], *LITERALS["object"], *STRINGS]
KINDS: Final = tuple(LITERALS)
BY_RESULT: Final = {
    kind: [one for one in GUARDED.values() if kind in {one.result, "any"}]
    for kind in KINDS
}
COMPARISONS: Final = ("==", "!=", "<", "<=", ">", ">=")
HEADS: Final = ("allow", "allow", "allow", "deny", "helper")
RESULTS: Final = ("true", "false", "[true]", '[true, {"r"}]', "[false, []]", "1", "xs")
COMMON: Final = 'xs := [1, "a", input.http.path]\nnames := {"a", "b", 3}\n'
_WORD: Final = re.compile(r"\w+|\s+|.", re.DOTALL)
_CARELESS: Final = 0.08
_DEEPEST: Final = 3


class Programs:
    """Draws programs; `chance` decides everything."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def draw(self) -> str:
        """Return a program, hostile or merely odd."""
        kind = self.chance.random()
        if kind < 0.02:
            return self.chance.choice(SEEDS)
        if kind < 0.07:
            return self._mixed(self.chance.choice(SMALL_SEEDS), self._made())
        return self._made()

    def _mixed(self, first: str, second: str) -> str:
        words = [_WORD.findall(first), _WORD.findall(second)]
        if self.chance.random() < 0.5:
            return f"{first}\n{second}"
        cut = [self.chance.randint(0, len(one)) for one in words]
        return "".join(words[0][: cut[0]] + words[1][cut[1] :])

    def _made(self) -> str:
        is_v1 = self.chance.random() < 0.3
        rules = [self._rule(is_v1=is_v1) for _ in range(self.chance.randint(1, 4))]
        if not any(rule.startswith(("allow", "deny")) for rule in rules):
            rules.append("allow := helper")
        if self.chance.random() < 0.3:
            rules.insert(0, f"default allow = {self.chance.choice(RESULTS[:5])}")
        head = "import rego.v1\n" if is_v1 else ""
        helper = "helper := true\n"
        if any(rule.startswith("helper") for rule in rules):
            helper = ""
        return f"{head}{COMMON}{helper}" + "\n".join(rules)

    def _rule(self, *, is_v1: bool) -> str:
        head = self.chance.choice(HEADS)
        sign = ":=" if self.chance.random() < 0.7 else "="
        if self.chance.random() < 0.5:
            head = f"{head} {sign} {self._result()}"
        opening = " if {" if is_v1 else " {"
        rule = f"{head}{opening} {self._body(is_v1=is_v1)} }}"
        if self.chance.random() < 0.2:
            body = self._body(is_v1=is_v1)
            rule += f" else {sign} {self._result()}{opening} {body} }}"
        return rule

    def _result(self) -> str:
        if self.chance.random() < 0.2:
            return self.term(self.chance.choice(KINDS))
        return self.chance.choice(RESULTS)

    def _body(self, *, is_v1: bool) -> str:
        count = self.chance.randint(1, 3)
        first = f"x := {self.term(self.chance.choice(KINDS))}"
        return "; ".join([first, *(self._test(is_v1=is_v1) for _ in range(count))])

    def _test(self, *, is_v1: bool) -> str:
        kind = self.chance.choice(KINDS)
        drawn = self.chance.random()
        if drawn < 0.5:
            sign = self.chance.choice(COMPARISONS)
            return f"{self.term(kind)} {sign} {self.term(kind)}"
        if drawn < 0.6:
            return f"not {self.term('boolean')}"
        if drawn < 0.7 and is_v1:
            words = "every" if self.chance.random() < 0.5 else "some"
            listed = self.term("list")
            if words == "every":
                return f"every y in {listed} {{ y != {self.term(kind)} }}"
            return f"some y in {listed}; y == {self.term(kind)}"
        if drawn < 0.8:
            return f"{self.term('list')}[_] == {self.term(kind)}"
        if drawn < 0.85:
            return f"print({self.term(kind)})"
        return self.term(kind)

    def term(self, kind: str, depth: int = 0) -> str:
        """Return a term that mostly is of a type."""
        if self.chance.random() < _CARELESS:
            kind = self.chance.choice(KINDS)
        drawn = self.chance.random()
        if depth >= _DEEPEST or drawn < 0.5:
            return self.chance.choice(LITERALS[kind])
        if drawn < 0.85 and BY_RESULT[kind]:
            builtin = self.chance.choice(BY_RESULT[kind])
            given = (self.term(one, depth + 1) for one in builtin.arguments)
            return f"{builtin.name}({', '.join(given)})"
        return self._composed(kind, depth + 1)

    def _composed(self, kind: str, depth: int) -> str:
        if kind == "number":
            sign = self.chance.choice("+-*/%")
            return f"({self.term(kind, depth)} {sign} {self.term(kind, depth)})"
        if kind == "set":
            sign = self.chance.choice("&|-")
            return f"({self.term(kind, depth)} {sign} {self.term(kind, depth)})"
        listed = self.term("collection", depth)
        inside = self.term("any", depth)
        if kind == "array":
            return f"[y{depth} | y{depth} := {listed}[_]; y{depth} != {inside}]"
        if kind == "object":
            pair = f"k{depth}: v{depth} | v{depth} := {listed}[k{depth}]"
            return f"{{{pair}; v{depth} != {inside}}}"
        return f"object.get({self.term('object', depth)}, {inside}, {listed})"
