"""Sessions whose keys are stored hashed.

Whoever reads the database, or a lost backup of it, holds no usable cookie. Django's
own store keeps the cookie's value as the primary key.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone


def stored_key(session_key: str) -> str:
    """Return the primary key under which a session is stored.

    Forty hexadecimal characters, which is what the column holds: 160 bits.
    """
    return hashlib.sha256(session_key.encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """Django's database sessions, looked up by the hash of the cookie."""

    def _get_session_from_db(self) -> Any:
        plain = self.session_key
        if not plain:
            return None
        try:
            return self.model.objects.get(
                session_key=stored_key(plain), expire_date__gt=timezone.now()
            )
        except self.model.DoesNotExist:
            self._session_key = None
            return None

    def exists(self, session_key: str) -> bool:
        """Answer whether a session of that cookie is stored."""
        return self.model.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row for these data, keyed by the hash."""
        instance = super().create_model_instance(data)
        instance.session_key = stored_key(instance.session_key)
        return instance

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session of that cookie, or this one."""
        key = session_key or self.session_key
        if key:
            self.model.objects.filter(session_key=stored_key(key)).delete()
