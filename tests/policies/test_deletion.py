"""Deleting policies, and taking it back."""

import pytest

from console.core.exceptions import PermissionDeniedError, StaleVersionError
from console.core.models import Tombstone
from policies import selectors, services
from policies.exceptions import (
    OpenToAnyoneError,
    PolicyInUseError,
    PolicyNameTakenError,
    PolicyNotFoundError,
)
from policies.models import Policy
from tests.factories import NOW, make_bare_route, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import ADMINS, EMPLOYEES, OPEN


class TestDeletePolicy:
    def test_takes_it_away_with_its_versions_and_keeps_a_tombstone(
        self, cast: Cast
    ) -> None:
        policy = make_policy("Employees", namespace=cast.web, source=EMPLOYEES)

        services.delete_policy(policy.id, version=1, actor=actor_of(cast.mia), now=NOW)

        assert not Policy.objects.exists()
        event = newest_event()
        assert (event.action, event.after) == ("policy.deleted", None)
        assert event.before["source"] == EMPLOYEES
        assert Tombstone.objects.get().audit_sequence == event.sequence

    def test_says_where_it_is_still_attached(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.engineering)
        make_bare_route(policy, namespace=cast.web, name="shop")
        services.attach_to_namespace(
            policy.id,
            namespace_id=cast.web.id,
            mode="inherited",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        with pytest.raises(PolicyInUseError, match="1 route and 1 namespace") as caught:
            services.delete_policy(
                policy.id, version=1, actor=actor_of(cast.ada), now=NOW
            )

        details = caught.value.details
        assert [route["name"] for route in details["routes"]] == ["shop"]
        assert details["namespaces"][0]["mode"] == "inherited"
        assert details["hidden_count"] == 0

    def test_only_counts_what_the_actor_may_not_see(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web)
        # Only a move that left it behind could bring this about; it must not leak.
        make_bare_route(policy, namespace=cast.finance, name="payroll")

        with pytest.raises(PolicyInUseError) as caught:
            services.delete_policy(
                policy.id, version=1, actor=actor_of(cast.mia), now=NOW
            )

        assert "1 more that you may not see" in caught.value.message
        assert "payroll" not in str(caught.value.details)

    def test_refuses_a_stale_version_a_viewer_and_strangers(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        with pytest.raises(StaleVersionError):
            services.delete_policy(
                policy.id, version=2, actor=actor_of(cast.mia), now=NOW
            )
        with pytest.raises(PermissionDeniedError):
            services.delete_policy(
                policy.id, version=1, actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(PolicyNotFoundError):
            services.delete_policy(
                policy.id, version=1, actor=actor_of(cast.cyd), now=NOW
            )


class TestDeletePolicies:
    def test_deletes_all_or_none(self, cast: Cast) -> None:
        free, used = make_policy(namespace=cast.web), make_policy(namespace=cast.web)
        route = make_bare_route(used, namespace=cast.web)

        with pytest.raises(PolicyInUseError):
            services.delete_policies(
                {free.id: 1, used.id: 1}, actor=actor_of(cast.mia), now=NOW
            )
        assert Policy.objects.count() == 2

        route.delete()
        count = services.delete_policies(
            {free.id: 1, used.id: 1}, actor=actor_of(cast.mia), now=NOW
        )
        assert (count, Policy.objects.count()) == (2, 0)
        assert Tombstone.objects.count() == 2


class TestRestorePolicy:
    def test_brings_back_the_same_id_and_versions(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web, source=EMPLOYEES)
        services.update_policy(
            policy.id, version=1, source=ADMINS, actor=actor_of(cast.mia), now=NOW
        )
        before = list(policy.versions.values())
        services.delete_policy(policy.id, version=2, actor=actor_of(cast.mia), now=NOW)

        restored = services.restore_policy(policy.id, actor=actor_of(cast.mia), now=NOW)

        assert (restored.namespace_id, restored.created_at) == (cast.web.id, NOW)
        restored.refresh_from_db()
        assert (restored.id, restored.version) == (policy.id, 2)
        assert (restored.source, restored.created_at) == (ADMINS, NOW)
        assert list(restored.versions.values()) == before
        assert not Tombstone.objects.exists()
        assert newest_event().action == "policy.restored"

    def test_works_once(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        services.delete_policy(policy.id, version=1, actor=actor_of(cast.mia), now=NOW)
        services.restore_policy(policy.id, actor=actor_of(cast.mia), now=NOW)

        with pytest.raises(PolicyNotFoundError):
            services.restore_policy(policy.id, actor=actor_of(cast.mia), now=NOW)

    def test_refuses_a_name_that_was_taken_meanwhile(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web)
        services.delete_policy(policy.id, version=1, actor=actor_of(cast.mia), now=NOW)
        make_policy("employees", namespace=cast.web)

        with pytest.raises(PolicyNameTakenError):
            services.restore_policy(policy.id, actor=actor_of(cast.mia), now=NOW)

        assert Tombstone.objects.exists()

    def test_refuses_a_viewer_strangers_and_opening(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=OPEN)
        services.delete_policy(policy.id, version=1, actor=actor_of(cast.mia), now=NOW)

        for user, error in (
            (cast.ben, PermissionDeniedError),
            (cast.cyd, PolicyNotFoundError),
            (cast.mia, OpenToAnyoneError),
        ):
            with pytest.raises(error):
                services.restore_policy(policy.id, actor=actor_of(user), now=NOW)
        services.restore_policy(policy.id, actor=actor_of(cast.ada), now=NOW)


class TestListDeleted:
    def test_shows_what_the_actor_may_restore(self, cast: Cast) -> None:
        policy = make_policy("Employees", namespace=cast.web)
        services.delete_policy(policy.id, version=1, actor=actor_of(cast.mia), now=NOW)

        assert selectors.list_deleted(actor_of(cast.mia)).get().label == "Employees"
        assert not selectors.list_deleted(actor_of(cast.ben)).exists()
