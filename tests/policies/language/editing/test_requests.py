"""Edits sent as plain data."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language.editing import EditingError, edit
from policies.language.editing.requests import EDITS
from tests.policies.language.editing.texts import make_pem

TEXT = "allow: {or: [{user: a}, {claim/x: {has: b}}], and: [{user: c}]}\n"
REQUESTS: list[tuple[dict[str, Any], str]] = [
    (
        {"edit": "set-criterion", "at": "0/or/0", "name": "email", "data": 1},
        "{email: 1}",
    ),
    ({"edit": "set-data", "at": "0/or/0", "data": None}, "{user: null}"),
    (
        {"edit": "set-operand", "at": "0/or/1", "operator": "is", "operand": [1]},
        "{has: b, is: [1]}",
    ),
    ({"edit": "rename-operator", "at": "0/or/1", "old": "has", "new": "is"}, "{is: b}"),
    ({"edit": "remove-operator", "at": "0/or/1", "operator": "has"}, "claim/x: {}"),
    (
        {
            "edit": "add-criterion",
            "at": "0/or",
            "name": "user",
            "data": "d",
            "index": 0,
        },
        "[{user: d}, {user: a}",
    ),
    ({"edit": "add-criterion", "at": "0/and", "name": "a", "data": 1}, "c}, {a: 1}]"),
    ({"edit": "remove-criterion", "at": "0/or/0"}, "or: [{claim/x"),
    ({"edit": "duplicate-criterion", "at": "0/or/0"}, "[{user: a}, {user: a}"),
    (
        {"edit": "move-criterion", "at": "0/or/0", "to": "0/and"},
        "[{user: c}, {user: a}]",
    ),
    (
        {
            "edit": "add-block",
            "action": "deny",
            "operator": "nor",
            "criteria": [{"a": 1}],
        },
        "deny:\n  nor:\n    - a: 1",
    ),
    (
        {"edit": "add-block", "action": "allow", "operator": "not", "rule": 0},
        "not: []}",
    ),
    ({"edit": "change-operator", "at": "0/or", "operator": "nor"}, "{nor: ["),
    ({"edit": "remove-block", "at": "0/or"}, "allow: {and: [{user: c}]}"),
    ({"edit": "duplicate-block", "at": "0/and"}, "\n- allow:\n    and:\n"),
    ({"edit": "move-block", "at": "0/or", "to": "0"}, TEXT),
    ({"edit": "add-rule", "action": "deny"}, "deny: {}"),
    ({"edit": "remove-rule", "at": "0"}, "{}"),
    ({"edit": "duplicate-rule", "at": "0"}, "- allow:"),
    ({"edit": "move-rule", "at": "0", "to": "0"}, TEXT),
    (
        {"edit": "paste", "action": "deny", "pasted": "nor: [{a: 1}]"},
        "deny:\n  nor:\n    - a: 1",
    ),
    (
        {
            "edit": "add-certificate",
            "at": "0/or/0",
            "pem": make_pem(),
            "pin": "spki_hash",
        },
        "{user: {spki_hash: ",
    ),
    ({"edit": "set-comment", "at": "0", "comment": "x"}, "# x\nallow"),
    ({"edit": "set-override", "override": "accept", "is_on": True}, "{accept: true}]"),
]


@pytest.mark.parametrize(("request_", "expected"), REQUESTS)
def test_carries_out_an_edit(request_: dict[str, Any], expected: str) -> None:
    assert expected in edit(TEXT, request_).text


def test_knows_every_edit_by_an_example() -> None:
    assert {request["edit"] for request, _ in REQUESTS} == set(EDITS)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "`edit` must be one of"),
        ({"edit": ["x"]}, "`edit` must be one of"),
        ({"edit": "set-date"}, "`edit` must be one of"),
        ({"edit": "set-data", "at": "0/or/0"}, "`data` is missing"),
        ({"edit": "set-data", "data": 1}, "`at` must be text"),
        ({"edit": "remove-rule", "at": "0", "by": 1}, "takes no by"),
        ({"edit": "add-rule", "action": "permit"}, "must be one of allow, deny"),
        ({"edit": "add-rule", "action": []}, "must be one of allow, deny"),
        ({"edit": "set-override", "override": "accept", "is_on": 1}, "true or false"),
        (
            {"edit": "add-criterion", "at": "0/or", "name": "", "data": 1},
            "must not be empty",
        ),
        (
            {
                "edit": "add-criterion",
                "at": "0/or",
                "name": "a",
                "data": 1,
                "index": True,
            },
            "must be a number",
        ),
        (
            {"edit": "add-block", "action": "allow", "operator": "or", "criteria": [1]},
            "list of criteria",
        ),
    ],
)
def test_refuses_a_request_that_makes_no_sense(
    request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(EditingError, match=message) as refused:
        edit(TEXT, request_)

    assert refused.value.code == "bad-request"
