"""Auth0: numbered pages up to 1,000 entries, check-points for members of roles."""

import re
from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import (
    Asked,
    Fake,
    Reply,
    client_credentials,
)

MOST = 100
WINDOW = re.compile(r'created_at:\["(.*)" TO \*\]')


class FakeAuth0(Fake):
    """A tenant. `deepest` is how many entries numbered pages reach."""

    code = "auth0"
    deepest = 1000

    @property
    def options(self) -> dict[str, str]:
        """Domain and client."""
        return {
            "domain": self.url,
            "client_id": "the-client",
            "client_secret": "the-secret",
        }

    def token(self, asked: Asked) -> Reply | None:
        """Issue a token of the Management API."""
        reply = client_credentials(asked, "/oauth/token")
        if reply and asked.form.get("audience") != f"{self.url}/api/v2/":
            return Reply({"error": "access_denied"}, 403)
        return reply

    def answer(self, asked: Asked) -> Reply:
        """Answer users, roles, and members."""
        if not self.is_bearer(asked):
            return Reply({"statusCode": 401}, 401)
        path = asked.path.removeprefix("/api/v2")
        if path == "/users":
            rows = [self._user(one) for one in self.company.people]
            window = WINDOW.fullmatch(asked.query.get("q", ""))
            if window:
                rows = [one for one in rows if one["created_at"] >= window[1]]
            return self._numbered(asked, "users", rows)
        if path == "/roles":
            groups = self.company.groups.items()
            roles = [{"id": one, "name": name} for one, name in groups]
            return self._numbered(asked, "roles", roles)
        role = path.removeprefix("/roles/").removesuffix("/users")
        if role not in self.company.groups:
            return Reply({"statusCode": 404}, 404)
        members = [{"user_id": one} for one in self.company.members[role]]
        start = int(asked.query.get("from", "0"))
        end = start + min(int(asked.query["take"]), MOST, self.page_size)
        body: dict[str, Any] = {"users": members[start:end]}
        return Reply(body | ({"next": str(end)} if end < len(members) else {}))

    def _user(self, person: str) -> dict[str, Any]:
        number = list(self.company.people).index(person)
        return {
            "user_id": person,
            "email": f"{person}@example.com",
            "email_verified": True,
            "name": self.company.people[person],
            "created_at": f"2026-01-01T00:00:00.{number:06}Z",
        }

    def _numbered(self, asked: Asked, name: str, rows: Sequence[Any]) -> Reply:
        size, page = int(asked.query["per_page"]), int(asked.query["page"])
        if not 1 <= size <= MOST or page * size >= self.deepest:
            return Reply({"statusCode": 400, "errorCode": "invalid_paging"}, 400)
        part = list(rows[page * size : (page + 1) * size])
        return Reply({"start": page * size, "total": len(rows), name: part})
