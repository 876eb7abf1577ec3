"""From committed changes to deployment N, one at a time, whole or not at all."""

import base64
import logging
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from console.core.actor import system
from console.core.models import OutboxEntry
from gateway import selectors, services
from gateway.models import Blob, Deployer, Deployment
from namespaces import services as namespace_services
from policies import services as policy_services
from routes import selectors as route_selectors
from routes import services as route_services
from routes.models import Route
from tests.factories import NOW, make_policy, make_route, make_user
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast

SYSTEM = system("test")
LATER = NOW + timedelta(hours=1)


def deploy(**values: Any) -> Deployment | None:
    return services.deploy_changes(**{"now": NOW} | values)


def expected(route: Route) -> tuple[tuple[str, ...], ...]:
    """Return the keys that a route should name, by the console's own reading."""
    found = route_selectors.policies_of(route)
    parts = (
        found.attached,
        [one.policy for one in found.inherited],
        [one.policy for one in found.enforced],
    )
    return tuple(tuple(f"{p.pk}@{p.version}" for p in part) for part in parts)


def edit(policy: Any, source: str) -> Any:
    return policy_services.update_policy(
        policy.pk, version=policy.version, source=source, actor=SYSTEM, now=NOW
    )


def chunks_made() -> int:
    return Blob.objects.count()


class TestDeployChanges:
    def test_names_every_route_with_all_that_decides_over_it(self, cast: Cast) -> None:
        above = make_policy("above")
        ceiling = make_policy("ceiling", namespace=cast.engineering)
        own = make_policy("own", namespace=cast.web)
        for policy, namespace, mode in (
            (above, cast.everything, "inherited"),
            (ceiling, cast.engineering, "enforced"),
        ):
            policy_services.attach_to_namespace(
                policy.pk, namespace_id=namespace.pk, mode=mode, actor=SYSTEM, now=NOW
            )
        wiki = make_route("wiki", own, namespace=cast.web, timeout="30s")
        books = make_route("books", above, namespace=cast.finance)

        made = deploy()

        snapshot = snapshot_of(follow())
        assert made is not None
        assert (made.number, made.routes, made.policies) == (1, 2, 3)
        assert snapshot.number == 1
        for route in (wiki, books):
            held = snapshot.routes[str(route.pk)]
            assert (held.policies, held.inherited, held.enforced) == expected(route)
        held = snapshot.routes[str(wiki.pk)]
        assert held.settings == wiki.settings
        assert held.host == "wiki.example.com"
        assert snapshot.policies[held.enforced[0]].source == ceiling.source
        assert snapshot.namespaces[str(cast.web.pk)].path == "Global/Engineering/Web"

    def test_makes_none_when_nothing_changed(self, cast: Cast) -> None:
        deploy()

        assert deploy() is None
        assert not OutboxEntry.objects.filter(processed_at=None).exists()

    def test_makes_none_of_changes_that_cancel_out(self, cast: Cast) -> None:
        route = make_route("wiki", namespace=cast.web)
        deploy()
        route_services.delete_route(
            route.pk, version=route.version, actor=SYSTEM, now=NOW
        )
        route_services.restore_route(route.pk, actor=SYSTEM, now=NOW)
        before = Deployment.objects.get().content_hash

        made = deploy()

        assert made is None or made.content_hash != before

    def test_writes_one_chunk_for_a_policy_that_decides_over_many_routes(
        self, cast: Cast
    ) -> None:
        policy = make_policy("all", namespace=cast.everything)
        places = [cast.engineering, cast.web, cast.finance]
        routes = [
            make_route(f"app {place.name}", policy, namespace=place) for place in places
        ]
        deploy()
        before = chunks_made()

        edit(policy, "allow:\n  and:\n    - domain: corp.example\n")
        deploy()

        snapshot = snapshot_of(follow())
        assert chunks_made() == before + 1
        assert {
            key for one in routes for key in snapshot.routes[str(one.pk)].policies
        } == {f"{policy.pk}@2"}

    @pytest.mark.parametrize("mode", ["inherited", "enforced"])
    def test_follows_an_attachment_and_the_switch_of_a_namespace(
        self, cast: Cast, mode: str
    ) -> None:
        policy = make_policy("above")
        route = make_route("wiki", namespace=cast.web)
        deploy()
        policy_services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.everything.pk,
            mode=mode,
            actor=SYSTEM,
            now=NOW,
        )
        deploy()
        first = snapshot_of(follow()).routes[str(route.pk)]
        assert (first.policies, first.inherited, first.enforced) == expected(route)

        namespace_services.update_namespace(
            cast.engineering.pk,
            version=cast.engineering.version,
            inherits_policies=False,
            actor=SYSTEM,
            now=NOW,
        )
        deploy()

        second = snapshot_of(follow()).routes[str(route.pk)]
        assert (second.policies, second.inherited, second.enforced) == expected(route)
        assert (first == second) == (mode == "enforced")

    def test_leaves_changes_of_people_to_the_stream(self, cast: Cast) -> None:
        deploy()
        entry = OutboxEntry.objects.order_by("-id").first()
        assert entry is not None

        OutboxEntry.objects.create(
            topic="directory",
            payload={"id": "x"},
            audit_sequence=entry.audit_sequence,
            created_at=NOW,
        )

        assert deploy() is None

    def test_holds_changes_back_until_a_time(self, cast: Cast) -> None:
        deploy()
        Deployer.objects.update(held_until=LATER)
        make_route("wiki", namespace=cast.web)

        assert deploy() is None
        made = deploy(now=LATER)

        assert made is not None
        assert made.cause == "scheduled"
        assert Deployer.objects.get().held_until is None


