"""What is asked before a `not`: the arguments, as OPA does it.

In OPA, `not startswith(input.x, "a")` is undefined when `input.x` is: arguments come
first, and only the call itself is negated. The engine takes the whole for not true,
so the `not` would hold. Each argument that may be undefined is therefore written once
more, as a statement of its own before the `not`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .syntax import Node, as_node, is_reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NAME: Final = "postern_asked_before_not"
_OPERATORS: Final = {"ArithExpr", "BinExpr", "BoolExpr"}
_ALWAYS_THERE: Final = {
    *("String", "RawString", "Number", "Bool", "Null"),
    *("ArrayCompr", "SetCompr", "ObjectCompr"),
}


def ask_first(source: str, tree: Any) -> str:
    """Return a text in which arguments are asked for before a call is negated."""
    text = source.encode()
    found = sorted(_negations(tree), key=lambda one: int(one["span"]["start"]))
    number = sum(len(list(_asked(statement))) for statement in found)
    for statement in reversed(found):
        start = int(statement["span"]["start"])
        changes = _changes_of(statement, text)
        before = b""
        for node in _asked(statement):
            number -= 1
            asked = text[node.start : node.end]
            before += f"{_NAME}_{number} := ".encode() + asked + changes + b"; "
        text = text[:start] + before + text[start:]
    return text.decode()


def _negations(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each statement with a `not`."""
    pending = [tree]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            literal = value.get("literal")
            if isinstance(literal, dict) and "NotExpr" in literal:
                yield value
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _changes_of(statement: Mapping[str, Any], text: bytes) -> bytes:
    """Return the `with … as …` of a statement, as written."""
    changes = statement.get("with_mods") or ()
    if not changes:
        return b""
    last = as_node(changes[-1].get("as") or changes[-1].get("r#as"))
    end = int(changes[-1]["span"]["end"]) if last is None else last.end
    return b" " + text[int(changes[0]["span"]["start"]) : end]


def _asked(statement: Mapping[str, Any]) -> Iterator[Node]:
    """Yield what OPA asks for before it negates."""
    negated = as_node(statement["literal"]["NotExpr"]["expr"])
    if negated is None:
        return
    if _is_equation(negated):
        for side in (negated.child("lhs"), negated.child("rhs")):
            yield from _asked_of_side(side)
    elif is_reference(negated):
        yield from _asked_of_side(negated)
    else:
        for node in _operands(negated):
            if node.kind not in _ALWAYS_THERE:
                yield node


def _is_equation(node: Node) -> bool:
    return (node.kind == "BoolExpr" and node.fields["op"] == "Eq") or (
        node.kind == "AssignExpr"
    )


def _operands(node: Node) -> Iterator[Node]:
    if node.kind == "Call":
        values = list(node.fields["params"])
    elif node.kind in _OPERATORS:
        values = [node.fields["lhs"], node.fields["rhs"]]
    elif node.kind == "Membership":
        values = [node.fields.get(name) for name in ("key", "value", "collection")]
    else:
        values = []
    for value in values:
        operand = as_node(value)
        if operand is not None:
            yield operand


def _asked_of_side(side: Node | None) -> Iterator[Node]:
    """Yield what is asked of the side of an equation: of a reference, its keys."""
    if side is None or side.kind in _ALWAYS_THERE:
        return
    if not is_reference(side):
        yield side
        return
    below: Node | None = side
    while below is not None and below.kind != "Var" and is_reference(below):
        key = below.child("index") if below.kind == "RefBrack" else None
        if key is not None and key.kind not in _ALWAYS_THERE:
            yield key
        below = below.child("refr")
    if below is not None and below.kind not in {*_ALWAYS_THERE, "Var"}:
        yield below


def wildcards(tree: Any) -> Iterator[Node]:
    """Yield each `_` that stands below a `not`: nothing gives it a value there."""
    for statement in _negations(tree):
        pending = [statement["literal"]["NotExpr"]["expr"]]
        while pending:
            node = as_node(pending.pop())
            if node is None or node.kind.endswith("Compr"):
                continue
            if node.kind == "Var" and node.fields["value"] == "_":
                yield node
            pending.extend(_values(node.fields))


def _values(fields: Any) -> Iterator[Any]:
    for value in fields.values() if isinstance(fields, dict) else fields:
        if as_node(value) is not None:
            yield value
        elif isinstance(value, dict | list):
            yield from _values(value)
