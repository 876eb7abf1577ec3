"""Policies on namespaces: attaching, detaching, and what arrives below."""

from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.models import AuditEvent, OutboxEntry
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.models import Namespace
from policies import selectors, services
from policies.exceptions import (
    AttachmentNotFoundError,
    OpenToAnyoneError,
    PolicyNotFoundError,
    PolicyOutOfReachError,
)
from policies.models import NamespacePolicy, Policy
from tests.factories import NOW, grant, make_bare_route, make_namespace, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import OPEN


def attach(policy: Policy, namespace: Any, mode: str, user: Any) -> NamespacePolicy:
    return services.attach_to_namespace(
        policy.id, namespace_id=namespace.id, mode=mode, actor=actor_of(user), now=NOW
    )


def detach(policy: Policy, namespace: Any, user: Any) -> None:
    services.detach_from_namespace(
        policy.id, namespace_id=namespace.id, actor=actor_of(user), now=NOW
    )


class TestAttachToNamespace:
    def test_records_where_and_how(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        entries = OutboxEntry.objects.count()

        attachment = attach(policy, cast.web, "inherited", cast.mia)

        assert (attachment.mode, attachment.created_by) == (
            "inherited",
            "mia@example.com",
        )
        event = newest_event()
        assert (event.action, event.namespace_id) == ("policy.attached", cast.web.id)
        assert event.after["mode"] == "inherited"
        assert OutboxEntry.objects.count() == entries + 1

    def test_leaves_enforcing_to_admins(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        with pytest.raises(PermissionDeniedError):
            attach(policy, cast.web, "enforced", cast.mia)

        assert attach(policy, cast.web, "enforced", cast.ada).mode == "enforced"

    def test_changes_a_mode_only_with_the_right_to_both(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.web, "enforced", cast.ada)

        with pytest.raises(PermissionDeniedError):
            attach(policy, cast.web, "inherited", cast.mia)

        attach(policy, cast.web, "inherited", cast.ada)
        assert NamespacePolicy.objects.get().mode == "inherited"
        assert newest_event().before["mode"] == "enforced"

    def test_writes_nothing_when_it_is_so_already(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.web, "inherited", cast.mia)
        events = AuditEvent.objects.count()

        attach(policy, cast.web, "inherited", cast.mia)

        assert AuditEvent.objects.count() == events

    def test_refuses_a_policy_that_is_not_seen_there(self, cast: Cast) -> None:
        below = make_policy(namespace=cast.web)
        beside = make_policy(namespace=cast.finance)

        with pytest.raises(PolicyOutOfReachError):
            attach(below, cast.engineering, "inherited", cast.ada)
        with pytest.raises(PolicyNotFoundError):
            attach(beside, cast.engineering, "inherited", cast.ada)

    def test_refuses_viewers_strangers_and_unknown_modes(self, cast: Cast) -> None:
        policy = make_policy()

        with pytest.raises(PermissionDeniedError):
            attach(policy, cast.web, "inherited", cast.ben)
        with pytest.raises(NamespaceNotFoundError):
            attach(policy, cast.finance, "inherited", cast.ada)
        with pytest.raises(ValidationFailedError):
            attach(policy, cast.web, "mandatory", cast.ada)

    def test_leaves_what_lets_in_anybody_to_admins(self, cast: Cast) -> None:
        policy = make_policy(source=OPEN)

        with pytest.raises(OpenToAnyoneError):
            attach(policy, cast.web, "inherited", cast.mia)

        attach(policy, cast.web, "inherited", cast.ada)


class TestDetachFromNamespace:
    def test_takes_it_off(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.web, "inherited", cast.mia)

        detach(policy, cast.web, cast.mia)

        assert not NamespacePolicy.objects.exists()
        event = newest_event()
        assert (event.action, event.after) == ("policy.detached", None)

    def test_leaves_enforced_policies_to_admins(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.web, "enforced", cast.ada)

        with pytest.raises(PermissionDeniedError):
            detach(policy, cast.web, cast.mia)
        detach(policy, cast.web, cast.ada)

    def test_leaves_what_is_attached_above_to_those_above(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.engineering)
        attach(policy, cast.engineering, "inherited", cast.ada)

        with pytest.raises(NamespaceNotFoundError):
            detach(policy, cast.engineering, cast.mia)
        with pytest.raises(AttachmentNotFoundError):
            detach(policy, cast.web, cast.mia)


def arriving(namespace: Namespace) -> list[tuple[str, str, str]]:
    return [
        (one.policy.name, one.mode, one.namespace.name)
        for one in selectors.list_attached_above(namespace)
    ]


class TestListAttachedAbove:
    def test_says_what_arrives_and_from_where(self, cast: Cast) -> None:
        attach(make_policy("a"), cast.everything, "enforced", cast.root)
        attach(make_policy("b"), cast.engineering, "inherited", cast.root)
        attach(make_policy("c"), cast.web, "inherited", cast.root)
        attach(make_policy("d"), cast.finance, "enforced", cast.root)

        assert arriving(cast.web) == [
            ("a", "enforced", "Global"),
            ("b", "inherited", "Engineering"),
            ("c", "inherited", "Web"),
        ]

    def test_honors_a_switch_on_the_way_but_not_for_enforced_ones(
        self, cast: Cast
    ) -> None:
        shop = make_namespace("Shop", parent=cast.web)
        attach(make_policy("a"), cast.everything, "enforced", cast.root)
        attach(make_policy("b"), cast.engineering, "inherited", cast.root)
        attach(make_policy("c"), cast.web, "inherited", cast.root)
        Namespace.objects.filter(pk=cast.web.pk).update(inherits_policies=False)

        assert [name for name, _, _ in arriving(shop)] == ["a", "c"]
        assert [name for name, _, _ in arriving(cast.web)] == ["a", "c"]
        assert [name for name, _, _ in arriving(cast.engineering)] == ["a", "b"]


class TestUsage:
    def test_counts_what_the_actor_may_see(self, cast: Cast) -> None:
        policy = make_policy()
        make_bare_route(policy, namespace=cast.web)
        make_bare_route(policy, namespace=cast.finance)
        attach(policy, cast.engineering, "inherited", cast.root)
        attach(policy, cast.finance, "inherited", cast.root)
        grant("viewer", cast.web, user=cast.cyd)

        for user, expected in ((cast.root, (2, 2)), (cast.cyd, (1, 1))):
            actor = actor_of(user)
            row = selectors.with_usage(
                selectors.list_policies(actor), actor=actor
            ).get()
            usage = selectors.get_usage(policy, actor=actor)

            assert (row.route_count, row.namespace_count) == expected
            assert (usage.route_count, len(usage.attachments)) == expected
            assert usage.hidden_count == 4 - sum(expected)

    def test_tells_attached_from_unattached(self, cast: Cast) -> None:
        on_route, on_namespace = make_policy("a"), make_policy("b")
        make_policy("c")
        make_bare_route(on_route, namespace=cast.finance)
        attach(on_namespace, cast.web, "inherited", cast.root)

        def names(user: Any, *, attached: bool) -> list[str]:
            actor = actor_of(user)
            rows = selectors.keep_attached(
                selectors.list_policies(actor), actor=actor, attached=attached
            )
            return [row.name for row in rows.order_by("name")]

        assert names(cast.root, attached=True) == ["a", "b"]
        assert names(cast.root, attached=False) == ["c"]
        assert names(cast.ben, attached=True) == ["b"]
        assert names(cast.ben, attached=False) == ["a", "c"]
