"""What proves to Core that it is one of its own who calls: the shared secret."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_BYTES: Final = 32
CALL_SECONDS: Final = 60
_HEAD: Final = b'{"alg":"HS256","typ":"JWT"}'


class SecretError(ValueError):
    """A shared secret that Core would not take either."""


def read_secret(text: str) -> bytes:
    """Return the key in a shared secret.

    Raises:
        SecretError: it isn't base64 of 32 bytes.
    """
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SecretError("the shared secret isn't base64") from error
    if len(key) != SECRET_BYTES:
        raise SecretError(
            f"the shared secret is base64 of {SECRET_BYTES} bytes, this is of "
            f"{len(key)}; `head -c32 /dev/urandom | base64` makes one"
        )
    return key


def sign(key: bytes, claims: Mapping[str, Any]) -> str:
    """Return a token with these claims."""
    body = json.dumps(claims, separators=(",", ":")).encode()
    signed = b".".join([_encoded(_HEAD), _encoded(body)])
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return b".".join([signed, _encoded(digest)]).decode()


def call_token(key: bytes, *, now: float) -> str:
    """Return what goes with a call. Core refuses any claim beside the end."""
    return sign(key, {"exp": int(now) + CALL_SECONDS})


def _encoded(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")
