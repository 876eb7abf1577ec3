"""GitLab: numbered pages in `Link`, at most 100 entries; people are in groups only."""

from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import Asked, Fake, Reply

MOST = 100


class FakeGitLab(Fake):
    """A self-hosted GitLab."""

    code = "gitlab"

    @property
    def options(self) -> dict[str, str]:
        """Address and token."""
        return {"base_url": self.url, "access_token": "the-token"}

    def answer(self, asked: Asked) -> Reply:
        """Answer groups and members."""
        if asked.headers.get("private-token") != "the-token":
            return Reply({"message": "401 Unauthorized"}, 401)
        path = asked.path.removeprefix("/api/v4")
        if path == "/groups":
            groups = self.company.groups.items()
            return self._page(
                asked,
                [
                    {"id": one, "name": name, "full_path": name.lower()}
                    for one, name in groups
                ],
            )
        group = path.removeprefix("/groups/").removesuffix("/members/all")
        if group not in self.company.groups:
            return Reply({"message": "404 Group Not Found"}, 404)
        return self._page(
            asked,
            [
                {
                    "id": one,
                    "username": one,
                    "name": self.company.people[one],
                    "state": "active",
                    "email": f"{one}@example.com",
                }
                for one in self.company.members[group]
            ],
        )

    def _page(self, asked: Asked, rows: Sequence[Any]) -> Reply:
        size = min(int(asked.query.get("per_page", "20")), MOST, self.page_size)
        page = int(asked.query.get("page", "1"))
        end = page * size
        link = f'<{self.url}{asked.path}?page=1&per_page={size}>; rel="first"'
        if end < len(rows):
            following = f"{self.url}{asked.path}?page={page + 1}&per_page={size}"
            link = f'<{following}>; rel="next", {link}'
        return Reply(list(rows[end - size : end]), headers={"link": link})
