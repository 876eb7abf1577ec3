"""Random policies as plain JSON: every criterion, every operator, odd data included.

How they are written down as text is in `random_texts`. Everything is drawn from the
`random.Random` that is passed in, so that a seed, or hypothesis, repeats it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

WORDS = (
    "ada@example.com",
    "ben@example.com",
    "example.com",
    "@example.com",
    "engineering",
    "00gv40ki4gmtCyl5d4x6",
    "/admin/",
    "/a b",
    "GET",
    "post",
    "true",
    "null",
    "~",
    "yes",
    "NO",
    "017",
    "0x1F",
    "1_000",
    "1e3",
    "2030-01-31",
    "2030-01-31 10:00:00",
    "17:00",
    ".5",
    "-",
    "- a",
    "a: b",
    "a #b",
    "#a",
    "a:",
    "[a]",
    "{a}",
    "a, b",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "?",
    "? a",
    "'a'",
    '"a"',
    "it's",
    'a\\b "c"',
    "",
    " ",
    " a",
    "a ",
    "a\nb",
    "a\n\n b\n",
    "\n",
    "a\tb",
    "---",
    "...",
    "--- a",
    "<<",
    "=",
    "Zoë",
    "日本",
    "\U0001f600",
    "\u00a0",
    "\u0085",
    "\u2028",
    "\u202e",
    "\x07",
    "\ufeff",
    "word " * 30,
)
SSH_KEY = (
    "ssh-ed25519 "
    "AAAAC3NzaC1lZDI1NTE5AAAAIFWl5KR5RrUwbAGdVnVGPOdHaTLGmp0nq6v4nBDdfCcb ada@laptop"
)
FINGERPRINT = "0b" * 32
SPKI_HASH = "FsDbM0rUYIiL3V339eIKqiz6HPSB+Pz2WeAWhqlqh8U="
TEXT_OPERATORS = ("is", "not", "in", "not_in", "starts_with", "ends_with", "contains")
OPERATORS = ("and", "or", "not", "nor")


def word(rng: random.Random) -> str:
    return rng.choice(WORDS)


def scalar(rng: random.Random) -> Any:
    return rng.choice((True, False, None, 0, 5, -1, 1.5, 1e300, 2**63, word(rng)))


def _text_operand(rng: random.Random, operator: str) -> Any:
    if operator in {"in", "not_in"}:
        return [
            word(rng) if rng.random() < 0.8 else scalar(rng)
            for _ in range(rng.randint(0, 4))
        ]
    if operator in {"is", "not"} and rng.random() < 0.1:
        return scalar(rng)
    return word(rng)


def text_matcher(rng: random.Random) -> Any:
    form = rng.random()
    if form < 0.25:
        return word(rng)
    if form < 0.3:
        return rng.choice((scalar(rng), [word(rng), word(rng)], []))
    chosen = rng.sample(TEXT_OPERATORS, k=rng.choice((0, 1, 1, 1, 1, 2, 3)))
    return {operator: _text_operand(rng, operator) for operator in chosen}


def domain_matcher(rng: random.Random) -> Any:
    """Compare with text only: anything else is an error with `is`."""
    if rng.random() < 0.3:
        return word(rng)
    chosen = rng.sample(TEXT_OPERATORS, k=rng.choice((0, 1, 1, 1, 2)))
    return {
        operator: [word(rng) for _ in range(rng.randint(0, 3))]
        if operator in {"in", "not_in"}
        else word(rng)
        for operator in chosen
    }


def list_matcher(rng: random.Random) -> Any:
    if rng.random() < 0.3:
        return rng.choice((word(rng), scalar(rng)))
    chosen = rng.sample(("has", "is", "exclude"), k=rng.choice((0, 1, 1, 1, 2)))
    return {operator: rng.choice((word(rng), scalar(rng))) for operator in chosen}


def device_matcher(rng: random.Random) -> Any:
    data: dict[str, Any] = {}
    if rng.random() < 0.5:
        data["type"] = rng.choice(("any", "enclave_only", word(rng)))
    if rng.random() < 0.3:
        data["is"] = word(rng)
    if rng.random() < 0.4:
        data["approved"] = rng.choice((True, False))
    return data


def certificate_matcher(rng: random.Random) -> Any:
    data: dict[str, Any] = {}
    if rng.random() < 0.4:
        data["fingerprint"] = rng.choice((FINGERPRINT, [FINGERPRINT], []))
    if rng.random() < 0.4:
        data["spki_hash"] = rng.choice((SPKI_HASH, [SPKI_HASH]))
    for key in ("san_dns", "san_email", "san_uri"):
        if rng.random() < 0.3:
            data[key] = _without_not_in(text_matcher(rng))
    return data


def _without_not_in(matcher: Any) -> Any:
    if isinstance(matcher, dict):
        return {key: value for key, value in matcher.items() if key != "not_in"}
    return matcher


def network(rng: random.Random) -> Any:
    some = ("10.0.0.0/8", "10.1.2.3/24", "192.168.1.10", "2001:db8::/32", "::1")
    if rng.random() < 0.5:
        return rng.choice(some)
    return [rng.choice(some) for _ in range(rng.randint(0, 4))]


def dates(rng: random.Random) -> Any:
    some = ("2020-01-02T16:20:00", "2030-01-31T09:00:00Z", "2031-05-01T00:00:00+02:00")
    return _bounds(rng, some)


def hours(rng: random.Random) -> Any:
    zone = rng.choice(("America/Phoenix", "Europe/Vienna", "UTC"))
    return {"timezone": zone, **_bounds(rng, ("9:00", "17:30", "5PM", "2:20:00"))}


def _bounds(rng: random.Random, some: tuple[str, ...]) -> dict[str, str]:
    chosen = rng.choice((("after",), ("before",), ("after", "before")))
    return {key: rng.choice(some) for key in chosen}


def record(rng: random.Random) -> Any:
    data: dict[str, Any] = {"type": "example.com/risk", "field": "score"}
    if rng.random() < 0.3:
        data["exists"] = rng.choice((True, False))
    choices: dict[str, Callable[[], Any]] = {
        "is": lambda: scalar(rng),
        "has": lambda: scalar(rng),
        ">=": lambda: 5,
        "<": lambda: 1.5,
        "=": lambda: 0,
        "starts_with": lambda: word(rng),
        "in": lambda: [word(rng)],
    }
    for key in rng.sample(sorted(choices), k=rng.randint(1, 2)):
        data[key] = choices[key]()
    return data


def claim_name(rng: random.Random) -> str:
    return rng.choice(("groups", "a.b", "a/b", "family name", "x" * 900, "é", "<<"))


def ignored(rng: random.Random) -> Any:
    return rng.choice((True, True, True, False, None, {}, [], "x"))


DATA: dict[str, Callable[[random.Random], Any]] = {
    "accept": ignored,
    "reject": ignored,
    "authenticated_user": ignored,
    "user": text_matcher,
    "email": text_matcher,
    "domain": domain_matcher,
    "claim": list_matcher,
    "groups": list_matcher,
    "http_method": text_matcher,
    "http_path": text_matcher,
    "cors_preflight": ignored,
    "source_ip": network,
    "pomerium_routes": ignored,
    "client_certificate": certificate_matcher,
    "invalid_client_certificate": ignored,
    "device": device_matcher,
    "ssh_publickey": lambda rng: rng.choice((SSH_KEY, [SSH_KEY], [])),
    "ssh_ca": lambda rng: rng.choice((SSH_KEY, [SSH_KEY])),
    "ssh_username": text_matcher,
    "ssh_username_matches_email": ignored,
    "ssh_username_matches_claim": word,
    "mcp_tool": text_matcher,
    "date": dates,
    "day_of_week": lambda rng: rng.choice(("*", "mon-fri", "sat,sun", {"is": "Mon"})),
    "time_of_day": hours,
    "record": record,
}


def criterion(rng: random.Random) -> dict[str, Any]:
    name = rng.choice(sorted(DATA))
    if name == "claim":
        return {f"claim/{claim_name(rng)}": list_matcher(rng)}
    return {name: DATA[name](rng)}


def rule_body(rng: random.Random) -> dict[str, Any]:
    chosen = rng.sample(OPERATORS, k=rng.choice((0, 1, 1, 1, 1, 2, 3)))
    return {
        operator: [criterion(rng) for _ in range(rng.choice((0, 1, 1, 2, 3, 4)))]
        for operator in chosen
    }


def rules_object(rng: random.Random) -> dict[str, Any]:
    actions = rng.choice((("allow",), ("deny",), ("allow", "deny"), ("deny", "allow")))
    return {action: rule_body(rng) for action in actions}


def policy(rng: random.Random) -> Any:
    """Return a policy in one of the forms that Core reads."""
    if rng.random() < 0.4:
        return rules_object(rng) if rng.random() < 0.95 else {}
    return [rules_object(rng) for _ in range(rng.choice((0, 1, 1, 2, 2, 3)))]


def json_text(value: Any) -> str:
    """Return a policy as JSON that YAML can read: it has no surrogate pairs."""
    return json.dumps(value, ensure_ascii=False)
