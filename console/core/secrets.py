"""Envelopes for secrets that the console must be able to read again.

The key is not in the database: a dump, or a lost backup, holds no usable secret.
Several keys may be given; the first one seals, all of them open.
"""

import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from console.core.exceptions import ConsoleError

FINGERPRINT_LENGTH = 12


class SecretUnreadableError(ConsoleError):
    """An envelope was sealed with a key that is not among the given ones."""

    code = "secret_unreadable"
    http_status = 500
    default_message = "a stored secret can't be opened with the keys given"


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured(
            "POSTERN_DATA_KEYS: each key is 32 bytes in URL-safe base64"
        ) from error


def seal(text: str) -> str:
    """Return the envelope of a secret."""
    return _box(tuple(settings.DATA_KEYS)).encrypt(text.encode()).decode()


def unseal(envelope: str) -> str:
    """Return the secret of an envelope.

    Raises:
        SecretUnreadableError: none of the keys opens it.
    """
    try:
        return _box(tuple(settings.DATA_KEYS)).decrypt(envelope.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadableError from error


def fingerprint(text: str) -> str:
    """Return what pages and the audit log show of a secret: whether it changed."""
    return hashlib.blake2b(
        text.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=6
    ).hexdigest()[:FINGERPRINT_LENGTH]
