"""Policies that let in, or keep out, others than was meant; contradictions."""

from __future__ import annotations

from typing import Final

from .case import ENFORCED, PUBLIC, Case

ACCESS_CASES: Final = (
    Case(
        "passes-without-session",
        "allow:\n  and:\n    # but him\n    - email: {not: a@b.c}\n",
        "email: {not: a@b.c}",
        "allow:\n  and:\n    - authenticated_user: true\n"
        "    # but him\n    - email: {not: a@b.c}\n",
    ),
    Case(
        "passes-without-session",
        "allow:\n  or:\n    - claim/team: {exclude: red}\n",
        "claim/team: {exclude: red}",
        "allow:\n  and:\n    - authenticated_user: true\n"
        "    - claim/team: {exclude: red}\n",
    ),
    Case(
        "passes-without-session",
        "allow: {or: [{device: {approved: false}}]}",
        "{device: {approved: false}}",
        "allow: {and: [{authenticated_user: true}, {device: {approved: false}}]}",
    ),
    Case(
        "passes-without-session",
        "allow: {or: [{device: {approved: false}}, {user: a}]}",
        "{device: {approved: false}}",
    ),
    Case(
        "passes-without-session",
        "allow: {or: [{device: {approved: false}}], and: []}",
        "{device: {approved: false}}",
    ),
    Case(
        "passes-without-session",
        "deny: {or: [{email: {not_in: [a@b.c]}}]}",
        "{email: {not_in: [a@b.c]}}",
        "deny: {and: [{authenticated_user: true}, {email: {not_in: [a@b.c]}}]}",
    ),
    Case(
        "passes-without-session",
        "allow: {or: [{http_path: {}}]}",
        "{http_path: {}}",
        "allow: {and: [{authenticated_user: true}, {http_path: {}}]}",
    ),
    Case(
        "passes-without-session",
        "allow: {or: [{ssh_username: {}}]}",
        "{ssh_username: {}}",
        "allow: {and: [{authenticated_user: true}, {ssh_username: {}}]}",
    ),
    Case(
        "identity-in-deny",
        "allow: {or: [{accept: true}]}\ndeny: {or: [{http_path: /a}, {groups: g}]}",
        "groups",
    ),
    Case("identity-in-deny", "deny: {or: [{user: a}]}", "user", context=PUBLIC),
    Case("enforced-allow", "allow: {or: [{accept: true}]}", "or", context=ENFORCED),
    Case(
        "ceiling-refuses-preflight",
        "allow:\n  or:\n    - domain: example.com\n",
        "or",
        "allow:\n  or:\n    - cors_preflight: true\n    - domain: example.com\n",
        ENFORCED,
    ),
    Case(
        "ceiling-refuses-preflight",
        "allow: {and: [{domain: example.com}]}",
        "and",
        context=ENFORCED,
    ),
    Case(
        "certificate-not-verified",
        f"allow:\n  or:\n    - client_certificate: {{fingerprint: '{'0b' * 32}'}}\n",
        "client_certificate",
        f"allow:\n  or:\n    - client_certificate: {{fingerprint: '{'0b' * 32}'}}\n"
        "deny:\n  or:\n    - invalid_client_certificate: true\n",
    ),
    Case(
        "certificate-not-verified",
        f"- allow: {{or: [{{client_certificate: {{fingerprint: {'0b' * 32}}}}}]}}\n",
        "client_certificate",
        f"- allow: {{or: [{{client_certificate: {{fingerprint: {'0b' * 32}}}}}]}}\n"
        "- deny:\n    or:\n      - invalid_client_certificate: true\n",
    ),
    Case(
        "certificate-not-verified",
        "allow: {or: [{client_certificate: {san_dns: a}}]}\ndeny: {}",
        "client_certificate",
    ),
    Case(
        "covers-the-rest",
        "allow: {or: [{authenticated_user: true}, {domain: example.com}]}",
        "authenticated_user",
    ),
    Case(
        "covers-the-rest",
        "allow: {or: [{domain: example.com}, {authenticated_user: true}]}",
        "authenticated_user",
    ),
    Case(
        "covers-the-rest",
        "- allow: {and: [{accept: true}]}\n- allow: {or: [{http_method: GET}]}",
        "accept",
    ),
    Case(
        "contradiction",
        "allow: {and: [{domain: a.com}, {email: {in: [x@b.com, x]}}]}",
        "{email: {in: [x@b.com, x]}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{domain: {in: [a.com]}}, {email: {ends_with: '@b.com'}}]}",
        "{email: {ends_with: '@b.com'}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{user: a}, {user: {not: a}}]}",
        "{user: {not: a}}",
    ),
    Case("contradiction", "allow: {and: [{user: a}, {user: b}]}", "{user: b}"),
    Case(
        "contradiction",
        "deny: {and: [{http_path: {starts_with: /a}}, {http_path: {starts_with: /b}}]}",
        "{http_path: {starts_with: /b}}",
    ),
    Case(
        "contradiction",
        "deny: {and: [{http_path: {ends_with: .a}}, {http_path: {ends_with: .b}}]}",
        "{http_path: {ends_with: .b}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{http_path: {in: [/a]}}, {http_path: {contains: b}}]}",
        "{http_path: {contains: b}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{groups: {is: a}}, {groups: {is: b}}]}",
        "{groups: {is: b}}",
    ),
    Case(
        "contradiction", "allow: {and: [{groups: {is: a}}, {groups: b}]}", "{groups: b}"
    ),
    Case(
        "contradiction",
        "allow: {and: [{claim/x: a}, {claim/x: {exclude: a}}]}",
        "{claim/x: {exclude: a}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{source_ip: 10.0.0.0/8}, {source_ip: [11.0.0.0/8, '::/0']}]}",
        "{source_ip: [11.0.0.0/8, '::/0']}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{day_of_week: mon}, {day_of_week: tue-sun}]}",
        "{day_of_week: tue-sun}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{date: {before: 2030-01-01}}, {date: {after: 2030-01-01}}]}",
        "{date: {after: 2030-01-01}}",
    ),
    Case(
        "contradiction",
        (
            "allow: {and: [{time_of_day: {timezone: UTC, before: 9:00}},"
            " {time_of_day: {timezone: UTC, after: 10:00}}]}"
        ),
        "{time_of_day: {timezone: UTC, after: 10:00}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{device: {approved: true}}, {device: {approved: false}}]}",
        "{device: {approved: false}}",
    ),
    Case(
        "contradiction",
        "allow: {and: [{device: {type: any, is: a}}, {device: {type: any, is: b}}]}",
        "{device: {type: any, is: b}}",
    ),
    Case(
        "contradiction",
        "deny: {not: [{http_method: {not: GET}}, {http_method: {not_in: [POST]}}]}",
        "{http_method: {not_in: [POST]}}",
    ),
)
