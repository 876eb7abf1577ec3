"""Google's Admin SDK: page tokens, lists left out where they are empty."""

import json
from collections.abc import Sequence
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.directory.providers.fakes.server import SMALL, Asked, Company, Fake, Reply

MOST = {"users": 500, "groups": 200, "members": 200}
ADMIN = "admin@example.com"


class FakeGoogle(Fake):
    """A Workspace organization, with its token endpoint on the same origin."""

    code = "google"

    def __init__(self, company: Company = SMALL) -> None:
        super().__init__(company)
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def options(self) -> dict[str, str]:
        """The key of a service account, and whom it acts as."""
        private = self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        key = {
            "type": "service_account",
            "client_email": "sync@project.example",
            "private_key": private.decode(),
            "token_uri": f"{self.url}/token",
        }
        return {
            "json_key": json.dumps(key),
            "admin_email": ADMIN,
            "customer": "my_customer",
            "base_url": self.url,
        }

    def token(self, asked: Asked) -> Reply | None:
        """Check the assertion as Google does; issue a token."""
        if asked.path != "/token":
            return None
        try:
            found = jwt.decode(
                asked.form["assertion"],
                self._key.public_key(),
                algorithms=["RS256"],
                audience=f"{self.url}/token",
            )
        except (jwt.PyJWTError, KeyError):
            return Reply({"error": "invalid_grant"}, 400)
        if (
            found["sub"] != ADMIN
            or "admin.directory.group.readonly" not in found["scope"]
        ):
            return Reply({"error": "unauthorized_client"}, 401)
        return Reply({"access_token": "the-token", "expires_in": 3599})

    def answer(self, asked: Asked) -> Reply:
        """Answer users, groups, and members."""
        if not self.is_bearer(asked):
            return Reply({"error": {"code": 401}}, 401)
        path = asked.path.removeprefix("/admin/directory/v1/")
        if path in {"users", "groups"} and asked.query.get("customer") != "my_customer":
            return Reply({"error": {"code": 400}}, 400)
        if path == "users":
            people = self.company.people.items()
            return self._page(
                asked,
                "users",
                [
                    {
                        "id": one,
                        "primaryEmail": f"{one}@example.com",
                        "name": {"fullName": name},
                        "suspended": False,
                    }
                    for one, name in people
                ],
            )
        if path == "groups":
            groups = self.company.groups.items()
            return self._page(
                asked,
                "groups",
                [
                    {"id": one, "name": name, "email": f"{one}@example.com"}
                    for one, name in groups
                ],
            )
        group = path.removeprefix("groups/").removesuffix("/members")
        if group not in self.company.groups:
            return Reply({"error": {"code": 404}}, 404)
        return self._page(asked, "members", self._members(group))

    def _members(self, group: str) -> list[Any]:
        people = [
            {
                "id": one,
                "type": "USER",
                "email": f"{one}@example.com",
                "status": "ACTIVE",
            }
            for one in self.company.members[group]
        ]
        return people + [
            {"id": child, "type": "GROUP"}
            for child, parent in self.company.inside.items()
            if parent == group
        ]

    def _page(self, asked: Asked, name: str, rows: Sequence[Any]) -> Reply:
        size = int(asked.query.get("maxResults", "100"))
        if not 1 <= size <= MOST[name]:
            return Reply({"error": {"code": 400}}, 400)
        start = int(asked.query.get("pageToken", "t0")[1:])
        end = start + min(size, self.page_size)
        body: dict[str, Any] = {"kind": f"admin#directory#{name}"}
        if rows[start:end]:
            body[name] = list(rows[start:end])
        if end < len(rows):
            body["nextPageToken"] = f"t{end}"
        return Reply(body)
