"""PingOne: HAL, members by a filter on people."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from tests.directory.providers.fakes.server import (
    Asked,
    Fake,
    Reply,
    client_credentials,
)

FILTER = re.compile(r'memberOfGroups\[id eq "([^"]+)"\]')


class FakePing(Fake):
    """An environment, with both of its hosts on one origin."""

    code = "ping"

    @property
    def options(self) -> dict[str, str]:
        """Environment and worker."""
        return {
            "environment_id": "the-environment",
            "client_id": "the-client",
            "client_secret": "the-secret",
            "auth_url": self.url,
            "base_url": self.url,
        }

    def token(self, asked: Asked) -> Reply | None:
        """Issue a token of the environment."""
        return client_credentials(asked, "/the-environment/as/token")

    def answer(self, asked: Asked) -> Reply:
        """Answer users, those of a group, and groups."""
        if not self.is_bearer(asked):
            return Reply({"code": "ACCESS_FAILED"}, 401)
        path = asked.path.removeprefix("/v1/environments/the-environment")
        if path == "/groups":
            groups = self.company.groups.items()
            rows = [{"id": one, "name": name} for one, name in groups]
            return self._page(asked, "groups", rows)
        if path != "/users":
            return Reply({"code": "NOT_FOUND"}, 404)
        people: Sequence[str] = list(self.company.people)
        if "filter" in asked.query:
            found = FILTER.fullmatch(asked.query["filter"])
            if not found:
                return Reply({"code": "INVALID_REQUEST"}, 400)
            people = self.company.members.get(found[1], ())
        return self._page(asked, "users", [self._user(one) for one in people])

    def _user(self, person: str) -> dict[str, Any]:
        given, _, family = self.company.people[person].partition(" ")
        return {
            "id": person,
            "username": person,
            "email": f"{person}@example.com",
            "name": {"given": given, "family": family},
            "enabled": True,
        }

    def _page(self, asked: Asked, name: str, rows: Sequence[Any]) -> Reply:
        start = int(asked.query.get("cursor", "0"))
        end = start + min(int(asked.query.get("limit", "100")), self.page_size)
        body: dict[str, Any] = {
            "_embedded": {name: list(rows[start:end])},
            "count": len(rows),
            "_links": {"self": {"href": f"{self.url}{asked.path}"}},
        }
        if end < len(rows):
            query = urlencode({**asked.query, "cursor": str(end)})
            body["_links"]["next"] = {"href": f"{self.url}{asked.path}?{query}"}
        return Reply(body)
