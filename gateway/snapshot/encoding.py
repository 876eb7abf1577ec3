"""Bytes of a document: one form for one meaning, its hash, and who vouches for it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )


def canonical_bytes(value: Any) -> bytes:
    """Return JSON in UTF-8 with sorted keys and no white space.

    Numbers are integers, or floats that came from JSON; not a number and infinity
    are refused, because other readers of JSON would refuse them.

    Raises:
        ValueError: the value holds something that JSON can't.
    """
    text = json.dumps(
        value,
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    )
    return text.encode()


def content_hash(data: bytes) -> str:
    """Return the SHA-256 of the bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sign(data: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return the 64 bytes of an Ed25519 signature (RFC 8032)."""
    return key.sign(data)


def verify(data: bytes, signature: bytes, key: Ed25519PublicKey) -> bool:
    """Answer whether the holder of the private key signed exactly these bytes."""
    try:
        key.verify(signature, data)
    except InvalidSignature:
        return False
    return True
