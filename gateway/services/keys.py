"""Which key signs deployments, and which are trusted by those who run them.

The private key is derived from the first data key, or given in POSTERN_DEPLOYMENT_KEY;
the database never holds it, so whoever can only write there can't make a deployment.
Processes that must not be able to sign are given public keys instead
(POSTERN_DEPLOYMENT_PUBLIC_KEYS), which alone count then.
"""

import base64
import binascii
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PURPOSE = b"postern deployment"
KEY_BYTES = 32


def signing_key() -> Ed25519PrivateKey:
    """Return the key that signs new deployments."""
    return _private_keys(settings.DEPLOYMENT_KEY, tuple(settings.DATA_KEYS))[0]


def trusted_keys() -> tuple[Ed25519PublicKey, ...]:
    """Return the keys of which one must have signed what is enforced.

    After the data keys were changed, those of the former ones count as long as they
    are given.
    """
    given = settings.DEPLOYMENT_PUBLIC_KEYS
    if given:
        return tuple(Ed25519PublicKey.from_public_bytes(_read(one)) for one in given)
    private = _private_keys(settings.DEPLOYMENT_KEY, tuple(settings.DATA_KEYS))
    return tuple(key.public_key() for key in private)


def public_text() -> str:
    """Return the public half of the signing key, in URL-safe base64."""
    raw = signing_key().public_key().public_bytes_raw()
    return base64.urlsafe_b64encode(raw).decode()


@lru_cache(maxsize=4)
def _private_keys(
    given: str, data_keys: tuple[str, ...]
) -> tuple[Ed25519PrivateKey, ...]:
    if given:
        return (Ed25519PrivateKey.from_private_bytes(_read(given)),)
    return tuple(map(_derive, data_keys))


def _derive(data_key: str) -> Ed25519PrivateKey:
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE
    )
    return Ed25519PrivateKey.from_private_bytes(derivation.derive(data_key.encode()))


def _read(text: str) -> bytes:
    try:
        found = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        found = b""
    if len(found) != KEY_BYTES:
        raise ImproperlyConfigured(
            "POSTERN_DEPLOYMENT_KEY and POSTERN_DEPLOYMENT_PUBLIC_KEYS: each key is 32 "
            "bytes in URL-safe base64"
        )
    return found
