"""Directory service accounts: secrets go in, and only a job gets them out."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from console.core.actor import system
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from directory import selectors, services
from directory.credential_kinds import KINDS, Kind
from directory.exceptions import CredentialExpiredError
from directory.models import ServiceAccount
from tests.factories import NOW, grant, make_user
from tests.people import Cast, actor_of

TEST = system("test")
SECRET = "s3cret-t0ken-that-nobody-sees"
KEY = "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"
PEM = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"
EXAMPLES = {
    "domain": "acme.eu.auth0.com",
    "region": "eu-central-1",
    "url": "ldaps://ldap.example.com",
    "base_url": "https://provider.example.com",
    "start_tls": "yes",
    "ca_certificate": PEM,
    "client_certificate": PEM,
    "client_key": KEY,
    "headers": "Authorization: Bearer x",
    "json_key": json.dumps(
        {"type": "service_account", "client_email": "a@b", "private_key": "x"}
    ),
}


def make(**values: Any) -> ServiceAccount:
    defaults: dict[str, Any] = {
        "name": "Okta",
        "kind": "okta",
        "settings": {"base_url": "https://acme.okta.com/"},
        "secrets": {"api_token": SECRET},
        "actor": TEST,
        "now": NOW,
    }
    return services.create_service_account(**defaults | values)


def change(account: ServiceAccount, **changes: Any) -> ServiceAccount:
    return services.update_service_account(
        account.pk, version=account.version, actor=TEST, now=NOW, **changes
    )


@pytest.mark.django_db
class TestServiceAccounts:
    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
    def test_of_every_kind_can_be_kept_and_opened(self, kind: Kind) -> None:
        settings = {
            one.name: EXAMPLES.get(one.name, "some-id")
            for one in kind.settings
            if one.required
        }
        secrets = {one.name: EXAMPLES.get(one.name, SECRET) for one in kind.secrets}

        account = make(kind=kind.code, settings=settings, secrets=secrets)

        opened = services.open_secret(account.pk, now=NOW)
        assert opened.secrets == secrets
        assert set(opened.settings) == {one.name for one in kind.settings}
        assert not any(secret in repr(opened) for secret in secrets.values())

    def test_leave_no_secret_in_rows_events_and_answers(self, cast: Cast) -> None:
        account = make()
        client = Client()
        client.force_login(cast.root)

        seen = [
            json.dumps(list(ServiceAccount.objects.values()), default=str),
            json.dumps(list(AuditEvent.objects.values()), default=str),
            *(
                client.get(address).content.decode()
                for address in (
                    "/credentials/",
                    f"/credentials/{account.pk}/",
                    f"/credentials/{account.pk}/edit",
                    f"/api/v1/directory-service-accounts/{account.pk}/",
                )
            ),
        ]

        assert not [text for text in seen if SECRET in text]
        assert account.fingerprints["api_token"] in seen[-1]

    def test_are_written_by_admins_of_the_root_only(self, cast: Cast) -> None:
        with pytest.raises(NotFoundError):
            make(actor=actor_of(cast.ada))
        viewer = make_user("viewer")
        grant("viewer", cast.everything, user=viewer)
        with pytest.raises(PermissionDeniedError):
            make(actor=actor_of(viewer))

        account = make(actor=actor_of(cast.root))

        assert list(selectors.list_service_accounts(actor_of(cast.ada))) == []
        assert list(selectors.list_service_accounts(actor_of(viewer))) == []
        assert list(selectors.list_service_accounts(actor_of(cast.root))) == [account]

    def test_demand_the_secret_again_when_it_would_go_elsewhere(self) -> None:
        account = make()

        with pytest.raises(ValidationFailedError) as refused:
            change(account, settings={"base_url": "https://evil.example.com"})

        assert list(refused.value.fields) == ["secrets.api_token"]
        changed = change(
            account,
            settings={"base_url": "https://other.okta.com"},
            secrets={"api_token": "another"},
        )
        assert changed.version == 2

    def test_keep_their_secrets_when_nothing_else_about_them_changes(self) -> None:
        account = change(make(), name="Renamed", secrets={})

        opened = services.open_secret(account.pk, now=NOW)

        assert opened.secrets == {"api_token": SECRET}

    def test_demand_each_secret_again_also_when_certificates_change(self) -> None:
        account = make(
            kind="http_json",
            settings={"base_url": "https://files.example.com"},
            secrets={"headers": "X-Key: 1", "client_key": KEY},
        )

        with pytest.raises(ValidationFailedError) as refused:
            change(
                account, settings={"ca_certificate": PEM}, secrets={"headers": "X: 2"}
            )

        assert list(refused.value.fields) == ["secrets.client_key"]
        without = change(
            account,
            settings={"ca_certificate": PEM},
            secrets={"headers": "X: 2", "client_key": ""},
        )
        assert list(without.fingerprints) == ["headers"]

    @pytest.mark.parametrize(
        "address",
        [
            "http://provider.example.com",
            "https://169.254.169.254/latest",
            "https://[fd00:ec2::254]",
            "https://user:word@provider.example.com",
            "https://provider.example.com/#x",
            "ftp://provider.example.com",
            "https://",
            "https://[::1",
        ],
    )
    def test_go_to_no_address_that_is_unsafe(self, address: str) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            make(settings={"base_url": address})

        assert list(refused.value.fields) == ["settings.base_url"]

    def test_say_what_is_missing_and_what_is_too_much(self) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            make(settings={"tenant": "x"})
        assert set(refused.value.fields) == {"settings.base_url", "settings.tenant"}

        with pytest.raises(ValidationFailedError) as refused:
            make(secrets={})
        assert set(refused.value.fields) == {"secrets.api_token"}

        with pytest.raises(ValidationFailedError) as refused:
            change(make(), secrets={"api_token": None})
        assert set(refused.value.fields) == {"secrets.api_token"}

    def test_have_a_name_of_their_own(self) -> None:
        make()

        with pytest.raises(ConflictError):
            make(name="okta")

    def test_are_not_overwritten_unseen(self) -> None:
        account = make()
        change(account, name="First")

        with pytest.raises(StaleVersionError):
            change(account, name="Second")

    def test_are_not_opened_once_they_have_expired(self) -> None:
        account = make(expires_at=NOW + timedelta(days=1))

        services.open_secret(account.pk, now=NOW)
        with pytest.raises(CredentialExpiredError):
            services.open_secret(account.pk, now=NOW + timedelta(days=1))

        account.refresh_from_db()
        assert account.last_used_at == NOW

    def test_are_deleted_for_good(self) -> None:
        account = make()

        services.delete_service_account(account.pk, version=1, actor=TEST, now=NOW)

        assert not ServiceAccount.objects.exists()
        event = AuditEvent.objects.get(action="credential.deleted")
        assert event.before is not None
        assert event.before["secrets"] == account.fingerprints
        with pytest.raises(NotFoundError):
            services.open_secret(account.pk, now=NOW)


class TestPages:
    def client(self, cast: Cast) -> Client:
        client = Client()
        client.force_login(cast.root)
        return client

    def test_make_change_and_delete_an_account(self, cast: Cast) -> None:
        client = self.client(cast)
        form = {
            "name": "Entra",
            "settings.tenant_id": "acme",
            "settings.client_id": "7",
            "settings.login_url": "",
            "settings.base_url": "",
            "secrets.client_secret": SECRET,
            "expires_on": "2126-01-31",
        }

        made = client.post("/credentials/new?kind=entra", form)

        account = ServiceAccount.objects.get()
        assert made["Location"] == f"/credentials/{account.pk}/"
        assert account.settings["base_url"] == "https://graph.microsoft.com"
        assert str(account.expires_at) == "2126-02-01 00:00:00+00:00"
        edit = f"/credentials/{account.pk}/edit"
        same = form | {"secrets.client_secret": "", "version": "1", "scope": "all"}
        assert client.post(edit, same)["Location"] == f"/credentials/{account.pk}/"
        moved = same | {"settings.tenant_id": "evil", "version": "2"}
        refused = client.post(edit, moved)
        assert refused.status_code == 400
        assert b"where it is sent has changed" in refused.content
        gone = client.post(f"/credentials/{account.pk}/delete", {"version": "2"})
        assert gone["Location"] == "/credentials/"
        assert not ServiceAccount.objects.exists()

    def test_do_not_send_a_secret_back_when_the_form_is_wrong(self, cast: Cast) -> None:
        answer = self.client(cast).post(
            "/credentials/new?kind=google", {"name": "", "secrets.json_key": SECRET}
        )

        assert answer.status_code == 422
        assert SECRET not in answer.content.decode()

    def test_tell_admins_of_the_root_what_expires(self, cast: Cast) -> None:
        account = make()
        ServiceAccount.objects.filter(pk=account.pk).update(expires_at=NOW)

        for person, told in ((cast.root, True), (cast.ada, False)):
            client = Client()
            client.force_login(person)
            said = client.get("/").content.decode()

            assert ("credential expires soon" in said) is told
