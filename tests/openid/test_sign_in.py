"""Sign-in with an identity provider that behaves, and who comes of it."""

import pytest
from django.conf import settings
from django.test import Client

from console.core.models import AuditEvent
from directory.models import IdentityProvider, User
from tests.factories import make_directory, make_user
from tests.openid.conftest import begin, finish, go, is_signed_in, visit
from tests.openid.provider import EC_KEY, Provider


class TestSignIn:
    def test_makes_a_person_and_a_session(
        self, provider: Provider, client: Client
    ) -> None:
        provider.claims["name"] = "Ada Lovelace"

        answer = go(client, next="/audit/?q=1")

        assert answer["Location"] == "/audit/?q=1"
        person = User.objects.get(subject="person-1")
        assert (person.issuer, person.email, str(person)) == (
            provider.issuer,
            "ada@example.com",
            "Ada Lovelace",
        )
        assert is_signed_in(client)
        event = AuditEvent.objects.get(action="person.signed-in")
        assert event.reason == "OpenID Connect"

    def test_finds_the_same_person_again(
        self, provider: Provider, client: Client
    ) -> None:
        go(client)
        provider.claims["email"] = "ada@new.example.com"
        go(Client())

        assert User.objects.get().email == "ada@new.example.com"

    def test_links_the_person_of_the_directory_by_id(
        self, provider: Provider, client: Client
    ) -> None:
        directory = make_directory()
        known = make_user("person-1", directory=directory, email="ada@example.com")
        IdentityProvider.objects.update(directory=directory)

        go(client)

        known.refresh_from_db()
        assert (known.issuer, known.subject) == (provider.issuer, "person-1")
        assert AuditEvent.objects.filter(action="person.linked").count() == 1
        go(Client())
        assert User.objects.count() == 1

    def test_links_by_another_claim_where_the_settings_say_so(
        self, provider: Provider, client: Client
    ) -> None:
        directory = make_directory()
        make_user("object-7", directory=directory)
        IdentityProvider.objects.update(directory=directory, id_claim="oid")
        provider.claims["oid"] = "object-7"

        go(client)

        assert User.objects.get().subject == "person-1"

    def test_turns_unknown_people_away_where_the_settings_say_so(
        self, provider: Provider, client: Client
    ) -> None:
        IdentityProvider.objects.update(admits_unknown=False)

        assert go(client).status_code == 403
        assert not User.objects.exists()

    def test_turns_deactivated_people_away(
        self, provider: Provider, client: Client
    ) -> None:
        make_user("x", issuer=provider.issuer, subject="person-1", is_active=False)

        answer = go(client)

        assert answer.status_code == 403
        assert b"Your account here is deactivated" in answer.content
        assert not is_signed_in(client)

    def test_takes_elliptic_keys_and_userinfo(
        self, provider: Provider, client: Client
    ) -> None:
        provider.key, provider.kid, provider.algorithm = EC_KEY, "key-2", "ES256"
        provider.userinfo = {"sub": "person-1", "name": "Ada", "groups": ["a"]}

        go(client)

        person = User.objects.get()
        assert (str(person), person.claims["groups"]) == ("Ada", ["a"])

    def test_uses_basic_authentication_where_the_provider_wants_it(
        self, provider: Provider, client: Client
    ) -> None:
        name = "token_endpoint_auth_methods_supported"
        provider.change_metadata = lambda found: found.update(
            {name: ["client_secret_basic"]}
        )

        go(client)

        assert is_signed_in(client)

    @pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
    def test_finds_the_authentication_that_the_client_is_registered_with(
        self, provider: Provider, client: Client, method: str
    ) -> None:
        name = "token_endpoint_auth_methods_supported"
        both = ["client_secret_basic", "client_secret_post"]
        provider.change_metadata = lambda found: found.update({name: both})
        provider.method = method

        for browser in (client, Client()):
            go(browser)
            assert is_signed_in(browser)

        tried = provider.asked.count("/token")
        assert tried == (3 if method == "client_secret_basic" else 2)

    def test_is_offered_on_the_sign_in_page(
        self, provider: Provider, client: Client
    ) -> None:
        IdentityProvider.objects.update(name="Acme")

        page = client.get("/sign-in/", {"next": "/audit/"}).content.decode()

        assert "Sign in with Acme" in page
        assert "/sign-in/openid/?next=%2Faudit%2F" in page

    @pytest.mark.django_db
    def test_does_not_exist_without_provider(self, client: Client) -> None:
        assert client.get("/sign-in/openid/").status_code == 404
        assert client.get("/sign-in/openid/callback").status_code == 400
        assert "Sign in with" not in client.get("/sign-in/").content.decode()

    def test_takes_the_provider_from_the_environment(
        self, provider: Provider, client: Client, settings: object
    ) -> None:
        IdentityProvider.objects.update(issuer="https://other.example.com")
        for name, value in (
            ("OPENID_ISSUER", provider.issuer),
            ("OPENID_CLIENT_ID", "postern"),
            ("OPENID_CLIENT_SECRET", "the-client-secret"),
        ):
            setattr(settings, name, value)

        go(client)

        assert is_signed_in(client)


