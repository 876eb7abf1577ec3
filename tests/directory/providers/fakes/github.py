"""GitHub's GraphQL: cursors, and errors behind status 200."""

from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import Asked, Fake, Reply

UNKNOWN = "Could not resolve to an Organization with the login of"


class FakeGitHub(Fake):
    """One organization, `acme`."""

    code = "github"

    @property
    def options(self) -> dict[str, str]:
        """Address, organization and token."""
        return {
            "base_url": self.url,
            "organizations": "acme",
            "ids": "node",
            "access_token": "the-token",
        }

    def answer(self, asked: Asked) -> Reply:
        """Answer the queries that are about people, teams, and members."""
        if not self.is_bearer(asked):
            return Reply({"message": "Bad credentials"}, 401)
        if asked.path != "/graphql" or asked.method != "POST":
            return Reply({"message": "Not Found"}, 404)
        query, variables = asked.json["query"], asked.json["variables"]
        if variables["org"] != "acme":
            errors = [
                {"type": "NOT_FOUND", "message": f"{UNKNOWN} '{variables['org']}'"}
            ]
            return Reply({"data": {"organization": None}, "errors": errors})
        after = int(variables.get("after") or 0)
        if "membersWithRole" in query:
            found = {"membersWithRole": self._page(self._people(), after)}
        elif "team(slug" in query:
            group = variables["team"].removeprefix("slug-")
            members = [
                {"id": one, "login": f"login-{one}"}
                for one in self.company.members[group]
            ]
            found = {"team": {"members": self._page(members, after)}}
        else:
            found = {"teams": self._page(self._teams(), after)}
        return Reply({"data": {"organization": found}})

    def _people(self) -> list[Any]:
        return [
            {
                "id": one,
                "login": f"login-{one}",
                "name": name,
                "email": f"{one}@example.com",
            }
            for one, name in self.company.people.items()
        ]

    def _teams(self) -> list[Any]:
        inside = self.company.inside
        return [
            {
                "id": one,
                "slug": f"slug-{one}",
                "name": name,
                "parentTeam": {"id": inside[one], "slug": f"slug-{inside[one]}"}
                if one in inside
                else None,
            }
            for one, name in self.company.groups.items()
        ]

    def _page(self, rows: Sequence[Any], start: int) -> dict[str, Any]:
        end = start + self.page_size
        info = {"hasNextPage": end < len(rows), "endCursor": str(end)}
        return {"nodes": list(rows[start:end]), "pageInfo": info}
