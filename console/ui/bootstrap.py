"""The first admin: a local account with a random password, kept in a file.

The file is for whoever owns the data folder. Once the password was changed in the
console the file is worthless, and it is no longer shown.
"""

import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.contrib.auth import authenticate

from console.core.actor import system
from directory import services as directory_services

PASSWORD_NAME = "bootstrap-password"  # noqa: S105 - the name of a file
PASSWORD_BYTES = 15


@dataclass(frozen=True, slots=True)
class BootstrapAdmin:
    """The first account; `password` is "" once it was changed."""

    email: str
    password: str
    path: Path


def ensure_admin(*, email: str, folder: Path, now: datetime) -> BootstrapAdmin:
    """Make the first admin unless it is there; tell the password if it still holds."""
    path = folder / PASSWORD_NAME
    password = _password_at(path)
    user, created = directory_services.ensure_bootstrap_admin(
        email=email, password=password, actor=system("bootstrap"), now=now
    )
    holds = created or authenticate(username=user.email, password=password) is not None
    return BootstrapAdmin(
        email=user.email, password=password if holds else "", path=path
    )


def _password_at(path: Path) -> str:
    """Read the password, making it first where there is none."""
    if path.exists():
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{password}\n")
    return password
