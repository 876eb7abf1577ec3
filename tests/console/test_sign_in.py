"""Who gets in, who does not, and what becomes of the session."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django.fixtures import Settings

from console.core.actor import system
from console.core.models import AuditEvent
from directory import services
from directory.authentication import LocalAccountBackend
from directory.models import RecoveryToken, User
from directory.selectors import FAILED_SIGN_IN, MAX_FAILURES
from tests.factories import NOW, grant, make_directory, make_user
from tests.people import Cast

PASSWORD = "correct horse battery"
URL = "/sign-in/"


@pytest.fixture
def local(db: None) -> User:
    user = make_user("olga", is_local=True)
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> Any:
    form = {"email": "olga@example.com", "password": password}
    return client.post(URL, form | more)


def failures(client: Client, count: int, email: str = "olga@example.com") -> None:
    for _ in range(count):
        client.post(URL, {"email": email, "password": "wrong"})


@pytest.mark.usefixtures("local")
class TestSignIn:
    def test_lets_a_local_account_in_and_records_it(self, client: Client) -> None:
        answer = sign_in(client)

        assert answer["Location"] == "/"
        assert client.get("/").status_code == 200
        event = AuditEvent.objects.get(action="person.signed-in")
        assert (event.actor_label, event.reason) == (
            "olga@example.com",
            "local account",
        )

    def test_says_no_more_than_that_it_failed(self, client: Client) -> None:
        known = sign_in(client, "wrong")
        unknown = client.post(URL, {"email": "x@example.com", "password": "wrong"})

        assert known.status_code == unknown.status_code == 401
        assert b"belong together" in known.content
        assert AuditEvent.objects.filter(action=FAILED_SIGN_IN).count() == 2

    def test_refuses_the_deactivated(self, client: Client, local: User) -> None:
        User.objects.filter(pk=local.pk).update(is_active=False)

        assert sign_in(client).status_code == 401

    def test_refuses_people_whose_password_is_elsewhere(self, client: Client) -> None:
        other = make_user("iris")
        other.set_password(PASSWORD)
        other.save()

        answer = client.post(URL, {"email": other.email, "password": PASSWORD})

        assert answer.status_code == 401

    def test_changes_the_id_of_the_session(self, client: Client) -> None:
        client.get(URL)
        client.session["planted"] = True
        client.cookies[settings.SESSION_COOKIE_NAME] = planted = "x" * 32

        sign_in(client)

        assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted

    @pytest.mark.parametrize("target", ["/account/", "/account/?q=a%20b"])
    def test_goes_on_to_where_one_wanted(self, client: Client, target: str) -> None:
        assert client.get(target)["Location"].startswith("/sign-in/?next=%2Faccount")
        assert sign_in(client, next=target)["Location"] == target

    @pytest.mark.parametrize(
        "target", ["//evil.example", "/\\evil.example", "https://evil.example", "evil"]
    )
    def test_goes_nowhere_else(self, client: Client, target: str) -> None:
        assert sign_in(client, next=target)["Location"] == "/"

    def test_needs_the_token_against_forged_forms(self) -> None:
        assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


@pytest.mark.usefixtures("local")
class TestThrottle:
    def test_stops_looking_at_passwords(self, client: Client) -> None:
        failures(client, MAX_FAILURES)

        answer = sign_in(client)

        assert answer.status_code == 429
        assert AuditEvent.objects.filter(action="person.sign-in-held-off").count() == 1

    def test_does_not_lock_the_owner_out_elsewhere(self, client: Client) -> None:
        failures(client, MAX_FAILURES)

        home = Client(REMOTE_ADDR="198.51.100.7")

        assert sign_in(home).status_code == 302

    def test_limits_a_network_over_all_accounts(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("directory.selectors.failures.MAX_NETWORK_FAILURES", 3)
        for number in range(3):
            failures(client, 1, email=f"somebody{number}@example.com")

        assert sign_in(client).status_code == 429

    def test_limits_an_account_over_networks_that_it_does_not_know(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("directory.selectors.failures.MAX_ACCOUNT_FAILURES", 3)
        sign_in(Client(REMOTE_ADDR="198.51.100.7"))
        for number in range(3):
            failures(Client(REMOTE_ADDR=f"203.0.113.{number}"), 1)

        stranger = sign_in(Client(REMOTE_ADDR="203.0.113.99"))
        owner = sign_in(Client(REMOTE_ADDR="198.51.100.7"))

        assert (stranger.status_code, owner.status_code) == (429, 302)

    @pytest.mark.parametrize("address", ["2001:db8::1", ""])
    def test_counts_a_subscriber_of_ipv6_and_the_unknown_once(
        self, address: str
    ) -> None:
        failures(Client(REMOTE_ADDR=address), MAX_FAILURES)

        neighbor = Client(REMOTE_ADDR="2001:db8::ffff:2" if address else "nonsense")

        assert sign_in(neighbor).status_code == 429

    def test_gives_no_more_answers_to_guesses_of_the_same_instant(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All of them were let through to be hashed before the first one failed."""
        authenticate = LocalAccountBackend.authenticate

        def with_others(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(LocalAccountBackend, "authenticate", authenticate)
            failures(Client(), MAX_FAILURES)
            return authenticate(*args, **kwargs)

        monkeypatch.setattr(LocalAccountBackend, "authenticate", with_others)

        assert sign_in(client).status_code == 429
        assert client.get("/").status_code == 302


@pytest.mark.usefixtures("local")
class TestSignOut:
    def test_ends_the_session_on_the_server(self, client: Client) -> None:
        sign_in(client)
        old = client.cookies[settings.SESSION_COOKIE_NAME].value

        answer = client.post("/sign-out/")

        assert answer["Location"] == URL
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = old
        assert thief.get("/").status_code == 302

    def test_is_no_link(self, client: Client) -> None:
        sign_in(client)

        assert client.get("/sign-out/").status_code == 405
        assert client.get("/").status_code == 200


class TestSession:
    def test_gets_a_new_id_when_roles_change(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.cyd)
        client.get("/")
        old = client.cookies[settings.SESSION_COOKIE_NAME].value
        grant("viewer", cast.web, user=cast.cyd)

        client.get("/")

        assert client.cookies[settings.SESSION_COOKIE_NAME].value != old
        thief = Client()
        thief.cookies[settings.SESSION_COOKIE_NAME] = old
        assert thief.get("/").status_code == 302

    def test_keeps_its_id_otherwise(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.ada)
        client.get("/")
        old = client.cookies[settings.SESSION_COOKIE_NAME].value

        client.get("/")

        assert client.cookies[settings.SESSION_COOKIE_NAME].value == old

    @pytest.mark.parametrize("path", ["/", URL, "/api/v1/people/"])
    @pytest.mark.parametrize("method", ["get", "options"])
    def test_lets_no_page_of_another_origin_read(
        self, cast: Cast, client: Client, method: str, path: str
    ) -> None:
        client.force_login(cast.ada)
        headers = {
            "Origin": "https://attacker.example",
            "Access-Control-Request-Method": "GET",
        }

        answer = getattr(client, method)(path, headers=headers)

        assert answer.status_code < 500
        names = [name for name in answer.headers if name.lower().startswith("access-")]
        assert names == []

    def test_ends_for_a_fragment_by_leading_to_the_sign_in_page(
        self, db: None, client: Client
    ) -> None:
        answer = client.get("/account/", headers={"HX-Request": "true"})

        assert answer["HX-Redirect"] == URL


def at_home(**values: Any) -> Client:
    """Return a browser on the machine that the console runs on."""
    return Client(**{"HTTP_HOST": "localhost"} | values)


class TestDemo:
    @pytest.fixture
    def person(self, db: None, settings: Settings) -> User:
        settings.DEMO = True
        return make_user("dana", directory=make_directory(provider="demo"))

    def click(self, person: User, **client: Any) -> int:
        answer = at_home(**client).post("/sign-in/demo", {"person": str(person.id)})
        status: int = answer.status_code
        return status

    def test_lets_anybody_be_anybody_on_this_machine(self, person: User) -> None:
        assert "Dana" in at_home().get(URL).content.decode()
        assert self.click(person) == 302

    def test_offers_the_strongest_first_and_says_what_they_may(
        self, person: User, cast: Cast
    ) -> None:
        demo = person.directory
        User.objects.filter(pk__in=[cast.ada.pk, cast.ben.pk]).update(directory=demo)

        people = at_home().get(URL).context["demo_people"]

        assert [(one.name, one.roles) for one in people] == [
            ("Ada", "Admin of Engineering"),
            ("Ben", "Viewer of Web"),
            ("Dana", "No role yet"),
        ]

    def test_is_not_there_without_the_demo(
        self, person: User, settings: Settings
    ) -> None:
        settings.DEMO = False

        assert "Dana" not in at_home().get(URL).content.decode()
        assert self.click(person) == 404

    def test_is_not_there_for_other_machines(
        self, person: User, settings: Settings
    ) -> None:
        assert self.click(person, REMOTE_ADDR="198.51.100.7") == 404

        settings.BIND_ADDRESS = "0.0.0.0"  # noqa: S104 - what must not be served
        assert self.click(person) == 404

    @pytest.mark.parametrize(
        "host", ["127.0.0.1:8123", "[::1]:8000", "localhost", "LOCALHOST:8000"]
    )
    def test_knows_the_names_of_this_machine(self, person: User, host: str) -> None:
        assert self.click(person, HTTP_HOST=host) == 302

    def test_is_not_there_through_a_tunnel_to_this_machine(
        self, person: User, settings: Settings
    ) -> None:
        settings.ALLOWED_HOSTS = ["localhost", "demo.tunnel.example"]

        assert self.click(person, HTTP_HOST="demo.tunnel.example") == 404
        page = at_home(HTTP_HOST="demo.tunnel.example").get(URL)
        assert "Dana" not in page.content.decode()

    def test_offers_nobody_but_the_demos_people(self, person: User) -> None:
        assert self.click(make_user("real")) == 404

    def test_is_a_form_with_a_token(self, person: User) -> None:
        assert self.click(person, enforce_csrf_checks=True) == 403


class TestRecovery:
    @pytest.fixture
    def token(self, local: User) -> str:
        return services.mint_recovery_token(
            local.id, lifetime=timedelta(minutes=5), actor=system("test"), now=NOW
        )

    def use(self, token: str) -> int:
        answer = Client().post("/sign-in/recovery", {"token": token})
        status: int = answer.status_code
        return status

    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)

    def test_signs_in_once(self, token: str) -> None:
        assert self.use(f" {token} ") == 302
        assert self.use(token) == 401
        assert AuditEvent.objects.filter(action="person.recovery-token-used").exists()

    def test_is_stored_as_a_hash_only(self, token: str) -> None:
        row = RecoveryToken.objects.get()

        assert token not in str(row.__dict__)

    def test_ends_in_time(self, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
        later = NOW + timedelta(minutes=5)
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)

        assert self.use(token) == 401

    def test_dies_with_the_account(self, token: str, local: User) -> None:
        User.objects.filter(pk=local.pk).update(is_active=False)

        assert self.use(token) == 401

    def test_can_not_be_guessed_at_length(self, token: str) -> None:
        for _ in range(MAX_FAILURES):
            self.use("postern_guess")

        assert self.use(token) == 429


