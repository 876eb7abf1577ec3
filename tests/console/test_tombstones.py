"""What a deletion took away, and how it comes back."""

from uuid import UUID, uuid4

import pytest

from console.core import audit, tombstones
from console.core.actor import system
from console.core.audit import Change
from console.core.exceptions import NotFoundError
from console.core.models import AuditEvent, Tombstone
from console.core.transactions import writing
from tests.factories import NOW


@writing()
def deletion_of(target_id: UUID) -> AuditEvent:
    return audit.record(
        Change(
            action="policy.deleted",
            target_type="policy",
            target_id=target_id,
            target_label="Employees",
            namespace_id=uuid4(),
        ),
        actor=system("test"),
        now=NOW,
    )


@pytest.mark.django_db
class TestTombstones:
    def test_hold_what_was_deleted_and_who_did_it(self) -> None:
        target_id = uuid4()

        tombstones.bury({"id": target_id, "at": NOW}, event=deletion_of(target_id))

        tombstone = Tombstone.objects.get()
        assert tombstone.snapshot == {
            "id": str(target_id),
            "at": "2026-03-04T12:00:00Z",
        }
        assert (tombstone.label, tombstone.deleted_by) == ("Employees", "test")

    def test_are_taken_once(self) -> None:
        target_id = uuid4()
        tombstones.bury({"name": "x"}, event=deletion_of(target_id))

        assert tombstones.unearth("policy", target_id).snapshot == {"name": "x"}
        with pytest.raises(NotFoundError):
            tombstones.unearth("policy", target_id)

    def test_of_another_type_are_not_found(self) -> None:
        target_id = uuid4()
        tombstones.bury({}, event=deletion_of(target_id))

        with pytest.raises(NotFoundError):
            tombstones.unearth("route", target_id)
        assert not tombstones.list_tombstones("route").exists()
