"""What can be told of a module's rules without running them: shapes and circles.

Of `allow` and `deny`, only what is written out; the rest shows when a module is tried
with requests that are thought up (`checking`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from policies.texts import counted, worded

from .analysis import COMPILE, SAVING, Module
from .syntax import Node, as_node, references

if TYPE_CHECKING:
    from collections.abc import Iterator

DECISIONS: Final = ("allow", "deny")
_NEVER: Final = {"String", "RawString", "Number", "Null", "Object", "ObjectCompr"}
_MOST: Final = 3
FORMS: Final = worded(
    '`true`, `[true]`, `[true, {"reason"}]` or `[true, {"reason"}, {…}]`'
)


def check(module: Module) -> None:
    """Note rules that call themselves, and results that mean nothing."""
    _check_circles(module)
    names = [name for name, _ in module.rules]
    if not set(names) & set(DECISIONS):
        first = next((rule for _, rule in module.rules), None)
        if first is not None:
            module.note(
                "no-decision",
                worded(
                    "neither `allow` nor `deny` is defined, so this decides nothing"
                ),
                first,
                stage=SAVING,
                suggestion=worded("define one of them"),
            )
    for name, rule in module.rules:
        if name in DECISIONS:
            _check_rule(module, name, rule)


def _check_rule(module: Module, name: str, rule: Node) -> None:
    head = rule.child("head")
    if rule.kind == "Default":
        _check_value(module, name, rule.child("value"))
        return
    if head is None:
        return
    if head.kind == "Func":
        _malformed(module, name, head, worded("is a function"))
    elif head.kind == "Set":
        key = head.child("key")
        if key is None or key.fields.get("value") is not True:
            kinds = {"Var", "RefDot", "RefBrack", "Call"}
            if key is None or key.kind not in kinds:
                _malformed(
                    module, name, head, worded("is a set of something else than `true`")
                )
    else:
        path = head.child("refr")
        if path is not None and path.kind != "Var":
            _malformed(module, name, head, worded("is an object"))
        for value in _values(rule, head):
            _check_value(module, name, value)


def _values(rule: Node, head: Node) -> Iterator[Node | None]:
    """Yield the values of a rule and of each `else`."""
    for holder in (head.fields, *(rule.fields.get("bodies") or ())):
        assigned = holder.get("assign")
        if assigned:
            yield as_node(assigned["value"])


def _check_value(module: Module, name: str, value: Node | None) -> None:
    if value is None:
        return
    if value.kind in _NEVER:
        _malformed(module, name, value, worded("gives neither true nor false"))
    elif value.kind in {"Array", "Set"}:
        items = [as_node(item) for item in value.fields["items"]]
        if not 1 <= len(items) <= _MOST:
            _malformed(
                module,
                name,
                value,
                counted(
                    "gives %(count)s element",
                    "gives %(count)s elements",
                    count=len(items),
                ),
            )
        elif items[0] is not None and items[0].kind in {*_NEVER, "Array", "Set"}:
            _malformed(
                module, name, items[0], worded("begins with neither true nor false")
            )
        elif len(items) > 1:
            _check_reasons(module, items[1])


def _check_reasons(module: Module, reasons: Node | None) -> None:
    if reasons is not None and reasons.kind in {"String", "RawString"}:
        text = reasons.fields["value"]
        module.note(
            "reason-is-dropped",
            worded(
                "the reason `%(text)s` is not in a set or an array, so nobody "
                "hears of it",
                text=text,
            ),
            reasons,
            stage="lint",
            suggestion=worded('write `{"%(text)s"}`', text=text),
            replacement=f'{{"{text}"}}',
        )


def _malformed(module: Module, name: str, node: Node, what: str) -> None:
    module.note(
        "malformed-output",
        worded("`%(name)s` %(what)s", name=name, what=what),
        node,
        stage=SAVING,
        suggestion=worded("give %(forms)s", forms=FORMS),
    )


def _check_circles(module: Module) -> None:
    """Refuse rules that come back to themselves; the engine may die of them."""
    mentions: dict[str, set[str]] = {}
    places: dict[str, Node] = {}
    names = {name for name, _ in module.rules}
    for name, rule in module.rules:
        places.setdefault(name, rule)
        found = set()
        bodies = {"rule": dict(rule.fields)}
        for _, path in references(bodies):
            own = path[3:4] if path[:3] == ("data", "pomerium", "policy") else path[:1]
            found |= set(own) & names
        mentions.setdefault(name, set()).update(found - _only_heads(rule, name))
    for name in sorted(mentions):
        if _reaches(mentions, name, name):
            module.note(
                "recursion",
                worded("`%(name)s` comes back to itself", name=name),
                places[name],
                stage=COMPILE,
            )
            return


def _only_heads(rule: Node, name: str) -> set[str]:
    """Return the rule's own name, if only its head mentions it."""
    head = rule.child("head")
    own = sum(path[0] == name for _, path in references(rule.fields))
    in_head = 0
    if head is not None:
        target = head.child("refr")
        in_head = 1 if target is not None else 0
    elif rule.kind == "Default":
        in_head = 1
    return {name} if own <= in_head else set()


def _reaches(mentions: dict[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    pending = list(mentions[start])
    while pending:
        name = pending.pop()
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            pending.extend(mentions.get(name, ()))
    return False
