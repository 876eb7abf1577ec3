"""How each criterion is said in plain English: one phrase per criterion and operator.

A phrase fits behind "Allow when". How phrases become sentences is in `sentences`. Data
that can't be compiled is dealt with as well, so that a draft can be read.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .criteria.record import NumberOperator
from .facts import NOTHING
from .matchers import ListOperator, TextOperator
from .nodes import MappingNode, Node, ScalarNode, SequenceNode, to_items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .grammar import CriterionNode

MAX_VALUE: Final = 120
MAX_VALUES: Final = 12
_NEEDS_QUOTES: Final = re.compile(r'[;"“”]|[,:]\s|^\s|\s$|^$')


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the things that policies name by id."""

    groups: Mapping[str, str] = NOTHING
    people: Mapping[str, str] = NOTHING
    device_types: Mapping[str, str] = NOTHING


NO_NAMES: Final = Names()


def phrase(node: CriterionNode, names: Names = NO_NAMES) -> str:
    """Return a criterion as a phrase, such as `the email domain is example.com`."""
    say = PHRASES.get(node.name)
    if say is None:
        return f"the criterion {shown(node.key)} holds"
    return say(node, names)


def shown(text: str, known: Mapping[str, str] = NOTHING) -> str:
    """Return a value as it is shown: by its name if it has one, and on one line.

    What could be taken for a part of the sentence is put in quotation marks.
    """
    text = known.get(text, text)
    safe = "".join(
        char if char.isprintable() else "\ufffd" for char in text[:MAX_VALUE]
    )
    if len(text) > MAX_VALUE:
        safe += "…"
    if not _NEEDS_QUOTES.search(safe):
        return safe
    inner = safe.replace("“", '"').replace("”", '"')
    return f"“{inner}”"


def value_of(node: Node, known: Mapping[str, str] = NOTHING) -> str:
    """Return the data of an operator as it is shown."""
    if isinstance(node, ScalarNode):
        if node.value is None:
            return "nothing"
        is_text = node.is_plain or isinstance(node.value, str)
        return shown(node.text if is_text else json.dumps(node.value), known)
    # An alias may stand for very much, so no more than the outline is shown.
    return "a list" if isinstance(node, SequenceNode) else "a mapping"


def list_of(
    node: Node,
    known: Mapping[str, str] = NOTHING,
    say: Callable[[Node, Mapping[str, str]], str] = value_of,
) -> str:
    """Return alternatives: `a`, `a, b or c`, shortened when there are many."""
    items = to_items(node)
    said = [say(item, known) for item in items[:MAX_VALUES]]
    if len(items) > MAX_VALUES:
        said.append(f"{len(items) - MAX_VALUES} more")
    if not said:
        return "none at all"
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


_TEXT_PHRASES: Final[Mapping[str, str]] = {
    TextOperator.IS: "is",
    TextOperator.NOT: "is not",
    TextOperator.IN: "is one of",
    TextOperator.NOT_IN: "is none of",
    TextOperator.STARTS_WITH: "starts with",
    TextOperator.ENDS_WITH: "ends with",
    TextOperator.CONTAINS: "contains",
}
_NUMBER_PHRASES: Final[Mapping[str, str]] = {
    NumberOperator.LESS: "is less than",
    NumberOperator.AT_MOST: "is at most",
    NumberOperator.EQUAL: "equals",
    NumberOperator.AT_LEAST: "is at least",
    NumberOperator.MORE: "is more than",
}
_VALUE_PHRASES: Final[Mapping[str, str]] = {
    **_TEXT_PHRASES,
    **_NUMBER_PHRASES,
    ListOperator.HAS: "has",
    ListOperator.EXCLUDE: "does not have",
}
_LISTS: Final[Mapping[str, str]] = {
    TextOperator.IN: "is",
    TextOperator.NOT_IN: "is not",
}


def operator_phrase(operator: str) -> str:
    """Return how an operator of a matcher is said, as in a list to choose from."""
    return _VALUE_PHRASES.get(operator, shown(operator))


