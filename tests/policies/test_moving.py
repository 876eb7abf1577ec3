"""Moving policies between namespaces."""

from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError, StaleVersionError
from namespaces.exceptions import NamespaceNotFoundError
from policies import services
from policies.exceptions import (
    EnforcedPolicyError,
    OpenToAnyoneError,
    PolicyNameTakenError,
    PolicyOutOfReachError,
)
from policies.models import Policy
from tests.factories import NOW, grant, make_bare_route, make_namespace, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import OPEN


def move(policy: Policy, to: Any, user: Any, version: int = 1) -> Policy:
    return services.move_policy(
        policy.id, namespace_id=to.id, version=version, actor=actor_of(user), now=NOW
    )


class TestMovePolicy:
    def test_moves_it_as_a_new_version(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        moved = move(policy, cast.engineering, cast.ada)

        assert (moved.namespace_id, moved.version) == (cast.engineering.id, 2)
        assert moved.versions.count() == 2
        event = newest_event()
        assert event.action == "policy.moved"
        assert event.before["namespace_id"] == str(cast.web.id)

    def test_writes_nothing_when_it_is_there_already(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        assert move(policy, cast.web, cast.mia).version == 1

    def test_needs_the_right_at_both_ends(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        with pytest.raises(NamespaceNotFoundError):
            move(policy, cast.finance, cast.mia)
        grant("viewer", cast.finance, user=cast.mia)
        with pytest.raises(PermissionDeniedError):
            move(policy, cast.finance, cast.mia)
        with pytest.raises(PermissionDeniedError):
            move(make_policy(namespace=cast.engineering), cast.web, cast.mia)

    def test_refuses_a_place_that_its_routes_do_not_see(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        make_bare_route(policy, namespace=cast.engineering)
        make_bare_route(policy, namespace=cast.web)

        with pytest.raises(PolicyOutOfReachError) as caught:
            move(policy, cast.web, cast.ada)

        assert caught.value.details["route_count"] == 1

    def test_moves_down_when_all_of_its_use_is_there(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        make_bare_route(policy, namespace=make_namespace("Shop", parent=cast.web))

        assert move(policy, cast.web, cast.ada).namespace_id == cast.web.id

    def test_checks_name_version_openness_and_enforcers(self, cast: Cast) -> None:
        policy = make_policy("Same", namespace=cast.web)
        make_policy("SAME", namespace=cast.engineering)
        with pytest.raises(PolicyNameTakenError):
            move(policy, cast.engineering, cast.ada)
        with pytest.raises(StaleVersionError):
            move(policy, cast.engineering, cast.ada, version=2)

        grant("manager", cast.finance, user=cast.mia)
        opened = make_policy(namespace=cast.web, source=OPEN)
        with pytest.raises(OpenToAnyoneError):
            move(opened, cast.finance, cast.mia)

        services.attach_to_namespace(
            policy.id,
            namespace_id=cast.web.id,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        with pytest.raises(EnforcedPolicyError):
            move(policy, cast.finance, cast.mia)
