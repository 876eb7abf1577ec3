"""What upstreams learn of whoever asks: headers, and a signed statement.

Proxies take away every header of these names that a client sent, before they add ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from policies.language.certificates import read_certificate

from .programs import setting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .callers import Known
    from .engine import Ruling
    from .programs import RouteEntry, RouteTable
    from .signing import Signer

Headers = list[tuple[bytes, bytes]]

ASSERTION: Final = "x-pomerium-jwt-assertion"
TOKEN_SECONDS: Final = 300
RENEW_BEFORE: Final = 60  # seconds of a token's life that an upstream always has left
CLAIM_PREFIX: Final = "x-pomerium-claim-"
DEFAULT_CLAIMS: Final = ("email", "groups", "name", "user")
VARIABLE: Final = re.compile(r"\$(?:\{([^{}]*)\}|\$)")
OWN_VARIABLE: Final = "${pomerium."
KUBERNETES_TOKEN: Final = "kubernetes_service_account_token"  # noqa: S105 - a key
_NOT_IN_HEADERS: Final = re.compile(r"[\x00-\x1f\x7f]")


class Identity:
    """Makes the headers that a request goes on with, and keeps them for the next."""

    def __init__(self, signer: Signer, unseal: Callable[[str], str]) -> None:
        self._signer = signer
        self._unseal = unseal

    @property
    def jwks(self) -> bytes:
        """Return the public keys as JSON."""
        return self._signer.jwks

    def headers(self, ruling: Ruling, table: RouteTable) -> Headers:
        """Return the headers for the upstream of an allowed request."""
        entry, known = ruling.entry, ruling.known
        if entry is None:
            return []
        plan = _plan_of(entry, table)
        if plan is NOTHING_TOLD:
            return []
        moment = ruling.now.timestamp()
        kept = known.kept.get(entry.id)
        if kept is not None and kept[0] is entry and moment < kept[1]:
            found: Headers = kept[2]
            return found
        made = self._make(ruling, table, plan)
        until = moment + TOKEN_SECONDS - RENEW_BEFORE
        if not known.is_anonymous and not plan.sees_the_request:
            known.kept[entry.id] = (entry, until, made)
        return made

    def token(self, known: Known, host: str, moment: float, **options: Any) -> str:
        """Return a signed statement about somebody for a host."""
        return self._signer.sign(claims_of(known, host, moment, **options))

    def _make(self, ruling: Ruling, table: RouteTable, plan: Plan) -> Headers:
        entry, known = ruling.entry, ruling.known
        if entry is None:
            return []
        host = ruling.request.hostname
        claims = claims_of(
            known,
            host,
            ruling.now.timestamp(),
            issuer=setting(entry, table, "jwt_issuer_format", "hostOnly"),
            groups_filter=plan.groups_filter,
        )
        token = self._signer.sign(claims)
        found: Headers = []
        if plan.passes_identity:
            told = {**claims, "groups": _told_in_a_line(claims["groups"], known)}
            found.append(_header(ASSERTION, token))
            found += [
                _header(name, text_of(told.get(claim, "")))
                for name, claim in plan.claim_headers.items()
            ]
        found += self._kubernetes(entry, claims["email"], claims["groups"], known)
        found += [
            _header(name, self._fill(template, ruling, token))
            for name, template in plan.templates.items()
        ]
        return found

    def _kubernetes(
        self, entry: RouteEntry, email: str, groups: Sequence[str], known: Known
    ) -> Headers:
        envelope = entry.document.sealed.get(KUBERNETES_TOKEN)
        if not envelope:
            return []
        found = [_header("authorization", f"Bearer {self._unseal(str(envelope))}")]
        if email:
            found.append(_header("impersonate-user", email))
        # By id only: rights follow from this, and anybody may call a group anything.
        ids = _ids_among(groups, known)
        if ids:
            found.append(_header("impersonate-group", ",".join(ids)))
        return found

    def _fill(self, template: str, ruling: Ruling, token: str) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name is None:
                return "$"
            if name == "pomerium.jwt":
                return token
            if name == "pomerium.client_cert_fingerprint" and ruling.facts is not None:
                read = read_certificate(ruling.facts.certificate.leaf)
                return read.fingerprint if read is not None else ""
            # The provider's own tokens are not kept, so nobody can be told them.
            return ""

        return VARIABLE.sub(value, template)


class Plan:
    """What one route's upstream is told."""

    __slots__ = (
        "claim_headers",
        "groups_filter",
        "passes_identity",
        "sees_the_request",
        "templates",
    )

    def __init__(self, entry: RouteEntry, table: RouteTable) -> None:
        self.passes_identity = bool(setting(entry, table, "pass_identity_headers"))
        self.claim_headers = _claim_headers(table.place_of(entry.document).settings)
        self.groups_filter = _groups_filter(entry, table)
        self.templates = {
            str(name).lower(): str(text)
            for name, text in dict(
                entry.document.settings.get("set_request_headers") or {}
            ).items()
            if OWN_VARIABLE in str(text)
        }
        self.sees_the_request = any("client_cert" in t for t in self.templates.values())

    @property
    def tells_nothing(self) -> bool:
        return not self.passes_identity and not self.templates


