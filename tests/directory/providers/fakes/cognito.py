"""Amazon Cognito: one address, the operation in a header, requests signed."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

from tests.directory.providers.fakes.server import Asked, Fake, Reply

TARGET = "AWSCognitoIdentityProviderService."
PARTS = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
MOST = 60


class FakeCognito(Fake):
    """One user pool."""

    code = "cognito"

    @property
    def options(self) -> dict[str, str]:
        """Region, pool and key."""
        return {
            "region": "eu-west-1",
            "user_pool_id": "eu-west-1_pool",
            "access_key_id": "the-key-id",
            "secret_access_key": "the-secret",
            "endpoint_url": self.url,
        }

    def answer(self, asked: Asked) -> Reply:
        """Answer ListUsers, ListGroups, and ListUsersInGroup."""
        if not self._is_signed(asked):
            return Reply({"__type": "InvalidSignatureException"}, 400)
        body = asked.json
        if body.get("UserPoolId") != "eu-west-1_pool":
            return Reply({"__type": "ResourceNotFoundException"}, 400)
        if body.get("Limit", MOST) > MOST:
            return Reply({"__type": "InvalidParameterException"}, 400)
        people = list(self.company.people)
        match asked.headers["x-amz-target"].removeprefix(TARGET):
            case "ListUsers":
                rows = [self._user(one, "Attributes") for one in people]
                return self._page(body, "Users", "PaginationToken", rows)
            case "ListGroups":
                groups = [{"GroupName": one} for one in self.company.groups]
                return self._page(body, "Groups", "NextToken", groups)
            case "ListUsersInGroup":
                members = self.company.members.get(body["GroupName"], ())
                rows = [self._user(one, "Attributes") for one in members]
                return self._page(body, "Users", "NextToken", rows)
        return Reply({"__type": "UnknownOperationException"}, 400)

    def _user(self, person: str, name: str) -> dict[str, Any]:
        values = {
            "sub": person,
            "email": f"{person}@example.com",
            "email_verified": "true",
            "name": self.company.people[person],
        }
        pairs = [{"Name": one, "Value": value} for one, value in values.items()]
        return {"Username": f"name-{person}", "Enabled": True, name: pairs}

    def _page(self, body: Any, name: str, token: str, rows: Sequence[Any]) -> Reply:
        start = int(body.get(token, "0"))
        end = start + min(body.get("Limit", MOST), self.page_size)
        found: dict[str, Any] = {name: list(rows[start:end])}
        return Reply(found | ({token: str(end)} if end < len(rows) else {}))

    def _is_signed(self, asked: Asked) -> bool:
        """Compute the signature from what arrived, step by step as AWS describes it."""
        found = PARTS.fullmatch(asked.headers.get("authorization", ""))
        if not found or found[1] != "the-key-id":
            return False
        _, day, region, service, names, signature = found.groups()
        lines = [asked.method, asked.path, ""]
        lines += [f"{name}:{asked.headers[name].strip()}" for name in names.split(";")]
        lines += ["", names, hashlib.sha256(asked.body).hexdigest()]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        moment = asked.headers["x-amz-date"]
        scope = f"{day}/{region}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        secret = b"AWS4the-secret"
        for part in (day, region, service, "aws4_request"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        return hmac.digest(secret, text.encode(), "sha256").hex() == signature
