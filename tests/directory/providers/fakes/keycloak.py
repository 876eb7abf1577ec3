"""Keycloak 23 and later: offsets, sub-groups asked for at their parent."""

from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import (
    Asked,
    Fake,
    Reply,
    client_credentials,
)


class FakeKeycloak(Fake):
    """A realm, `acme`."""

    code = "keycloak"

    @property
    def options(self) -> dict[str, str]:
        """Address, realm and client."""
        return {
            "base_url": self.url,
            "realm": "acme",
            "client_id": "the-client",
            "client_secret": "the-secret",
        }

    def token(self, asked: Asked) -> Reply | None:
        """Issue a token of the realm."""
        path = "/realms/acme/protocol/openid-connect/token"
        return client_credentials(asked, path)

    def answer(self, asked: Asked) -> Reply:
        """Answer users, groups, sub-groups, and members."""
        if not self.is_bearer(asked):
            return Reply({"error": "HTTP 401 Unauthorized"}, 401)
        path = asked.path.removeprefix("/admin/realms/acme")
        if path == "/users":
            return self._page(asked, [self._user(one) for one in self.company.people])
        if path == "/groups":
            return self._page(asked, self._groups(""))
        group, _, what = path.removeprefix("/groups/").partition("/")
        if group not in self.company.groups:
            return Reply({"error": "Could not find group by id"}, 404)
        if what == "children":
            return self._page(asked, self._groups(group))
        members = self.company.members[group]
        return self._page(asked, [self._user(one) for one in members])

    def _user(self, person: str) -> dict[str, Any]:
        first, _, last = self.company.people[person].partition(" ")
        return {
            "id": person,
            "username": person,
            "firstName": first,
            "lastName": last,
            "email": f"{person}@example.com",
            "emailVerified": True,
            "enabled": True,
        }

    def _groups(self, parent: str) -> list[Any]:
        inside = self.company.inside
        return [
            {
                "id": one,
                "name": name,
                "path": f"/{name}",
                **({"parentId": parent} if parent else {}),
                "subGroupCount": list(inside.values()).count(one),
                "subGroups": [],
            }
            for one, name in self.company.groups.items()
            if inside.get(one, "") == parent
        ]

    def _page(self, asked: Asked, rows: Sequence[Any]) -> Reply:
        start = int(asked.query.get("first", "0"))
        size = min(int(asked.query.get("max", "100")), self.page_size)
        return Reply(list(rows[start : start + size]))
