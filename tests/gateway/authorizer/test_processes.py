"""Real processes, real HTTP, the real database: signing in, and being signed out."""

import signal
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.checks.registry import registry
from django.test import Client
from django.utils import timezone

from console.core import outbox
from console.core.actor import system
from console.core.transactions import writing
from directory.models import User
from gateway import services
from gateway.management.commands import authorizer, envoy
from policies import services as policy_services
from tests.factories import make_policy, make_route, make_user
from tests.gateway.authorizer.processes import PATIENCE, Authorizer, running, wait_for
from tests.people import actor_of

pytestmark = pytest.mark.django_db(transaction=True)
ALLOW = "allow:\n  or:\n    - email: {is: ada@example.com}\n"


def deploy() -> None:
    services.deploy_changes(now=timezone.now())


@pytest.fixture
def route(db: None) -> Any:
    make_user("ada")
    found = make_route("wiki", make_policy("staff", source=ALLOW))
    deploy()
    return found


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("a")


@pytest.fixture
def pair(route: Any, folder: Path) -> Iterator[tuple[Authorizer, Authorizer]]:
    with running(folder, "one") as one, running(folder, "two") as two:
        yield one, two


def signed_in_client(name: str = "ada") -> Client:
    client = Client()
    client.force_login(
        User.objects.get(external_id=name),
        backend="directory.authentication.LocalAccountBackend",
    )
    return client


def cookie_of(response: Any) -> str:
    return str(response.headers["set-cookie"]).partition(";")[0]


def sign_in(one: Authorizer, route: Any) -> str:
    """Go the whole way round; return the session's cookie."""
    asked = one.check(route, "/deep?x=1", accept="text/html")
    there = urlsplit(asked.headers["location"])
    back = signed_in_client().get(f"{there.path}?{there.query}")
    returned = urlsplit(back.headers["location"])
    begun = one.ask(
        f"{returned.path}?{returned.query}", host=route.host, cookie=cookie_of(asked)
    )
    assert begun.headers["location"] == f"https://{route.host}/deep?x=1"
    return cookie_of(begun)


def refuses(one: Authorizer, route: Any, cookie: str) -> bool:
    return one.check(route, cookie=cookie).status_code in {302, 403}


def test_a_session_begins_and_ends_in_every_process(
    pair: tuple[Authorizer, Authorizer], route: Any
) -> None:
    one, two = pair
    ada = User.objects.get(external_id="ada")

    cookie = sign_in(one, route)
    # The other process may not have heard of the session yet; it waits for it.
    heard = [one.check(route, cookie=cookie) for one in (two, one)]
    me = one.ask("/.pomerium/user", host=route.host, cookie=cookie).json()
    services.revoke_sessions_of(ada.pk, actor=actor_of(ada), now=timezone.now())
    taken = [wait_for(lambda one=one: refuses(one, route, cookie)) for one in pair]  # type: ignore[misc]

    assert [found.status_code for found in heard] == [200, 200]
    assert me["email"] == "ada@example.com"
    assert max(taken) < PATIENCE


@pytest.mark.nightly
class TestRevocation:
    """Each denies in every process."""

    @pytest.fixture
    def cookie(self, pair: tuple[Authorizer, Authorizer], route: Any) -> str:
        cookie = sign_in(pair[0], route)
        for one in pair:
            assert one.check(route, cookie=cookie).status_code == 200
        return cookie

    def test_of_a_person(
        self, pair: tuple[Authorizer, Authorizer], route: Any, cookie: str
    ) -> None:
        ada = User.objects.get(external_id="ada")

        with writing():  # as a directory's run does it
            User.objects.filter(pk=ada.pk).update(is_active=False)
            outbox.announce("people", [str(ada.pk)], now=timezone.now())

        for one in pair:
            wait_for(lambda one=one: refuses(one, route, cookie))  # type: ignore[misc]

    def test_of_a_policys_consent(
        self, pair: tuple[Authorizer, Authorizer], route: Any, cookie: str
    ) -> None:
        policy = route.policies.get()

        policy_services.update_policy(
            policy.pk,
            version=policy.version,
            source=ALLOW.replace("ada", "ben"),
            actor=system("test"),
            now=timezone.now(),
        )
        deploy()

        for one in pair:
            wait_for(lambda one=one: refuses(one, route, cookie))  # type: ignore[misc]


def test_a_process_ends_when_it_is_told_to(route: Any, folder: Path) -> None:
    with running(folder) as one:
        one.process.send_signal(signal.SIGTERM)

        assert one.process.wait(PATIENCE) == 0


@pytest.mark.parametrize("command", [authorizer, envoy])
def test_a_process_checks_what_is_secure_and_no_pages(command: ModuleType) -> None:
    tags = command.Command.requires_system_checks

    checked = {
        getattr(one, "__name__", "")
        for one in registry.get_checks()
        if not {*one.tags}.isdisjoint(tags)
    }

    assert "demo_stays_at_home" in checked
    assert "operations_declare_permissions" not in checked
