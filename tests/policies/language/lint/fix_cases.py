"""Cases of warnings that can be put right, where there is more than one criterion."""

from __future__ import annotations

from .case import ENFORCED, GROUPS, PUBLIC, TODAY, TYPES, Case

FIX_CASES = (
    Case(
        "blank-operand",
        'allow:\n  or:\n    - groups: {has: ""}\n    - email: a@b.c\n',
        '""',
        "allow:\n  or:\n    - email: a@b.c\n",
    ),
    Case(
        "blank-operand",
        'allow: {or: [{groups: {has: ""}}]} # soon',
        '""',
        "allow: {or: [{reject: true}]} # soon",
    ),
    Case(
        "blank-operand",
        'allow: {and: [{domain: {in: [" ", b.c]}}]}',
        '" "',
        "allow: {and: [{domain: {in: [b.c]}}]}",
    ),
    Case(
        "blank-operand",
        "allow:\n  and:\n    - user: ''\n  or:\n    - email: a@b.c # c\n",
        "''",
        "allow:\n  or:\n    - email: a@b.c # c\n",
    ),
    Case(
        "blank-operand",
        "- allow:\n    or:\n      - email: a@b.c\n- deny:\n    or:\n      - user: ''\n",
        "''",
        "- allow:\n    or:\n      - email: a@b.c\n",
    ),
    Case(
        "blank-operand",
        "allow:\n  or:\n    - email: a@b.c\ndeny:\n  or:\n    - user: ''\n",
        "''",
        "allow:\n  or:\n    - email: a@b.c\n",
    ),
    Case(
        "blank-operand",
        'allow:\n  and:\n    - user: ""\n    - email: a@b.c\n',
        '""',
        "allow:\n  and:\n    - email: a@b.c\n",
    ),
    Case(
        "operators-are-alternatives",
        "- allow:\n    and:\n      - user: a\n    or:\n      - user: b\n",
        "or",
        "- allow:\n    and:\n      - user: a\n- allow:\n    or:\n      - user: b\n",
    ),
    Case(
        "operators-are-alternatives",
        "- allow:\n    and:\n      - user: a\n    or:\n      # c\n      - user: b\n",
        "or",
    ),
    Case(
        "date-in-the-past",
        "allow:\n  and:\n    - user: a\n    - date: {before: 2020-01-01T00:00:00Z}\n",
        "2020-01-01T00:00:00Z",
        "allow:\n  and:\n    - user: a\n",
        TODAY,
    ),
    Case(
        "duplicate-rule",
        "- deny:\n    or:\n      - user: c\n"
        "- deny:\n    and:\n      - user: d\n    or:\n      - user: c\n",
        "or",
        "- deny:\n    or:\n      - user: c\n- deny:\n    and:\n      - user: d\n",
    ),
    Case(
        "unknown-group",
        "allow:\n  or:\n    - groups: g9\n    - user: a\n",
        "g9",
        "allow:\n  or:\n    - user: a\n",
        GROUPS,
    ),
    Case(
        "never-holds",
        "allow:\n  or:\n    - user: {in: []}\n    - user: a\n",
        "[]",
        "allow:\n  or:\n    - user: a\n",
    ),
    Case(
        "unknown-device-type",
        "allow:\n  or:\n    - device: {type: fob}\n    - user: a\n",
        "{type: fob}",
        "allow:\n  or:\n    - user: a\n",
        TYPES,
    ),
    Case(
        "device-id-without-type",
        "allow:\n  or:\n    - device: {is: c1}\n    - user: a\n",
        "{is: c1}",
        "allow:\n  or:\n    - user: a\n",
    ),
    Case(
        "identity-in-deny",
        "allow: {or: [accept: true]}\n"
        "deny:\n  or:\n    - user: a\n  and:\n    - source_ip: 10.0.0.1\n",
        "user",
        "allow: {or: [accept: true]}\ndeny:\n  and:\n    - source_ip: 10.0.0.1\n",
        PUBLIC,
    ),
    Case(
        "identity-in-deny",
        "deny:\n  or:\n    - user: a\n    - email: a@b.c\n    - reject: true\n",
        "user",
        context=PUBLIC,
    ),
    Case(
        "enforced-allow",
        "allow:\n  or:\n    - domain: {is: b.c}\n",
        "or",
        "deny:\n  not:\n    - domain: {is: b.c}\n",
        ENFORCED,
    ),
    Case(
        "window-crosses-midnight",
        "allow:\n  or:\n    - time_of_day:\n        timezone: UTC\n"
        "        after: '22:00'\n        before: '6:00'\n",
        "'6:00'",
    ),
    Case(
        "window-crosses-midnight",
        "allow: {and: [{time_of_day: {timezone: UTC, after: '9:00', before: '6:00'}}]}",
        "'6:00'",
    ),
    Case(
        "time-zone-without-place",
        "allow: {and: [{time_of_day: {timezone: EST, after: '9:00'}}]}",
        "EST",
        "allow: {and: [{time_of_day: {timezone: America/Panama, after: '9:00'}}]}",
    ),
)
