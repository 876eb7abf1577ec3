"""A SCIM 2.0 server: startIndex, count, totalResults."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tests.directory.providers.fakes.server import Asked, Fake, Reply

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class FakeScim(Fake):
    """A server under /scim/v2."""

    code = "scim"
    members = ""
    updated: Mapping[str, str] = MappingProxyType({})  # when groups were changed last

    @property
    def options(self) -> dict[str, str]:
        """Address and token, and how members are read."""
        more = {"members": self.members} if self.members else {}
        return {"base_url": f"{self.url}/scim/v2", "token": "the-token", **more}

    def answer(self, asked: Asked) -> Reply:
        """Answer users, and groups with their members."""
        if not self.is_bearer(asked):
            return Reply({"status": "401"}, 401)
        path = asked.path.removeprefix("/scim/v2")
        group = path.removeprefix("/Groups/")
        if group in self.company.groups:
            return Reply(self._group(group))
        match path:
            case "/Users":
                return self._page(
                    asked, [self._user(one) for one in self.company.people]
                )
            case "/Groups":
                rows = [self._group(one) for one in self.company.groups]
                if asked.query.get("excludedAttributes") == "members":
                    rows = [{**one, "members": []} for one in rows]
                return self._page(asked, rows)
        return Reply({"status": "404"}, 404)

    def _user(self, person: str) -> dict[str, Any]:
        return {
            "id": person,
            "userName": person,
            "displayName": self.company.people[person],
            "emails": [
                {"value": "other@example.com"},
                {"value": f"{person}@example.com", "primary": True},
            ],
            "active": True,
        }

    def _group(self, group: str) -> dict[str, Any]:
        members: list[dict[str, Any]] = [
            {"value": one, "$ref": f"{self.url}/scim/v2/Users/{one}"}
            for one in self.company.members[group]
        ]
        members += [
            {"value": child, "type": "Group"}
            for child, parent in self.company.inside.items()
            if parent == group
        ]
        return {
            "id": group,
            "displayName": self.company.groups[group],
            "members": members,
            **({"meta": {"lastModified": self.updated[group]}} if self.updated else {}),
        }

    def _page(self, asked: Asked, rows: Sequence[Any]) -> Reply:
        start = max(int(asked.query.get("startIndex", "1")), 1)
        count = min(int(asked.query.get("count", "100")), self.page_size)
        part = list(rows[start - 1 : start - 1 + count])
        body: dict[str, Any] = {
            "schemas": [LIST],
            "totalResults": len(rows),
            "startIndex": start,
            "itemsPerPage": len(part),
        }
        if part:
            body["Resources"] = part
        return Reply(body, headers={"content-type": "application/scim+json"})
