"""Random documents and requests, from a vocabulary small enough to often match."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from policies.language.conformance import (
    CREDENTIAL,
    DIRECTORY_USER,
    ENROLLMENT,
    SERVICE_ACCOUNT,
    SESSION,
    USER,
)

if TYPE_CHECKING:
    from collections.abc import Callable

EMAILS = ["ada@example.com", "Ada@Example.com", "ben@other.org", "a@b@c", "nobody", ""]
DOMAINS = ["example.com", "Example.com", "other.org", "b"]
USERS = ["u1", "u2", "1001"]
GROUPS = ["g1", "g2", "1001"]
PATHS = ["/", "/admin", "/admin/x", "/public"]
METHODS = ["GET", "POST", "OPTIONS"]
IPS = ["10.1.2.3", "192.0.2.7", "2001:db8::1", "", "nonsense"]
NETWORKS = ["10.0.0.0/8", "10.1.2.3", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"]
TOOLS = ["query", "drop"]
NAMES = ["ada", "root", ""]
CLAIMS = ["team", "org.unit", "address/zone", "level"]
VALUES: list[Any] = ["red", "blue", 5, True, None]
PAST, FUTURE = {"seconds": 1_500_000_000}, {"seconds": 4_000_000_000}
FOREIGN_KEYS = {"geo": "request.ip"}


class Generator:
    """Draws documents and requests from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def some(self, values: list[Any], most: int = 3) -> list[Any]:
        return [self.pick(values) for _ in range(self.random.randint(0, most))]

    def document(self) -> list[dict[str, Any]]:
        return [self.rule() for _ in range(self.random.randint(0, 3))]

    def rule(self) -> dict[str, Any]:
        operators = self.random.sample(
            ["and", "or", "not", "nor"], self.pick([1, 1, 2])
        )
        action = self.pick(["allow", "allow", "deny"])
        return {
            action: {
                operator: [self.criterion() for _ in range(self.random.randint(0, 3))]
                for operator in operators
            }
        }

    def criterion(self) -> dict[str, Any]:
        name = self.pick(list(DATA))
        data = DATA[name](self)
        return {f"claim/{self.pick(CLAIMS)}" if name == "claim" else name: data}

    def text(self, values: list[str]) -> Any:
        if self.chance(0.5):
            return self.pick([*values, *values, 1001, [values[0]], None])
        operators: dict[str, Callable[[], Any]] = {
            "is": lambda: self.pick([*values, 1001]),
            "not": lambda: self.pick([*values, 1001]),
            "in": lambda: self.some(values),
            "not_in": lambda: self.some(values),
            "starts_with": lambda: self.pick(values)[:2],
            "ends_with": lambda: self.pick(values)[-2:],
            "contains": lambda: self.pick(values)[1:3],
        }
        names = self.random.sample(list(operators), self.pick([0, 1, 1, 2]))
        return {name: operators[name]() for name in names}

    def domain(self) -> Any:
        data = self.text(DOMAINS)
        bare = data if not isinstance(data, dict) else data.get("is", "")
        return data if isinstance(bare, str) else "example.com"

    def values(self, values: list[Any]) -> Any:
        if self.chance(0.5):
            return self.pick(values)
        names = self.random.sample(["has", "is", "exclude"], self.pick([0, 1, 1, 2]))
        return {name: self.pick(values) for name in names}

    def device(self) -> Any:
        data: dict[str, Any] = {}
        if self.chance(0.5):
            data["type"] = self.pick(["any", "enclave_only"])
        if self.chance(0.4):
            data["is"] = self.pick(["d1", "d2"])
        if self.chance(0.4):
            data["approved"] = self.pick([True, False])
        return data

    def bounds(self, moments: list[str]) -> dict[str, str]:
        names = self.pick([["after"], ["before"], ["after", "before"]])
        return {name: self.pick(moments) for name in names}

    def record(self) -> dict[str, Any]:
        data: dict[str, Any] = {"type": self.pick(["hr", "geo"])}
        if self.chance(0.3):
            return {**data, "exists": self.pick([True, False])}
        tests = {"is": "x", "not": "x", "has": "x", "exclude": "x", ">=": 3}
        name = self.pick(list(tests))
        return {**data, "field": self.pick(["a", "b", "n"]), name: tests[name]}

    def request(self) -> dict[str, Any]:
        method = self.pick(METHODS)
        headers = {"Origin": "x", "Access-Control-Request-Method": "y"}
        tool = {"method": "tools/call", "tool_call": {"name": self.pick(TOOLS)}}
        return {
            "http": {
                "method": method,
                "path": self.pick(PATHS),
                "headers": headers if self.chance(0.5) else {},
                "client_certificate": {"presented": self.chance(0.5)},
                "ip": self.pick(IPS),
            },
            "ssh": {"username": self.pick(NAMES), "publickey": None},
            "mcp": self.pick([{}, {"method": "tools/list"}, tool]),
            "session": {"id": self.pick(["s1", "s2", "s3", "sa", "", "gone"])},
            "is_valid_client_certificate": self.chance(0.6),
        }

    def now(self) -> datetime:
        day, hour = self.random.randint(1, 28), self.random.randint(0, 23)
        return datetime(2026, self.random.randint(1, 12), day, hour, tzinfo=UTC)

    def records(self) -> dict[str, dict[str, Any]]:
        sessions = {"s1": self.session("s1"), "s2": self.session("s2")}
        sessions["s3"] = {
            **self.session("s3"),
            "impersonate_session_id": self.pick(["s1", "s2", "gone"]),
        }
        account = {"id": "sa", "user_id": self.pick(USERS), **self.expiry()}
        approval = {"approved_by": "ben"} if self.chance(0.5) else {}
        return {
            SESSION: sessions,
            SERVICE_ACCOUNT: {"sa": account} if self.chance(0.5) else {},
            USER: {user: self.user(user) for user in USERS if self.chance(0.8)},
            DIRECTORY_USER: {
                user: self.directory_user(user) for user in USERS if self.chance(0.6)
            },
            CREDENTIAL: {
                one: {"id": one, "enrollment_id": "e1"}
                for one in ("d1", "d2")
                if self.chance(0.7)
            },
            ENROLLMENT: {"e1": {"id": "e1", **approval}} if self.chance(0.7) else {},
            "hr": {user: self.fields() for user in USERS if self.chance(0.6)},
            "geo": {ip: self.fields() for ip in IPS if self.chance(0.6)},
        }

    def expiry(self) -> dict[str, Any]:
        return {"expires_at": self.pick([PAST, FUTURE])} if self.chance(0.4) else {}

    def session(self, session_id: str) -> dict[str, Any]:
        session: dict[str, Any] = {"id": session_id, **self.expiry()}
        if self.chance(0.9):
            session["user_id"] = self.pick(USERS)
        if self.chance(0.6):
            session["claims"] = self.claims()
        if self.chance(0.6):
            session["device_credentials"] = [
                self.pick(
                    [
                        {"type_id": "any", "Credential": {"Unavailable": {}}},
                        {
                            "type_id": kind,
                            "Credential": {"Id": self.pick(["d1", "d2"])},
                        },
                    ]
                )
                for kind in ("any", "enclave_only", "any")
            ]
        return session

    def user(self, user_id: str) -> dict[str, Any]:
        user: dict[str, Any] = {"id": user_id}
        if self.chance(0.8):
            user["email"] = self.pick(EMAILS[:5])
        if self.chance(0.5):
            user["claims"] = self.claims()
        return user

    def directory_user(self, user_id: str) -> dict[str, Any]:
        user: dict[str, Any] = {"id": user_id}
        if self.chance(0.4):
            user["email"] = self.pick(EMAILS[:5])
        if self.chance(0.8):
            user["group_ids"] = self.some(GROUPS)
        return user

    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = {}
        for name in ("team", "org.unit", "level"):
            if self.chance(0.6):
                claims[name] = self.pick([self.some(VALUES), self.some(VALUES), "red"])
        if self.chance(0.5):
            claims["address"] = {"zone": self.some([*VALUES, "ada"])}
        return claims

    def fields(self) -> dict[str, Any]:
        return {
            name: self.pick(["x", "y", ["x"], ["x", "y"], 1, 3, 5.5, True])
            for name in ("a", "b")
        }


