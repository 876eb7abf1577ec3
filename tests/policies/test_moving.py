"""Moving policies between namespaces."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError, StaleVersionError
from namespaces.exceptions import NamespaceNotFoundError
from policies import selectors, services
from policies.exceptions import (
    EnforcedPolicyError,
    OpenToAnyoneError,
    PolicyNameTakenError,
    PolicyOutOfReachError,
    PolicyVersionNotFoundError,
)
from policies.models import Policy
from tests.factories import NOW, grant, make_bare_route, make_namespace, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import OPEN

MONEY = "allow:\n  and:\n    - domain: money.example.com\n"
STAFF = "allow:\n  and:\n    - domain: staff.example.com\n"


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

    def test_leaves_what_it_said_before_where_that_was_seen(self, cast: Cast) -> None:
        policy = make_policy(source=MONEY, namespace=cast.finance)
        moved = move(policy, cast.engineering, cast.root)
        services.update_policy(
            moved.pk, version=2, source=STAFF, actor=actor_of(cast.ada), now=NOW
        )
        moved.refresh_from_db()
        ada, root = actor_of(cast.ada), actor_of(cast.root)

        def seen(actor: Actor) -> list[int]:
            rows = selectors.list_versions(moved, actor=actor)
            return list(rows.values_list("number", flat=True))

        assert (seen(ada), seen(root)) == ([3, 2], [3, 2, 1])
        with pytest.raises(PolicyVersionNotFoundError):
            selectors.get_version(moved, 1, actor=ada)
        with pytest.raises(PolicyVersionNotFoundError):
            services.revert_policy(
                moved.pk, to_version=1, version=3, actor=ada, now=NOW
            )
        with pytest.raises(StaleVersionError) as stale:
            services.update_policy(moved.pk, version=1, source=OPEN, actor=ada, now=NOW)
        assert "money" not in str(stale.value.details)

    def test_keeps_its_history_readable(self, cast: Cast, client: Client) -> None:
        policy = make_policy(source=MONEY, namespace=cast.finance)
        moved = move(policy, cast.engineering, cast.root)
        client.force_login(cast.ada)
        url = reverse("policies:policy-history", args=[moved.pk])

        page = client.get(url)
        hidden = client.get(url, {"from": "1"})

        assert [one.number for one, _ in page.context["versions"]] == [2]
        assert (page.status_code, hidden.status_code) == (200, 404)

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
