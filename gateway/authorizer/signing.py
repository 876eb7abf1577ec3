"""Statements about people for upstreams: JSON web tokens signed with ES256, and the
public keys by which upstreams check them.
"""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Final

import jwt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM: Final = "ES256"


class Signer:
    """Signs with the first of some private keys; all of them are published."""

    def __init__(self, keys: Sequence[ec.EllipticCurvePrivateKey]) -> None:
        if not keys:
            raise ValueError("there is no key to sign with")
        self._key = keys[0]
        self._kid = thumbprint(keys[0].public_key())
        self.jwks = json.dumps(
            {"keys": [public_jwk(one.public_key()) for one in keys]},
            separators=(",", ":"),
        ).encode()

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return a token over some claims."""
        return jwt.encode(
            dict(claims), self._key, algorithm=ALGORITHM, headers={"kid": self._kid}
        )


def _number(value: int) -> str:
    return urlsafe_b64encode(value.to_bytes(32, "big")).rstrip(b"=").decode()


def _bare_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    return {
        "crv": "P-256",
        "kty": "EC",
        "x": _number(numbers.x),
        "y": _number(numbers.y),
    }


def thumbprint(key: ec.EllipticCurvePublicKey) -> str:
    """Return the name of a key: its SHA-256 thumbprint (RFC 7638)."""
    text = json.dumps(_bare_jwk(key), sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(text.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return a public key as upstreams read it (RFC 7517)."""
    return {
        **_bare_jwk(key),
        "alg": ALGORITHM,
        "use": "sig",
        "kid": thumbprint(key),
    }
