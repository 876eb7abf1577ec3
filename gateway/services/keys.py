"""Which key signs deployments, and which are trusted by those who run them.

The private key is derived from the first data key, or given in POSTERN_DEPLOYMENT_KEY;
the database never holds it, so whoever can only write there can't make a deployment.
Processes that must not be able to sign are given public keys instead
(POSTERN_DEPLOYMENT_PUBLIC_KEYS), which alone count then.
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings

from console.core import signing

PURPOSE = b"postern deployment"


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
        return tuple(
            signing.read_public(one, setting="POSTERN_DEPLOYMENT_PUBLIC_KEYS")
            for one in given
        )
    private = _private_keys(settings.DEPLOYMENT_KEY, tuple(settings.DATA_KEYS))
    return tuple(key.public_key() for key in private)


def public_text() -> str:
    """Return the public half of the signing key, in URL-safe base64."""
    return signing.public_text(signing_key())


@lru_cache(maxsize=4)
def _private_keys(
    given: str, data_keys: tuple[str, ...]
) -> tuple[Ed25519PrivateKey, ...]:
    if given:
        return (signing.read_private(given, setting="POSTERN_DEPLOYMENT_KEY"),)
    return tuple(signing.derive(one, purpose=PURPOSE) for one in data_keys)
