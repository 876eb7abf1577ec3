"""A directory that is pushed to, and a client that pushes over HTTP's Python form."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from directory import services
from directory.models import Directory, SyncRun
from tests.directory.sync.running import TEST, Clock
from tests.factories import NOW

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


@dataclass
class Answer:
    """What the server said."""

    status: int
    body: Any
    headers: Any


@dataclass
class Pusher:
    """An identity provider with a token."""

    directory: Directory
    token: str
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    @property
    def root(self) -> str:
        """The directory's address."""
        return f"/scim/v2/{self.directory.pk}"

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send a request."""
        given = {"Authorization": f"Bearer {self.token}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response = self.client.generic(
            method,
            f"{self.root}{path}",
            b"" if body is None else content,
            content_type="application/scim+json",
            headers=given,
        )
        text = response.content.decode()
        return Answer(
            response.status_code, json.loads(text) if text else None, response.headers
        )

    def add_person(self, name: str, **more: Any) -> str:
        """Push a person; return the id."""
        body = {"schemas": [USER], "userName": name, "externalId": name, **more}
        answer = self.ask("POST", "/Users", body)
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def add_group(self, name: str, *members: str) -> str:
        """Push a group; return the id."""
        body = {
            "schemas": [GROUP],
            "displayName": name,
            "externalId": name,
            "members": [{"value": one} for one in members],
        }
        answer = self.ask("POST", "/Groups", body)
        assert answer.status == 201, answer.body
        return str(answer.body["id"])

    def patch(self, path: str, *operations: dict[str, Any]) -> Answer:
        """Send a patch."""
        body = {"schemas": [PATCH], "Operations": operations}
        return self.ask("PATCH", path, body)

    def run(self, clock: Clock | None = None) -> SyncRun:
        """Let a worker read what was pushed."""
        clock = clock or Clock()
        queued = self.directory.runs.filter(state="queued").first()
        if queued is None:
            queued = services.start_sync(self.directory.pk, actor=TEST, now=clock.now)
        services.run_sync(queued.pk, clock=clock, sleep=clock.sleep)
        queued.refresh_from_db()
        return queued


def make_pusher(**options: str) -> Pusher:
    """Make a directory, and a token of it."""
    directory = services.create_directory(
        name="pushed", options=options, actor=TEST, now=NOW
    )
    issued = services.create_scim_token(directory.pk, name="Okta", actor=TEST, now=NOW)
    return Pusher(directory, issued.token)
