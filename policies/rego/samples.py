"""Requests that are thought up, to try a policy with before it is saved.

They vary everything that `input` and records have, and take words from the policy's
own text, so that a rule on `X-Team: red` also sees a request that has it.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from . import inputs
from .evaluation import Request
from .fetching import FETCHED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

COUNT: Final = 200
_NOW: Final = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
_TEXT: Final = re.compile(r'"((?:[^"\\\n]|\\.){1,200})"|`([^`]{1,200})`')
_HEADER: Final = re.compile(r"[A-Z][A-Za-z0-9]*(?:-[A-Z][A-Za-z0-9]*)*")
_MOST_WORDS: Final = 60
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PATHS: Final = ("/", "/index.html", "/admin", "/api/v1/items", "/a b", "//x/../y", "")
_ADDRESSES: Final = ("203.0.113.7", "10.1.2.3", "2001:db8::1", "::ffff:10.0.0.1", "")
_HEADERS: Final = ("Accept", "Authorization", "Origin", "User-Agent", "X-Forwarded-For")
_PERSON, _SESSION_ID, _ACCOUNT_ID = "person-1", "session-1", "account-1"
_USUAL, _OFTEN, _RARE = 0.8, 0.6, 0.3
_PEM: Final = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


@dataclass(frozen=True, slots=True)
class _Records:
    """Records of a request that is thought up; some are missing."""

    found: Mapping[str, Mapping[str, Any]]

    def bundle(self) -> tuple[Mapping[str, Any], list[str]]:
        return self.found, list(inputs.RECORD_TYPES)

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        if kind == FETCHED:
            return True, None
        return True, {"id": key, "name": "sample", "level": 3} if len(key) % 2 else None


def words_in(source: str) -> list[str]:
    """Return the texts that a policy compares with."""
    found = (first or second for first, second in _TEXT.findall(source))
    return list(dict.fromkeys(found))[:_MOST_WORDS]


def requests_for(
    source: str, *, count: int = COUNT, fetched: Mapping[str, Any] | None = None
) -> Iterator[Request]:
    """Yield requests that are always the same for a text.

    `fetched` has answers of `http.send` by address.
    """
    chance = random.Random(source)  # noqa: S311 - to vary, not to hide
    words = words_in(source)
    for index in range(count):
        yield replace(_request(index, words, chance), fetched=fetched or {})


def _request(index: int, words: Sequence[str], chance: random.Random) -> Request:
    signed_in = index % 4 != 0
    account = index % 7 == 1
    session_id = ""
    if signed_in:
        session_id = _ACCOUNT_ID if account else _SESSION_ID
    user_id = _PERSON if signed_in else ""
    path = chance.choice([*_PATHS, *(word for word in words if word[:1] == "/")])
    given = {
        "http": _http(path, words, chance),
        "ssh": {"username": chance.choice(["", "root", *words[:5]]), "publickey": None},
        "mcp": _mcp(words, chance),
        "session": {"id": session_id, "user_id": user_id},
        "is_valid_client_certificate": _mostly(chance),
    }
    return Request(
        input=given,
        now=_NOW,
        records=_Records(_records(words, chance)),
        seed=str(index),
    )


def _http(path: str, words: Sequence[str], chance: random.Random) -> dict[str, Any]:
    named = [word for word in words if _HEADER.fullmatch(word)]
    values = ["", "1", "red", *words]
    headers = {
        name: chance.choice(values)
        for name in (*_HEADERS, *named)
        if chance.random() < (_OFTEN if name in named else _RARE)
    }
    certificate: dict[str, Any] = {"presented": _rarely(chance)}
    if certificate["presented"]:
        certificate |= {"leaf": _PEM, "intermediates": ""}
    hosts = [word for word in words if "." in word and "/" not in word]
    hostname = chance.choice(["app.example.com", *hosts])
    methods = [word for word in words if word.isupper() and word.isalpha()]
    return {
        "method": chance.choice([*_METHODS, *methods]),
        "host": hostname,
        "hostname": hostname,
        "path": path,
        "raw_path": path,
        "raw_query": chance.choice(["", "q=1", *words[:5]]),
        "url": f"https://{hostname}{path}",
        "headers": headers,
        "client_certificate": certificate,
        "ip": chance.choice(_ADDRESSES),
        "body": "",
    }


def _mcp(words: Sequence[str], chance: random.Random) -> dict[str, Any]:
    if _mostly(chance):
        return {}
    call = {"name": chance.choice(["search", *words]), "arguments": {"q": "x"}}
    return {"id": "1", "method": "tools/call", "tool_call": call}


def _records(words: Sequence[str], chance: random.Random) -> dict[str, dict[str, Any]]:
    claims = {
        name: [chance.choice(["x", *words])]
        for name in ("given_name", "groups", "email", *words[:8])
        if _sometimes(chance)
    }
    mail = chance.choice(["ada@example.com", *(word for word in words if "@" in word)])
    every: dict[str, dict[str, Any]] = {
        inputs.SESSION: {
            _SESSION_ID: {"id": _SESSION_ID, "user_id": _PERSON, "claims": claims}
        },
        inputs.SERVICE_ACCOUNT: {_ACCOUNT_ID: {"id": _ACCOUNT_ID, "user_id": _PERSON}},
        inputs.USER: {_PERSON: {"id": _PERSON, "email": mail, "claims": claims}},
        inputs.DIRECTORY_USER: {
            _PERSON: {"id": _PERSON, "email": mail, "group_ids": list(words[:4])}
        },
        inputs.DIRECTORY_GROUP: {word: {"id": word} for word in words[:4]},
        inputs.CREDENTIAL: {},
        inputs.ENROLLMENT: {},
    }
    return {kind: records if _mostly(chance) else {} for kind, records in every.items()}


def _mostly(chance: random.Random) -> bool:
    return chance.random() < _USUAL


def _sometimes(chance: random.Random) -> bool:
    return chance.random() < _OFTEN


def _rarely(chance: random.Random) -> bool:
    return chance.random() < _RARE
