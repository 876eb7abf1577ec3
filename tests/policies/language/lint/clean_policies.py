"""Policies that deserve no warning."""

from __future__ import annotations

from typing import Final

from tests.policies.language.random_policies import SSH_KEY

CLEAN: Final = (
    "allow: {and: [{domain: example.com}, {email: {not: a@example.com}}]}",
    "allow: {and: [{authenticated_user: true}, {email: {not: a@b.c}}]}",
    "allow: {or: [{user: a}, {groups: g1}, {cors_preflight: true}]}",
    "allow: {or: [{authenticated_user: true}, {cors_preflight: true}]}",
    "allow: {and: [{http_path: {starts_with: /a}}, {http_path: {starts_with: /a/b}}]}",
    "allow: {and: [{groups: g1}, {groups: {exclude: g4}}, {claim/a: b}, {claim/c: d}]}",
    "allow: {or: [{http_method: {not: GET}}, {http_path: {not: /}}]}",
    "allow: {or: [{http_method: {not_in: [GET, HEAD]}}, {http_method: {not: GET}}]}",
    "allow: {not: [{user: a}, {user: b}]}",
    "allow: {and: [{source_ip: 10.0.0.0/8}, {source_ip: 10.1.0.0/16}]}",
    "allow: {and: [{source_ip: '::/0'}, {user: a}]}",
    "allow: {and: [{day_of_week: mon-fri}, {day_of_week: fri-sun}]}",
    "allow: {or: [{date: {after: 2030-07-01, before: 2030-08-01}}]}",
    "allow: {or: [{date: {after: 2030-05-01, before: 2030-08-01}}]}",
    "allow: {or: [{time_of_day: {timezone: Asia/Tokyo, after: 9:00, before: 17:00}}]}",
    "allow: {or: [{time_of_day: {timezone: UTC, after: 9:00}}]}",
    "allow: {and: [{device: {type: any, is: a}}, {device: {type: yubikey, is: b}}]}",
    "deny: {or: [{user: a}, {http_method: PROPFIND}]}",
    (
        "deny: {or: [{invalid_client_certificate: true}]}\n"
        "allow: {or: [{client_certificate: {san_dns: {ends_with: .example.com}}}]}"
    ),
    "allow: {or: [{claim/https://a.b/roles: a}, {claim/a.b: c}, {claim//x: y}]}",
    "allow: {or: [{email: {contains: ada}}, {domain: {ends_with: .example.com}}]}",
    "allow: {or: [{http_path: {contains: a?b}}, {http_path: {ends_with: .html}}]}",
    "allow: {or: [{user: '017'}, {user: yes}, {mcp_tool: query}]}",
    "allow: {or: [{record: {type: a, field: b, exists: true, is: 5}}]}",
    f"allow: {{or: [{{ssh_publickey: [{SSH_KEY}]}}, {{ssh_ca: {SSH_KEY}}}]}}",
    "allow: {and: [{user: {starts_with: a, ends_with: b}}, {user: {contains: c}}]}",
    "allow: {and: [{email: {in: [a@b.c, x@d.e]}}, {domain: b.c}]}",
    "allow: {and: [{email: {ends_with: '@b.c'}}, {domain: {ends_with: .c}}]}",
    "allow: {or: [{email: {starts_with: ada.lovelace}}]}",
    "allow: {or: [{reject: true}]}",
    "allow: {or: [{claim/a: 1}, {claim/a: true}, {claim/a: [b]}]}".replace("[b]", "b"),
    "allow: {}",
    "[]",
)
