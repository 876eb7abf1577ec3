"""Criteria and operators that never hold, always hold, or are misread."""

from __future__ import annotations

from typing import Final

from .case import Case

LOGIC_CASES: Final = (
    Case("never-holds", "allow: {or: [{user: {in: []}}]}", "[]"),
    Case("never-holds", "allow: {or: [{user: {is: a, not: a}}]}", "{is: a, not: a}"),
    Case(
        "never-holds",
        "allow: {or: [{user: {is: a, starts_with: b}}]}",
        "{is: a, starts_with: b}",
    ),
    Case(
        "never-holds",
        "allow: {or: [{groups: {is: a, exclude: a}}]}",
        "{is: a, exclude: a}",
    ),
    Case("never-holds", "allow: {or: [{source_ip: []}]}", "[]"),
    Case("never-holds", "allow: {or: [{ssh_publickey: []}]}", "[]"),
    Case("never-holds", "allow: {or: [{ssh_ca: []}]}", "[]"),
    Case("never-holds", "deny: {or: [{client_certificate: {fingerprint: []}}]}", "[]"),
    Case(
        "never-holds",
        "deny: {or: [{client_certificate: {san_dns: [a]}}]}",
        "{san_dns: [a]}",
    ),
    Case(
        "never-holds",
        "allow: {or: [{record: {type: a, field: b, exists: false, is: c}}]}",
        "{type: a, field: b, exists: false, is: c}",
    ),
    Case("never-holds", "allow: {or: [{user: }]}", "user"),
    Case(
        "always-holds",
        "deny: {or: [{http_path: {starts_with: /}}]}",
        "{starts_with: /}",
    ),
    Case("always-holds", "allow: {or: [{user: {starts_with: ''}}]}", "''"),
    Case("always-holds", "allow: {or: [{user: {not_in: []}}]}", "[]"),
    Case("always-holds", "allow: {or: [{groups: {}}]}", "{}"),
    Case("always-holds", "allow: {or: [{day_of_week: '*'}]}", "'*'"),
    Case(
        "always-holds",
        "allow: {or: [{source_ip: [0.0.0.0/0, '::/0']}]}",
        "[0.0.0.0/0, '::/0']",
    ),
    Case("always-holds", "allow: {not: [{device: {}}]}", "{}"),
    Case("always-holds", "deny: {or: [{client_certificate: {}}]}", "{}"),
    Case("always-holds", "allow: {nor: [{user: a}, {user: b}]}", "{user: b}"),
    Case(
        "always-holds",
        "deny: {or: [{http_method: {not: GET}}, {http_method: {not: HEAD}}]}",
        "{http_method: {not: HEAD}}",
    ),
    Case(
        "operators-are-alternatives",
        "allow: {or: [{user: a}], and: [{user: b}]}",
        "and",
    ),
    Case("single-nor", "allow: {nor: [{user: a}]}", "nor", "allow: {not: [{user: a}]}"),
    Case("single-nor", "allow: {nor: [{user: a}], not: [{user: b}]}", "nor"),
    Case(
        "nor-is-not-none",
        "allow: {nor: [{user: a}, {domain: b}]}",
        "nor",
        "allow: {not: [{user: a}, {domain: b}]}",
    ),
)