class TestPassword:
    URL = "/account/password"
    NEW = "another long password"

    def change(self, client: Client, **form: str) -> Any:
        given = {"old": PASSWORD, "new": self.NEW, "again": self.NEW}
        return client.post(self.URL, given | form)

    def test_changes_and_ends_other_sessions(self, local: User) -> None:
        here, there = Client(), Client()
        sign_in(here)
        sign_in(there)

        assert self.change(here).status_code == 302
        assert here.get("/").status_code == 200
        assert there.get("/").status_code == 302
        assert sign_in(Client(), self.NEW).status_code == 302

    @pytest.mark.parametrize(
        ("form", "complaint"),
        [
            ({"old": "wrong"}, "this is not your password"),
            ({"new": "short", "again": "short"}, "too short"),
            ({"again": "different"}, "not the same"),
        ],
    )
    def test_says_what_is_wrong(
        self, local: User, client: Client, form: dict[str, str], complaint: str
    ) -> None:
        sign_in(client)

        answer = self.change(client, **form)

        assert answer.status_code in {400, 422}
        assert complaint in answer.content.decode()

    def test_is_not_offered_to_people_of_the_directory(
        self, cast: Cast, client: Client
    ) -> None:
        client.force_login(cast.ada)

        assert client.get(self.URL).status_code == 404
