"""What makes a token of the provider believable. Everything else is refused.

The library that carries the flow checks signature and nonce only; issuer, audience,
authorized party, times and the kind of token are looked at here.
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any

import jwt
from django.utils.translation import gettext

from directory.exceptions import TokenRefusedError
from directory.openid.metadata import Metadata, list_keys

# Signatures by the provider's private key. HMAC is left out on purpose: its key would
# be our own secret, or, by a trick, the public key. So is "none".
ALGORITHMS = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "EC",
    "ES384": "EC",
    "ES512": "EC",
    "EdDSA": "OKP",
}
LEEWAY_SECONDS = 60
MAX_LENGTH = 64 * 1024
MAX_SUBJECT = 255
NOT_ID_TOKENS = frozenset({"at+jwt", "logout+jwt", "application/at+jwt"})
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_LOGOUT_AGE_SECONDS = 300


def verify_id_token(
    token: Any, metadata: Metadata, *, client_id: str, nonce: str | None
) -> dict[str, Any]:
    """Return the claims of an ID token that was made for us, now, for this log-in.

    Raises:
        TokenRefusedError: it was not; the message says why, for the audit log.
    """
    header, claims = _verify(token, metadata, client_id=client_id)
    if str(header.get("typ", "")).lower() in NOT_ID_TOKENS:
        raise TokenRefusedError(gettext("this is another kind of token"))
    _check_subject(claims)
    given = claims.get("nonce")
    if not nonce or not isinstance(given, str) or not _same(given, nonce):
        raise TokenRefusedError(gettext("the nonce is not the one of this log-in"))
    return claims


def verify_logout_token(
    token: Any, metadata: Metadata, *, client_id: str, now: float
) -> dict[str, Any]:
    """Return the claims of a token by which the provider ends sessions.

    Raises:
        TokenRefusedError: it is not one for us.
    """
    header, claims = _verify(token, metadata, client_id=client_id, requires=("iat",))
    if str(header.get("typ", "logout+jwt")).lower() not in {"logout+jwt", "jwt"}:
        raise TokenRefusedError(gettext("this is another kind of token"))
    events = claims.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events:
        raise TokenRefusedError(gettext("it does not speak of a logout"))
    if "nonce" in claims:
        raise TokenRefusedError(gettext("a logout token has no nonce"))
    if not isinstance(claims.get("jti"), str):
        raise TokenRefusedError(gettext("it has no id of its own"))
    if now - claims["iat"] > MAX_LOGOUT_AGE_SECONDS:
        raise TokenRefusedError(gettext("it is too old"))
    named = [claims[name] for name in ("sid", "sub") if name in claims]
    if not named or not all(
        isinstance(one, str) and one.isprintable() for one in named
    ):
        raise TokenRefusedError(gettext("it names neither session nor person"))
    return claims


def verify_userinfo(
    token: Any, metadata: Metadata, *, client_id: str
) -> dict[str, Any]:
    """Return the claims of a signed answer about the person.

    Raises:
        TokenRefusedError: it isn't signed by the provider, or not for us.
    """
    _, claims = _verify(token, metadata, client_id=client_id, requires=())
    return claims


def _verify(
    token: Any,
    metadata: Metadata,
    *,
    client_id: str,
    requires: Sequence[str] = ("exp", "iat", "sub"),
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    if not isinstance(token, str) or not 0 < len(token) <= MAX_LENGTH:
        raise TokenRefusedError(gettext("there is no such token"))
    try:
        header = jwt.get_unverified_header(token)
        algorithm = _algorithm(header, metadata)
        key = _key(header, algorithm, metadata)
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=metadata.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "aud", *requires]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefusedError(_reason(error)) from error
    _check_party(claims, client_id)
    return header, claims


def _algorithm(header: Mapping[str, Any], metadata: Metadata) -> str:
    algorithm = header.get("alg")
    allowed = ALGORITHMS.keys() & (metadata.algorithms or ALGORITHMS.keys())
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise TokenRefusedError(
            gettext("it is signed by `%(algorithm)s`")
            % {"algorithm": str(algorithm)[:20]}
        )
    return algorithm


def _key(header: Mapping[str, Any], algorithm: str, metadata: Metadata) -> jwt.PyJWK:
    """Return the one key that may have made the signature.

    A token without key id is believed only when there is no choice.
    """
    kid = header.get("kid")
    kid = kid if isinstance(kid, str) else ""
    found = [
        key
        for key in list_keys(metadata, wanted=kid)
        if key.get("kty") == ALGORITHMS[algorithm]
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
        and (not kid or key.get("kid") == kid)
    ]
    if len(found) != 1:
        raise TokenRefusedError(gettext("no one key of the provider has this key id"))
    return jwt.PyJWK(found[0], algorithm)


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """Refuse a token that was issued to another client, even if we may read it."""
    party = claims.get("azp")
    audience = claims["aud"]
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (party is not None or is_shared) and party != client_id:
        raise TokenRefusedError(gettext("it was issued to another client (`azp`)"))


def _check_subject(claims: Mapping[str, Any]) -> None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT:
        raise TokenRefusedError(gettext("it names nobody (`sub`)"))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _reason(error: Exception) -> str:
    reasons = {
        jwt.ExpiredSignatureError: "it has expired",
        jwt.ImmatureSignatureError: "it is not valid yet; compare the clocks",
        jwt.InvalidAudienceError: "it is for another client (`aud`)",
        jwt.InvalidIssuerError: "it is of another issuer (`iss`)",
        jwt.InvalidSignatureError: "the signature is wrong",
        jwt.MissingRequiredClaimError: "a claim is missing",
    }
    return next(
        (text for kind, text in reasons.items() if isinstance(error, kind)),
        "it is malformed",
    )
