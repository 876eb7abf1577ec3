"""Each fault of a log-in, at a provider that others wrote (hostile cases 80 to 90).

What `test_faults` shows with a provider of our own, oidc-provider-mock shows here: its
codes, its tokens, its keys, with one thing wrong at a time.
"""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings
from django.test import Client

from console.core.actor import system
from console.core.models import AuditEvent
from directory import services
from directory.models import IdentityProvider, User
from directory.openid import fetching, metadata
from tests.factories import NOW, make_user
from tests.openid.conftest import START, begin, finish, is_signed_in
from tests.openid.mock import CLIENT_ID, CLIENT_SECRET, Mock, serving_mock

REFUSED = "person.openid-refused"
ADA = {"email": "ada@example.com", "email_verified": True, "name": "Ada Lovelace"}


@pytest.fixture(scope="module")
def process() -> Iterator[Mock]:
    """The provider, started once for this file."""
    with serving_mock() as running:
        yield running


@pytest.fixture
def mock(process: Mock, db: None) -> Iterator[Mock]:
    """The provider without faults, entered in the settings."""
    metadata.forget()
    process.fail()
    process.know("person-1", **ADA)
    services.save_identity_provider(
        version=0,
        issuer=process.issuer,
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        actor=system("test"),
        now=NOW,
    )
    yield process
    fetching.forget_connections()
    metadata.forget()


def go(mock: Mock, client: Client, **query: str) -> Any:
    """Sign in there and back; return the console's answer."""
    return finish(client, mock.visit(begin(client, **query)))


def check_refused(mock: Mock, client: Client) -> None:
    answer = go(mock, client)

    assert answer.status_code == 400
    assert not is_signed_in(client)
    assert not User.objects.exists()
    assert AuditEvent.objects.get(action=REFUSED).reason


class TestAnswer:
    """Case 80: state, nonce, replay."""

    def test_signs_in_by_nonce_state_and_hashed_verifier(
        self, mock: Mock, client: Client
    ) -> None:
        address = begin(client)
        asked = parse_qs(urlsplit(address).query)

        finish(client, mock.visit(address))

        assert is_signed_in(client)
        assert asked["code_challenge_method"] == ["S256"]
        assert {len(asked[name][0]) >= 32 for name in ("nonce", "state")} == {True}
        person = User.objects.get()
        assert (person.issuer, person.subject) == (mock.issuer, "person-1")
        assert (person.email, str(person)) == ("ada@example.com", "Ada Lovelace")

    @pytest.mark.parametrize(
        "change",
        [
            lambda query: query.pop("state"),
            lambda query: query.pop("code"),
            lambda query: query.update(state="x" * 32),
            lambda query: query.update(code="another"),
            lambda query: query.update(iss="https://evil.example.com"),
        ],
        ids=["no state", "no code", "other state", "other code", "other issuer"],
    )
    def test_that_was_tampered_with_is_refused(
        self, mock: Mock, client: Client, change: Callable[[dict[str, str]], Any]
    ) -> None:
        query = mock.visit(begin(client))
        change(query)

        assert finish(client, query).status_code == 400
        assert not is_signed_in(client)

    def test_is_good_once_and_a_session_survives_the_second_time(
        self, mock: Mock, client: Client
    ) -> None:
        query = mock.visit(begin(client))
        finish(client, query)

        assert finish(client, query).status_code == 400
        assert is_signed_in(client)

    def test_of_another_browser_is_refused(self, mock: Mock, client: Client) -> None:
        victim = Client()
        injected, own = mock.visit(begin(client)), mock.visit(begin(victim))

        assert finish(victim, injected).status_code == 400
        mixed = finish(victim, {"code": injected["code"], "state": own["state"]})
        assert mixed.status_code == 400  # the nonce is the attacker's
        assert not is_signed_in(victim)

    def test_of_the_oldest_of_51_parallel_log_ins_is_refused(
        self, mock: Mock, client: Client
    ) -> None:
        addresses = [begin(client) for _ in range(51)]

        assert finish(client, mock.visit(addresses[0])).status_code == 400
        assert finish(client, mock.visit(addresses[1])).status_code == 302


FAULTS: dict[str, dict[str, Any]] = {
    "unsigned": {"sign": "none"},
    "hmac-with-the-public-key": {"sign": "public key"},
    "another-key": {"sign": "other key"},
    "wrong-kid": {"header": {"kid": "another"}},
    "another-kind-of-token": {"header": {"typ": "at+jwt"}},
    "no-token-at-all": {"sign": "broken"},
    "other-audience": {"claims": {"aud": "another-client"}},
    "no-audience": {"claims": {"aud": None}},
    "shared-audience": {"claims": {"aud": [CLIENT_ID, "another-client"]}},
    "other-party": {"claims": {"azp": "another-client"}},
    "other-issuer": {"claims": {"iss": "https://evil.example.com"}},
    "no-issuer": {"claims": {"iss": None}},
    "expired": {"claims": {"exp": "now-61"}},
    "not-yet-valid": {"claims": {"nbf": "now+300"}},
    "from-the-future": {"claims": {"iat": "now+300"}},
    "no-subject": {"claims": {"sub": None}},
    "empty-subject": {"claims": {"sub": ""}},
    "other-nonce": {"claims": {"nonce": "x" * 32}},
    "no-nonce": {"claims": {"nonce": None}},
    "userinfo-of-another": {"userinfo": {"sub": "person-2", **ADA}},
}


