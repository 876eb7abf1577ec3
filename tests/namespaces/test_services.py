"""Writes to the tree and to role bindings."""

import pytest

from console.core import audit
from console.core.actor import system
from console.core.exceptions import PermissionDeniedError, StaleVersionError
from console.core.models import AuditEvent, AuditHead, OutboxEntry
from namespaces import services
from namespaces.exceptions import (
    LastAdminError,
    NamespaceCycleError,
    NamespaceNameTakenError,
    NamespaceNotEmptyError,
    NamespaceNotFoundError,
    RoleNotGrantableError,
    RootNamespaceError,
)
from namespaces.models import RoleBinding
from tests.factories import NOW, make_namespace
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
