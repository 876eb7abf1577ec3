"""How each criterion is said in plain English: one phrase per criterion and operator.

A phrase fits behind "Allow when". How phrases become sentences is in `sentences`. Data
that can't be compiled is dealt with as well, so that a draft can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.texts import worded

from .criteria.record import NumberOperator
from .facts import NOTHING
from .matchers import ListOperator, TextOperator
from .mentions import MAX_VALUES, any_of, both, list_of, shown, value_of
from .nodes import MappingNode, Node, ScalarNode, to_items

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .grammar import CriterionNode


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
        return worded("the criterion %(name)s holds", name=shown(node.key))
    return say(node, names)


_TEXT_PHRASES: Final[Mapping[str, str]] = {
    TextOperator.IS: worded("is"),
    TextOperator.NOT: worded("is not"),
    TextOperator.IN: worded("is one of"),
    TextOperator.NOT_IN: worded("is none of"),
    TextOperator.STARTS_WITH: worded("starts with"),
    TextOperator.ENDS_WITH: worded("ends with"),
    TextOperator.CONTAINS: worded("contains"),
}
_NUMBER_PHRASES: Final[Mapping[str, str]] = {
    NumberOperator.LESS: worded("is less than"),
    NumberOperator.AT_MOST: worded("is at most"),
    NumberOperator.EQUAL: worded("equals"),
    NumberOperator.AT_LEAST: worded("is at least"),
    NumberOperator.MORE: worded("is more than"),
}
_VALUE_PHRASES: Final[Mapping[str, str]] = {
    **_TEXT_PHRASES,
    **_NUMBER_PHRASES,
    ListOperator.HAS: worded("has"),
    ListOperator.EXCLUDE: worded("does not have"),
}
_LISTS: Final[Mapping[str, str]] = {
    TextOperator.IN: worded("is"),
    TextOperator.NOT_IN: worded("is not"),
}


def operator_phrase(operator: str) -> str:
    """Return how an operator of a matcher is said, as in a list to choose from."""
    return _VALUE_PHRASES.get(operator, shown(operator))


def _tests(data: Node, known: Mapping[str, str], empty: str) -> str:
    """Return the tests of a string matcher: `is a`, `starts with a and ends with b`."""
    if not isinstance(data, MappingNode):
        return worded("is %(value)s", value=value_of(data, known))
    if not data.entries:
        return empty
    return both([_test(key.text, value, known) for key, value in data.entries])


def _test(operator: str, value: Node, known: Mapping[str, str] = NOTHING) -> str:
    words = operator_phrase(operator)
    if operator not in _LISTS:
        return _tested(words, value_of(value, known))
    if len(to_items(value)) == 1:
        words = _LISTS[operator]
    return _tested(words, list_of(value, known))


def _tested(test: str, value: str) -> str:
    return worded("%(test)s %(value)s", test=test, value=value)


def _of(subject: str, tests: str) -> str:
    return worded("%(subject)s %(tests)s", subject=subject, tests=tests)


def _always(text: str) -> Callable[[CriterionNode, Names], str]:
    return lambda _node, _names: text


def _text(subject: str) -> Callable[[CriterionNode, Names], str]:
    return lambda node, _names: _of(subject, _tests(node.data, NOTHING, _ANYTHING))


def _person(node: CriterionNode, names: Names) -> str:
    tests = _tests(node.data, names.people, worded("is anyone signed in"))
    return _of(_PERSON, tests)


_ANYTHING: Final = worded("is anything")
_EVEN_MISSING: Final = worded("is anything, even missing")
_PERSON: Final = worded("the person")


def _membership(operator: str, value: str) -> str:
    if operator == ListOperator.HAS:
        return worded("is in %(group)s", group=value)
    if operator == ListOperator.IS:
        return worded("is in %(group)s and in no other group", group=value)
    if operator == ListOperator.EXCLUDE:
        return worded("is not in %(group)s", group=value)
    return _tested(shown(operator), value)


def _values(operator: str, value: str) -> str:
    if operator == ListOperator.HAS:
        return worded("has %(value)s", value=value)
    if operator == ListOperator.IS:
        return worded("is just %(value)s", value=value)
    if operator == ListOperator.EXCLUDE:
        return worded("does not have %(value)s", value=value)
    return _tested(shown(operator), value)


def _list_tests(
    data: Node, say: Callable[[str, str], str], known: Mapping[str, str], empty: str
) -> str:
    if not isinstance(data, MappingNode):
        return say(ListOperator.HAS, value_of(data, known))
    tests = [say(key.text, value_of(value, known)) for key, value in data.entries]
    return both(tests) if tests else empty


def _groups(node: CriterionNode, names: Names) -> str:
    empty = worded("is in the directory")
    return _of(_PERSON, _list_tests(node.data, _membership, names.groups, empty))


def _claim(node: CriterionNode, _names: Names) -> str:
    tests = _list_tests(node.data, _values, NOTHING, _EVEN_MISSING)
    name = shown(node.sub_path or "")
    return worded("the claim %(name)s %(tests)s", name=name, tests=tests)


def _source_ip(node: CriterionNode, _names: Names) -> str:
    items = to_items(node.data)
    is_network = any(
        isinstance(item, ScalarNode) and "/" in item.text for item in items
    )
    said = list_of(node.data)
    if is_network:
        return worded("the source address is in %(networks)s", networks=said)
    return worded("the source address is %(addresses)s", addresses=said)


_IN_CERTIFICATES: Final[Mapping[str, str]] = {
    "fingerprint": worded("its fingerprint is"),
    "spki_hash": worded("the hash of its public key is"),
    "san_dns": worded("a DNS name in it"),
    "san_email": worded("an email address in it"),
    "san_uri": worded("a URI in it"),
}


def _certificate(node: CriterionNode, _names: Names) -> str:
    parts = [
        _of(
            _IN_CERTIFICATES.get(key.text, shown(key.text)),
            _tests(value, NOTHING, _ANYTHING)
            if key.text.startswith("san_")
            else list_of(value),
        )
        for key, value in _entries(node.data)
    ]
    return both([worded("the client presents a certificate"), *parts])


def _device(node: CriterionNode, names: Names) -> str:
    parts = [_of_device(key.text, value, names) for key, value in _entries(node.data)]
    state = both(parts) if parts else worded("anything, even missing")
    return worded("the device is %(state)s", state=state)


def _of_device(key: str, value: Node, names: Names) -> str:
    if key == "type":
        kind = value_of(value, names.device_types)
        if kind == "any":
            return worded("registered")
        return worded("registered as %(kind)s", kind=kind)
    if key == "approved":
        is_off = isinstance(value, ScalarNode) and not value.value
        return worded("not approved") if is_off else worded("approved")
    return value_of(value)


def _ssh_key(subject: str) -> Callable[[CriterionNode, Names], str]:
    return lambda node, _names: _of(subject, list_of(node.data, NOTHING, _key_name))


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
    return worded(
        "the SSH user name is in the claim %(name)s", name=value_of(node.data)
    )


def _bounds(data: Node) -> str:
    known = _by_key(data)
    bounds = []
    for key in known:
        if key == "after":
            bounds.append(worded("after %(time)s", time=value_of(known[key])))
        elif key == "before":
            bounds.append(worded("before %(time)s", time=value_of(known[key])))
    return both(bounds) if bounds else worded("anything")


def _date(node: CriterionNode, _names: Names) -> str:
    return worded("the date is %(bounds)s", bounds=_bounds(node.data))


_DAYS: Final = {
    day[:3].lower(): day
    for day in (
        worded("Monday"),
        worded("Tuesday"),
        worded("Wednesday"),
        worded("Thursday"),
        worded("Friday"),
        worded("Saturday"),
        worded("Sunday"),
    )
}


def _day_of_week(node: CriterionNode, _names: Names) -> str:
    data = node.data
    if isinstance(data, MappingNode) and data.entries:
        data = data.entries[0][1]
    text = data.text if isinstance(data, ScalarNode) else ""
    days: list[str] = [_days(part) for part in text.split(",")[:MAX_VALUES]]
    return worded("the day (in UTC) is %(days)s", days=any_of(days))


def _days(part: str) -> str:
    if part.strip() == "*":
        return worded("any")
    names = [name.strip() for name in part.split("-", 1)]
    days = [_DAYS.get(name[:3].lower(), shown(name)) for name in names]
    if len(days) == 1:
        return days[0]
    return worded("%(first)s to %(last)s", first=days[0], last=days[1])


def _time_of_day(node: CriterionNode, _names: Names) -> str:
    zone, bounds = _by_key(node.data).get("timezone"), _bounds(node.data)
    if zone is None:
        return worded("the time is %(bounds)s", bounds=bounds)
    return worded(
        "the time in %(zone)s is %(bounds)s", zone=value_of(zone), bounds=bounds
    )


def _record(node: CriterionNode, _names: Names) -> str:
    known = _by_key(node.data)
    kind, field = (
        value_of(known.pop(key)) if key in known else None for key in ("type", "field")
    )
    subject: str = worded("the record")
    if kind:
        subject = worded("the record %(kind)s", kind=kind)
    if field:
        subject = worded(
            "the field %(field)s of %(record)s", field=field, record=subject
        )
    parts = [
        _exists(value) if key == "exists" else _test(key, value)
        for key, value in known.items()
    ]
    return _of(subject, both(parts) if parts else _ANYTHING)


def _exists(node: Node) -> str:
    is_there = isinstance(node, ScalarNode) and node.value
    return worded("exists") if is_there else worded("does not exist")


def _by_key(data: Node) -> dict[str, Node]:
    """Return the entries of a mapping by key; none for anything else."""
    return {key.text: value for key, value in _entries(data)}


def _entries(data: Node) -> tuple[tuple[ScalarNode, Node], ...]:
    return data.entries if isinstance(data, MappingNode) else ()


PHRASES: Final[Mapping[str, Callable[[CriterionNode, Names], str]]] = {
    "accept": _always(worded("anyone asks, signed in or not")),
    "reject": _always(worded("no one asks, ever")),
    "authenticated_user": _always(worded("the person is signed in")),
    "user": _person,
    "email": _text(worded("the email address")),
    "domain": _text(worded("the email domain")),
    "claim": _claim,
    "groups": _groups,
    "http_method": _text(worded("the method")),
    "http_path": _text(worded("the path")),
    "cors_preflight": _always(worded("the request is a CORS preflight")),
    "source_ip": _source_ip,
    "pomerium_routes": _always(worded("the path belongs to the control plane")),
    "client_certificate": _certificate,
    "invalid_client_certificate": _always(
        worded("the client has no trusted certificate")
    ),
    "device": _device,
    "ssh_publickey": _ssh_key(worded("the SSH key is")),
    "ssh_ca": _ssh_key(worded("the SSH certificate is signed by")),
    "ssh_username": _text(worded("the SSH user name")),
    "ssh_username_matches_email": _always(
        worded("the SSH user name is that of the email address")
    ),
    "ssh_username_matches_claim": _matches_claim,
    "mcp_tool": _text(worded("the MCP tool")),
    "date": _date,
    "day_of_week": _day_of_week,
    "time_of_day": _time_of_day,
    "record": _record,
}
