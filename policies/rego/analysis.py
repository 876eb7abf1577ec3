"""What can be told of a module without running it, from its syntax tree.

Runs in the worker: what reads a text of others never runs elsewhere. Problems are
plain dictionaries here; `checking` makes them the language's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.texts import counted, worded

from . import inputs
from .builtins import ALLOWED, OPTIONAL, REFUSED, SPECIAL
from .nearest import nearest
from .syntax import TEXTS, Node, as_node, path_of, references, walk
from .written_types import kinds_of, may_be, named, wrong_sides

PACKAGE: Final = ("pomerium", "policy")
FETCH: Final = "http.send"
COMPILE, SAVING, LINT = "compile", "saving", "lint"
_KEYWORDS: Final = {"if", "in", "every", "contains", "some", "else", "not"}
_FETCHES: Final = {"method", "url", "force_json_decode", "timeout", "raise_error"}


@dataclass(slots=True)
class Module:
    """A syntax tree, and what the checks want to know of it again and again."""

    tree: Mapping[str, Any]
    fetched: frozenset[str] = frozenset()
    record_types: frozenset[str] = frozenset()
    problems: list[dict[str, Any]] = field(default_factory=list)

    def note(
        self,
        code: str,
        message: str,
        node: Node,
        *,
        stage: str = COMPILE,
        suggestion: str | None = None,
        replacement: str | None = None,
    ) -> None:
        """Add a problem at the place of a node."""
        self.problems.append(
            {
                "code": code,
                "message": message,
                "start": node.start,
                "end": max(node.end, node.start + 1),
                "stage": stage,
                "suggestion": suggestion,
                "replacement": replacement,
            }
        )

    @property
    def rules(self) -> Iterator[tuple[str, Node]]:
        """Yield each rule with the name that its head starts with."""
        for value in self.tree["rules"]:
            rule = as_node(value)
            if rule is not None:
                yield (name_of(rule) or "", rule)


def name_of(rule: Node) -> str | None:
    """Return the name that a rule defines, its first part if it has several."""
    head: Node | None = rule if rule.kind == "Default" else rule.child("head")
    path = path_of(None if head is None else head.child("refr"))
    return path[0] if path else None


def is_function(rule: Node) -> bool:
    """Return whether a rule takes arguments."""
    head = rule.child("head")
    return head is not None and head.kind == "Func"


def check(module: Module) -> None:
    """Note everything that a module mentions and can't have, or may not be saved."""
    _check_package(module)
    _check_heads(module)
    _check_calls(module)
    for side, kind in wrong_sides(module.tree):
        module.note(
            "wrong-type",
            worded(
                "this operator takes %(kind)s here, and never this", kind=named(kind)
            ),
            side,
        )
    _check_mentions(module)


