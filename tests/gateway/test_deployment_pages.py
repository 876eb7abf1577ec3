"""The history, one deployment, rolling back and holding, as people see them."""

import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.core.actor import system
from directory.models import User
from gateway import selectors, services
from gateway.models import Blob, Deployment
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast

SYSTEM = system("test")


@pytest.fixture
def root(cast: Cast) -> Client:
    return client_of(cast.root)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def wiki(cast: Cast) -> Route:
    """Two deployments: before and after the route."""
    services.deploy_changes(now=NOW)
    route = make_route("wiki", make_policy("staff"), namespace=cast.web)
    services.deploy_changes(now=timezone.now())
    return route


def api(client: Client, method: str, url: str, **body: Any) -> Any:
    call = getattr(client, method)
    return call(f"/api/v1/{url}", body, content_type="application/json")


def break_parts(how: str) -> None:
    """Lose what the deployments are made of, as by a disk."""
    if how == "gone":
        Blob.objects.all().delete()
    for row in Blob.objects.all():
        data = bytes(row.data)
        row.data = data[:-9] if how == "cut" else zlib.compress(b"[]")
        row.save()


class TestPages:
    def test_history_lists_the_latest_first(self, root: Client, wiki: Route) -> None:
        answer = root.get("/deployments/")

        assert [one.number for one in answer.context["list"].rows] == [2, 1]

    def test_history_finds_by_reason(self, root: Client, wiki: Route) -> None:
        services.roll_back(1, reason="a mistake", actor=SYSTEM, now=NOW)

        answer = root.get("/deployments/", {"q": "mistake"})

        assert [one.number for one in answer.context["list"].rows] == [3]

    def test_a_deployment_says_what_changed_and_who_did_it(
        self, root: Client, wiki: Route
    ) -> None:
        page = root.get("/deployments/2/").content.decode()

        assert "https://wiki.example.com is published." in page
        assert "wiki: route created" in page
        assert "Roll back to this" not in page

    def test_rolling_back_shows_first_what_would_change(
        self, root: Client, wiki: Route
    ) -> None:
        page = root.get("/deployments/1/roll-back").content.decode()
        assert "https://wiki.example.com is no longer published." in page

        answer = root.post("/deployments/1/roll-back", {"reason": "a mistake"})

        assert answer.headers["Location"] == "/deployments/3/"
        assert not Route.objects.exists()
        assert Deployment.objects.get(number=3).reason == "a mistake"

    def test_rolling_back_says_what_stands_in_the_way(
        self, root: Client, wiki: Route
    ) -> None:
        make_route("shop")
        long = "x" * 501

        answer = root.post("/deployments/1/roll-back", {"reason": long})

        assert answer.status_code == 400
        assert Route.objects.count() == 2

    def test_holds_and_lets_go(self, root: Client, wiki: Route) -> None:
        until = (timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
        root.post("/deployments/hold", {"until": until, "reason": "feature freeze"})
        assert "feature freeze" in root.get("/deployments/").content.decode()

        root.post("/deployments/release")

        assert selectors.read_deployer().held_until is None

    def test_a_hold_in_the_past_is_refused_at_its_field(self, root: Client) -> None:
        answer = root.post("/deployments/hold", {"until": "2020-01-01T00:00"})

        assert answer.status_code == 400
        assert "until" in answer.context["form"].errors

    def test_publishing_ends_at_the_history(self, root: Client, wiki: Route) -> None:
        make_route("shop")

        answer = root.post("/deployments/publish")

        assert answer.headers["Location"] == "/deployments/"
        assert Deployment.objects.count() == 3

    def test_proxies_show_drift_and_silence(self, root: Client, wiki: Route) -> None:
        now = timezone.now()
        for name, number, seen in (
            ("current", 2, now),
            ("behind", 1, now - timedelta(seconds=20)),
            ("silent", 2, now - timedelta(minutes=5)),
        ):
            services.record_proxy(
                name,
                kind="authorizer",
                deployment=number,
                problem="",
                started_at=NOW,
                now=seen,
            )

        answer = root.get("/proxies/")

        shown = {one.proxy.name: one.state for one in answer.context["proxies"]}
        assert shown == {"current": "current", "behind": "drifted", "silent": "gone"}

    @pytest.mark.parametrize("damage", ["gone", "cut", "changed"])
    def test_what_is_not_stored_any_more_is_said(
        self, root: Client, wiki: Route, damage: str
    ) -> None:
        break_parts(damage)

        answers = [root.get(f"/deployments/2/{page}") for page in ("", "effect")]
        listed = api(root, "get", "deployments/2/changes/")

        assert [one.status_code for one in answers] == [200, 409]
        for one in answers:
            assert "is not stored any more" in one.content.decode()
        assert listed.status_code == 409
        assert listed.json()["code"] == "deployment_damaged"

    def test_deploying_goes_on_after_damage(self, root: Client, wiki: Route) -> None:
        break_parts("gone")
        make_route("new", make_policy("other"), namespace=wiki.namespace)

        made = services.deploy_changes(now=timezone.now())

        assert made is not None
        assert made.routes == 2

    def test_whoever_watches_is_told_after_a_minute(
        self, root: Client, wiki: Route
    ) -> None:
        now = timezone.now()

        def report(deployment: int, *, at: timedelta) -> Any:
            services.record_proxy(
                "edge",
                kind="envoy",
                deployment=deployment,
                problem="Envoy refuses it",
                started_at=NOW,
                now=now + at,
            )
            return root.get("/readyz").json()["proxies"]

        begun = report(1, at=timedelta(seconds=-70))
        for seconds in (-50, -20):
            report(1, at=timedelta(seconds=seconds))
        later, mended = report(1, at=timedelta()), report(2, at=timedelta())

        assert [begun, later, mended] == [{"behind": 0}, {"behind": 1}, {"behind": 0}]

    def test_nobody_without_a_role_at_the_root_sees_any(
        self, cast: Cast, wiki: Route
    ) -> None:
        for person in (cast.ada, cast.mia, cast.cyd):
            client = client_of(person)
            for url in ("/deployments/", "/deployments/2/", "/proxies/"):
                assert client.get(url).status_code == 404
            rows = client.get("/api/v1/deployments/").json()["results"]
            assert rows == []


class TestApi:
    def test_reads_what_changed(self, root: Client, wiki: Route) -> None:
        found = api(root, "get", "deployments/2/changes/").json()

        assert {one["kind"] for one in found["differences"]} == {"route", "policy"}
        assert len(found["events"]) == 2

    def test_rolls_back(self, root: Client, wiki: Route) -> None:
        answer = api(root, "post", "deployments/1/roll-back/", reason="no")

        assert answer.status_code == 201
        assert answer.json()["restores"] == 1

    def test_publishes_once(self, root: Client, wiki: Route) -> None:
        make_route("shop")

        first = api(root, "post", "deployments/publish/")
        second = api(root, "post", "deployments/publish/")

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json()["number"] == second.json()["number"] == 3

    def test_holds(self, root: Client, cast: Cast) -> None:
        until = (timezone.now() + timedelta(hours=2)).isoformat()

        held = api(root, "put", "deployments/hold/", until=until, reason="freeze")
        read = api(root, "get", "deployments/hold/")
        gone = api(root, "delete", "deployments/hold/")

        assert held.json() == read.json()
        assert read.json()["by"] == "root@example.com"
        assert gone.status_code == 204
        assert selectors.read_deployer().held_until is None

    def test_lists_proxies(self, root: Client, cast: Cast) -> None:
        services.record_proxy(
            "edge",
            kind="authorizer",
            deployment=0,
            problem="not ours",
            started_at=NOW,
            now=timezone.now(),
        )

        found = api(root, "get", "proxies/").json()

        assert [(one["name"], one["problem"]) for one in found] == [
            ("edge", "not ours")
        ]
