"""Pages of directories: from the first one to a run that is released."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from directory import services
from directory.models import Directory, RunState, SyncRun, Trial, User
from namespaces.selectors import get_root
from routes import services as route_services
from routes.services import reach
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import Company, Reply
from tests.directory.sync.running import ask, connect, run
from tests.directory.sync.test_running import MANY
from tests.factories import grant, make_credential, make_policy, make_route, make_user
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOBODY: dict[str, tuple[str, ...]] = {"g1": (), "g2": ()}
FORM = {
    "interval_seconds": "3600",
    "is_enabled": "on",
    "brake_percent": "20",
    "brake_count": "500",
}


@pytest.fixture
def admin(client: Client) -> Client:
    """A browser in which an admin of the root is signed in."""
    user = make_user("root")
    grant("admin", get_root(), user=user)
    client.force_login(user)
    return client


class TestAdding:
    def test_begins_with_the_account(self, admin: Client) -> None:
        account = make_credential("Okta account")

        page = admin.get(reverse("directory:directory-create")).content.decode()

        assert f"?account={account.pk}" in page

    def test_tries_the_connection_without_saving(self, admin: Client) -> None:
        with FakeOkta() as fake:
            account = connect(fake).account
            assert account is not None
            url = f"{reverse('directory:directory-create')}?account={account.pk}"
            body = {"name": "Acme", "test": "1", **FORM}
            asks = admin.post(url, body).content.decode()
            assert fake.pages == 0  # the process that answers people opens no secret
            works = self.await_trial(admin)
            fake.replies = {fake.pages + 1: Reply({}, 401)}
            admin.post(url, body)
            fails = self.await_trial(admin)

        assert "A worker is trying it" in asks
        assert "The connection works" in works
        assert "the credential is wrong" in fails
        assert not Directory.objects.filter(name="Acme").exists()

    def await_trial(self, admin: Client) -> str:
        trial = Trial.objects.latest("created_at")
        waits = admin.get(reverse("directory:trial-detail", args=[trial.pk]))
        assert "A worker is trying it" in waits.content.decode()
        services.make_trial(trial.pk, clock=timezone.now)
        page = admin.get(reverse("directory:trial-detail", args=[trial.pk]))
        return page.content.decode()

    def test_saves_and_reads_soon(self, admin: Client) -> None:
        account = make_credential()
        url = f"{reverse('directory:directory-create')}?account={account.pk}"

        answer = admin.post(url, {"name": "Acme", **FORM})

        directory = Directory.objects.get(name="Acme")
        assert answer.url == reverse("directory:directory-detail", args=[directory.pk])  # type: ignore[attr-defined]
        assert directory.next_run_at is not None

    def test_asks_for_the_options_of_the_provider(self, admin: Client) -> None:
        account = make_credential(
            kind="github", settings={}, secrets={"access_token": "t"}
        )
        url = f"{reverse('directory:directory-create')}?account={account.pk}"

        answer = admin.post(url, {"name": "Acme", **FORM})

        assert answer.status_code == 422
        assert "Organizations" in answer.content.decode()


class TestRunPage:
    def test_shows_how_far_it_is(self, admin: Client) -> None:
        with FakeOkta() as fake:
            asked = ask(connect(fake))
        progress = {"page": "users, page 3", "pages": 3, "expected": 12, "people": 600}
        SyncRun.objects.filter(pk=asked.pk).update(
            state=RunState.RUNNING, progress=progress
        )

        url = reverse("directory:run-progress", args=[asked.pk])
        page = admin.get(url).content.decode()

        assert "Reading users, page 3" in page
        assert "3 / 12" in page
        assert "600 people" in page

    def test_reloads_when_it_is_over(self, admin: Client) -> None:
        with FakeOkta() as fake:
            ended = run(connect(fake))

        answer = admin.get(reverse("directory:run-progress", args=[ended.pk]))

        assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")

    def test_names_the_page_that_failed(self, admin: Client) -> None:
        with FakeOkta() as fake:
            fake.replies = {2: Reply(b"<html>", headers={"content-type": "text/html"})}
            ended = run(connect(fake))

        page = admin.get(reverse("directory:run-detail", args=[ended.pk]))

        assert "Users, page 2: the answer is `text/html`" in page.content.decode()

    def test_shows_a_held_run_and_releases_it(self, admin: Client) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = Company({"u1": "Person 1"}, MANY.groups, NOBODY)
            held = run(directory)

        page = admin.get(reverse("directory:run-detail", args=[held.pk]))
        text = page.content.decode()
        assert "39 people are gone, of 40" in text
        assert "Person gone" in text
        assert "The first fifty of each kind" not in text
        admin.post(reverse("directory:run-release", args=[held.pk]))

        assert User.objects.filter(directory=directory, is_active=True).count() == 1

    def test_discards_a_held_run(self, admin: Client) -> None:
        with FakeOkta(MANY) as fake:
            directory = connect(fake, brake_percent=20)
            run(directory)
            fake.company = Company({}, {}, {})
            held = run(directory)

        admin.post(reverse("directory:run-discard", args=[held.pk]))
        again = admin.post(
            reverse("directory:run-release", args=[held.pk]), follow=True
        )

        assert "not held any more" in again.content.decode()
        assert User.objects.filter(directory=directory, is_active=True).count() == 40


def test_the_overview_tells_of_a_directory_that_fails(admin: Client) -> None:
    with FakeOkta() as fake:
        directory = connect(fake, name="Acme")
        fake.replies = {1: Reply({}, 401)}
        run(directory)

    page = admin.get(reverse("overview")).content.decode()

    assert "directory needs you" in page


def test_a_person_s_page_lists_the_routes_within_reach(
    client: Client, cast: Cast
) -> None:
    make_route("wiki", make_policy(), namespace=cast.web)
    make_route("closed", namespace=cast.web)
    client.force_login(cast.ada)

    page = client.get(reverse("directory:person-detail", args=[cast.ben.pk]))

    assert [row["route"].name for row in page.context["reach"]["rows"]] == ["wiki"]


def test_a_person_s_page_leads_on_where_there_are_many_routes(
    client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "MAX_ROUTES", 2)
    monkeypatch.setattr(route_services, "MAX_REACH_ROUTES", 2)
    everybody = make_policy()
    for name in ("a", "b", "c", "d", "e"):
        make_route(name, everybody, namespace=cast.web)
    client.force_login(cast.ada)
    address, found, seen = "?", list[str](), 0

    while address:
        url = reverse("directory:person-detail", args=[cast.ben.pk])
        page = client.get(url + address.partition("#")[0])
        found += [row["route"].name for row in page.context["reach"]["rows"]]
        address, seen = page.context["reach"]["next_url"], seen + 1

    assert found == ["a", "b", "c", "d", "e"]
    assert seen == 3
    assert "Of the routes 5 to 5, by name" in page.content.decode()
    assert "?from=2#reach" in page.content.decode()
    assert client.get(url + "?from=-1").context["reach"]["first"] == 1