DATA: dict[str, Callable[[Generator], Any]] = {
    "accept": lambda draw: draw.pick(VALUES),
    "reject": lambda _: True,
    "authenticated_user": lambda _: True,
    "user": lambda draw: draw.text(USERS),
    "email": lambda draw: draw.text(EMAILS),
    "domain": Generator.domain,
    "claim": lambda draw: draw.values(VALUES),
    "groups": lambda draw: draw.values([*GROUPS, 1001]),
    "http_method": lambda draw: draw.text(METHODS),
    "http_path": lambda draw: draw.text(PATHS),
    "cors_preflight": lambda _: True,
    "source_ip": lambda draw: draw.pick([draw.pick(NETWORKS), draw.some(NETWORKS)]),
    "invalid_client_certificate": lambda _: True,
    "device": Generator.device,
    "mcp_tool": lambda draw: draw.text(TOOLS),
    "ssh_username": lambda draw: draw.text(NAMES),
    "ssh_username_matches_email": lambda _: True,
    "ssh_username_matches_claim": lambda draw: draw.pick(CLAIMS),
    "date": lambda draw: draw.bounds(
        ["2025-06-01T00:00:00+00:00", "2027-01-01T00:00:00+02:00"]
    ),
    "day_of_week": lambda draw: draw.pick(["mon", "mon,thu", "fri-mon", "tue-thu"]),
    "time_of_day": lambda draw: {
        "timezone": draw.pick(["UTC", "America/Phoenix"]),
        **draw.bounds(["06:00", "12:00", "18:30"]),
    },
    "record": Generator.record,
}
