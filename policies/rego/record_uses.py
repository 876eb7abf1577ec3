"""What a module does with records, checked as OPA does it.

OPA knows a record as an object of texts, and refuses what such an object can't be.
"""

from __future__ import annotations

from typing import Final

from policies.texts import worded

from . import inputs
from .analysis import SAVING, Module, calls_in
from .nearest import nearest
from .syntax import TEXTS, Node, as_node, path_of, references

RECORD: Final = "get_databroker_record"


def check(module: Module) -> None:
    """Note what is asked for in vain, and what OPA would not compile."""
    for node, _, name in calls_in(module):
        params = node.fields["params"]
        kind = as_node(params[0]) if name == RECORD and params else None
        if kind is not None and kind.kind in TEXTS:
            _check_record_type(module, kind)
    for _, rule in module.rules:
        _check_uses(module, rule)


def _check_record_type(module: Module, kind: Node) -> None:
    name = str(kind.fields["value"])
    known = {*inputs.RECORD_TYPES, *module.record_types}
    if name in known:
        return
    meant = nearest(name, known)
    module.note(
        "unknown-record-type",
        worded(
            "there are no records of type `%(name)s`; the answer is always null",
            name=name,
        ),
        kind,
        stage=SAVING,
        suggestion=worded("did you mean `%(meant)s`?", meant=meant) if meant else None,
        replacement=f'"{meant}"' if meant else None,
    )


def _is_record_call(node: Node | None) -> bool:
    if node is None or node.kind != "Call":
        return False
    return path_of(node.child("fcn")) == (RECORD,)


def _check_uses(module: Module, rule: Node) -> None:
    variables = set()
    for node in rule.walk():
        left = node.child("lhs") if node.kind == "AssignExpr" else None
        if left is None or left.kind != "Var":
            continue
        if _is_record_call(node.child("rhs")):
            variables.add(str(left.fields["value"]))

    def is_record(node: Node | None) -> bool:
        is_variable = node is not None and node.kind == "Var"
        return _is_record_call(node) or (
            is_variable and node is not None and node.fields["value"] in variables
        )

    for node in rule.walk():
        if node.kind == "BoolExpr" and node.fields["op"] == "Eq":
            sides = [node.child("lhs"), node.child("rhs")]
            kinds = [side.kind for side in sides if side is not None]
            if "Null" in kinds and any(is_record(side) for side in sides):
                module.note(
                    "record-is-null",
                    worded(
                        "a record can't be compared with null by `==`"
                        " (OPA takes it for an object)"
                    ),
                    node,
                    suggestion=worded(
                        "write `not record.id`, or compare with `!= null`"
                    ),
                )
    for node, path in references(rule.fields):
        if path[0] in variables and _depth(node) > 1:
            module.note(
                "record-too-deep",
                worded(
                    "OPA takes the fields of a record for texts: `%(path)s` has no "
                    "fields of fields",
                    path=path[0],
                ),
                node,
                suggestion=worded(
                    'use `object.get(record, ["field", "below"], default)`'
                ),
            )


def _depth(node: Node) -> int:
    below = node.child("refr")
    return 0 if below is None else 1 + _depth(below)
