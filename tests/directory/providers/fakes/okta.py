"""Okta: opaque cursors in `Link`, at most 200 entries."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from tests.directory.providers.fakes.server import Asked, Fake, Reply

REFUSED = Reply({"errorCode": "E0000011", "errorSummary": "Invalid token"}, 401)
UNKNOWN = Reply({"errorCode": "E0000007", "errorSummary": "Not found"}, 404)
MOST = 200


class FakeOkta(Fake):
    """An organization of Okta's."""

    code = "okta"
    updated: Mapping[str, str] = MappingProxyType({})  # when members last changed

    @property
    def options(self) -> dict[str, str]:
        """Address and token."""
        return {"base_url": self.url, "api_token": "the-key"}

    def answer(self, asked: Asked) -> Reply:
        """Answer users, groups, and members."""
        if asked.headers.get("authorization") != "SSWS the-key":
            return REFUSED
        path = asked.path.removeprefix("/api/v1")
        if path == "/users":
            return self._page(asked, [self._user(one) for one in self.company.people])
        if path == "/groups":
            return self._page(asked, [self._group(one) for one in self.company.groups])
        group = path.removeprefix("/groups/").removesuffix("/users")
        if group not in self.company.groups:
            return UNKNOWN
        members = self.company.members[group]
        return self._page(asked, [self._user(one) for one in members])

    def _group(self, group: str) -> dict[str, Any]:
        found = {"id": group, "profile": {"name": self.company.groups[group]}}
        if group in self.updated:
            found["lastMembershipUpdated"] = self.updated[group]
        return found

    def _user(self, person: str) -> dict[str, Any]:
        first, _, last = self.company.people[person].partition(" ")
        return {
            "id": person,
            "status": "ACTIVE",
            "profile": {
                "login": f"{person}@example.com",
                "email": f"{person}@example.com",
                "firstName": first,
                "lastName": last,
            },
        }

    def _page(self, asked: Asked, rows: Sequence[Any]) -> Reply:
        limit = int(asked.query.get("limit", MOST))
        if not 1 <= limit <= MOST:
            return Reply({"errorCode": "E0000001"}, 400)
        start = int(asked.query.get("after", "c0")[1:])
        end = start + min(limit, self.page_size)
        link = f'<{self.url}{asked.path}>; rel="self"'
        if end < len(rows):
            query = urlencode({"after": f"c{end}", "limit": limit})
            link += f', <{self.url}{asked.path}?{query}>; rel="next"'
        return Reply(list(rows[start:end]), headers={"link": link})