NOTHING_TOLD: Final = Plan.__new__(Plan)


def _plan_of(entry: RouteEntry, table: RouteTable) -> Plan:
    plan: Plan | None = entry.plans.get("identity")
    if plan is None:
        plan = Plan(entry, table)
        if plan.tells_nothing and not entry.document.sealed.get(KUBERNETES_TOKEN):
            plan = NOTHING_TOLD
        entry.plans["identity"] = plan
    return plan


def _claim_headers(settings: Mapping[str, Any]) -> dict[str, str]:
    given = settings.get("jwt_claims_headers", DEFAULT_CLAIMS)
    if isinstance(given, dict):
        return {str(name).lower(): str(claim) for name, claim in given.items()}
    return {f"{CLAIM_PREFIX}{str(one).lower()}": str(one) for one in given or ()}


def _groups_filter(entry: RouteEntry, table: RouteTable) -> frozenset[str] | None:
    lists = [
        one
        for one in (
            entry.document.settings.get("jwt_groups_filter"),
            table.place_of(entry.document).settings.get("jwt_groups_filter"),
        )
        if one
    ]
    return frozenset(str(name) for one in lists for name in one) if lists else None


def claims_of(
    known: Known,
    host: str,
    moment: float,
    *,
    issuer: str = "hostOnly",
    groups_filter: frozenset[str] | None = None,
) -> dict[str, Any]:
    """Return what a statement says of somebody, for the upstream behind a host."""
    facts = known.base
    user_id = facts.user_id or ""
    return {
        "iss": f"https://{host}/" if issuer == "uri" else host,
        "aud": host,
        "jti": str(uuid4()),
        "iat": int(moment),
        "exp": int(moment) + TOKEN_SECONDS,
        "sub": user_id,
        "user": user_id,
        "email": facts.email,
        "groups": _groups(known, groups_filter),
        "sid": known.session_id,
        "name": text_of(facts.claim("name")),
    }


def _groups(known: Known, wanted: frozenset[str] | None) -> list[str]:
    """Return the ids of groups, then their names, as Core tells them.

    Each is said once. A filter lets a group through by its id or by its name.
    """
    user = known.base.directory_user
    names = known.group_names
    ids = sorted(
        one
        for one in (user.group_ids if user else ())
        if wanted is None or one in wanted or names.get(one, one) in wanted
    )
    called = sorted({names[one] for one in ids if names.get(one)})
    return list(dict.fromkeys((*ids, *called)))


def _ids_among(groups: Iterable[str], known: Known) -> list[str]:
    user = known.base.directory_user
    held = frozenset(user.group_ids) if user else frozenset()
    return [one for one in groups if one in held]


def _told_in_a_line(groups: Sequence[str], known: Known) -> list[str]:
    """Leave out names with a comma: in one line they would read as other groups."""
    ids = frozenset(_ids_among(groups, known))
    return [one for one in groups if one in ids or "," not in one]


def text_of(value: Any) -> str:
    """Return a claim as one line of text; several values are joined."""
    if isinstance(value, list | tuple | frozenset | set):
        return ",".join(text_of(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """Return a header that is one header, whatever stands in its value."""
    text = _NOT_IN_HEADERS.sub(" ", value).strip()
    return name.encode("latin-1", "replace"), text.encode()
