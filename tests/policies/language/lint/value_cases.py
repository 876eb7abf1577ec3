"""Values that can not be what was meant."""

from __future__ import annotations

from typing import Final

from .case import GROUPS, TODAY, TYPES, Case

VALUE_CASES: Final = (
    Case(
        "list-instead-of-in",
        "allow: {or: [{ssh_username: [root, ada]}]}",
        "[root, ada]",
        "allow: {or: [{ssh_username: {in: [root, ada]}}]}",
    ),
    Case(
        "list-instead-of-in",
        "allow:\n  or:\n    - user:\n        - a\n        - b # x\n",
        "- a\n        - b",
        "allow:\n  or:\n    - user:\n        in:\n          - a\n          - b # x\n",
    ),
    Case(
        "list-instead-of-in",
        "allow: {or: [{user: {not: [a], starts_with: b}}]}",
        "[a]",
        "allow: {or: [{user: {not_in: [a], starts_with: b}}]}",
    ),
    Case("list-instead-of-in", "allow: {or: [{user: {is: [a], in: [b]}}]}", "[a]"),
    Case(
        "list-instead-of-in",
        "allow: {or: [{groups: [a]}]}",
        "[a]",
        "allow: {or: [{groups: a}]}",
    ),
    Case(
        "list-instead-of-in",
        "allow: {and: [{claim/x: {has: [a, b, 7]}}]}",
        "[a, b, 7]",
        "allow: {or: [{claim/x: {has: a}}, {claim/x: {has: b}}, {claim/x: {has: 7}}]}",
    ),
    Case(
        "list-instead-of-in",
        "allow:\n  or:\n    - groups: # who\n        - a\n        - b\n    - user: c\n",
        "- a\n        - b",
    ),
    Case("list-instead-of-in", "allow: {not: [{groups: [a, b]}]}", "[a, b]"),
    Case(
        "email-without-at",
        "allow: {or: [{email: {is: example.com}}]}",
        "example.com",
        "allow: {or: [{domain: {is: example.com}}]}",
    ),
    Case(
        "email-without-at",
        "allow: {or: [{email: {in: [example.com, a@b.c]}}]}",
        "example.com",
    ),
    Case(
        "suffix-without-at",
        "allow: {or: [{email: {ends_with: example.com}}]}",
        "example.com",
        'allow: {or: [{email: {ends_with: "@example.com"}}]}',
    ),
    Case(
        "domain-with-at",
        "allow: {or: [{domain: '@example.com'}]}",
        "'@example.com'",
        "allow: {or: [{domain: 'example.com'}]}",
    ),
    Case(
        "domain-with-at",
        "allow: {or: [{domain: ada@example.com}]}",
        "ada@example.com",
        "allow: {or: [{email: ada@example.com}]}",
    ),
    Case("domain-with-at", "allow: {or: [{domain: {in: [a@b.c, c.d]}}]}", "a@b.c"),
    Case("domain-with-at", "allow: {or: [{domain: {contains: '@'}}]}", "'@'"),
    Case(
        "path-without-slash",
        "deny: {or: [{http_path: {starts_with: admin}}]}",
        "admin",
        "deny: {or: [{http_path: {starts_with: /admin}}]}",
    ),
    Case(
        "path-with-query",
        "deny: {or: [{http_path: /admin?a=b}]}",
        "/admin?a=b",
        "deny: {or: [{http_path: /admin}]}",
    ),
    Case(
        "method-lower-case",
        "deny: {or: [{http_method: {in: [get, POST]}}]}",
        "get",
        "deny: {or: [{http_method: {in: [GET, POST]}}]}",
    ),
    Case(
        "unknown-method",
        "deny: {or: [{http_method: DELET}]}",
        "DELET",
        "deny: {or: [{http_method: DELETE}]}",
    ),
    Case("unknown-method", "deny: {or: [{http_method: FETCHALL}]}", "FETCHALL"),
    Case(
        "looks-like-pattern",
        "allow: {or: [{domain: '*.example.com'}]}",
        "'*.example.com'",
        "allow: {or: [{domain: {ends_with: .example.com}}]}",
    ),
    Case(
        "looks-like-pattern",
        "deny: {or: [{http_path: {is: /admin/*}}]}",
        "/admin/*",
        "deny: {or: [{http_path: {starts_with: /admin/}}]}",
    ),
    Case(
        "looks-like-pattern",
        "deny: {or: [{http_path: '.*secret.*'}]}",
        "'.*secret.*'",
        "deny: {or: [{http_path: {contains: secret}}]}",
    ),
    Case("looks-like-pattern", "deny: {or: [{http_path: '^/(a|b)$'}]}", "'^/(a|b)$'"),
    Case(
        "looks-like-pattern",
        "deny: {or: [{http_path: {in: ['/[0-9]+']}}]}",
        "'/[0-9]+'",
    ),
    Case(
        "looks-like-pattern", "deny: {or: [{http_path: {is: /a*, contains: /}}]}", "/a*"
    ),
    Case(
        "number-as-text",
        "allow: {or: [{groups: 0123}]}",
        "0123",
        'allow: {or: [{groups: "0123"}]}',
    ),
    Case(
        "number-as-text",
        "allow: {or: [{user: {in: [a, TRUE]}}]}",
        "TRUE",
        'allow: {or: [{user: {in: [a, "TRUE"]}}]}',
    ),
    Case(
        "group-name",
        "allow: {or: [{groups: engineering}]}",
        "engineering",
        "allow: {or: [{groups: g1}]}",
        GROUPS,
    ),
    Case(
        "group-name", "allow: {or: [{groups: {has: Sales}}]}", "Sales", context=GROUPS
    ),
    Case("unknown-group", "allow: {or: [{groups: g9}]}", "g9", context=GROUPS),
    Case("device-id-without-type", "allow: {or: [{device: {is: 5Vn}}]}", "{is: 5Vn}"),
    Case(
        "unknown-device-type",
        "allow: {or: [{device: {type: yubi}}]}",
        "{type: yubi}",
        context=TYPES,
    ),
    Case(
        "claim-path-with-slash",
        "allow: {or: [{claim/a/b: c}]}",
        "claim/a/b",
        "allow: {or: [{claim/a.b: c}]}",
    ),
    Case(
        "claim-path-with-slash",
        "allow: {or: [{claim/https://x.example/y: z}, {claim/a/b: c}]}",
        "claim/a/b",
        "allow: {or: [{claim/https://x.example/y: z}, {claim/a.b: c}]}",
    ),
    Case(
        "host-bits",
        "allow: {or: [{source_ip: [10.1.2.3/24, '::1']}]}",
        "10.1.2.3/24",
        "allow: {or: [{source_ip: [10.1.2.0/24, '::1']}]}",
    ),
    Case(
        "window-crosses-midnight",
        "allow: {or: [{time_of_day: {timezone: UTC, after: 22:00, before: 6:00}}]}",
        "6:00",
    ),
    Case(
        "window-never-open",
        "allow: {or: [{date: {after: 2030-02-01, before: 2030-01-01}}]}",
        "2030-01-01",
        'allow: {or: [{date: {after: "2030-01-01T00:00:00Z",'
        ' before: "2030-02-01T00:00:00Z"}}]}',
    ),
    Case(
        "window-never-open",
        "allow: {or: [{date: {after: 2030-01-01, before: 2030-01-01}}]}",
        "2030-01-01",
    ),
    Case(
        "date-in-the-past",
        "allow: {or: [{date: {before: 2030-01-01}}]}",
        "2030-01-01",
        context=TODAY,
    ),
    Case(
        "date-in-the-past",
        "allow: {or: [{date: {after: 2030-01-01}}]}",
        "2030-01-01",
        context=TODAY,
    ),
    Case(
        "time-zone-without-place",
        "allow: {or: [{time_of_day: {timezone: EST, after: 9:00}}]}",
        "EST",
    ),
    Case(
        "time-zone-without-place",
        "allow: {or: [{time_of_day: {timezone: Etc/GMT-5, after: 9:00}}]}",
        "Etc/GMT-5",
        "allow: {or: [{time_of_day: {timezone: Asia/Tashkent, after: 9:00}}]}",
    ),
    Case(
        "time-zone-without-place",
        "allow: {or: [{time_of_day: {timezone: Etc/GMT+12, after: 9:00}}]}",
        "Etc/GMT+12",
    ),
    Case(
        "duplicate-criterion",
        "allow:\n  or:\n    - user: a\n    - user: b\n    - user: {is: b}\n",
        "user: {is: b}",
        "allow:\n  or:\n    - user: a\n    - user: b\n",
    ),
    Case(
        "duplicate-criterion",
        "allow:\n  or:\n    - user: a\n    - user: b\n    # c\n    - user: {is: a} # d",
        "user: {is: a}",
        "allow:\n  or:\n    - user: a\n    - user: b\n",
    ),
    Case(
        "duplicate-rule",
        "- allow: {or: [{user: a}, {user: b}]}\n- allow: {or: [{user: b}, {user: a}]}",
        "or",
    ),
    Case(
        "pomerium-routes-needless",
        "allow: {or: [{pomerium_routes: true}, {user: a}]}",
        "pomerium_routes",
        "allow: {or: [{user: a}]}",
    ),
    Case(
        "pomerium-routes-needless",
        "allow: {or: [{pomerium_routes: 1}]}",
        "pomerium_routes",
    ),
)
