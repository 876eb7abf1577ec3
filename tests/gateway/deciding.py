"""An authorizer in the test's own process, on the test's database."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.conf import settings

from console.core.actor import Actor
from directory.models import User
from gateway import services
from gateway.authorizer.answers import Answer, challenge_of
from gateway.authorizer.wire import Incoming
from gateway.services.authorizing import Running, make_authorizer
from tests.factories import NOW

LATER = NOW + timedelta(minutes=1)
NONCE = "n" * 43


class Deciding:
    """Decides about requests to routes that are deployed, and writes that down."""

    def __init__(self, name: str = "test authorizer") -> None:
        services.deploy_changes(now=NOW)
        self.running: Running = make_authorizer(name=name, console="http://testserver")
        self.running.app._engine._clock = lambda: LATER
        self.running.follower.poll()

    def sign_in(self, user: User, host: str) -> str:
        """Return the cookie of a new session."""
        address = services.promise_session(
            f"https://{host}/",
            challenge=challenge_of(NONCE),
            actor=Actor(user_id=user.pk, label=user.email),
            now=NOW,
        )
        begun = services.begin_session(
            address.partition("code=")[2],
            challenge=challenge_of(NONCE),
            host=host,
            address="203.0.113.7",
            now=NOW,
        )
        assert begun is not None
        self.running.follower.poll()
        return f"__Host-postern-session={begun.position}.{begun.secret}"

    def ask(
        self, route: Any, path: str = "/", *, method: str = "GET", **headers: str
    ) -> int:
        """Ask as Envoy does; return the status."""
        return self.answer(route, path, method=method, **headers).status

    def answer(
        self, route: Any, path: str = "/", *, method: str = "GET", **headers: str
    ) -> Answer:
        """Ask as Envoy does; return what came back."""
        sent = {
            "host": route.host,
            "x-forwarded-proto": "https",
            "x-postern-token": settings.PROXY_TOKEN,
            "x-postern-route": str(route.pk),
            "x-postern-client-ip": "203.0.113.7",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        raw_path, _, query = f"/check{path}".partition("?")
        incoming = Incoming(
            method,
            raw_path.encode(),
            query.encode(),
            [(key.encode(), value.encode()) for key, value in sent.items()],
        )
        # In a thread of its own: a browser's tests have a loop running in theirs.
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(self._answer, incoming).result()

    def _answer(self, incoming: Incoming) -> Answer:
        return asyncio.run(self.running.app.in_time(incoming))

    def write(self) -> int:
        """Write down what was decided; return how many lines."""
        return self.running.writer.write()
