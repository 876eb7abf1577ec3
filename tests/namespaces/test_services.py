"""Writes to the tree and to role bindings."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from console.core import audit
from console.core.actor import system
from console.core.exceptions import (
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent, AuditHead, OutboxEntry
from namespaces import services
from namespaces.exceptions import (
    LastAdminError,
    NamespaceCycleError,
    NamespaceNameTakenError,
    NamespaceNotEmptyError,
    NamespaceNotFoundError,
    NamespaceTooDeepError,
    RoleNotGrantableError,
    RootNamespaceError,
)
from namespaces.models import Namespace, RoleBinding
from namespaces.permissions import Permission
from namespaces.roles import MANAGER, ROLE_BY_CODE
from tests.factories import NOW, grant, make_namespace
from tests.people import Cast, actor_of


class TestCreateNamespace:
    def test_puts_it_below_its_parent(self, cast: Cast) -> None:
        made = services.create_namespace(
            parent_id=cast.web.id, name=" Shop ", actor=actor_of(cast.mia), now=NOW
        )

        assert made.name == "Shop"
        assert made.path.startswith(cast.web.path)
        assert made.depth == cast.web.depth + 1

    def test_records_one_event_and_one_outbox_entry(self, cast: Cast) -> None:
        events, entries = AuditEvent.objects.count(), OutboxEntry.objects.count()

        make_namespace("Shop", parent=cast.web)

        assert AuditEvent.objects.count() == events + 1
        assert OutboxEntry.objects.count() == entries + 1

    def test_refuses_a_name_that_differs_only_in_case(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNameTakenError):
            make_namespace("WEB", parent=cast.engineering)

    def test_refuses_a_viewer(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            services.create_namespace(
                parent_id=cast.web.id, name="x", actor=actor_of(cast.ben), now=NOW
            )


class TestUpdateNamespace:
    def test_refuses_a_version_that_is_not_the_newest(self, cast: Cast) -> None:
        services.update_namespace(
            cast.web.id, version=1, name="Site", actor=actor_of(cast.ada), now=NOW
        )

        with pytest.raises(StaleVersionError):
            services.update_namespace(
                cast.web.id, version=1, name="Shop", actor=actor_of(cast.ada), now=NOW
            )

    def test_does_not_rename_the_root(self, cast: Cast) -> None:
        with pytest.raises(RootNamespaceError):
            services.update_namespace(
                cast.everything.id, version=1, name="x", actor=system("test"), now=NOW
            )


class TestMoveNamespace:
    def test_takes_the_subtree_along(self, cast: Cast) -> None:
        shop = make_namespace("Shop", parent=cast.web)

        services.move_namespace(
            cast.web.id, under=cast.finance.id, actor=actor_of(cast.root), now=NOW
        )

        shop.refresh_from_db()
        cast.web.refresh_from_db()
        assert cast.web.parent_id == cast.finance.id
        assert shop.path.startswith(f"{cast.finance.path}{cast.web.number}/")
        assert shop.depth == 3

    def test_refuses_a_move_under_its_own_child(self, cast: Cast) -> None:
        with pytest.raises(NamespaceCycleError):
            services.move_namespace(
                cast.engineering.id,
                under=cast.web.id,
                actor=actor_of(cast.root),
                now=NOW,
            )

    def test_needs_an_admin_of_both_ends(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotFoundError):
            services.move_namespace(
                cast.web.id, under=cast.finance.id, actor=actor_of(cast.ada), now=NOW
            )


class TestDeleteNamespace:
    def test_refuses_while_something_lives_in_it(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotEmptyError, match="1 namespace"):
            services.delete_namespace(
                cast.engineering.id, actor=actor_of(cast.root), now=NOW
            )

    def test_deletes_an_empty_one_with_its_roles(self, cast: Cast) -> None:
        services.delete_namespace(cast.web.id, actor=actor_of(cast.ada), now=NOW)

        assert not RoleBinding.objects.filter(user=cast.mia).exists()


class TestGrantRole:
    def test_replaces_the_role_that_is_there(self, cast: Cast) -> None:
        services.grant_role(
            namespace_id=cast.web.id,
            role="admin",
            user_id=cast.mia.id,
            actor=actor_of(cast.ada),
            now=NOW,
        )

        assert [b.permission.codename for b in cast.mia.role_bindings.all()] == [
            "admin"
        ]

    def test_refuses_a_grant_to_oneself(self, cast: Cast) -> None:
        with pytest.raises(RoleNotGrantableError):
            services.grant_role(
                namespace_id=cast.web.id,
                role="viewer",
                user_id=cast.ada.id,
                actor=actor_of(cast.ada),
                now=NOW,
            )

    def test_refuses_a_manager(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            services.grant_role(
                namespace_id=cast.web.id,
                role="viewer",
                user_id=cast.cyd.id,
                actor=actor_of(cast.mia),
                now=NOW,
            )

    def test_hides_a_namespace_above(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotFoundError):
            services.grant_role(
                namespace_id=cast.everything.id,
                role="viewer",
                user_id=cast.cyd.id,
                actor=actor_of(cast.ada),
                now=NOW,
            )


class TestChangeRole:
    def change(self, cast: Cast, **values: Any) -> RoleBinding:
        binding = RoleBinding.objects.get(user=cast.mia)
        given: dict[str, Any] = {
            "version": 1,
            "role": "viewer",
            "expires_at": None,
            "actor": actor_of(cast.ada),
            "now": NOW,
        }
        return services.change_role(binding.pk, **given | values)

    def test_counts_versions(self, cast: Cast) -> None:
        assert self.change(cast).version == 2

    def test_leaves_what_is_the_same_alone(self, cast: Cast) -> None:
        events = AuditEvent.objects.count()

        assert self.change(cast, role="manager").version == 1
        assert AuditEvent.objects.count() == events

    @pytest.mark.parametrize(
        ("values", "error"),
        [
            ({"version": 7}, StaleVersionError),
            ({"role": "owner"}, ValidationFailedError),
            ({"expires_at": NOW}, ValidationFailedError),
        ],
    )
    def test_refuses(
        self, cast: Cast, values: dict[str, Any], error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            self.change(cast, **values)

    def test_refuses_a_role_above_ones_own(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        granting = dataclasses.replace(
            MANAGER, permissions=MANAGER.permissions | {Permission.NAMESPACE_GRANT}
        )
        monkeypatch.setitem(ROLE_BY_CODE, "manager", granting)
        grant("manager", cast.web, user=cast.cyd)

        with pytest.raises(RoleNotGrantableError, match="above their own"):
            self.change(cast, role="admin", actor=actor_of(cast.cyd))

    def test_does_not_find_a_binding_that_is_gone(self, cast: Cast) -> None:
        with pytest.raises(NotFoundError):
            services.revoke_role(999999, actor=actor_of(cast.root), now=NOW)


class TestRestoreNamespace:
    def delete_and_restore(self, cast: Cast, **later: Any) -> Namespace:
        services.delete_namespace(cast.web.id, actor=system("test"), now=NOW)
        return services.restore_namespace(
            cast.web.id, actor=system("test"), now=NOW, **later
        )

    def test_brings_the_roles_back_that_still_make_sense(self, cast: Cast) -> None:
        soon = NOW + timedelta(hours=1)
        services.grant_role(
            namespace_id=cast.web.id,
            role="viewer",
            user_id=cast.cyd.id,
            actor=system("test"),
            now=NOW,
            expires_at=soon,
        )
        services.delete_namespace(cast.web.id, actor=system("test"), now=NOW)
        cast.mia.delete()

        services.restore_namespace(cast.web.id, actor=system("test"), now=soon)

        held = RoleBinding.objects.filter(content_object_id=cast.web.id)
        assert [str(one.group) for one in held] == ["web"]

    def test_keeps_id_and_settings(self, cast: Cast) -> None:
        services.update_namespace(
            cast.web.id,
            version=1,
            inherits_policies=False,
            actor=system("test"),
            now=NOW,
        )

        restored = self.delete_and_restore(cast)

        assert restored.id == cast.web.id
        assert not restored.inherits_policies

    def test_refuses_when_its_name_is_taken_by_now(self, cast: Cast) -> None:
        services.delete_namespace(cast.web.id, actor=system("test"), now=NOW)
        make_namespace("Web", parent=cast.engineering)

        with pytest.raises(NamespaceNameTakenError):
            services.restore_namespace(cast.web.id, actor=system("test"), now=NOW)


class TestDepth:
    def test_ends_at_thirty_two(self, cast: Cast) -> None:
        deepest = cast.web
        for number in range(29):
            deepest = make_namespace(f"d{number}", parent=deepest)

        with pytest.raises(NamespaceTooDeepError):
            make_namespace("deeper", parent=deepest)
        with pytest.raises(NamespaceTooDeepError):
            services.move_namespace(
                cast.finance.id, under=deepest.id, actor=system("test"), now=NOW
            )


class TestRoot:
    def test_stays_where_it_is(self, cast: Cast) -> None:
        root = cast.everything.id

        with pytest.raises(RootNamespaceError):
            services.move_namespace(
                root, under=cast.web.id, actor=system("test"), now=NOW
            )
        with pytest.raises(RootNamespaceError):
            services.delete_namespace(root, actor=system("test"), now=NOW)


class TestNames:
    @pytest.mark.parametrize("name", ["", "  ", "a/b", "x" * 101])
    def test_that_can_not_be_used_are_refused(self, cast: Cast, name: str) -> None:
        with pytest.raises(ValidationFailedError):
            make_namespace_named(name, cast)


def make_namespace_named(name: str, cast: Cast) -> Namespace:
    return services.create_namespace(
        parent_id=cast.web.id, name=name, actor=system("test"), now=NOW
    )


class TestRevokeRole:
    def test_keeps_the_last_admin_of_the_root(self, cast: Cast) -> None:
        binding = RoleBinding.objects.get(user=cast.root)

        with pytest.raises(LastAdminError):
            services.revoke_role(binding.pk, actor=system("test"), now=NOW)

        assert RoleBinding.objects.filter(pk=binding.pk).exists()


class TestAuditChain:
    def test_fits_after_many_changes(self, cast: Cast) -> None:
        events = AuditEvent.objects.order_by("sequence")

        assert audit.first_broken(events, AuditHead.objects.get()) is None

    def test_names_the_first_event_that_was_tampered_with(self, cast: Cast) -> None:
        AuditEvent.objects.filter(sequence=2).update(actor_label="somebody else")

        events = AuditEvent.objects.order_by("sequence")
        assert audit.first_broken(events, AuditHead.objects.get()) == 2

    def test_notices_a_cut_tail(self, cast: Cast) -> None:
        end = AuditHead.objects.get().sequence
        AuditEvent.objects.filter(sequence=end).delete()

        events = AuditEvent.objects.order_by("sequence")
        assert audit.first_broken(events, AuditHead.objects.get()) == end
