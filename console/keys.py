"""Keys that the embedded console makes for itself on its first start.

With a database of its own (`DATABASE_URL`) the operator gives the keys; a key
made silently on one of several machines would sign out everybody on the others.
"""

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def token() -> str:
    """Make a key of 48 random bytes, as text."""
    return secrets.token_urlsafe(48)


def fernet() -> str:
    """Make a key for `console.core.secrets`."""
    return Fernet.generate_key().decode()


def derived(key: str, purpose: str) -> str:
    """Return a secret for one purpose, the same wherever the key is the same."""
    return hmac.new(key.encode(), purpose.encode(), "sha256").hexdigest()


def local_key(path: Path, *, embedded: bool, make: Callable[[], str] = token) -> str:
    """Read the key at `path`, making it first when the console runs embedded.

    Raises:
        ImproperlyConfigured: no key was given and the console is not embedded.
    """
    if not embedded:
        raise ImproperlyConfigured(
            f"no {path.name} was given; with DATABASE_URL, set POSTERN_SECRET_KEY and "
            "POSTERN_DATA_KEYS (see docs/settings.md), the same for all processes"
        )
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make(), encoding="ascii")
    try:
        # A link fails when another process came first, a rename would not.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()
