"""A namespace goes with everything in it, and comes back as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.core import burial
from console.core.actor import system
from console.core.exceptions import ConflictError, ConsoleError, TooLargeError
from console.core.models import AuditEvent, AuditHead, Tombstone
from console.core.previews import look
from console.core.tokens import hash_token
from directory.models import User
from namespaces import services
from namespaces.exceptions import NamespaceNotEmptyError, NamespaceNotFoundError
from namespaces.models import Namespace, RoleBinding
from namespaces.selectors import find_service_account
from policies import services as policy_services
from policies.exceptions import EnforcedPolicyError, OpenToAnyoneError
from policies.models import NamespacePolicy, Policy
from routes import services as route_services
from routes.exceptions import RoutesDependError
from routes.models import HostClaim, Route, RoutePolicy
from tests.factories import NOW, grant, make_namespace, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN

TEST = system("test")
KINDS = (
    "namespaces.Namespace",
    "policies.Policy",
    "policies.PolicyVersion",
    "policies.NamespacePolicy",
    "routes.Route",
    "routes.RoutePolicy",
)


def delete(namespace: Namespace, user: User) -> None:
    services.delete_namespace(
        namespace.pk, with_contents=True, actor=actor_of(user), now=NOW
    )


def restore(namespace: Namespace, user: User) -> Namespace:
    return services.restore_namespace(namespace.pk, actor=actor_of(user), now=NOW)


def attach(policy: Policy, namespace: Namespace, mode: str) -> None:
    policy_services.attach_to_namespace(
        policy.pk, namespace_id=namespace.pk, mode=mode, actor=TEST, now=NOW
    )


def everything() -> dict[str, list[dict[str, Any]]]:
    """Return all rows by kind, without what a restored tree gets anew."""
    anew = {"number", "path", "modified_at"}
    return {
        kind: sorted(
            (
                {key: value for key, value in row.items() if key not in anew}
                for row in apps.get_model(kind).objects.values()
            ),
            key=lambda row: str(row["id"]),
        )
        for kind in KINDS
    }


@pytest.fixture
def shop(cast: Cast) -> Namespace:
    """Below Web: a namespace in it, policies attached in all ways, and routes."""
    shop = make_namespace("Shop", parent=cast.web)
    till = make_namespace("Till", parent=shop)
    above = make_policy("Above", namespace=cast.web)
    own = make_policy("Own", namespace=shop)
    attach(above, till, "inherited")
    attach(own, shop, "inherited")
    make_route("checkout", own, above, namespace=till)
    make_route("stock", namespace=shop)
    grant("viewer", till, user=cast.cyd)
    return shop


class TestDeletingWithContents:
    def test_takes_everything_along_and_nothing_else(
        self, cast: Cast, shop: Namespace
    ) -> None:
        stays = make_route("stays", namespace=cast.web)

        delete(shop, cast.ada)

        assert set(Namespace.objects.values_list("name", flat=True)) == {
            "Global",
            "Engineering",
            "Web",
            "Finance",
        }
        assert list(Route.objects.all()) == [stays]
        assert [policy.name for policy in Policy.objects.all()] == ["Above"]
        assert not NamespacePolicy.objects.exists()
        assert not RoleBinding.objects.filter(user=cast.cyd).exists()

    def test_is_not_done_unless_asked_for(self, cast: Cast, shop: Namespace) -> None:
        with pytest.raises(NamespaceNotEmptyError, match="1 namespace"):
            services.delete_namespace(shop.pk, actor=actor_of(cast.ada), now=NOW)

    def test_records_one_event_for_each_that_those_above_may_read(
        self, cast: Cast, shop: Namespace
    ) -> None:
        before = AuditEvent.objects.count()

        delete(shop, cast.ada)

        events = AuditEvent.objects.order_by("sequence")[before:]
        told = sorted((one.action, one.target_label) for one in events)
        assert told == [
            ("namespace.deleted", "Shop"),
            ("namespace.deleted", "Till"),
            ("policy.deleted", "Own"),
            ("policy.detached", "Above"),
            ("policy.detached", "Own"),
            ("role.revoked", "Cyd: viewer"),
            ("route.deleted", "checkout"),
            ("route.deleted", "stock"),
        ]
        assert {one.namespace_id for one in events if one.action != "role.revoked"} == {
            cast.web.pk
        }

    def test_leaves_a_ceiling_to_those_who_enforce_it(
        self, cast: Cast, shop: Namespace
    ) -> None:
        attach(Policy.objects.get(name="Own"), shop, "enforced")

        with pytest.raises(EnforcedPolicyError):
            delete(shop, cast.mia)

        assert Namespace.objects.filter(pk=shop.pk).exists()
        delete(shop, cast.ada)

    def test_is_refused_while_a_route_outside_depends_on_it(
        self, cast: Cast, shop: Namespace
    ) -> None:
        make_route("portal", namespace=cast.web, depends_on=["checkout.example.com"])
        make_route("ledger", namespace=cast.finance, depends_on=["stock.example.com"])

        with pytest.raises(RoutesDependError, match="`portal`, 1 more") as refused:
            delete(shop, cast.mia)

        assert "ledger" not in refused.value.message
        assert Route.objects.count() == 4

    def test_is_refused_while_an_import_is_under_way(
        self, cast: Cast, shop: Namespace
    ) -> None:
        from routes.models import ImportRun, ImportStatus  # noqa: PLC0415

        ImportRun.objects.create(
            namespace=shop,
            status=ImportStatus.RUNNING,
            started_by="x",
            created_at=NOW,
            modified_at=NOW,
        )

        with pytest.raises(ConflictError, match="import is under way"):
            delete(shop, cast.ada)

    def test_is_refused_while_it_has_what_others_gave_it_or_ask_of_it(
        self, cast: Cast, shop: Namespace
    ) -> None:
        told: dict[str, Any] = {"actor": TEST, "now": NOW}
        lent = route_services.delegate_host(
            host="*.shop.example.com", namespace_id=shop.pk, **told
        )
        owned = route_services.register_upstream(
            namespace_id=shop.pk, target="stock.internal", **told
        )

        with pytest.raises(NamespaceNotEmptyError) as refused:
            delete(shop, cast.root)

        assert "1 delegated host" in refused.value.message
        assert "1 upstream" in refused.value.message
        assert "move or delete these first" in refused.value.message
        route_services.revoke_delegation(lent.pk, **told)
        route_services.release_upstream(owned.pk, **told)
        delete(shop, cast.root)

    def test_has_a_limit(
        self, cast: Cast, shop: Namespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(burial, "MAX_ROWS", 5)

        with pytest.raises(TooLargeError, match="in parts"):
            delete(shop, cast.ada)

    def test_that_is_counted_to_be_too_much_is_not_read_first(
        self, cast: Cast, shop: Namespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(burial, "MAX_ROWS", 1)
        monkeypatch.setattr(burial, "gather", None)

        with pytest.raises(TooLargeError, match="in parts"):
            delete(shop, cast.ada)


def test_a_look_at_what_would_go_writes_nothing_and_takes_no_lock(
    cast: Cast, shop: Namespace
) -> None:
    actor = actor_of(cast.ada)

    with CaptureQueriesContext(connection) as caught:
        found = look(
            lambda: services.check_deletion(shop.pk, with_contents=True, actor=actor)
        )

    assert {one.code: one.count for one in found.groups}["routes_go"] == 2
    words = {one["sql"].split()[0] for one in caught}
    assert words <= {"SELECT", "SAVEPOINT", "ROLLBACK", "RELEASE"}
    assert not [one for one in caught if AuditHead._meta.db_table in one["sql"]]
    services.delete_namespace(
        shop.pk, with_contents=True, seen=found.seen, actor=actor, now=NOW
    )


class TestMachines:
    def test_go_along_with_their_tokens_and_come_back(
        self, cast: Cast, shop: Namespace
    ) -> None:
        issued = services.create_api_account(
            namespace_id=shop.pk,
            name="robot",
            role="viewer",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        before = AuditEvent.objects.count()

        delete(shop, cast.ada)

        assert find_service_account(hash_token(issued.token)) is None
        restore(shop, cast.ada)
        assert find_service_account(hash_token(issued.token)) == issued.account
        events = AuditEvent.objects.order_by("sequence")[before:]
        told = [one.action for one in events if one.target_label == "robot"]
        assert told == ["service-account.revoked", "service-account.restored"]


class TestTakingItBack:
    def test_brings_everything_back_as_it_was(
        self, cast: Cast, shop: Namespace
    ) -> None:
        before = everything()
        delete(shop, cast.ada)
        make_namespace("Newcomer")

        restore(shop, cast.ada)

        after = everything()
        after["namespaces.Namespace"] = [
            row for row in after["namespaces.Namespace"] if row["name"] != "Newcomer"
        ]
        assert after == before
        assert RoleBinding.objects.get(user=cast.cyd).content_object.name == "Till"
        till = Namespace.objects.get(name="Till")
        assert till.path.startswith(Namespace.objects.get(pk=shop.pk).path)
        assert not Tombstone.objects.exists()

    def test_hosts_rest_meanwhile_and_are_its_own_again(
        self, cast: Cast, shop: Namespace
    ) -> None:
        delete(shop, cast.ada)
        claim = HostClaim.objects.get(host="stock.example.com")
        assert (claim.namespace, claim.released_at) == (None, NOW)
        with pytest.raises(ConsoleError, match="was given up lately"):
            make_route("stock", namespace=cast.finance)

        restore(shop, cast.ada)

        claim.refresh_from_db()
        assert (claim.namespace, claim.released_at) == (shop, None)

    def test_is_refused_when_another_has_taken_its_host(
        self, cast: Cast, shop: Namespace
    ) -> None:
        delete(shop, cast.ada)
        late = NOW + timedelta(days=8)
        route_services.create_route(
            namespace_id=cast.finance.pk,
            name="stock",
            settings={"from": "https://stock.example.com", "to": ["http://up:80"]},
            actor=TEST,
            now=late,
        )

        with pytest.raises(ConflictError):
            restore(shop, cast.ada)

        assert Tombstone.objects.filter(target_id=shop.pk).exists()
        assert not Namespace.objects.filter(pk=shop.pk).exists()

    @pytest.mark.parametrize("gone", ["deleted", "moved"])
    def test_is_refused_when_a_policy_that_it_needs_is_not_there(
        self, cast: Cast, shop: Namespace, gone: str
    ) -> None:
        delete(shop, cast.ada)
        above = Policy.objects.get(name="Above")
        if gone == "deleted":
            policy_services.delete_policy(above.pk, version=1, actor=TEST, now=NOW)
        else:
            policy_services.move_policy(
                above.pk, namespace_id=cast.finance.pk, version=1, actor=TEST, now=NOW
            )

        with pytest.raises(ConflictError, match=r"there no more|lives elsewhere"):
            restore(shop, cast.ada)

        assert not Route.objects.exists()

    @pytest.mark.parametrize(
        ("prepare", "refusal"),
        [
            (
                lambda shop: attach(Policy.objects.get(), shop, "enforced"),
                EnforcedPolicyError,
            ),
            (
                lambda shop: make_policy("Open", namespace=shop, source=OPEN),
                OpenToAnyoneError,
            ),
        ],
        ids=["enforced", "open"],
    )
    def test_needs_an_admin_for_what_an_admin_set_up(
        self, cast: Cast, prepare: Callable[[Namespace], Any], refusal: type[Exception]
    ) -> None:
        place = make_namespace("Place", parent=cast.web)
        make_policy("Plain", namespace=place)
        prepare(place)
        delete(place, cast.ada)

        with pytest.raises(refusal):
            restore(place, cast.mia)

        assert restore(place, cast.ada).name == "Place"

    def test_is_not_there_for_those_who_see_nothing_of_it(
        self, cast: Cast, shop: Namespace
    ) -> None:
        delete(shop, cast.ada)

        with pytest.raises(NamespaceNotFoundError):
            restore(shop, cast.cyd)


def test_what_hangs_on_a_row_by_no_key_that_forbids_it_goes_along(
    cast: Cast, shop: Namespace
) -> None:
    found = burial.gather([shop], without=[RoleBinding])

    assert {model._meta.label for model in found.held} == {
        "namespaces.Namespace",
        "policies.Policy",
        "policies.NamespacePolicy",
        "routes.Route",
        "routes.RoutePolicy",
    }
    assert len(found.of("routes.RoutePolicy")) == RoutePolicy.objects.count()
