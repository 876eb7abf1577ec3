"""Microsoft Graph: `@odata.nextLink`, at most 999 entries."""

from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import (
    SMALL,
    Asked,
    Company,
    Fake,
    Reply,
    client_credentials,
)

MOST = 999


class FakeEntra(Fake):
    """A tenant, with its login and its Graph on one origin."""

    code = "entra"

    def __init__(self, company: Company = SMALL) -> None:
        super().__init__(company)
        self.told: list[Company] = []  # what was known when a link to changes was made

    @property
    def options(self) -> dict[str, str]:
        """The tenant and a client of it."""
        return {
            "tenant_id": "the-tenant",
            "client_id": "the-client",
            "client_secret": "the-secret",
            "login_url": self.url,
            "base_url": self.url,
        }

    def token(self, asked: Asked) -> Reply | None:
        """Issue a token for Graph."""
        reply = client_credentials(asked, "/the-tenant/oauth2/v2.0/token")
        is_right = reply and asked.form.get("scope") == f"{self.url}/.default"
        return reply if is_right or not reply else Reply({"error": "scope"}, 400)

    def answer(self, asked: Asked) -> Reply:
        """Answer users, service principals, groups, and members."""
        if not self.is_bearer(asked):
            return Reply({"error": {"code": "InvalidAuthenticationToken"}}, 401)
        path = asked.path.removeprefix("/v1.0")
        if path == "/groups/delta":
            return self._changes(asked)
        people = [self._user(one) for one in self.company.people]
        groups = [
            {"id": one, "displayName": name, "mail": None}
            for one, name in self.company.groups.items()
        ]
        lists = {"/users": people, "/groups": groups, "/servicePrincipals": []}
        if path in lists:
            return self._page(asked, lists[path])
        group = path.removeprefix("/groups/").removesuffix("/members")
        if group not in self.company.groups:
            return Reply({"error": {"code": "Request_ResourceNotFound"}}, 404)
        return self._page(asked, self._members(group))

    def _changes(self, asked: Asked) -> Reply:
        """Answer which groups have other members since a link was made."""
        token = asked.query.get("$deltatoken", "")
        if token == "latest":
            rows: list[Any] = []
        elif not token.isdigit() or int(token) >= len(self.told):
            error = {"code": "syncStateNotFound", "message": "Resync is required."}
            return Reply({"error": error}, 410)
        else:
            before = self.told[int(token)]
            every = {**before.groups, **self.company.groups}
            rows = [
                {"id": one, "members@delta": []}
                for one in every
                if before.members.get(one) != self.company.members.get(one)
            ]
        reply = self._page(asked, rows, f"&$deltatoken={token}")
        if "@odata.nextLink" not in reply.body:
            self.told.append(self.company)
            link = f"{self.url}{asked.path}?$deltatoken={len(self.told) - 1}"
            reply.body["@odata.deltaLink"] = link
        return reply

    def _user(self, person: str) -> dict[str, Any]:
        return {
            "id": person,
            "displayName": self.company.people[person],
            "mail": None,
            "userPrincipalName": f"{person}@example.com",
            "accountEnabled": True,
        }

    def _members(self, group: str) -> list[Any]:
        found = [
            {"@odata.type": "#microsoft.graph.user", "id": one}
            for one in self.company.members[group]
        ]
        return found + [
            {"@odata.type": "#microsoft.graph.group", "id": child}
            for child, parent in self.company.inside.items()
            if parent == group
        ]

    def _page(self, asked: Asked, rows: Sequence[Any], more: str = "") -> Reply:
        top = int(asked.query.get("$top", "100"))
        if not 1 <= top <= MOST:
            return Reply({"error": {"code": "Request_UnsupportedQuery"}}, 400)
        start = int(asked.query.get("$skiptoken", "0"))
        end = start + min(top, self.page_size)
        body: dict[str, Any] = {"value": list(rows[start:end])}
        if end < len(rows):
            link = f"{self.url}{asked.path}?$top={top}&$skiptoken={end}{more}"
            body["@odata.nextLink"] = link
        return Reply(body)
