"""Who is who at the provider, by an admin's word: pages, API, and what it does."""

import json
from typing import Any

import pytest
from django.test import Client

from console.core.exceptions import ConflictError, ValidationFailedError
from console.core.models import AuditEvent
from directory import services
from directory.models import IdentityProvider, User
from tests.factories import NOW, make_directory, make_user
from tests.openid.conftest import go, is_signed_in
from tests.openid.provider import CLIENT_SECRET, Provider
from tests.people import Cast, actor_of

ISSUER = "https://sso.example.com"
SETTINGS = "/api/v1/sign-in-settings/"


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.root)
    return client


def link(cast: Cast, person: User, subject: str = "7", issuer: str = ISSUER) -> User:
    return services.link_identity(
        person.pk,
        issuer=issuer,
        subject=subject,
        actor=actor_of(cast.root),
        now=NOW,
    )


class TestLink:
    def test_lets_the_person_in_as_that_subject(
        self, provider: Provider, client: Client, cast: Cast
    ) -> None:
        person = make_user("4711", directory=make_directory())

        link(cast, person, "person-1", provider.issuer)
        go(client)

        assert is_signed_in(client)
        assert User.objects.get(subject="person-1") == person
        told = AuditEvent.objects.get(action="person.linked").after or {}
        assert (told["issuer"], told["subject"]) == (provider.issuer, "person-1")

    def test_moves_who_signed_in_before_the_directory_was_there(
        self, provider: Provider, client: Client, cast: Cast
    ) -> None:
        go(client)
        stranger = User.objects.get(subject="person-1")
        person = make_user("4711", directory=make_directory())
        with pytest.raises(ConflictError, match="unlink it there first"):
            link(cast, person, "person-1", provider.issuer)

        services.unlink_identity(stranger.pk, actor=actor_of(cast.root), now=NOW)
        assert not is_signed_in(client)
        link(cast, person, "person-1", provider.issuer)
        go(client)

        assert client.session["_auth_user_id"] == str(person.pk)

    def test_refuses_local_accounts_and_a_second_identity(self, cast: Cast) -> None:
        with pytest.raises(ConflictError, match="by password"):
            link(cast, make_user("local", is_local=True))
        person = make_user("4711")
        link(cast, person)
        with pytest.raises(ConflictError, match="unlink that one first"):
            link(cast, person, "8")

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"subject": ""}, "subject"),
            ({"subject": " 7"}, "subject"),
            ({"subject": "a\0b"}, "subject"),
            ({"subject": "x" * 256}, "subject"),
            ({"issuer": "javascript:alert(1)"}, "issuer"),
            ({"issuer": "https://169.254.169.254"}, "issuer"),
        ],
    )
    def test_says_what_is_wrong(
        self, cast: Cast, values: dict[str, str], field: str
    ) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            link(cast, make_user("4711"), **values)

        assert list(refused.value.fields) == [field]


class TestPages:
    def test_link_and_unlink_from_the_persons_page(self, admin: Client) -> None:
        person = make_user("4711")
        page = f"/people/{person.pk}/"
        assert f"{page}identity" in admin.get(page).content.decode()

        admin.post(f"{page}identity", {"issuer": ISSUER, "subject": "7"})
        person.refresh_from_db()
        assert (person.issuer, person.subject) == (ISSUER, "7")
        assert f"{page}identity/unlink" in admin.get(page).content.decode()
        assert "signed out" in admin.get(f"{page}identity/unlink").content.decode()
        admin.post(f"{page}identity/unlink")

        person.refresh_from_db()
        assert (person.issuer, person.subject) == ("", "")

    def test_show_no_identity_to_others(self, cast: Cast, client: Client) -> None:
        person = make_user("4711", issuer=ISSUER, subject="secret-subject")
        client.force_login(cast.ada)

        page = client.get(f"/people/{person.pk}/").content.decode()

        assert "secret-subject" not in page
        assert "/identity" not in page


def send(client: Client, method: str, url: str, body: Any, **headers: str) -> Any:
    return getattr(client, method)(
        url, json.dumps(body), content_type="application/json", headers=headers
    )


class TestApi:
    def test_links_reads_and_unlinks(self, admin: Client) -> None:
        url = f"/api/v1/people/{make_user('4711').pk}/identity/"
        body = {"issuer": ISSUER, "subject": "7"}

        assert send(admin, "post", url, body).json() == body
        assert admin.get(url).json() == body
        assert send(admin, "post", url, body).status_code == 409
        assert admin.delete(url).status_code == 204
        assert admin.delete(url).status_code == 409
        assert send(admin, "post", url, body | {"is_local": True}).status_code == 400

    def test_changes_the_settings_of_sign_in_by_version(self, admin: Client) -> None:
        first = admin.get(SETTINGS)
        assert (first.json()["version"], first["ETag"]) == (0, '"0"')
        body = {"issuer": ISSUER, "client_id": "7", "client_secret": "nobody-sees-it"}
        saved = send(admin, "patch", SETTINGS, body, **{"If-Match": '"0"'})

        assert saved.status_code == 200
        assert saved["ETag"] == '"1"'
        assert saved.json()["secret_fingerprint"]
        assert "nobody-sees-it" not in saved.content.decode()
        assert send(admin, "patch", SETTINGS, body).status_code == 428
        stale = send(admin, "patch", SETTINGS, {"name": "A"}, **{"If-Match": '"0"'})
        assert stale.status_code == 412
        pivot = {"issuer": "https://evil.example.com"}
        refused = send(admin, "patch", SETTINGS, pivot, **{"If-Match": '"1"'})
        assert refused.status_code == 400
        assert "client_secret" in refused.json()["fields"]
        row = IdentityProvider.objects.get()
        assert (row.issuer, row.name) == (ISSUER, "your organization")

    def test_tests_the_provider(self, provider: Provider, admin: Client) -> None:
        found = admin.post(f"{SETTINGS}test/", content_type="application/json").json()
        assert {one["outcome"] for one in found} <= {"passed", "unknown"}
        provider.secret = f"not {CLIENT_SECRET}"

        found = admin.post(f"{SETTINGS}test/", content_type="application/json").json()

        texts = [one["text"] for one in found if one["outcome"] == "failed"]
        assert any("client id and secret" in text for text in texts)
