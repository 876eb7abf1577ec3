"""Requests and records at the edges of what a criterion has to deal with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from policies.language import CRITERIA
from policies.language.conformance import SESSION, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESSES: Final = (
    *("10.1.2.3", "010.1.2.3", " 10.1.2.3", "10.1.2", "1", "10.1.2.3/8", "10.1.2.3:80"),
    *("::ffff:10.1.2.3", "::FFFF:10.1.2.3", "::ffff:0a01:0203", "::10.1.2.3", "", "::"),
    *("2001:DB8::1", "[2001:db8::1]", "fe80::1%eth0", "64:ff9b::10.1.2.3"),
)
NETWORKS: Final = (
    *("10.0.0.0/8", "0.0.0.0/0", "10.1.2.3"),
    *("::/0", "2001:db8::/32", "::ffff:10.0.0.0/104"),
)
VALUES: Final[tuple[Any, ...]] = (
    *(5, 5.0, -0.0, 0, 1e20, 10**20, 2**53, 2**53 + 1, 0.1 + 0.2, 0.3, 1e-7),
    *("5", "", "é", "e\u0301", True, None, [5], {"a": 5}),
)
EMAILS: Final = (
    *("Ada@Example.com", "ADM\u0130N@example.com", "\ufb01@example.com", "\u212a@x"),
    *("a@b@c", "@", "", "ada@", "@example.com"),
)
ON_EMAILS: Final = (
    *("email: {is: ada@example.com}", "email: {ends_with: '@EXAMPLE.com'}"),
    *("email: {in: [k@x, ada@example.com]}", "email: {contains: \u0130}"),
    *("domain: example.com", "domain: {not: x}", "ssh_username_matches_email: true"),
)
PATHS: Final = ("/a", "/A", "", "/.pomerium", "/.pomerium/x", "/.pomeriumx", "/é", None)
ON_PATHS: Final = (
    *("http_path: {starts_with: /}", "http_path: {not: /a}", "http_path: {}"),
    *("http_path: {not_in: [/a]}", "http_path: ''", "http_path: {contains: ''}"),
    "pomerium_routes: true",
)
HEADERS: Final[tuple[Any, ...]] = (
    {},
    {"Origin": "a"},
    {"Origin": "a", "Access-Control-Request-Method": "b"},
    {"Origin": ["a"], "Access-Control-Request-Method": ["b"]},
    {"Origin": [], "Access-Control-Request-Method": "b"},
    {"Origin": [""], "Access-Control-Request-Method": ["b"]},
    {"Origin": "", "Access-Control-Request-Method": ["b"]},
    {"Origin": None, "Access-Control-Request-Method": ["b"]},
    {"origin": "a", "access-control-request-method": "b"},
)
INPUTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"http": {}},
    {"http": {"method": "GET"}},
    {"http": {}, "session": {}},
    {"http": {"headers": None}, "session": {"id": "s"}},
    {"session": {"id": "s"}},
)
CLAIMS: Final[tuple[dict[str, Any], ...]] = (
    {"a": {"b": ["x"]}},
    {"a": {"b": "x"}},
    {"a": {"b": {"c": ["x"]}}},
    {"a.b": ["x"]},
    {"a/b": ["x"]},
    {"a": "x"},
    {"a": ["x", "x"]},
    {"a": [{"b": "x"}]},
    {"a": None},
    {"": ["x"]},
)
CLAIM_NAMES: Final = ("a", "a.b", "a/b", "a/b/c", "", "a.b.c.d.e.f", "a/0")
FIELDS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"n": "x"},
    {"n": 5},
    {"n": "5"},
    {"n": 1e20},
    {"n": True},
    {"n": None},
    {"n": [5]},
    {"n": ["x"]},
    {"n": ["x", "y"]},
    {"n": {"a": "x"}},
)
ON_FIELDS: Final = (
    *("is: x", "is: 5", "is: [x]", "is: null", "is: true", "not: x", "not: null"),
    *("in: [x, y]", "not_in: [x]", "starts_with: ''", "contains: x"),
    *("has: x", "has: 5", "exclude: x", "'=': 5", "'<': 6", "'>=': 5"),
    *("exists: true", "exists: false"),
)


class OddCase(NamedTuple):
    policy: str
    core_input: dict[str, Any]
    records: dict[str, Any]


def odd_cases() -> Iterator[OddCase]:
    """Iterate over all of them."""
    yield from _of_people()
    yield from _of_requests()
    for core_input in INPUTS:
        for one in CRITERIA.entries:
            yield OddCase(_when(one.example), core_input, _world())


def _of_people() -> Iterator[OddCase]:
    asked = {**_asked(), "ssh": {"username": "ada"}}
    for email in EMAILS:
        for criterion in (f"email: {json.dumps(email)}", *ON_EMAILS):
            yield OddCase(_when(criterion), asked, _world(email=email))
    for claims in CLAIMS:
        for name in CLAIM_NAMES:
            for operator in ("has", "is", "exclude"):
                criterion = f"claim/{name}: {{{operator}: x}}"
                yield OddCase(_when(criterion), asked, _world(claims=claims))
            criterion = f"ssh_username_matches_claim: '{name}'"
            yield OddCase(_when(criterion), asked, _world(claims=claims))
    for held in VALUES:
        for wanted in VALUES:
            criterion = f"claim/x: {{is: {json.dumps(wanted)}}}"
            yield OddCase(_when(criterion), asked, _world(claims={"x": [held]}))
    for fields in FIELDS:
        for test in ON_FIELDS:
            criterion = f"record: {{type: t, field: n, {test}}}"
            records = {**_world(), "t": {"u": fields}}
            yield OddCase(_when(criterion), asked, records)


def _of_requests() -> Iterator[OddCase]:
    for address in ADDRESSES:
        for network in NETWORKS:
            yield OddCase(_when(f"source_ip: '{network}'"), _asked(ip=address), {})
    for path in PATHS:
        for criterion in ON_PATHS:
            yield OddCase(_when(criterion), _asked(path=path), {})
    for headers in HEADERS:
        asked = _asked(method="OPTIONS", headers=headers)
        yield OddCase(_when("cors_preflight: true"), asked, {})


def _when(criterion: str) -> str:
    return f"allow: {{and: [{{{criterion}}}]}}\ndeny: {{nor: [{{{criterion}}}]}}"


def _asked(**http: Any) -> dict[str, Any]:
    return {"http": {"method": "GET", "path": "/", **http}, "session": {"id": "s"}}


def _world(
    email: str = "ada@example.com", claims: dict[str, Any] | None = None
) -> dict[str, Any]:
    session = {"id": "s", "user_id": "u", "claims": claims or {}}
    return {SESSION: {"s": session}, USER: {"u": {"id": "u", "email": email}}}
