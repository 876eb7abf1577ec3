"""Back to a deployment: by new versions, under the rights of whoever does it."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.actor import system
from console.core.exceptions import ConsoleError, PermissionDeniedError
from console.core.models import AuditEvent
from directory.models import Membership
from gateway import selectors, services
from gateway.exceptions import DeploymentNotFoundError, RollBackError
from gateway.models import Deployment
from namespaces import services as namespace_services
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from routes import selectors as route_selectors
from routes import services as route_services
from routes.models import Route
from tests.factories import NOW, make_namespace, make_policy, make_route
from tests.people import Cast, actor_of

SYSTEM = system("test")
FRAME: dict[str, Any] = {"actor": SYSTEM, "now": NOW}
OTHERS = "allow:\n  and:\n    - domain: corp.example\n"


def deploy() -> int:
    made = services.deploy_changes(now=NOW)
    assert made is not None
    return made.number


def state() -> dict[str, Any]:
    """Return what is enforced now, without the numbers that only grow."""
    routes = {
        str(one.pk): (
            str(one.namespace_id),
            route_selectors.open_settings(one),
            [str(p.pk) for p in route_selectors.policies_of(one).attached],
            one.inherits_policies,
        )
        for one in Route.objects.select_related("namespace")
    }
    policies = {
        str(one.pk): (one.name, one.source, one.explanation, str(one.namespace_id))
        for one in Policy.objects.all()
    }
    modes = {
        (str(one.namespace_id), str(one.policy_id)): one.mode
        for one in NamespacePolicy.objects.all()
    }
    return {"routes": routes, "policies": policies, "modes": modes}


def roll_back(number: int, **values: Any) -> Deployment | None:
    return services.roll_back(number, **FRAME | values)


def change_everything(cast: Cast, wiki: Route, shop: Route, staff: Policy) -> None:
    """Edit, move, delete, create, attach, detach and switch."""
    policy_services.update_policy(staff.pk, version=1, source=OTHERS, **FRAME)
    ceiling = make_policy("ceiling", namespace=cast.engineering)
    policy_services.attach_to_namespace(
        ceiling.pk, namespace_id=cast.engineering.pk, mode="enforced", **FRAME
    )
    moved = route_services.move_route(
        wiki.pk, namespace_id=cast.engineering.pk, version=wiki.version, **FRAME
    )
    route_services.update_route(
        wiki.pk,
        version=moved.version,
        name="Wiki 2",
        changes={"timeout": "9s", "tls_client_key": None},
        policy_ids=[ceiling.pk],
        inherits_policies=False,
        **FRAME,
    )
    route_services.delete_route(shop.pk, version=shop.version, **FRAME)
    make_route("new", staff, namespace=cast.finance)
    policy_services.detach_from_namespace(
        staff.pk, namespace_id=cast.everything.pk, **FRAME
    )


class TestRollBack:
    @pytest.fixture
    def made(self, cast: Cast) -> tuple[Route, Route, Policy]:
        staff = make_policy("staff", explanation="Staff only.")
        policy_services.attach_to_namespace(
            staff.pk, namespace_id=cast.everything.pk, mode="inherited", **FRAME
        )
        wiki = make_route(
            "wiki",
            staff,
            namespace=cast.web,
            timeout="30s",
            set_request_headers={"Authorization": "Bearer of a secret"},
        )
        shop = make_route("shop", namespace=cast.finance, prefix="/shop")
        return wiki, shop, staff

    def test_makes_everything_what_it_was(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        number = deploy()
        before = state()
        change_everything(cast, *made)
        deploy()
        assert state() != before

        new = roll_back(number, reason="it was wrong")

        assert state() == before
        assert new is not None
        assert (new.number, new.restores, new.cause) == (3, 1, "rolled-back")
        assert new.reason == "it was wrong"
        event = AuditEvent.objects.get(action="deployment.rolled-back")
        assert event.after == {"restores": 1}

    def test_goes_forth_again(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        first = deploy()
        change_everything(cast, *made)
        second = deploy()
        after = state()
        roll_back(first)

        roll_back(second)

        assert state() == after

    def test_writes_new_versions(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        number = deploy()
        policy_services.update_policy(made[2].pk, version=1, source=OTHERS, **FRAME)
        deploy()

        roll_back(number)

        assert Policy.objects.get(pk=made[2].pk).version == 3

    def test_leaves_people_alone(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        number = deploy()
        Membership.objects.filter(user=cast.ben).delete()
        make_route("new", namespace=cast.web)
        deploy()

        roll_back(number)

        assert not Membership.objects.filter(user=cast.ben).exists()

    def test_needs_the_right_to_publish(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        number = deploy()

        for person in (cast.ada, cast.mia, cast.cyd):
            with pytest.raises(ConsoleError) as refused:
                roll_back(number, actor=actor_of(person))
            assert refused.value.http_status in {403, 404}

    def test_a_root_admin_may(
        self, cast: Cast, made: tuple[Route, Route, Policy]
    ) -> None:
        number = deploy()
        before = state()
        make_route("new", namespace=cast.web)
        deploy()

        new = roll_back(number, actor=actor_of(cast.root))

        assert state() == before
        assert new is not None
        assert new.made_by == "root@example.com"

    def test_writes_nothing_if_one_change_is_refused(
        self,
        cast: Cast,
        made: tuple[Route, Route, Policy],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        number = deploy()
        change_everything(cast, *made)
        deploy()
        before = state()

        def refuse(*_: Any, **__: Any) -> None:
            raise PermissionDeniedError

        monkeypatch.setattr(policy_services, "delete_policies", refuse)
        with pytest.raises(PermissionDeniedError):
            roll_back(number)

        assert state() == before
        assert Deployment.objects.count() == 2

    def test_refuses_when_a_namespace_is_gone(self, cast: Cast) -> None:
        place = make_namespace("Old", parent=cast.web)
        route = make_route("wiki", namespace=place)
        number = deploy()
        route_services.delete_route(route.pk, version=1, **FRAME)
        namespace_services.delete_namespace(place.pk, version=1, **FRAME)
        deploy()

        with pytest.raises(RollBackError, match="Global/Engineering/Web/Old"):
            roll_back(number)

    def test_knows_no_number_that_was_never_made(self, cast: Cast) -> None:
        with pytest.raises(DeploymentNotFoundError):
            roll_back(7)


class TestPublishing:
    def test_holds_back_and_lets_go(self, cast: Cast) -> None:
        deploy()
        until = NOW + timedelta(hours=1)
        services.hold_changes(until=until, reason="freeze", **FRAME)
        make_route("wiki", namespace=cast.web)
        assert services.deploy_changes(now=NOW) is None

        services.release_changes(**FRAME)

        assert services.deploy_changes(now=NOW) is not None
        actions = AuditEvent.objects.filter(target_type="deployment")
        assert [one.action for one in actions.order_by("sequence")] == [
            "deployment.held",
            "deployment.released",
        ]

    def test_publishing_by_hand_ends_what_holds_back(self, cast: Cast) -> None:
        deploy()
        services.hold_changes(until=NOW + timedelta(hours=1), **FRAME)
        make_route("wiki", namespace=cast.web)

        made = services.publish_now(actor=actor_of(cast.root), now=NOW, reason="now")

        assert made is not None
        assert (made.cause, made.made_by) == ("published", "root@example.com")
        assert selectors.read_deployer().held_until is None

    def test_publishes_nothing_that_is_in_force(self, cast: Cast) -> None:
        deploy()

        assert services.publish_now(**FRAME) is None

    @pytest.mark.parametrize(
        "until", [NOW, NOW - timedelta(seconds=1), NOW + timedelta(days=15)]
    )
    def test_holds_for_two_weeks_at_most(self, cast: Cast, until: Any) -> None:
        with pytest.raises(ConsoleError):
            services.hold_changes(until=until, **FRAME)

    def test_only_an_admin_of_the_root_may(self, cast: Cast) -> None:
        until = NOW + timedelta(hours=1)
        for person in (cast.ada, cast.mia, cast.cyd):
            frame: dict[str, Any] = {"actor": actor_of(person), "now": NOW}
            with pytest.raises(ConsoleError):
                services.hold_changes(until=until, **frame)
            with pytest.raises(ConsoleError):
                services.release_changes(**frame)
            with pytest.raises(ConsoleError):
                services.publish_now(**frame)


def test_differences_are_said_in_sentences(cast: Cast) -> None:
    staff = make_policy("staff")
    wiki = make_route("wiki", staff, namespace=cast.web, timeout="30s")
    shop = make_route("shop", namespace=cast.finance)
    deploy()
    change_everything_but_inheritance(cast, wiki, shop, staff)
    deploy()
    newest = selectors.find_newest()
    assert newest is not None

    said = {
        (one.kind, one.name, one.verb): one.sentences
        for one in selectors.list_differences(newest)
    }

    assert said["route", "shop", "removed"] == (
        "https://shop.example.com is no longer published.",
    )
    assert said["route", "new", "added"] == ("https://new.example.com is published.",)
    assert said["route", "Wiki 2", "changed"] == (
        "It moved from Global/Engineering/Web to Global/Engineering.",
        "Its name is `Wiki 2`; it was `wiki`.",
        "`timeout` is `9s`; it was `30s`.",
        "The policy `ceiling` was attached.",
        "The policy `staff` was detached.",
        "It no longer inherits policies of namespaces.",
    )
    policy = said["policy", "staff", "changed"]
    assert any(one.startswith("No longer:") and "example.com" in one for one in policy)
    assert any(one.startswith("Now:") and "corp.example" in one for one in policy)
    assert said["namespace", "Global/Engineering", "changed"] == (
        "The policy `ceiling` is enforced on every route from here on.",
    )


def change_everything_but_inheritance(
    cast: Cast, wiki: Route, shop: Route, staff: Policy
) -> None:
    policy_services.attach_to_namespace(
        staff.pk, namespace_id=cast.everything.pk, mode="inherited", **FRAME
    )
    change_everything(cast, wiki, shop, staff)
