"""The provider ends sessions: by a signed message, or from its own page."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from console.core.models import AuditEvent
from directory.models import IdentityProvider, OpenIdSession
from gateway import services
from gateway.authorizer.answers import challenge_of
from gateway.models import GatewaySession
from tests.factories import make_route, make_user
from tests.openid.conftest import go, is_signed_in
from tests.openid.provider import CLIENT_ID, LOGOUT_EVENT, OTHER_KEY, Provider

BACK = "/sign-in/openid/backchannel-logout"
FRONT = "/sign-in/openid/frontchannel-logout"


def tell(token: str) -> Any:
    return Client(enforce_csrf_checks=True).post(BACK, {"logout_token": token})


def begin_at_route(client: Client) -> None:
    challenge = challenge_of("n" * 43)
    query = {"to": "https://wiki.example.com/", "challenge": challenge}
    code = str(client.get("/gateway/sign-in", query)["Location"]).partition("code=")[2]
    begun = services.begin_session(
        code,
        challenge=challenge,
        host="wiki.example.com",
        address="",
        now=timezone.now(),
    )
    assert begun is not None


class TestBackChannel:
    def test_ends_the_session_that_it_names(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        other = Client()
        provider.claims["sid"] = "session-2"
        go(other)

        answer = tell(provider.logout_token())

        assert (answer.status_code, answer.json()) == (200, {"ended": 1})
        assert not is_signed_in(client)
        assert is_signed_in(other)
        event = AuditEvent.objects.get(action="person.signed-out-by-provider")
        assert event.target_label == "ada@example.com"

    def test_ends_at_routes_what_came_out_of_it(
        self, provider: Provider, client: Client
    ) -> None:
        make_route("wiki")
        other = Client()
        for number, browser in enumerate((client, other), start=1):
            provider.claims["sid"] = f"session-{number}"
            go(browser)
            begin_at_route(browser)
        first, second = GatewaySession.objects.order_by("created_at")

        tell(provider.logout_token(sid="session-1"))

        first.refresh_from_db()
        second.refresh_from_db()
        assert first.ended_at is not None
        assert second.ended_at is None
        event = AuditEvent.objects.get(action="session.ended")
        assert event.reason == "the identity provider ended the sign-in"

    def test_ends_all_sessions_of_a_person(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        other = Client()
        go(other)

        tell(provider.logout_token(sid=None, sub="person-1"))

        assert not is_signed_in(client)
        assert not is_signed_in(other)

    def test_survives_that_the_session_got_another_id(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        session = client.session
        session.cycle_key()
        session.save()
        client.cookies["postern"] = session.session_key or ""
        assert is_signed_in(client)

        tell(provider.logout_token())

        assert not is_signed_in(client)

    def test_that_is_sent_again_ends_no_later_session(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        token = provider.logout_token(
            sid=None, sub="person-1", iat=int(time.time()) - 30
        )

        tell(token)

        assert is_signed_in(client)

    @pytest.mark.parametrize(
        "changes",
        [
            {"aud": "another-client"},
            {"iss": "https://evil.example.com"},
            {"events": {}},
            {"events": [LOGOUT_EVENT]},
            {"nonce": "x"},
            {"sid": None},
            {"sid": "session-1\0"},
            {"sid": 7},
            {"jti": None},
            {"iat": None},
            {"iat": int(time.time()) - 3600},
            {"exp": int(time.time()) - 120},
        ],
    )
    def test_that_is_no_logout_for_us_ends_nothing(
        self, provider: Provider, client: Client, changes: dict[str, Any]
    ) -> None:
        go(client)

        assert tell(provider.logout_token(**changes)).status_code == 400
        assert is_signed_in(client)

    def test_of_another_key_or_none_ends_nothing(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        provider.key = OTHER_KEY

        assert tell(provider.logout_token()).status_code == 400
        assert tell("").status_code == 400
        assert tell("x" * 100_000).status_code == 400
        assert is_signed_in(client)

    def test_is_told_to_come_back_when_keys_can_not_be_fetched(
        self, provider: Provider
    ) -> None:
        provider.broken["/keys"] = 500

        assert tell(provider.logout_token()).status_code == 503

    def test_that_is_an_id_token_ends_nothing(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)

        token = provider.sign(provider.token_claims("n") | {"jti": "1"})

        assert tell(token).status_code == 400

    @pytest.mark.django_db
    def test_does_not_exist_without_provider(self) -> None:
        assert tell("x").status_code == 400


class TestFrontChannel:
    def test_ends_the_session_that_it_names_without_its_cookie(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)

        answer = Client().get(FRONT, {"iss": provider.issuer, "sid": "session-1"})

        assert answer.status_code == 204
        assert not is_signed_in(client)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"sid": "session-1"},
            {"iss": "x", "sid": "session-1"},
            {"iss": "{issuer}", "sid": ""},
            {"iss": "{issuer}", "sid": "session-1\0"},
            {"iss": "{issuer}", "sid": "x" * 3000},
        ],
    )
    def test_without_both_names_ends_nothing(
        self, provider: Provider, client: Client, query: dict[str, str]
    ) -> None:
        go(client)
        query = {k: v.replace("{issuer}", provider.issuer) for k, v in query.items()}

        assert Client().get(FRONT, query).status_code == 204
        assert is_signed_in(client)


def test_records_of_sessions_that_are_over_go(
    provider: Provider, client: Client, settings: Any
) -> None:
    go(client)
    settings.SESSION_ABSOLUTE_SECONDS = -1
    go(Client())

    assert OpenIdSession.objects.count() == 1


class TestLeaving:
    def test_offers_to_end_the_session_at_the_provider(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)

        page = client.post("/sign-out/", follow=True)

        address = urlsplit(page.context["leave_url"])
        assert f"{address.scheme}://{address.netloc}{address.path}" == (
            f"{provider.issuer}/end"
        )
        assert parse_qs(address.query) == {
            "client_id": [CLIENT_ID],
            "post_logout_redirect_uri": ["http://testserver/sign-in/"],
        }
        assert "You are signed out here" in page.content.decode()

    def test_offers_nothing_where_the_provider_has_no_such_address(
        self, provider: Provider, client: Client
    ) -> None:
        provider.change_metadata = lambda found: found.pop("end_session_endpoint")
        go(client)

        page = client.post("/sign-out/", follow=True)

        assert page.status_code == 200
        assert page.context["leave_url"] == ""

    def test_offers_nothing_after_a_local_session(
        self, provider: Provider, client: Client
    ) -> None:
        client.force_login(make_user("ada"))

        page = client.post("/sign-out/", follow=True)

        assert page.redirect_chain[-1][0] == "/sign-in/"
        assert page.context["leave_url"] == ""

    def test_ends_here_though_the_provider_is_down(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        IdentityProvider.objects.update(issuer="http://127.0.0.1:1")

        page = client.post("/sign-out/", follow=True)

        assert page.status_code == 200
        assert page.context["leave_url"] == ""
        assert not is_signed_in(client)
