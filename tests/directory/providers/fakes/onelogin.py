"""OneLogin, version 2: the header After-Cursor."""

import base64
from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import Asked, Fake, Reply

BASIC = "Basic " + base64.b64encode(b"the-client:the-secret").decode()
MOST = 1000


class FakeOneLogin(Fake):
    """An account of OneLogin's."""

    code = "onelogin"

    @property
    def options(self) -> dict[str, str]:
        """Address and client."""
        return {
            "base_url": self.url,
            "client_id": "the-client",
            "client_secret": "the-secret",
        }

    def token(self, asked: Asked) -> Reply | None:
        """Issue a token."""
        if asked.path != "/auth/oauth2/v2/token":
            return None
        if asked.headers.get("authorization") != BASIC:
            return Reply({"status": {"error": True, "code": 401}}, 401)
        return Reply({"access_token": "the-token", "expires_in": 36000})

    def answer(self, asked: Asked) -> Reply:
        """Answer users, roles, and members."""
        if not self.is_bearer(asked):
            return Reply({"message": "Unauthorized", "statusCode": 401}, 401)
        path = asked.path.removeprefix("/api/2")
        if path == "/users":
            return self._page(asked, [self._user(one) for one in self.company.people])
        if path == "/roles":
            groups = self.company.groups.items()
            return self._page(
                asked, [{"id": one, "name": name} for one, name in groups]
            )
        role = path.removeprefix("/roles/").removesuffix("/users")
        if role not in self.company.groups:
            return Reply({"message": "Not Found", "statusCode": 404}, 404)
        members = self.company.members[role]
        return self._page(asked, [self._user(one) for one in members])

    def _user(self, person: str) -> dict[str, Any]:
        first, _, last = self.company.people[person].partition(" ")
        return {
            "id": person,
            "email": f"{person}@example.com",
            "firstname": first,
            "lastname": last,
            "username": person,
            "status": 1,
        }

    def _page(self, asked: Asked, rows: Sequence[Any]) -> Reply:
        size = int(asked.query.get("limit", "100"))
        if not 1 <= size <= MOST:
            return Reply({"message": "Bad Request", "statusCode": 400}, 400)
        start = int(asked.query.get("cursor", "k0")[1:])
        end = start + min(size, self.page_size)
        headers = {"after-cursor": f"k{end}"} if end < len(rows) else {}
        return Reply(list(rows[start:end]), headers=headers)
