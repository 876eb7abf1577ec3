"""Keys of secrets: changed under way, never lost, refused when they are wrong."""

import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from console.core import keys, secrets, tombstones
from console.core.actor import system
from console.core.models import Tombstone
from console.core.secrets import SecretUnreadableError
from console.ui.management.commands.up import Command
from directory import services as directory_services
from directory.models import ServiceAccount
from routes import services as route_services
from routes.models import Route
from tests.factories import NOW, make_credential, make_route, make_service_account
from tests.namespaces.test_accounts import call
from tests.people import Cast

LIFETIME = timedelta(minutes=5)
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEST = system("test")


@pytest.fixture
def sealed(db: None, settings: Settings) -> ServiceAccount:
    """A credential, a route and a deleted route, sealed with the old key."""
    settings.DATA_KEYS = [OLD]
    make_route("kept", kubernetes_service_account_token="kept-secret")
    gone = make_route("gone", kubernetes_service_account_token="gone-secret")
    route_services.delete_route(gone.pk, version=1, actor=TEST, now=NOW)
    return make_credential(secrets={"api_token": "the-token"})


def opened(account: ServiceAccount) -> str:
    return directory_services.open_secret(account.pk, now=NOW).secrets["api_token"]


class TestRotation:
    def test_reaches_every_row_and_the_old_key_can_go(
        self, sealed: ServiceAccount, settings: Settings
    ) -> None:
        settings.DATA_KEYS = [NEW, OLD]

        call_command("rotatekeys", verbosity=0)

        settings.DATA_KEYS = [NEW]
        assert keys.find_unreadable() == []
        assert opened(sealed) == "the-token"
        found = list(keys.find_envelopes(Route.objects.get().sealed))
        assert [secrets.unseal(one) for one in found] == ["kept-secret"]
        buried = list(keys.find_envelopes(Tombstone.objects.get().snapshot))
        assert [secrets.unseal(one) for one in buried] == ["gone-secret"]

    def test_is_taken_up_where_it_was_interrupted(
        self,
        sealed: ServiceAccount,
        settings: Settings,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        others = [make_credential() for _ in range(5)]
        settings.DATA_KEYS = [NEW, OLD]
        monkeypatch.setattr(keys, "BATCH", 2)
        reseal, calls = keys._resealed, iter([True] * 4)

        def break_off(value: Any, current: Fernet) -> Any:
            if not next(calls, False):
                raise KeyboardInterrupt
            return reseal(value, current)

        monkeypatch.setattr(keys, "_resealed", break_off)
        with pytest.raises(KeyboardInterrupt):
            keys.rotate()
        assert keys.find_unreadable() == []

        monkeypatch.setattr(keys, "_resealed", reseal)
        again = keys.rotate()

        assert 0 < again["directory.ServiceAccount.sealed"] <= len(others) + 1
        assert set(keys.rotate().values()) == {0}
        settings.DATA_KEYS = [NEW]
        assert keys.find_unreadable() == []

    def test_does_not_begin_without_the_key_of_all(
        self, sealed: ServiceAccount, settings: Settings
    ) -> None:
        before = ServiceAccount.objects.get().sealed
        settings.DATA_KEYS = [NEW]

        with pytest.raises(CommandError, match="lacks"):
            call_command("rotatekeys", verbosity=0)
        with pytest.raises(SecretUnreadableError):
            keys.rotate()

        assert ServiceAccount.objects.get().sealed == before

    def test_knows_every_column_that_is_sealed(self) -> None:
        known = {str(column) for column in keys.list_columns()}

        assert known >= keys.ALSO
        assert {
            "directory.IdentityProvider.sealed_secret",
            "directory.ServiceAccount.sealed",
            "routes.Route.sealed",
        } <= known


class TestWrongKey:
    def test_keeps_the_process_from_serving(
        self, sealed: ServiceAccount, settings: Settings, client: Client
    ) -> None:
        settings.DATA_KEYS = [NEW]

        answer = client.get("/readyz")

        assert answer.status_code == 503
        assert answer.json()["status"] == keys.WRONG_KEY
        settings.DATA_KEYS = [OLD]
        assert client.get("/readyz").status_code == 200

    def test_keeps_up_from_starting(
        self, sealed: ServiceAccount, settings: Settings
    ) -> None:
        settings.DATA_KEYS = [NEW]

        with pytest.raises(CommandError, match=r"directory\.ServiceAccount\.sealed"):
            Command().check_keys()

    def test_does_not_include_the_secret_key(
        self, sealed: ServiceAccount, settings: Settings
    ) -> None:
        settings.SECRET_KEY = "another-" + "x" * 50

        assert opened(sealed) == "the-token"


class TestLostBackup:
    """No string of a dump opens anything (case 97)."""

    def test_holds_nothing_that_is_accepted(
        self, cast: Cast, client: Client, settings: Settings
    ) -> None:
        client.force_login(cast.root)
        session_cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        make_credential(secrets={"api_token": "the-token"})
        _, token = make_service_account(role="admin")
        recovery = directory_services.mint_recovery_token(
            cast.root.pk, lifetime=LIFETIME, actor=TEST, now=NOW
        )

        rows = [
            row for model in apps.get_models() for row in model._base_manager.values()
        ]
        dump = json.dumps(rows, default=str)

        for secret in (
            session_cookie,
            token,
            recovery,
            "the-token",
            *settings.DATA_KEYS,
        ):
            assert secret not in dump
        for text in sorted({one for row in rows for one in map(str, row.values())}):
            if 16 <= len(text) <= 100 and text.isascii() and text.isprintable():
                thief = Client()
                thief.cookies[settings.SESSION_COOKIE_NAME] = text
                assert thief.get("/account/").status_code == 302, text
        hashes = {str(row.get("token_hash")) for row in rows if row.get("token_hash")}
        for text in hashes:
            assert call(text).status_code == 401
            answer = Client().post("/sign-in/recovery", {"token": text})
            assert answer.status_code in {401, 429}


def test_restored_tombstones_open_with_the_new_key(
    sealed: ServiceAccount, settings: Settings
) -> None:
    settings.DATA_KEYS = [NEW, OLD]
    keys.rotate()
    settings.DATA_KEYS = [NEW]
    gone = tombstones.list_tombstones("route").get()

    restored = route_services.restore_route(gone.target_id, actor=TEST, now=NOW)

    found = list(keys.find_envelopes(restored.sealed))
    assert [secrets.unseal(one) for one in found] == ["gone-secret"]
