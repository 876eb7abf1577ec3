"""Edits as plain data, as pages and the API send them: one name, named arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from policies.language.grammar import Action, Operator
from policies.texts import worded

from . import blocks, criteria, pasting, remarks
from .model import Edited, EditingError, Place
from .overrides import Override, set_override

_MAX_SHOWN: Final = 40


def edit(text: str, request: Mapping[str, Any]) -> Edited:
    """Carry out the edit that a request names with `edit`; the rest are its arguments.

    Places are written `0`, `0/or`, `0/or/2`. For example `{"edit": "set-data", "at":
    "0/or/2", "data": {"is": "example.com"}}`.

    Raises:
        EditingError: the request can't be understood, or carried out.
        PolicyLanguageError: the text can't be edited as it is.
    """
    name = request.get("edit")
    if not isinstance(name, str) or name not in EDITS:
        known = ", ".join(sorted(EDITS))
        raise EditingError(
            "bad-request", worded("`edit` must be one of %(known)s", known=known)
        )
    work, arguments = EDITS[name]
    unknown = set(request) - set(arguments) - {"edit"}
    if unknown:
        shown = ", ".join(sorted(str(key)[:_MAX_SHOWN] for key in unknown))
        raise EditingError(
            "bad-request",
            worded("`%(name)s` takes no %(shown)s", name=name, shown=shown),
        )
    values = {
        key: value
        for key, read in arguments.items()
        if (value := read(request.get(key, _LEFT_OUT), key)) is not _LEFT_OUT
    }
    place = [values.pop("at")] if "at" in values else []
    return work(text, *place, **values)


_Read = Callable[[Any, str], Any]
# What a request leaves out; None is a value like any other.
_LEFT_OUT: Final = object()


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise EditingError("bad-request", worded("`%(key)s` must be text", key=key))
    return value


def _maybe(value: Any, key: str) -> Any:
    return value if value is _LEFT_OUT else _text(value, key)


def _name(value: Any, key: str) -> str:
    if not _text(value, key):
        raise EditingError(
            "bad-request", worded("`%(key)s` must not be empty", key=key)
        )
    return str(value)


def _place(value: Any, key: str) -> Place:
    return Place.read(_text(value, key))


def _number(value: Any, key: str) -> Any:
    if value is _LEFT_OUT or value is None:
        return _LEFT_OUT
    if not isinstance(value, int) or isinstance(value, bool):
        raise EditingError("bad-request", worded("`%(key)s` must be a number", key=key))
    return value


def _flag(value: Any, key: str) -> bool:
    if not isinstance(value, bool):
        raise EditingError(
            "bad-request", worded("`%(key)s` must be true or false", key=key)
        )
    return value


def _data(value: Any, key: str) -> Any:
    if value is _LEFT_OUT:
        raise EditingError("bad-request", worded("`%(key)s` is missing", key=key))
    return value


def _choice(kind: type[Action | Operator | Override]) -> _Read:
    def read(value: Any, key: str) -> Any:
        try:
            return kind(value)
        except ValueError:
            known = ", ".join(kind)
            message = worded("`%(key)s` must be one of %(known)s", key=key, known=known)
            raise EditingError("bad-request", message) from None

    return read


def _criteria(value: Any, key: str) -> Any:
    if value is _LEFT_OUT:
        return value
    is_list = isinstance(value, list)
    if not is_list or not all(isinstance(one, dict) and len(one) == 1 for one in value):
        raise EditingError(
            "bad-request", worded("`%(key)s` must be a list of criteria", key=key)
        )
    return value


_ACTION, _OPERATOR = _choice(Action), _choice(Operator)
_AT: Final[dict[str, _Read]] = {"at": _place}
_MOVE: Final[dict[str, _Read]] = {"at": _place, "to": _place}

EDITS: Final[dict[str, tuple[Callable[..., Edited], dict[str, _Read]]]] = {
    "set-criterion": (criteria.set_criterion, {**_AT, "name": _name, "data": _data}),
    "set-data": (criteria.set_data, {**_AT, "data": _data}),
    "set-operand": (
        criteria.set_operand,
        {**_AT, "operator": _name, "operand": _data},
    ),
    "rename-operator": (criteria.rename_operator, {**_AT, "old": _name, "new": _name}),
    "remove-operator": (criteria.remove_operator, {**_AT, "operator": _name}),
    "add-criterion": (
        criteria.add_criterion,
        {**_AT, "name": _name, "data": _data, "index": _number},
    ),
    "remove-criterion": (criteria.remove_criterion, _AT),
    "duplicate-criterion": (criteria.duplicate_criterion, _AT),
    "move-criterion": (criteria.move_criterion, _MOVE),
    "add-block": (
        blocks.add_block,
        {
            "action": _ACTION,
            "operator": _OPERATOR,
            "criteria": _criteria,
            "rule": _number,
        },
    ),
    "change-operator": (blocks.change_operator, {**_AT, "operator": _OPERATOR}),
    "remove-block": (blocks.remove_block, _AT),
    "duplicate-block": (blocks.duplicate_block, _AT),
    "move-block": (blocks.move_block, _MOVE),
    "add-rule": (blocks.add_rule, {"action": _ACTION}),
    "remove-rule": (blocks.remove_rule, _AT),
    "duplicate-rule": (blocks.duplicate_rule, _AT),
    "move-rule": (blocks.move_rule, _MOVE),
    "paste": (
        pasting.paste,
        {"pasted": _name, "action": _ACTION, "into": _maybe},
    ),
    "add-certificate": (
        pasting.add_certificate,
        {**_AT, "pem": _name, "pin": _name},
    ),
    "set-comment": (remarks.set_comment, {**_AT, "comment": _text}),
    "set-override": (set_override, {"override": _choice(Override), "is_on": _flag}),
}
