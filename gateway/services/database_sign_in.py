"""The console's side of signing in, for authorizers: reads and writes its tables."""

from django.db import close_old_connections, connection
from django.utils import timezone

from gateway.authorizer.own_paths import Begun
from gateway.services.sessions import end_session
from gateway.services.signing_in import begin_session


class DatabaseSignIn:
    """Called in threads that come and go; each gives its connection back."""

    def redeem(
        self, code: str, *, challenge: str, host: str, address: str
    ) -> Begun | None:
        """Turn a code into a session; None when the code doesn't count here."""
        close_old_connections()
        try:
            return begin_session(
                code,
                challenge=challenge,
                host=host,
                address=address,
                now=timezone.now(),
            )
        finally:
            connection.close()

    def end(self, session_id: str, *, address: str) -> None:
        """End a session because its person wants to."""
        close_old_connections()
        try:
            end_session(session_id, address=address, now=timezone.now())
        finally:
            connection.close()
