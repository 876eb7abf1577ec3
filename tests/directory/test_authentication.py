"""Sessions and tokens: how long they hold, and what is stored of them."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import checks as django_checks
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from console.core import checks
from console.core.tokens import new_token
from directory.authentication import LocalAccountBackend, MachineUser
from directory.session_store import SessionStore
from namespaces.models import ApiServiceAccount
from tests.factories import NOW, grant, make_user
from tests.people import Cast


def cookie_of(client: Client) -> str:
    value: str = client.cookies[settings.SESSION_COOKIE_NAME].value
    return value


class TestSessionLimits:
    @pytest.fixture
    def client(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Client:
        self.now = timezone.now()
        monkeypatch.setattr("django.utils.timezone.now", lambda: self.now)
        client = Client()
        client.force_login(cast.ada)
        client.get("/account/")
        return client

    def later(self, **duration: float) -> datetime:
        self.now += timedelta(**duration)
        return self.now

    @pytest.mark.parametrize("method", ["get", "post", "delete"])
    def test_end_a_session_that_was_left_alone(
        self, client: Client, method: str
    ) -> None:
        self.later(seconds=settings.SESSION_IDLE_SECONDS + 1)

        answer = getattr(client, method)("/account/password")

        assert answer["Location"].startswith("/sign-in/")

    def test_keep_one_that_is_used(self, client: Client) -> None:
        for _ in range(3):
            self.later(seconds=settings.SESSION_IDLE_SECONDS - 60)
            if client.get("/account/").status_code == 302:
                break

        # Used all the time, it still ends when it is a day old.
        assert client.get("/account/").status_code == 200
        self.later(seconds=settings.SESSION_IDLE_SECONDS - 60)
        assert client.get("/account/").status_code == 302

    def test_hold_for_the_api_as_well(self, client: Client) -> None:
        self.later(seconds=settings.SESSION_IDLE_SECONDS + 1)

        assert client.get("/api/v1/me/").status_code == 401


class TestSessionStore:
    def test_keeps_no_usable_cookie(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.ada)
        cookie = cookie_of(client)

        row = Session.objects.get()

        assert row.session_key != cookie
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
        assert thief.get("/account/").status_code == 302

    def test_knows_and_deletes_by_the_cookie(self, db: None) -> None:
        store = SessionStore()
        store.create()
        key = store.session_key

        assert key
        assert store.exists(key)
        store.delete(key)
        assert not store.exists(key)
        SessionStore().delete()  # nothing to delete is no error


class TestLocalAccounts:
    def test_are_asked_for_both_address_and_password(self, db: None) -> None:
        backend = LocalAccountBackend()

        assert backend.authenticate(None, "", "x") is None
        assert backend.authenticate(None, "x@example.com", "") is None

    def test_end_the_sessions_of_the_deactivated(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.ada)
        cast.ada.is_active = False
        cast.ada.save()

        assert client.get("/account/").status_code == 302


class TestTokens:
    @pytest.fixture
    def token(self, cast: Cast) -> str:
        token, prefix, token_hash = new_token()
        account = ApiServiceAccount.objects.create(
            namespace=cast.web,
            name="robot",
            token_hash=token_hash,
            token_prefix=prefix,
            created_at=NOW,
            modified_at=NOW,
        )
        grant("viewer", cast.web, service_account=account)
        return token

    def ask(self, header: str, **client: Any) -> Any:
        return Client(headers={"Authorization": header}, **client).get("/api/v1/me/")

    def test_say_who_calls(self, token: str) -> None:
        me = self.ask(f"Bearer {token}").json()

        assert (me["kind"], me["name"]) == ("service-account", "service account robot")

    @pytest.mark.parametrize(
        "header", ["Basic {}", "Bearer x{}", "Bearer", "{}", "Bearer {} x"]
    )
    def test_count_in_their_own_form_only(self, token: str, header: str) -> None:
        assert self.ask(header.format(token)).status_code == 401

    def test_are_not_helped_by_a_cookie(self, cast: Cast, token: str) -> None:
        client = Client(headers={"Authorization": "Bearer wrong"})
        client.force_login(cast.root)

        assert client.get("/api/v1/me/").status_code == 401

    @pytest.mark.parametrize(
        "change",
        [{"is_active": False}, {"expires_at": NOW - timedelta(days=1)}],
        ids=["revoked", "expired"],
    )
    def test_die_at_once(self, token: str, change: dict[str, Any]) -> None:
        ApiServiceAccount.objects.update(**change)

        assert self.ask(f"Bearer {token}").status_code == 401

    def test_open_no_page(self, token: str) -> None:
        client = Client(headers={"Authorization": f"Bearer {token}"})

        assert client.get("/account/").status_code == 302

    def test_are_named_in_the_log(self) -> None:
        assert str(MachineUser("robot")) == "robot"


class TestDemoStaysAtHome:
    @pytest.mark.parametrize(
        ("demo", "bind", "public", "errors"),
        [
            (True, "127.0.0.1", "", 0),
            (True, "localhost", "http://localhost:8000", 0),
            (True, "::1", "", 0),
            (True, "0.0.0.0", "", 1),  # noqa: S104 - what must not start
            (True, "somewhere", "", 1),
            (True, "127.0.0.1", "https://console.example.com", 1),
            (False, "0.0.0.0", "https://console.example.com", 0),  # noqa: S104
        ],
    )
    def test_or_does_not_start(
        self, settings: Settings, demo: bool, bind: str, public: str, errors: int
    ) -> None:
        settings.DEMO, settings.BIND_ADDRESS = demo, bind
        settings.PUBLIC_URL = public
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

        found = checks.demo_stays_at_home(None)

        assert [one.id for one in found] == ["console.E001"] * errors
        assert all(isinstance(one, django_checks.Error) for one in found)

    @pytest.mark.parametrize("name", ["*", ".example.com", "console.example.com"])
    def test_or_does_not_start_under_a_name_that_others_know(
        self, settings: Settings, name: str
    ) -> None:
        settings.DEMO, settings.ALLOWED_HOSTS = True, ["localhost", name]

        (found,) = checks.demo_stays_at_home(None)

        assert "POSTERN_ALLOWED_HOSTS" in found.msg


def test_passwords_of_unknown_accounts_take_as_long(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str | None] = []
    monkeypatch.setattr(
        "directory.models.User.set_password",
        lambda self, password: hashed.append(password),
    )
    make_user("somebody")

    LocalAccountBackend().authenticate(None, "nobody@example.com", "guess")

    assert hashed == ["guess"]
