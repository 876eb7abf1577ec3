"""A document with everybody and everything."""

from tests.directory.providers.fakes.server import Asked, Fake, Reply


class FakeJson(Fake):
    """A server of one file."""

    code = "http_json"

    @property
    def options(self) -> dict[str, str]:
        """Its address, and a token."""
        return {
            "base_url": f"{self.url}/directory.json",
            "headers": "Authorization: Bearer the-token",
        }

    def answer(self, asked: Asked) -> Reply:
        """Answer the document."""
        if not self.is_bearer(asked):
            return Reply({"error": "unauthorized"}, 401)
        if asked.path != "/directory.json":
            return Reply({"error": "not found"}, 404)
        members = self.company.members.items()
        users = [
            {
                "id": one,
                "display_name": name,
                "email": f"{one}@example.com",
                "group_ids": [group for group, people in members if one in people],
            }
            for one, name in self.company.people.items()
        ]
        groups = self.company.groups.items()
        return Reply(
            {
                "users": users,
                "groups": [{"id": one, "name": name} for one, name in groups],
            }
        )