class TestEmailIsNoIdentity:
    @pytest.mark.parametrize("verified", [False, None, "false", "yes", 1])
    def test_unverified_address_grants_nothing(
        self, provider: Provider, client: Client, verified: object
    ) -> None:
        admin = make_user("root", email="ada@example.com")
        provider.claims["email_verified"] = verified
        provider.userinfo = {"sub": "person-1", "email": "ada@example.com"}

        go(client)

        person = User.objects.get(subject="person-1")
        assert person.pk != admin.pk
        assert person.email == ""
        assert "email" not in person.claims

    @pytest.mark.parametrize(
        "address",
        ["root@example.com", "ROOT@example.com", "ｒoot@example.com"],  # noqa: RUF001
    )
    def test_address_of_an_admin_makes_nobody_the_admin(
        self, provider: Provider, client: Client, address: str
    ) -> None:
        admin = make_user("root", is_local=True)
        provider.claims["email"] = address

        go(client)

        assert User.objects.get(subject="person-1").pk != admin.pk
        admin.refresh_from_db()
        assert admin.subject == ""

    def test_one_address_at_two_providers_is_two_people(
        self, provider: Provider, client: Client
    ) -> None:
        make_user(
            "twin",
            issuer="https://other.example.com",
            subject="person-1",
            email="ada@example.com",
        )

        go(client)

        assert User.objects.filter(email="ada@example.com").count() == 2

    def test_subject_of_another_directory_is_not_linked(
        self, provider: Provider, client: Client
    ) -> None:
        stranger = make_user("person-1", directory=make_directory())

        go(client)

        stranger.refresh_from_db()
        assert stranger.subject == ""

    def test_person_who_is_linked_is_not_linked_anew(
        self, provider: Provider, client: Client
    ) -> None:
        directory = make_directory()
        known = make_user(
            "person-1", directory=directory, issuer="https://old.example", subject="7"
        )
        IdentityProvider.objects.update(directory=directory)

        go(client)

        known.refresh_from_db()
        assert known.subject == "7"


class TestSession:
    def test_gets_a_new_id_and_the_planted_one_is_dead(
        self, provider: Provider, client: Client
    ) -> None:
        address = begin(client)
        planted = client.cookies[settings.SESSION_COOKIE_NAME].value

        finish(client, visit(address))

        assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
        attacker = Client()
        attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
        assert not is_signed_in(attacker)
        assert is_signed_in(client)

    @pytest.mark.parametrize("method", ["post", "patch", "put", "delete"])
    @pytest.mark.parametrize(
        "limit", ["SESSION_IDLE_SECONDS", "SESSION_ABSOLUTE_SECONDS"]
    )
    def test_that_is_over_counts_for_no_method(
        self,
        provider: Provider,
        client: Client,
        settings: object,
        method: str,
        limit: str,
    ) -> None:
        go(client)
        setattr(settings, limit, -1)

        page = getattr(client, method)(
            "/namespaces/new", headers={"HX-Request": "true"}
        )
        api = getattr(client, method)("/api/v1/namespaces/")

        assert page["HX-Redirect"] == "/sign-in/"
        assert api.status_code == 401

    def test_ends_with_the_person(self, provider: Provider, client: Client) -> None:
        go(client)

        User.objects.update(is_active=False)

        assert not is_signed_in(client)

    def test_is_dead_after_sign_out(self, provider: Provider, client: Client) -> None:
        go(client)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value

        assert client.get("/sign-out/").status_code == 405
        client.post("/sign-out/")

        client.cookies[settings.SESSION_COOKIE_NAME] = cookie
        assert not is_signed_in(client)
