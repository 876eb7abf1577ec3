"""What authorizers ask the console's tables: signing in, signing out, one's devices."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from django.db import close_old_connections, connection
from django.utils import timezone

from console.core.actor import Actor
from devices import selectors as device_selectors
from gateway.authorizer.own_pages import OwnDevice
from gateway.authorizer.own_paths import Begun
from gateway.services.sessions import end_session
from gateway.services.signing_in import begin_session

P = ParamSpec("P")
T = TypeVar("T")


def in_a_thread_of_its_own(function: Callable[P, T]) -> Callable[P, T]:
    """Give the connection back afterwards: these threads come and go."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            connection.close()

    return call


class DatabaseSide:
    """The console's side, read from and written to its database."""

    @in_a_thread_of_its_own
    def redeem(
        self, code: str, *, challenge: str, host: str, address: str
    ) -> Begun | None:
        """Turn a code into a session; None when the code doesn't count here."""
        return begin_session(
            code, challenge=challenge, host=host, address=address, now=timezone.now()
        )

    @in_a_thread_of_its_own
    def end(self, session_id: str, *, address: str) -> None:
        """End a session because its person wants to."""
        end_session(session_id, address=address, now=timezone.now())

    @in_a_thread_of_its_own
    def devices(self, person_id: str, *, proven: Collection[str]) -> list[OwnDevice]:
        """Return all devices of a person, oldest first, as their own page has them.

        `proven` are the ids of those that the session was used with.
        """
        shown = device_selectors.list_shown(
            Actor(user_id=UUID(person_id)),
            proven=[UUID(one) for one in proven],
            now=timezone.now(),
        )
        return [
            OwnDevice(
                name=str(one.device),
                id=one.device.external_id,
                kind=one.device.device_type.name,
                model=one.device.model,
                state=one.state,
                reason=one.reason,
                is_used=one.is_proven and not one.is_blocked,
            )
            for one in shown
        ]