class TestToken:
    """Case 81: 4xx and an event, never 500, never a session."""

    @pytest.mark.parametrize("fault", FAULTS)
    def test_with_a_fault_is_refused(
        self, mock: Mock, client: Client, fault: str
    ) -> None:
        mock.fail(**FAULTS[fault])

        check_refused(mock, client)


class TestEmail:
    """Case 82: an address is no identity."""

    @pytest.mark.parametrize("verified", [{}, {"email_verified": False}])
    def test_that_is_not_verified_grants_nothing(
        self, mock: Mock, client: Client, verified: dict[str, bool]
    ) -> None:
        admin = make_user("root", email="ada@example.com")
        mock.know("person-1", email="ada@example.com", **verified)

        go(mock, client)

        person = User.objects.get(subject="person-1")
        assert (person.email, person.pk == admin.pk) == ("", False)

    @pytest.mark.parametrize("address", ["root@example.com", "ROOT@Example.com"])
    def test_that_becomes_an_administrators_makes_nobody_one(
        self, mock: Mock, client: Client, address: str
    ) -> None:
        admin = make_user("root", is_local=True)
        go(mock, client)
        before = User.objects.get(subject="person-1").pk
        mock.know("person-1", **{**ADA, "email": address})

        go(mock, client)

        assert User.objects.get(subject="person-1").pk == before
        admin.refresh_from_db()
        assert (admin.issuer, admin.subject) == ("", "")

    def test_at_two_providers_is_of_two_people(
        self, mock: Mock, client: Client
    ) -> None:
        go(mock, client)
        with serving_mock() as other:
            other.know("person-1", **ADA)
            IdentityProvider.objects.update(issuer=other.issuer)
            metadata.forget()
            go(other, Client())

        people = User.objects.filter(email="ada@example.com")
        assert {one.issuer for one in people} == {mock.issuer, other.issuer}


def test_access_token_of_another_client_opens_nothing(
    mock: Mock, client: Client
) -> None:
    """Case 84."""
    address = begin(client)
    code = mock.visit(address)["code"]
    fields = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "redirect_uri": parse_qs(urlsplit(address).query)["redirect_uri"][0],
    }
    url = f"{mock.issuer}/oauth2/token"
    found = httpx.post(url, data=fields).json()

    for token in (found["access_token"], found["id_token"]):
        answer = Client().get(
            "/api/v1/me/", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "address", ["//evil.example.com", "/\\evil.example.com", "https://evil.example.com"]
)
def test_way_back_leads_to_no_other_host(
    mock: Mock, client: Client, address: str
) -> None:
    """Case 85."""
    assert go(mock, client, next=address)["Location"] == "/"


def test_session_gets_another_id_and_the_planted_one_is_dead(
    mock: Mock, client: Client
) -> None:
    """Case 86."""
    address = begin(client)
    planted = client.cookies[settings.SESSION_COOKIE_NAME].value

    finish(client, mock.visit(address))

    attacker = Client()
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    assert is_signed_in(client)
    assert not is_signed_in(attacker)


def test_session_that_is_over_counts_for_no_method(
    mock: Mock, client: Client, settings: Any
) -> None:
    """Case 87."""
    go(mock, client)
    settings.SESSION_IDLE_SECONDS = -1

    for method in (client.post, client.patch, client.put, client.delete):
        assert method("/api/v1/namespaces/").status_code == 401


OUTAGES = {
    "discovery": "/.well-known/openid-configuration",
    "keys": "/jwks",
    "tokens": "/oauth2/token",
    "userinfo": "/userinfo",
}


class TestOutage:
    """Case 90: the way in closes, sessions stay."""

    @pytest.mark.parametrize("place", OUTAGES)
    def test_closes_the_way_in_and_no_session(
        self,
        mock: Mock,
        client: Client,
        monkeypatch: pytest.MonkeyPatch,
        place: str,
    ) -> None:
        go(mock, client)
        late = Client()
        for answer in ("500", "flood", "html", "hang"):
            metadata.forget()
            seconds = 0.3 if answer == "hang" else 5.0
            monkeypatch.setattr(fetching, "TIMEOUT_SECONDS", seconds)
            mock.fail(path=OUTAGES[place], answer=answer)
            found = late.get(START)
            if found.status_code == 302:
                found = finish(late, mock.visit(found["Location"]))
            assert found.status_code in {400, 503}, answer
            assert not is_signed_in(late)
            assert is_signed_in(client)

    def test_of_keys_that_were_rotated_is_over_when_they_are_fetched_anew(
        self, mock: Mock, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        go(mock, client)
        mock.fail(rotate=True)

        assert go(mock, Client()).status_code == 400  # fetched less than a minute ago
        monkeypatch.setattr(metadata, "REFRESH_SECONDS", 0)
        late = Client()
        assert go(mock, late).status_code == 302
        assert is_signed_in(late)