class TestMakeDeployment:
    def test_leaves_it_to_the_run_that_makes_one(self, cast: Cast) -> None:
        Deployer.objects.create(lease_until=NOW + timedelta(seconds=3))

        with pytest.raises(services.DeployerBusyError):
            services.make_deployment(cause="published", now=NOW)

        assert deploy() is None

    def test_takes_over_from_a_run_that_was_killed(self, cast: Cast) -> None:
        Deployer.objects.create(lease_until=NOW - timedelta(seconds=1), fence=7)

        made = services.make_deployment(cause="change", now=NOW)

        assert made is not None
        assert Deployer.objects.get().fence == 8

    def test_takes_over_from_a_clock_that_was_ahead(self, cast: Cast) -> None:
        Deployer.objects.create(lease_until=NOW + timedelta(days=900))

        assert services.make_deployment(cause="change", now=NOW) is not None

    def test_writes_nothing_once_another_run_took_over(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        build = selectors.build

        def build_slowly() -> selectors.Build:
            Deployer.objects.update(fence=99)
            return build()

        monkeypatch.setattr(selectors, "build", build_slowly)

        with pytest.raises(services.DeployerBusyError):
            services.make_deployment(cause="change", now=NOW)

        assert not Deployment.objects.exists()
        assert not Blob.objects.exists()

    @pytest.mark.parametrize(
        "step", ["sign", "_write_chunks", "outbox.mark_processed", "signing_key"]
    )
    def test_leaves_nothing_behind_when_it_dies_on_the_way(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        def die(*_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(f"gateway.services.deploying.{step}", die)
            with pytest.raises(KeyboardInterrupt):
                deploy()
        assert not Deployment.objects.exists()
        assert not Blob.objects.exists()
        assert selectors.has_changes()

        made = deploy(now=NOW + 2 * services.LEASE)

        assert made is not None
        assert snapshot_of(follow()).number == 1

    def test_says_why_it_failed(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> selectors.Build:
            raise ValueError("no such thing")

        with monkeypatch.context() as patch:
            patch.setattr(selectors, "build", fail)
            with pytest.raises(ValueError, match="no such"):
                deploy()
        assert Deployer.objects.get().failure == "ValueError: no such thing"

        deploy()

        assert Deployer.objects.get().failure == ""

    def test_goes_on_above_a_number_that_proxies_have_seen(self, cast: Cast) -> None:
        deploy()

        made = services.make_deployment(cause="published", above=40, now=NOW)

        assert made is not None
        assert made.number == 41
        assert snapshot_of(follow()).number == 41


class TestKeys:
    def test_another_key_signs_anew(self, cast: Cast, settings: Any) -> None:
        deploy()
        former, fresh = settings.DATA_KEYS[0], Fernet.generate_key().decode()
        settings.DATA_KEYS = [fresh, former]
        assert snapshot_of(follow()).number == 1

        services.make_deployment(cause="published", now=NOW)

        settings.DATA_KEYS = [fresh]
        assert snapshot_of(follow()).number == 2

    def test_a_follower_without_the_key_refuses(
        self, cast: Cast, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.CRITICAL)
        deploy()
        settings.DATA_KEYS = [Fernet.generate_key().decode()]

        assert follow().snapshot is None

    def test_a_public_key_is_enough_to_follow(self, cast: Cast, settings: Any) -> None:
        deploy()
        public = services.public_text()
        settings.DATA_KEYS = [Fernet.generate_key().decode()]
        settings.DEPLOYMENT_PUBLIC_KEYS = [public]

        assert snapshot_of(follow()).number == 1

    def test_a_key_of_its_own_signs(self, cast: Cast, settings: Any) -> None:
        settings.DEPLOYMENT_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
        deploy()

        assert snapshot_of(follow()).number == 1

    @pytest.mark.parametrize("text", ["short", "!" * 44, "é"])
    def test_what_is_no_key_is_said(self, settings: Any, text: str) -> None:
        settings.DEPLOYMENT_KEY = text

        with pytest.raises(ImproperlyConfigured, match="POSTERN_DEPLOYMENT_KEY"):
            services.public_text()


class TestCommand:
    def test_publishes(self, cast: Cast) -> None:
        make_route("wiki", namespace=cast.web)
        out = StringIO()

        call_command("publish", "--reason", "by hand", stdout=out)
        call_command("publish", stdout=out)

        assert out.getvalue().splitlines() == [
            "deployment 1: 1 routes, 0 policies",
            "what is there is in force already; nothing is made",
        ]
        assert Deployment.objects.get().reason == "by hand"

    def test_goes_on_above_a_number(self, cast: Cast) -> None:
        call_command("publish", above=99, stdout=StringIO())

        assert Deployment.objects.get().number == 100

    def test_shows_the_public_key(self) -> None:
        out = StringIO()

        call_command("publish", "--show-key", stdout=out)

        assert out.getvalue().strip() == services.public_text()

    def test_says_what_it_refuses(self, cast: Cast) -> None:
        with pytest.raises(CommandError):
            call_command("publish", above=-1, stdout=StringIO())


class TestProxies:
    def test_say_what_they_run_and_since_when(self, cast: Cast) -> None:
        deploy()

        follower = follow("edge-1:9000")

        proxy = selectors.list_proxies(SYSTEM).get()
        assert (proxy.name, proxy.kind, proxy.deployment) == (
            "edge-1:9000",
            "authorizer",
            1,
        )
        assert proxy.running_since is not None
        assert proxy.drifted_since is None
        assert follower.problem == ""

    def test_drift_is_seen_from_when_it_began(self, cast: Cast) -> None:
        deploy()
        services.make_deployment(cause="published", above=9, now=NOW)
        values: dict[str, Any] = {
            "kind": "authorizer",
            "deployment": 1,
            "started_at": NOW,
        }

        services.record_proxy("edge", problem="not ours", now=NOW, **values)
        services.record_proxy("edge", problem="not ours", now=LATER, **values)

        proxy = selectors.list_proxies(SYSTEM).get()
        assert proxy.drifted_since == NOW
        assert proxy.running_since == NOW
        assert proxy.problem == "not ours"


def test_people_are_followed_beside_the_deployments(cast: Cast) -> None:
    deploy()
    follower = follow()
    dora = make_user("dora")
    assert follower.people.person(str(dora.pk)) is None

    OutboxEntry.objects.create(
        topic="people", payload={"id": str(dora.pk)}, audit_sequence=1, created_at=NOW
    )
    follower.poll()

    found = follower.people.person(str(dora.pk))
    assert found is not None
    assert found.email == "dora@example.com"