def _tests(data: Node, known: Mapping[str, str], empty: str) -> str:
    """Return the tests of a string matcher: `is a`, `starts with a and ends with b`."""
    if not isinstance(data, MappingNode):
        return f"is {value_of(data, known)}"
    if not data.entries:
        return empty
    return " and ".join(_test(key.text, value, known) for key, value in data.entries)


def _test(operator: str, value: Node, known: Mapping[str, str] = NOTHING) -> str:
    words = operator_phrase(operator)
    if operator not in _LISTS:
        return f"{words} {value_of(value, known)}"
    if len(to_items(value)) == 1:
        words = _LISTS[operator]
    return f"{words} {list_of(value, known)}"


def _always(text: str) -> Callable[[CriterionNode, Names], str]:
    return lambda _node, _names: text


def _text(subject: str) -> Callable[[CriterionNode, Names], str]:
    return lambda node, _names: f"{subject} {_tests(node.data, NOTHING, 'is anything')}"


def _person(node: CriterionNode, names: Names) -> str:
    return f"the person {_tests(node.data, names.people, 'is anyone signed in')}"


_GROUP_PHRASES: Final[Mapping[str, str]] = {
    ListOperator.HAS: "is in {}",
    ListOperator.IS: "is in {} and in no other group",
    ListOperator.EXCLUDE: "is not in {}",
}
_CLAIM_PHRASES: Final[Mapping[str, str]] = {
    ListOperator.HAS: "has {}",
    ListOperator.IS: "is just {}",
    ListOperator.EXCLUDE: "does not have {}",
}


def _list_tests(
    data: Node, phrases: Mapping[str, str], known: Mapping[str, str], empty: str
) -> str:
    if not isinstance(data, MappingNode):
        return phrases[ListOperator.HAS].format(value_of(data, known))
    tests = [
        phrases[key.text].format(value_of(value, known))
        if key.text in phrases
        else f"{shown(key.text)} {value_of(value, known)}"
        for key, value in data.entries
    ]
    return " and ".join(tests) or empty


def _groups(node: CriterionNode, names: Names) -> str:
    empty = "is in the directory"
    return f"the person {_list_tests(node.data, _GROUP_PHRASES, names.groups, empty)}"


def _claim(node: CriterionNode, _names: Names) -> str:
    tests = _list_tests(node.data, _CLAIM_PHRASES, NOTHING, "is anything, even missing")
    return f"the claim {shown(node.sub_path or '')} {tests}"


def _source_ip(node: CriterionNode, _names: Names) -> str:
    items = to_items(node.data)
    is_network = any(
        isinstance(item, ScalarNode) and "/" in item.text for item in items
    )
    return f"the source address is {'in ' if is_network else ''}{list_of(node.data)}"


def _certificate(node: CriterionNode, _names: Names) -> str:
    subjects = {
        "fingerprint": "its fingerprint is",
        "spki_hash": "the hash of its public key is",
        "san_dns": "a DNS name in it",
        "san_email": "an email address in it",
        "san_uri": "a URI in it",
    }
    parts = [
        f"{subjects.get(key.text, shown(key.text))} "
        + (
            _tests(value, NOTHING, "is anything")
            if key.text.startswith("san_")
            else list_of(value)
        )
        for key, value in _entries(node.data)
    ]
    tail = f" and {' and '.join(parts)}" if parts else ""
    return f"the client presents a certificate{tail}"


def _device(node: CriterionNode, names: Names) -> str:
    parts = []
    for key, value in _entries(node.data):
        if key.text == "type":
            kind = value_of(value, names.device_types)
            parts.append("registered" if kind == "any" else f"registered as {kind}")
        elif key.text == "approved":
            is_off = isinstance(value, ScalarNode) and not value.value
            parts.append("not approved" if is_off else "approved")
        else:
            parts.append(value_of(value))
    return f"the device is {' and '.join(parts) or 'anything, even missing'}"


def _ssh_key(subject: str) -> Callable[[CriterionNode, Names], str]:
    return lambda node, _names: f"{subject} {list_of(node.data, NOTHING, _key_name)}"


