"""Keys that sign (Ed25519): read from settings, derived from another, and as text.

Which key is for what is decided where it is used: checkpoints of the audit log,
deployments. A key, private or public, is written as 32 bytes in URL-safe base64.
"""

import base64
import binascii

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def read_private(text: str, *, setting: str) -> Ed25519PrivateKey:
    """Return the private key that a setting gives.

    Raises:
        ImproperlyConfigured: it is none; the setting is named, the value is not.
    """
    return Ed25519PrivateKey.from_private_bytes(_read(text, setting))


def read_public(text: str, *, setting: str) -> Ed25519PublicKey:
    """Return the public key that a setting gives. Raises as `read_private` does."""
    return Ed25519PublicKey.from_public_bytes(_read(text, setting))


def derive(data_key: str, *, purpose: bytes) -> Ed25519PrivateKey:
    """Return the key for one purpose that belongs to a key for secrets."""
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose
    )
    return Ed25519PrivateKey.from_private_bytes(derivation.derive(data_key.encode()))


def public_text(key: Ed25519PrivateKey | Ed25519PublicKey) -> str:
    """Return the public half of a key as settings and statements hold it."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return as_text(public.public_bytes_raw())


def as_text(value: bytes) -> str:
    """Return bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(value).decode()


def as_bytes(text: str) -> bytes:
    """Return what `as_text` made a text of."""
    return base64.urlsafe_b64decode(text)


def _read(text: str, setting: str) -> bytes:
    try:
        found = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != KEY_BYTES:
        raise ImproperlyConfigured(
            f"{setting}: each key is {KEY_BYTES} bytes in URL-safe base64"
        )
    return found
