"""The criteria of the second evaluator: see `naive`. Plain JSON, no speed sought."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

Value = bool | None
Found = tuple[Value, str]
TYPES = "type.googleapis.com/"
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass
class World:
    """One request with all records, and what can be relied on."""

    request: dict[str, Any]
    records: dict[str, dict[str, Any]]
    now: datetime
    keys: dict[str, str]
    strict: bool
    directory: str = "not-configured"
    missing: tuple[str, ...] = ()

    def record(self, kind: str, key: Any) -> dict[str, Any] | None:
        found = self.records.get(kind, {}).get(key) if isinstance(key, str) else None
        if found is None:
            return None
        expiry = found.get("expires_at")
        if expiry is not None and expiry["seconds"] < self.now.timestamp():
            return None
        return dict(found)

    def session(self) -> dict[str, Any]:
        session_id = self.request["session"]["id"]
        account = self.record(TYPES + "user.ServiceAccount", session_id)
        if account is not None:
            return {**account, "robot": True}
        session = self.record(TYPES + "session.Session", session_id)
        if session is None:
            return {}
        other = session.get("impersonate_session_id", "")
        if other:
            return self.record(TYPES + "session.Session", other) or {}
        return session

    def user(self) -> dict[str, Any]:
        return self.record(TYPES + "user.User", self.session().get("user_id")) or {}

    def directory_user(self) -> dict[str, Any] | None:
        return self.record("pomerium.io/DirectoryUser", self.session().get("user_id"))

    def email(self) -> str:
        known = (self.directory_user() or {}).get("email", "")
        email: str = known or self.user().get("email", "")
        return lower(email) if self.strict else email

    def email_is_missing(self) -> bool:
        stale = self.directory in {"stale", "unloaded"}
        signed_in = bool(self.session().get("user_id"))
        return self.strict and stale and signed_in and not self.email()

    def claim(self, path: str) -> Any:
        claims = union(self.session().get("claims", {}), self.user().get("claims", {}))
        if path in claims:
            return claims[path]
        parts = path.replace(".", "/").split("/")
        if not 2 <= len(parts) <= 5:
            return []
        value: Any = claims
        for part in parts:
            if not isinstance(value, dict) or part not in value:
                return []
            value = value[part]
        return value


def union(left: Any, right: Any) -> Any:
    if isinstance(left, dict) and isinstance(right, dict):
        merged = dict(left)
        for key, value in right.items():
            merged[key] = union(left[key], value) if key in left else value
        return merged
    return right


def lower(text: str) -> str:
    return "".join(char.lower() if char.isascii() else char for char in text)


def same(left: Any, right: Any) -> bool:
    def typed(value: Any) -> Any:
        if isinstance(value, bool) or value is None:
            return ["constant", value]
        if isinstance(value, int | float):
            return ["number", float(value)]
        if isinstance(value, list):
            return ["list", [typed(item) for item in value]]
        if isinstance(value, dict):
            return ["object", sorted((key, typed(one)) for key, one in value.items())]
        return ["text", value]

    return bool(typed(left) == typed(right))


def text_holds(data: Any, left: Any) -> bool:
    operators = data if isinstance(data, dict) else {"is": data}
    return all(text_test(name, left, right) for name, right in operators.items())


def text_test(name: str, left: Any, right: Any) -> bool:
    if name in {"is", "not"}:
        return same(left, right) is (name == "is")
    if name in {"in", "not_in"}:
        return any(same(left, one) for one in right) is (name == "in")
    if not isinstance(left, str):
        return False
    if name == "starts_with":
        return left.startswith(right)
    return left.endswith(right) if name == "ends_with" else right in left


def list_holds(data: Any, values: Any) -> bool:
    if isinstance(values, dict):
        values = list(values.values())
    if not isinstance(values, list):
        values = []
    operators = data if isinstance(data, dict) else {"has": data}
    for name, right in operators.items():
        found = any(same(value, right) for value in values)
        if name == "exclude":
            found = not found
        if name == "is":
            found = found and len(values) == 1
        if not found:
            return False
    return True


def as_text(data: Any) -> Any:
    """Read numbers and booleans as the text that they are written with."""
    if isinstance(data, dict):
        return {key: as_text(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_text(value) for value in data]
    if isinstance(data, bool | int | float):
        return json.dumps(data)
    return data


def fold(data: Any) -> Any:
    """Operators are lower-case already, so the whole can be folded as text."""
    return json.loads(lower(json.dumps(data, ensure_ascii=False)))


def find(criterion: dict[str, Any], world: World) -> Found:
    """Evaluate one criterion."""
    ((name, data),) = criterion.items()
    base, _, sub_path = name.partition("/")
    if world.strict and base in TEXT:
        data = as_text(data)
    if world.strict and base in {"email", "domain"}:
        data = fold(data)
    if base in IDENTITY:
        return identity(base, sub_path, data, world)
    if base == "device":
        return device(data, world)
    value, passed, failed = OTHERS[base](data, world)
    if value is None:
        return None, failed
    return value, passed if value else failed


TEXT = {"user", "email", "domain", "groups", "mcp_tool"} | {
    "http_method",
    "http_path",
    "ssh_username",
}
IDENTITY = {"authenticated_user", "user", "email", "domain", "claim", "groups"} | {
    "ssh_username_matches_email",
    "ssh_username_matches_claim",
}


def identity(name: str, path: str, data: Any, world: World) -> Found:
    missing = world.email_is_missing() if name in BY_EMAIL else False
    if name == "groups":
        missing = groups_are_missing(world)
    if missing:
        return None, "directory-data-unavailable"
    stem = STEMS.get(name, name)
    if identity_holds(name, path, data, world):
        return True, f"{stem}-ok"
    if not world.session().get("id"):
        return False, "user-unauthenticated"
    return False, f"{stem}-unauthorized"


STEMS = {
    "authenticated_user": "user",
    "ssh_username_matches_email": "ssh-username",
    "ssh_username_matches_claim": "ssh-username",
}
BY_EMAIL = {"email", "domain", "ssh_username_matches_email"}


def identity_holds(name: str, path: str, data: Any, world: World) -> bool:
    user_id, email = world.session().get("user_id"), world.email()
    username = world.request["ssh"]["username"]
    record = world.directory_user()
    groups = None if record is None else record.get("group_ids", [])
    exact_email = (record or {}).get("email") or world.user().get("email") or ""
    rules: dict[str, Any] = {
        "authenticated_user": lambda: bool(user_id),
        "user": lambda: user_id is not None and text_holds(data, user_id),
        "email": lambda: text_holds(data, email),
        "domain": lambda: "@" in email and text_holds(data, email.split("@")[1]),
        "claim": lambda: list_holds(data, world.claim(path)),
        "groups": lambda: groups is not None and list_holds(data, groups),
        "ssh_username_matches_email": lambda: username == exact_email.split("@")[0],
        "ssh_username_matches_claim": lambda: list_holds(username, world.claim(data)),
    }
    return bool(rules[name]())


def groups_are_missing(world: World) -> bool:
    session = world.session()
    if not world.strict or not session.get("user_id"):
        return False
    if world.directory in {"stale", "unloaded"}:
        return True
    unknown = world.directory == "fresh" and world.directory_user() is None
    return unknown and not session.get("robot")


def device(data: dict[str, Any], world: World) -> Found:
    session = world.session()
    kind = data.get("type", "any")
    ids = [
        entry["Credential"]["Id"]
        for entry in session.get("device_credentials", [])
        if entry["type_id"] == kind and "Id" in entry["Credential"]
    ]
    first = ids[0] if ids else None
    credential = world.record(TYPES + "pomerium.device.Credential", first) or {}
    enrollment_id = credential.get("enrollment_id")
    enrollment = world.record(TYPES + "pomerium.device.Enrollment", enrollment_id) or {}
    if world.strict and session.get("id") and "devices" in world.missing:
        return None, "device-data-unavailable"
    holds = True
    if "type" in data:
        holds = holds and bool(credential.get("id"))
    if "is" in data:
        holds = holds and credential.get("id") == data["is"]
    if "approved" in data:
        holds = holds and bool(data["approved"]) == ("approved_by" in enrollment)
    if holds:
        return True, "device-ok"
    if not session.get("id"):
        return False, "user-unauthenticated"
    known = credential.get("id") and enrollment.get("id")
    return False, "device-unauthorized" if known else "device-unauthenticated"


def http(field: str) -> Any:
    def run(data: Any, world: World) -> tuple[Value, str, str]:
        value = text_holds(data, world.request["http"][field])
        return value, f"http-{field}-ok", f"http-{field}-unauthorized"

    return run


def cors(_: Any, world: World) -> tuple[Value, str, str]:
    request = world.request["http"]
    headers = request["headers"]
    value = (
        request["method"] == "OPTIONS"
        and bool(headers.get("Access-Control-Request-Method"))
        and bool(headers.get("Origin"))
    )
    return value, "cors-request", "non-cors-request"


def source_ip(data: Any, world: World) -> tuple[Value, str, str]:
    networks = data if isinstance(data, list) else [data]
    try:
        address = ipaddress.ip_address(world.request["http"]["ip"])
    except ValueError:
        if world.strict:
            return None, "", "source-ip-data-unavailable"
        return False, "", "source-ip-unauthorized"
    value = any(
        address in ipaddress.ip_network(network, strict=False) for network in networks
    )
    return value, "source-ip-ok", "source-ip-unauthorized"


def mcp_tool(data: Any, world: World) -> tuple[Value, str, str]:
    mcp = world.request["mcp"]
    if mcp.get("method") != "tools/call":
        return False, "", "mcp-not-a-tool-call"
    value = text_holds(data, mcp["tool_call"]["name"])
    return value, "mcp-tool-match", "mcp-tool-no-match"


def ssh_username(data: Any, world: World) -> tuple[Value, str, str]:
    value = text_holds(data, world.request["ssh"]["username"])
    return value, "ssh-username-ok", "ssh-username-unauthorized"


def invalid_certificate(_: Any, world: World) -> tuple[Value, str, str]:
    if world.request["is_valid_client_certificate"]:
        return False, "", "valid-client-certificate"
    if not world.request["http"]["client_certificate"]["presented"]:
        return True, "client-certificate-required", ""
    return True, "invalid-client-certificate", ""


def date(data: dict[str, str], world: World) -> tuple[Value, str, str]:
    value = True
    if "after" in data:
        value = value and world.now > datetime.fromisoformat(data["after"])
    if "before" in data:
        value = value and world.now < datetime.fromisoformat(data["before"])
    return value, "date-ok", "date-unauthorized"


def day_of_week(data: str, world: World) -> tuple[Value, str, str]:
    today = world.now.astimezone(UTC).weekday()
    if "-" in data:
        first, last = (WEEK.index(day) for day in data.split("-"))
        days = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    else:
        days = {WEEK.index(day) for day in data.split(",")}
    return today in days, "day-of-week-ok", "day-of-week-unauthorized"


def time_of_day(data: dict[str, str], world: World) -> tuple[Value, str, str]:
    clock = world.now.astimezone(ZoneInfo(data["timezone"])).time()
    value = True
    if "after" in data:
        value = value and clock > datetime.strptime(data["after"], "%H:%M").time()  # noqa: DTZ007
    if "before" in data:
        value = value and clock < datetime.strptime(data["before"], "%H:%M").time()  # noqa: DTZ007
    return value, "time-of-day-ok", "time-of-day-unauthorized"


def record(data: dict[str, Any], world: World) -> tuple[Value, str, str]:
    kind = data["type"]
    if world.strict and kind in world.missing:
        return None, "", "record-data-unavailable"
    by_ip = world.keys.get(kind) == "request.ip"
    key = world.request["http"]["ip"] if by_ip else world.session().get("user_id")
    found = world.records.get(kind, {}).get(key or "")
    is_there = found is not None and ("field" not in data or data["field"] in found)
    value = data.get("exists", is_there) is is_there
    for name, right in data.items():
        if name in {"type", "field", "exists"}:
            continue
        left = found[data["field"]] if is_there and found is not None else None
        value = value and is_there and record_holds(name, left, right)
    return value, "record-ok", "record-unauthorized"


def record_holds(name: str, left: Any, right: Any) -> bool:
    if name in {"has", "exclude"}:
        return list_holds({name: right}, left)
    if name == "is" and isinstance(left, list):
        return list_holds({"is": right}, left)
    if name == ">=":
        return type(left) in {int, float} and left >= right
    return text_holds({name: right}, left)


OTHERS: dict[str, Any] = {
    "accept": lambda _, __: (True, "accept", ""),
    "reject": lambda _, __: (False, "", "reject"),
    "http_method": http("method"),
    "http_path": http("path"),
    "cors_preflight": cors,
    "source_ip": source_ip,
    "mcp_tool": mcp_tool,
    "ssh_username": ssh_username,
    "invalid_client_certificate": invalid_certificate,
    "date": date,
    "day_of_week": day_of_week,
    "time_of_day": time_of_day,
    "record": record,
}