def _key_name(item: Node, _known: Mapping[str, str]) -> str:
    """Return a key as people tell keys apart: by comment, else by the end of it."""
    text = item.text if isinstance(item, ScalarNode) else ""
    kind, *rest = text.split(None, 2) or [""]
    if not rest:
        return value_of(item)
    key, *comment = rest
    short = f"{kind} …{key[-8:]}"
    return f"{shown(comment[0])} ({short})" if comment else short


def _matches_claim(node: CriterionNode, _names: Names) -> str:
    return f"the SSH user name is in the claim {value_of(node.data)}"


def _bounds(data: Node) -> str:
    bounds = [
        f"{key.text} {value_of(value)}"
        for key, value in _entries(data)
        if key.text in {"after", "before"}
    ]
    return " and ".join(bounds) or "anything"


def _date(node: CriterionNode, _names: Names) -> str:
    return f"the date is {_bounds(node.data)}"


_DAYS: Final = {
    day[:3].lower(): day
    for day in (
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    )
}


def _day_of_week(node: CriterionNode, _names: Names) -> str:
    data = node.data
    if isinstance(data, MappingNode) and data.entries:
        data = data.entries[0][1]
    text = data.text if isinstance(data, ScalarNode) else ""
    days = [_days(part) for part in text.split(",")[:MAX_VALUES]]
    return f"the day (in UTC) is {' or '.join(days)}"


def _days(part: str) -> str:
    if part.strip() == "*":
        return "any"
    names = (name.strip() for name in part.split("-", 1))
    return " to ".join(_DAYS.get(name[:3].lower(), shown(name)) for name in names)


def _time_of_day(node: CriterionNode, _names: Names) -> str:
    zone = _by_key(node.data).get("timezone")
    where = f" in {value_of(zone)}" if zone is not None else ""
    return f"the time{where} is {_bounds(node.data)}"


def _record(node: CriterionNode, _names: Names) -> str:
    known = _by_key(node.data)
    kind, field = (
        value_of(known.pop(key)) if key in known else None for key in ("type", "field")
    )
    place = f"the record {kind}" if kind else "the record"
    subject = f"the field {field} of {place}" if field else place
    parts = [
        _exists(value) if key == "exists" else _test(key, value)
        for key, value in known.items()
    ]
    return f"{subject} {' and '.join(parts) or 'is anything'}"


def _exists(node: Node) -> str:
    return "exists" if isinstance(node, ScalarNode) and node.value else "does not exist"


def _by_key(data: Node) -> dict[str, Node]:
    """Return the entries of a mapping by key; none for anything else."""
    return {key.text: value for key, value in _entries(data)}


def _entries(data: Node) -> tuple[tuple[ScalarNode, Node], ...]:
    return data.entries if isinstance(data, MappingNode) else ()


PHRASES: Final[Mapping[str, Callable[[CriterionNode, Names], str]]] = {
    "accept": _always("anyone asks, signed in or not"),
    "reject": _always("no one asks, ever"),
    "authenticated_user": _always("the person is signed in"),
    "user": _person,
    "email": _text("the email address"),
    "domain": _text("the email domain"),
    "claim": _claim,
    "groups": _groups,
    "http_method": _text("the method"),
    "http_path": _text("the path"),
    "cors_preflight": _always("the request is a CORS preflight"),
    "source_ip": _source_ip,
    "pomerium_routes": _always("the path belongs to the control plane"),
    "client_certificate": _certificate,
    "invalid_client_certificate": _always("the client has no trusted certificate"),
    "device": _device,
    "ssh_publickey": _ssh_key("the SSH key is"),
    "ssh_ca": _ssh_key("the SSH certificate is signed by"),
    "ssh_username": _text("the SSH user name"),
    "ssh_username_matches_email": _always(
        "the SSH user name is that of the email address"
    ),
    "ssh_username_matches_claim": _matches_claim,
    "mcp_tool": _text("the MCP tool"),
    "date": _date,
    "day_of_week": _day_of_week,
    "time_of_day": _time_of_day,
    "record": _record,
}
