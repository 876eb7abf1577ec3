"""Names that nothing gives a value, which OPA refuses and the engine does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policies.texts import worded

from .negation import wildcards
from .syntax import Node, as_node, is_reference, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .analysis import Module

_NUMBERS: Final = {"Number"}
_NO_HEADS: Final = {"Number", "Bool", "Null"}
_DECLARING: Final = {"SomeVars", "SomeIn", "Every"}
_COMPREHENSIONS: Final = {"ArrayCompr", "SetCompr", "ObjectCompr"}


def check(module: Module) -> None:
    """Note what has no value where it is asked for."""
    tree = module.tree["rules"]
    for node in wildcards(tree):
        module.note("unsafe", worded("`_` has no value below a `not`"), node)
    for node in walk(tree):
        _check_assignment(module, node)
        if is_reference(node):
            _check_head(module, node)
        elif node.kind == "UnaryExpr":
            _check_sign(module, node)


def _check_assignment(module: Module, node: Node) -> None:
    left = node.child("lhs") if node.kind == "AssignExpr" else None
    if left is None or left.kind != "Var" or node.fields["op"] != "ColEq":
        return
    name = left.fields["value"]
    if any(one.fields["value"] == name for one in _free(node.fields["rhs"], name)):
        module.note(
            "unsafe", worded("`%(name)s` is used in what it is to be", name=name), left
        )


def _free(value: Any, name: str) -> Iterator[Node]:
    """Yield the names in a value, but for those that a comprehension declares."""
    pending = [value]
    while pending:
        one = pending.pop()
        node = as_node(one)
        if node is not None and node.kind in _COMPREHENSIONS and _declares(node, name):
            continue
        if node is not None and node.kind == "Var":
            yield node
        if isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _declares(comprehension: Node, name: str) -> bool:
    """Return whether a comprehension has, or may have, a name of its own."""
    if _DECLARING & set(_kinds(dict(comprehension.fields))):
        return True
    for node in comprehension.walk():
        left = node.child("lhs") if node.kind == "AssignExpr" else None
        if left is not None and left.fields.get("value") == name:
            return True
    return False


def _kinds(value: Any) -> Iterator[str]:
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            yield from one
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _check_head(module: Module, node: Node) -> None:
    below = node.child("refr")
    if below is not None and below.kind in _NO_HEADS:
        module.note("no-reference", worded("there is nothing inside of this"), below)


def _check_sign(module: Module, node: Node) -> None:
    operand = node.child("expr")
    if operand is None or operand.kind not in _NUMBERS:
        module.note(
            "unary-minus",
            worded("only a number can have a sign"),
            node,
            suggestion=worded("write `0 - …`"),
        )
