"""The settings of sign-in: who changes them, and what their test tells."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from console.core.actor import system
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.models import AuditEvent
from directory import services
from directory.models import IdentityProvider
from tests.factories import NOW, make_directory
from tests.openid.conftest import CALLBACK
from tests.openid.provider import CLIENT_SECRET, Provider
from tests.people import Cast

URL = "/settings/sign-in/"
DISCOVERY = "/.well-known/openid-configuration"


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.root)
    return client


def save(version: int, **values: Any) -> IdentityProvider:
    return services.save_identity_provider(
        version=version, actor=system("test"), now=NOW, **values
    )


@pytest.mark.django_db
class TestSettings:
    def test_are_saved_without_showing_the_secret(self, admin: Client) -> None:
        directory = make_directory()
        form = {
            "is_enabled": "on",
            "name": "Acme",
            "issuer": "https://acme.okta.com",
            "client_id": "7",
            "client_secret": "a-secret-nobody-sees",
            "scopes": "openid email groups",
            "directory_id": str(directory.pk),
            "id_claim": "sub",
            "version": "0",
        }

        assert admin.post(URL, form)["Location"] == URL

        row = IdentityProvider.objects.get()
        assert (row.name, row.directory, row.admits_unknown) == (
            "Acme",
            directory,
            False,
        )
        page = admin.get(URL).content.decode()
        event = AuditEvent.objects.get(action="sign-in-settings.changed")
        for text in (page, str(event.after), row.sealed_secret):
            assert "a-secret-nobody-sees" not in text
        assert row.secret_fingerprint in page
        again = form | {"client_secret": "", "version": "1", "name": "Acme 2"}
        assert admin.post(URL, again).status_code == 302
        assert admin.post(URL, again).status_code == 412

    def test_take_the_secret_again_for_another_issuer(self) -> None:
        save(0, issuer="https://a.example.com", client_id="7", client_secret="s")

        with pytest.raises(ValidationFailedError) as refused:
            save(1, issuer="https://b.example.com")

        assert list(refused.value.fields) == ["client_secret"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"issuer": "http://a.example.com"}, "issuer"),
            ({"issuer": "https://169.254.169.254"}, "issuer"),
            ({"issuer": "https://a.example.com"}, "client_id"),
            ({"scopes": "email"}, "scopes"),
            ({"id_claim": "a b"}, "id_claim"),
            ({"name": ""}, "name"),
            ({"directory_id": "00000000-0000-4000-8000-000000000001"}, "directory_id"),
        ],
    )
    def test_say_what_is_wrong(self, values: dict[str, Any], field: str) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            save(0, **values)

        assert list(refused.value.fields) == [field]

    def test_are_not_overwritten_unseen_nor_recorded_without_change(self) -> None:
        save(0, name="Acme")
        save(1, name="Acme")

        with pytest.raises(StaleVersionError):
            save(0, name="Other")
        assert AuditEvent.objects.filter(action="sign-in-settings.changed").count() == 1

    def test_leave_the_connection_to_the_environment(
        self, admin: Client, settings: Settings
    ) -> None:
        settings.OPENID_ISSUER = "https://acme.okta.com"
        settings.OPENID_CLIENT_ID = "7"
        form = {
            "name": "Acme",
            "issuer": "https://evil.example.com",
            "scopes": "openid",
            "id_claim": "sub",
            "version": "0",
        }

        assert admin.post(URL, form).status_code == 302

        assert IdentityProvider.objects.get().issuer == ""
        assert "Given by the environment" in admin.get(URL).content.decode()


SERVER_ERROR = b'{"error": "internal_server_error"}'
FAULTS: dict[str, tuple[Callable[[Provider], object], str, str]] = {
    "unreachable": (
        lambda one: one.broken.update({DISCOVERY: 500}),
        "Discovery",
        "answers 500",
    ),
    "no-discovery": (
        lambda one: one.broken.update({DISCOVERY: "<html>"}),
        "Discovery",
        "sends no JSON",
    ),
    "other-issuer": (
        lambda one: setattr(
            one, "change_metadata", lambda found: found.update(issuer="https://x.test")
        ),
        "Issuer",
        "calls itself `https://x.test`",
    ),
    "wrong-secret": (
        lambda one: setattr(one, "secret", "another"),
        "Client id and secret",
        "does not accept this client id and secret",
    ),
    "broken-token-endpoint": (
        lambda one: one.broken.update(
            {"/token": lambda handler: handler.send(500, SERVER_ERROR)}
        ),
        "Client id and secret",
        "answers 500 instead of tokens: `internal_server_error`",
    ),
    "wrong-redirect": (
        lambda one: one.redirect_uris.append("https://elsewhere.example.com/"),
        "Redirect URI",
        f"register http://testserver{CALLBACK}",
    ),
    "unsafe-signatures": (
        lambda one: setattr(
            one,
            "change_metadata",
            lambda found: found.update(id_token_signing_alg_values_supported=["HS256"]),
        ),
        "Keys",
        "none of the algorithms that are safe",
    ),
    "no-keys": (
        lambda one: one.broken.update({"/keys": '{"keys": []}'}),
        "Keys",
        "key set is empty",
    ),
    "slow-keys": (lambda one: one.broken.update({"/keys": 500}), "Keys", "answers 500"),
}


class TestTrial:
    def checks(self, admin: Client) -> list[dict[str, str]]:
        answer = admin.post(f"{URL}test")
        assert answer.status_code == 200
        found: list[dict[str, str]] = answer.context["checks"]
        return found

    def test_finds_nothing_wrong_where_nothing_is(
        self, provider: Provider, admin: Client
    ) -> None:
        checks = self.checks(admin)

        assert [one["label"] for one in checks] == [
            "Discovery",
            "Issuer",
            "Clocks",
            "Keys",
            "Redirect URI",
            "Client id and secret",
        ]
        assert {one["word"] for one in checks} == {"Works"}

    @pytest.mark.parametrize("fault", FAULTS)
    def test_names_what_is_wrong(
        self, provider: Provider, admin: Client, fault: str
    ) -> None:
        break_it, label, said = FAULTS[fault]
        break_it(provider)

        wrong = [one for one in self.checks(admin) if one["word"] == "Wrong"]

        assert [one["label"] for one in wrong] == [label]
        assert said in wrong[0]["text"]
        assert CLIENT_SECRET not in str(wrong)

    def test_tells_that_there_is_no_provider_yet(self, admin: Client) -> None:
        assert self.checks(admin)[0]["text"] == "give an issuer and a client id first"

    def test_tells_that_clocks_differ(self, provider: Provider, cast: Cast) -> None:
        checks = services.try_identity_provider(
            redirect_uri="http://testserver/", actor=system("test"), now=NOW
        )

        assert next(one for one in checks if one.label == "Clocks").outcome == "failed"

    def test_is_for_admins_of_the_root(self, provider: Provider, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.ada)

        assert client.post(f"{URL}test").status_code == 404
        assert client.get(URL).status_code == 404
