"""The fakes keep to the documented protocols: what they ask, limit and refuse."""

import httpx
import pytest

from directory.providers import BY_CODE
from tests.directory.providers.fakes import FAKES
from tests.directory.providers.fakes.auth0 import FakeAuth0
from tests.directory.providers.fakes.cognito import FakeCognito
from tests.directory.providers.fakes.entra import FakeEntra
from tests.directory.providers.fakes.github import FakeGitHub
from tests.directory.providers.fakes.gitlab import FakeGitLab
from tests.directory.providers.fakes.google import FakeGoogle
from tests.directory.providers.fakes.http_json import FakeJson
from tests.directory.providers.fakes.keycloak import FakeKeycloak
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.onelogin import FakeOneLogin
from tests.directory.providers.fakes.ping import FakePing
from tests.directory.providers.fakes.scim import FakeScim
from tests.directory.providers.fakes.server import Fake

BEARER = {"authorization": "Bearer the-token"}
GRANT = {
    "grant_type": "client_credentials",
    "client_id": "the-client",
    "client_secret": "the-secret",
}


@pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.code)
def test_a_fake_answers_nobody_without_the_credential(kind: type[Fake]) -> None:
    with kind() as fake:
        address = BY_CODE[kind.code].address(fake.options)
        path = address.removeprefix(fake.url) or "/"
        status = httpx.post(f"{fake.url}{path}", json={}).status_code

    assert status == (400 if kind is FakeCognito else 401)


# What is asked with a right credential, and the status that the documentation states.
ASKED = [
    (FakeOkta, "/api/v1/users?limit=201", {"authorization": "SSWS the-key"}, 400),
    (FakeOkta, "/api/v1/users?limit=200", {"authorization": "SSWS the-key"}, 200),
    (FakeOkta, "/api/v1/groups/none/users", {"authorization": "SSWS the-key"}, 404),
    (FakeEntra, "/v1.0/users?$top=1000", BEARER, 400),
    (FakeEntra, "/v1.0/users?$top=999", BEARER, 200),
    (FakeEntra, "/v1.0/groups/none/members", BEARER, 404),
    (FakeGoogle, "/admin/directory/v1/users?customer=my_customer", BEARER, 200),
    (FakeGoogle, "/admin/directory/v1/users", BEARER, 400),
    (FakeGoogle, "/admin/directory/v1/groups/g1/members?maxResults=201", BEARER, 400),
    (FakeGoogle, "/admin/directory/v1/groups/none/members", BEARER, 404),
    (FakeGitHub, "/graphql", BEARER, 404),
    (FakeGitLab, "/api/v4/groups", {"private-token": "the-token"}, 200),
    (FakeGitLab, "/api/v4/groups/9/members/all", {"private-token": "the-token"}, 404),
    (FakeKeycloak, "/admin/realms/acme/users", BEARER, 200),
    (FakeKeycloak, "/admin/realms/acme/groups/none/members", BEARER, 404),
    (FakeAuth0, "/api/v2/users?per_page=100&page=9", BEARER, 200),
    (FakeAuth0, "/api/v2/users?per_page=100&page=10", BEARER, 400),
    (FakeAuth0, "/api/v2/users?per_page=101&page=0", BEARER, 400),
    (FakeOneLogin, "/api/2/users?limit=1001", BEARER, 400),
    (FakeOneLogin, "/api/2/roles", BEARER, 200),
    (FakePing, "/v1/environments/the-environment/users?filter=name", BEARER, 400),
    (FakePing, "/v1/environments/other/users", BEARER, 404),
    (FakeScim, "/scim/v2/Users", BEARER, 200),
    (FakeScim, "/scim/v2/Others", BEARER, 404),
    (FakeJson, "/directory.json", BEARER, 200),
    (FakeJson, "/other.json", BEARER, 404),
]


@pytest.mark.parametrize(("kind", "path", "headers", "status"), ASKED)
def test_a_fake_answers_with_the_documented_status(
    kind: type[Fake], path: str, headers: dict[str, str], status: int
) -> None:
    with kind() as fake:
        assert httpx.get(f"{fake.url}{path}", headers=headers).status_code == status


TOKENS = [
    (FakeEntra, "/the-tenant/oauth2/v2.0/token", {"scope": "URL/.default"}),
    (FakeKeycloak, "/realms/acme/protocol/openid-connect/token", {}),
    (FakeAuth0, "/oauth/token", {"audience": "URL/api/v2/"}),
    (FakePing, "/the-environment/as/token", {}),
]


@pytest.mark.parametrize(("kind", "path", "more"), TOKENS)
def test_a_fake_issues_tokens_for_the_right_secret_only(
    kind: type[Fake], path: str, more: dict[str, str]
) -> None:
    with kind() as fake:
        more = {name: text.replace("URL", fake.url) for name, text in more.items()}
        right = httpx.post(f"{fake.url}{path}", data=GRANT | more)
        wrong = httpx.post(
            f"{fake.url}{path}", data=GRANT | more | {"client_secret": "other"}
        )

    assert right.json()["access_token"] == "the-token"
    assert wrong.status_code == 401


def test_graphql_tells_of_an_unknown_organization_with_status_200() -> None:
    with FakeGitHub() as fake:
        body = {"query": "membersWithRole", "variables": {"org": "other"}}
        answer = httpx.post(f"{fake.url}/graphql", json=body, headers=BEARER)

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["type"] == "NOT_FOUND"


def test_google_leaves_an_empty_list_out() -> None:
    with FakeGoogle() as fake:
        fake.company = type(fake.company)({}, {"g1": "Empty"}, {"g1": ()})
        path = "/admin/directory/v1/groups/g1/members"
        body = httpx.get(f"{fake.url}{path}", headers=BEARER).json()

    assert body == {"kind": "admin#directory#members"}
