"""Strict readers of environment variables.

A value that can't be understood stops the start with a sentence that names the
variable, instead of turning into a default that nobody chose. Secrets may also
be given as `NAME_FILE`, the path of a file that holds them.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})


def env_str(name: str, default: str = "") -> str:
    """Read a text; surrounding white space is dropped."""
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool) -> bool:
    """Read a yes or no.

    Raises:
        ImproperlyConfigured: the value is neither.
    """
    text = env_str(name).lower()
    if not text:
        return default
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is `{text}`; give true or false")


def env_int(name: str, *, default: int, minimum: int = 0) -> int:
    """Read a whole number that is at least `minimum`.

    Raises:
        ImproperlyConfigured: the value is no such number.
    """
    text = env_str(name)
    if not text:
        return default
    if not text.lstrip("-").isdigit() or int(text) < minimum:
        raise ImproperlyConfigured(
            f"{name} is `{text}`; give a whole number of at least {minimum}"
        )
    return int(text)


def env_choice(name: str, *, default: str, choices: tuple[str, ...]) -> str:
    """Read one of a few words.

    Raises:
        ImproperlyConfigured: the value is none of them.
    """
    text = env_str(name).lower() or default
    if text not in choices:
        raise ImproperlyConfigured(f"{name} is `{text}`; give {' or '.join(choices)}")
    return text


def env_list(name: str, default: str = "") -> list[str]:
    """Read a list separated by commas; empty items are dropped."""
    return [item.strip() for item in env_str(name, default).split(",") if item.strip()]


def env_secret(name: str) -> str:
    """Read a secret from NAME, or from the file that NAME_FILE points at.

    Raises:
        ImproperlyConfigured: both are given, or the file can't be read.
    """
    text, path = env_str(name), env_str(f"{name}_FILE")
    if text and path:
        raise ImproperlyConfigured(f"give {name} or {name}_FILE, not both")
    if not path:
        return text
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE can't be read: {error.strerror}"
        ) from error
