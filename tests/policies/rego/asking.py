"""Requests for tests of Rego."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from policies.rego import inputs

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
OPA_URL = os.environ.get("POSTERN_OPA_URL", "")
NAMES = "https://raw.githubusercontent.com/aruljohn/popular-baby-names/master/2020/boy_names_2020.json"


def differs(reason: str) -> pytest.MarkDecorator:
    """Mark a test that a server of OPA fails, always, and why that is right."""
    return pytest.mark.xfail(bool(OPA_URL), reason=reason, strict=True)


def input_with(**http: Any) -> dict[str, Any]:
    """Return an input; arguments replace fields of `http`, or `session` and so on."""
    given = {
        "http": {
            "method": "GET",
            "host": "app.example.com",
            "hostname": "app.example.com",
            "path": "/",
            "headers": {},
            "client_certificate": {"presented": False},
            "ip": "203.0.113.7",
        },
        "session": {"id": "s1", "user_id": "u1"},
        "is_valid_client_certificate": True,
    }
    for name, value in http.items():
        if name in {"session", "mcp", "ssh"}:
            given[name] = value
        else:
            given["http"][name] = value  # type: ignore[index]
    return given


class Records:
    """The records of tests, and what was asked for."""

    def __init__(self, claims: dict[str, Any] | None = None, **others: Any) -> None:
        self.asked: list[tuple[str, str]] = []
        self.records = {
            inputs.SESSION: {
                "s1": {"id": "s1", "user_id": "u1", "claims": claims or {}}
            },
            inputs.USER: {"u1": {"id": "u1", "email": "alice@example.com"}},
            **others,
        }

    def find(self, kind: str, key: str) -> tuple[bool, dict[str, Any] | None]:
        self.asked.append((kind, key))
        return kind in self.records, self.records.get(kind, {}).get(key)