def package_of(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parts of the package's name."""
    return path_of(as_node(tree["package"]["refr"])) or ()


def _check_package(module: Module) -> None:
    path = package_of(module.tree)
    if path != PACKAGE:
        node = as_node(module.tree["package"]["refr"])
        if node is not None:
            module.note(
                "other-package",
                worded(
                    "the package is `%(path)s`, and only `pomerium.policy` is asked "
                    "for a decision",
                    path=".".join(path),
                ),
                node,
                stage=SAVING,
                suggestion=worded("write `package pomerium.policy`"),
                replacement="pomerium.policy",
            )


def _check_heads(module: Module) -> None:
    """Refuse what the engine takes for a rule, and OPA for nothing."""
    for name, rule in module.rules:
        head = rule.child("head")
        if head is None:
            _check_default(module, rule)
            continue
        if name in _KEYWORDS:
            module.note(
                "missing-import",
                worded(
                    "`%(name)s` is a keyword only after `import rego.v1`", name=name
                ),
                head,
                suggestion=worded("add `import rego.v1` below the package"),
            )
        elif head.kind == "Compr" and not (
            head.fields.get("assign") or rule.fields.get("bodies")
        ):
            module.note(
                "bare-name",
                worded("`%(name)s` alone is no rule", name=name),
                head,
                suggestion=worded("write `:= …`, or a body in braces"),
            )


def _check_default(module: Module, rule: Node) -> None:
    value = rule.child("value")
    for node in () if value is None else value.walk():
        if node.kind in {"Var", "RefDot", "RefBrack", "Call"}:
            module.note(
                "default-not-constant",
                worded("the value of a default is written out"),
                node,
            )
            return


def calls_in(module: Module) -> Iterator[tuple[Node, Node, str]]:
    """Yield each call, its function, and the name of that."""
    for node in walk(module.tree["rules"]):
        function = node.child("fcn") if node.kind == "Call" else None
        if function is not None:
            yield node, function, ".".join(path_of(function) or ())


def functions_of(module: Module) -> dict[str, int]:
    """Return the module's own functions, each with its number of arguments."""
    found = {}
    for name, rule in module.rules:
        head = rule.child("head")
        if head is not None and head.kind == "Func":
            found[name] = len(head.fields["args"])
    return found


def _own(name: str) -> str:
    return name.removeprefix("data.pomerium.policy.")


def _check_calls(module: Module) -> None:
    own = functions_of(module)
    for node, function, name in calls_in(module):
        count = len(node.fields["params"])
        if _own(name) in own:
            if count not in {own[_own(name)], own[_own(name)] + 1}:
                module.note(
                    "wrong-arguments",
                    counted(
                        "`%(name)s` takes %(count)s argument, not %(given)s",
                        "`%(name)s` takes %(count)s arguments, not %(given)s",
                        count=own[_own(name)],
                        name=name,
                        given=count,
                    ),
                    function,
                )
        elif name in REFUSED:
            module.note(
                "refused-built-in",
                worded("`%(name)s` may not be called", name=name),
                function,
                suggestion=REFUSED[name],
            )
        elif name == FETCH:
            _check_fetch(module, node, function)
        elif name not in SPECIAL and name not in ALLOWED:
            _unknown_function(module, function, name)
        elif name in ALLOWED:
            _check_arguments(module, node, function, name)


def _unknown_function(module: Module, function: Node, name: str) -> None:
    known = [*ALLOWED, *functions_of(module)]
    meant = nearest(name, known)
    module.note(
        "unknown-function",
        worded("there is no function `%(name)s` here", name=name),
        function,
        suggestion=worded("did you mean `%(meant)s`?", meant=meant) if meant else None,
        replacement=meant,
    )


def _check_arguments(module: Module, node: Node, function: Node, name: str) -> None:
    builtin = ALLOWED[name]
    params = [as_node(one) for one in node.fields["params"]]
    most = len(builtin.arguments)
    # One more is Rego's old way to name the result.
    if not most - OPTIONAL.get(name, 0) <= len(params) <= most + 1:
        module.note(
            "wrong-arguments",
            counted(
                "`%(signature)s` is called with %(count)s argument",
                "`%(signature)s` is called with %(count)s arguments",
                count=len(params),
                signature=builtin.signature,
            ),
            function,
        )
        return
    for kind, param in zip(kinds_of(builtin), params, strict=False):
        if param is not None and not may_be(param, kind):
            module.note(
                "wrong-type",
                worded(
                    "`%(name)s` takes %(kind)s here, and never this",
                    name=name,
                    kind=named(kind),
                ),
                param,
            )


def _check_fetch(module: Module, node: Node, function: Node) -> None:
    """Take only the GET of an address that is written out and has been listed."""
    params = [as_node(one) for one in node.fields["params"]]
    fields = _object_fields(params[0]) if len(params) == 1 else None
    url = None if fields is None else fields.get("url")
    method = None if fields is None else fields.get("method")
    good = (
        fields is not None
        and function.kind == "RefDot"
        and set(fields) <= _FETCHES
        and url in module.fetched
        and str(method).lower() == "get"
    )
    if not good:
        module.note(
            "refused-fetch",
            worded(
                "`http.send` may only GET an address that is written out here and that "
                "an admin of the root has listed"
            ),
            function,
            stage=SAVING,
            suggestion=worded(
                "have the address listed under Settings, Addresses, or keep "
                "the data as external data and read it with `get_databroker_record`"
            ),
        )


def _object_fields(node: Node | None) -> dict[str, Any] | None:
    """Return the fields of an object whose keys are written out."""
    if node is None or node.kind != "Object":
        return None
    found = {}
    for field_ in node.fields["fields"]:
        key, value = (as_node(one) for one in field_[-2:])
        if key is None or value is None or key.kind not in TEXTS:
            return None
        found[str(key.fields["value"])] = value.fields.get("value")
    return found


def _check_mentions(module: Module) -> None:
    """Check what is named without being called: inputs, data, mocked functions."""
    trees: list[Any] = [module.tree["imports"], module.tree["rules"]]
    for node, path in references(trees):
        name = ".".join(path)
        if path[0] == "input":
            _check_input(module, node, path[1:])
        elif path[0] == "data" and path[1:3] != PACKAGE and len(path) > 1:
            module.note(
                "no-data",
                worded(
                    "there is nothing under `%(name)s`;"
                    " a policy sees its own module only",
                    name=name,
                ),
                node,
                stage=SAVING,
                suggestion=worded("use `input` and `get_databroker_record`"),
            )
        elif name == "data":
            module.note(
                "no-data",
                worded(
                    "`data` as a whole may not be read;"
                    " a policy sees its own module only"
                ),
                node,
                stage=SAVING,
            )
    for node in walk(module.tree["rules"]):
        for change in node.fields.get("with_mods") or ():
            _check_mock(module, change)
    for value in walk_modifiers(module.tree["rules"]):
        _check_mock(module, value)


def walk_modifiers(tree: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every `with … as …` of a tree."""
    pending = [tree]
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            if "refr" in value and "as" in value:
                yield value
            elif "refr" in value and "r#as" in value:
                yield {"refr": value["refr"], "as": value["r#as"]}
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)


def _check_mock(module: Module, change: Mapping[str, Any]) -> None:
    for value in (change.get("refr"), change.get("as")):
        node = as_node(value)
        name = ".".join(path_of(node) or ())
        known = name in ALLOWED or name in REFUSED or name in SPECIAL
        if node is not None and known:
            module.note(
                "refused-mock",
                worded(
                    "`%(name)s` may not be put in the place of another function, "
                    "nor another in its place",
                    name=name,
                ),
                node,
            )


def _check_input(module: Module, node: Node, path: tuple[str, ...]) -> None:
    joined = ".".join(path)
    if inputs.knows(path):
        return
    moved = inputs.MOVED.get(joined)
    meant = moved or nearest(joined, [one for one in inputs.INPUTS if "*" not in one])
    module.note(
        "unknown-input",
        worded("there is no `input.%(joined)s`; it is never defined", joined=joined),
        node,
        stage=SAVING,
        suggestion=worded("use `input.%(meant)s`", meant=meant) if meant else None,
        replacement=f"input.{meant}" if meant else None,
    )
