"""Built-ins that fail, made undefined as OPA has it.

The engine ends an evaluation when a built-in fails: `object.get(null, …)`, `1 / 0`.
In OPA the expression is undefined and the next rule has its turn. So when an
evaluation ends this way, it is run again with each such call led through a function
of Rego that tests first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .builtins import GUARDED, OPTIONAL, Builtin
from .syntax import Node, find_sign, path_of, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE: Final = "data.postern.guard"
ATTEMPT: Final = "postern_attempt"
_TESTS: Final = {
    "string": "is_string({0})",
    "number": "is_number({0})",
    "boolean": "is_boolean({0})",
    "array": "is_array({0})",
    "object": "is_object({0})",
    "set": "is_set({0})",
    "list": "listed({0})",
    "collection": "collected({0})",
    "any": "",
}
_ARITHMETIC: Final = {
    "Add": ("add", "+", "is_number(a); is_number(b)"),
    "Sub": ("sub", "-", "comparable(a, b)"),
    "Mul": ("mul", "*", "is_number(a); is_number(b)"),
    "Div": ("div", "/", "is_number(a); is_number(b); b != 0"),
    "Mod": ("mod", "%", "is_number(a); is_number(b); b != 0; whole(a); whole(b)"),
    "Union": ("or_", "|", "is_set(a); is_set(b)"),
    "Intersection": ("and_", "&", "is_set(a); is_set(b)"),
}
_HELPERS: Final = """
listed(x) { is_array(x) }
listed(x) { is_set(x) }
collected(x) { listed(x) }
collected(x) { is_object(x) }
collected(x) { is_string(x) }
comparable(a, b) { is_number(a); is_number(b) }
comparable(a, b) { is_set(a); is_set(b) }
whole(x) { floor(x) == x }
"""


def _safe(name: str) -> str:
    return f"call_{name.replace('.', '_')}"


def _function(builtin: Builtin, count: int) -> str:
    names = [f"a{index}" for index in range(count)]
    arguments = ", ".join(names)
    tests = [
        _TESTS[kind].format(name)
        for kind, name in zip(builtin.arguments, names, strict=False)
    ]
    tests = [test for test in (*tests, builtin.test) if test]
    call = f"{builtin.name}({arguments})"
    if builtin.risky:
        call = f'{ATTEMPT}("{builtin.name}", [{arguments}])[0]'
    head = f"{_safe(builtin.name)}_{count}({arguments}) = r"
    return f"{head} {{ {'; '.join([*tests, f'r = {call}'])} }}"


def _module() -> Iterator[str]:
    yield "package postern.guard"
    yield _HELPERS
    for builtin in GUARDED.values():
        yield _function(builtin, len(builtin.arguments))
    for name, test, condition in _ARITHMETIC.values():
        yield f"{name}(a, b) = r {{ {condition}; r = a {test} b }}"


MODULE: Final = "\n".join(_module())


def guard(source: str, tree: Any) -> str:
    """Return a module in which what can fail is undefined instead."""
    text = source.encode()
    edits: list[tuple[int, int, bytes]] = []
    for node in walk(tree):
        if node.kind == "Call":
            edits.extend(_guarded_call(node))
        elif node.kind in {"ArithExpr", "BinExpr"}:
            edits.extend(_guarded_operator(node, text))
    for start, end, replacement in sorted(edits, key=lambda edit: edit[:2])[::-1]:
        text = text[:start] + replacement + text[end:]
    return text.decode()


def _guarded_call(node: Node) -> Iterator[tuple[int, int, bytes]]:
    function = node.child("fcn")
    name = ".".join(path_of(function) or ())
    count = len(node.fields["params"])
    builtin = GUARDED.get(name)
    if function is None or builtin is None:
        return
    if count == len(builtin.arguments) and name not in OPTIONAL:
        new = f"{PACKAGE}.{_safe(name)}_{count}"
        yield function.start, function.end, new.encode()


def _guarded_operator(node: Node, text: bytes) -> Iterator[tuple[int, int, bytes]]:
    known = _ARITHMETIC.get(str(node.fields.get("op")))
    left, right = node.child("lhs"), node.child("rhs")
    if known is None or left is None or right is None:
        return
    name, sign, _ = known
    place = find_sign(text, left.end, right.start, sign.encode())
    if place is None:
        return
    # One edit for each place: at equal places, what encloses more comes first.
    yield node.start, node.start, f"{PACKAGE}.{name}(".encode()
    yield place, place + 1, b","
    yield node.end, node.end, b")"
