"""Decisions about devices: each state, who may, races, several at once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.models import AuditEvent, OutboxEntry
from devices import selectors, services
from devices.exceptions import (
    BulkRefusedError,
    DeviceChangedError,
    DeviceNotFoundError,
    SelfApprovalError,
    WrongStateError,
)
from devices.models import DeviceCredential, DeviceEnrollment, Status
from devices.services import Seen
from devices.services.deciding import ACTIONS
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.services import create_api_account
from tests.devices.authenticator import Authenticator
from tests.devices.people import decide, enroll
from tests.factories import NOW, grant
from tests.people import Cast, actor_of

STATES = {
    Status.WAITING: (),
    Status.APPROVED: ("approve",),
    Status.REJECTED: ("reject",),
    Status.SUSPENDED: ("approve", "suspend"),
    Status.REVOKED: ("revoke",),
}
LEADS = {
    ("approve", Status.WAITING): Status.APPROVED,
    ("reject", Status.WAITING): Status.REJECTED,
    ("reopen", Status.APPROVED): Status.WAITING,
    ("reopen", Status.REJECTED): Status.WAITING,
    ("suspend", Status.WAITING): Status.SUSPENDED,
    ("suspend", Status.APPROVED): Status.SUSPENDED,
    ("resume", Status.SUSPENDED): Status.APPROVED,
    ("revoke", Status.WAITING): Status.REVOKED,
    ("revoke", Status.APPROVED): Status.REVOKED,
    ("revoke", Status.REJECTED): Status.REVOKED,
    ("revoke", Status.SUSPENDED): Status.REVOKED,
}


def in_state(status: Status, cast: Cast) -> DeviceEnrollment:
    enrollment = enroll(cast.cyd)
    for action in STATES[status]:
        enrollment = decide(enrollment, action, cast.root)
    assert enrollment.status == status
    return enrollment


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_leads_from_its_states_only(
    cast: Cast, action: str, status: Status
) -> None:
    enrollment = in_state(status, cast)
    events = AuditEvent.objects.count()

    if (action, status) in LEADS:
        assert decide(enrollment, action, cast.root).status == LEADS[action, status]
        event = AuditEvent.objects.latest("sequence")
        assert event.action == f"device.{ACTIONS[action].verb}"
        assert event.actor_label == cast.root.email
        assert OutboxEntry.objects.filter(audit_sequence=event.sequence).exists()
    else:
        with pytest.raises(WrongStateError):
            decide(enrollment, action, cast.root)
        assert AuditEvent.objects.count() == events


class TestApprove:
    def test_says_who_approved_and_when(self, cast: Cast) -> None:
        enrollment = decide(enroll(cast.cyd), "approve", cast.root)

        enrollment.refresh_from_db()
        assert (enrollment.approved_by, enrollment.approved_at) == (cast.root, NOW)

    def test_refuses_the_owner(self, cast: Cast) -> None:
        with pytest.raises(SelfApprovalError):
            decide(enroll(cast.root), "approve", cast.root)

    def test_refuses_a_machine_that_the_owner_keeps(self, cast: Cast) -> None:
        kept = create_api_account(
            namespace_id=cast.everything.id,
            name="robot",
            role="admin",
            actor=actor_of(cast.root),
            now=NOW,
        )
        robot = Actor(service_account_id=kept.account.pk, label="robot")

        with pytest.raises(SelfApprovalError):
            decide(enroll(cast.root), "approve", robot)
        assert decide(enroll(cast.cyd), "approve", robot).status == Status.APPROVED

    def test_refuses_the_owner_to_take_a_suspension_back(self, cast: Cast) -> None:
        grant("admin", cast.everything, user=cast.mia)
        enrollment = decide(enroll(cast.root), "approve", cast.mia)
        enrollment = decide(enrollment, "suspend", cast.root)

        with pytest.raises(SelfApprovalError):
            decide(enrollment, "resume", cast.root)

    def test_refuses_who_is_no_admin_of_the_root(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        grant("manager", cast.everything, user=cast.ben)

        with pytest.raises(PermissionDeniedError):
            decide(enrollment, "approve", cast.ben)
        with pytest.raises(NamespaceNotFoundError):
            decide(enrollment, "approve", cast.ada)

    def test_refuses_a_device_that_changed_since_it_was_seen(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        seen = services.seen_of(enrollment)
        services.rename_own_device(
            enrollment.credential_id,
            label="Phone of the director",
            actor=actor_of(cast.cyd),
            now=NOW,
        )

        with pytest.raises(DeviceChangedError):
            services.change_device(
                seen, action="approve", actor=actor_of(cast.root), now=NOW
            )

    def test_refuses_another_key_under_the_same_version(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        seen = services.seen_of(enrollment)

        with pytest.raises(DeviceChangedError):
            services.change_device(
                Seen(seen.id, seen.version, "0" * 64),
                action="approve",
                actor=actor_of(cast.root),
                now=NOW,
            )

    def test_refuses_a_device_that_was_enrolled_anew(self, cast: Cast) -> None:
        device = Authenticator()
        first = enroll(cast.cyd, device)
        seen = services.seen_of(first)
        services.remove_own_device(
            first.credential_id, actor=actor_of(cast.cyd), now=NOW
        )
        enroll(cast.cyd, device)

        with pytest.raises(DeviceNotFoundError):
            services.change_device(
                seen, action="approve", actor=actor_of(cast.root), now=NOW
            )

    def test_is_not_inherited_by_the_same_key(self, cast: Cast) -> None:
        device = Authenticator()
        approved = decide(enroll(cast.cyd, device), "approve", cast.root)
        services.delete_device(
            services.seen_of(approved), actor=actor_of(cast.root), now=NOW
        )

        assert enroll(cast.cyd, device).status == Status.WAITING


class TestReasons:
    @pytest.mark.parametrize("action", ["reject", "suspend", "revoke"])
    def test_must_be_given_to_take_something_away(
        self, cast: Cast, action: str
    ) -> None:
        enrollment = enroll(cast.cyd)

        with pytest.raises(ValidationFailedError):
            decide(enrollment, action, cast.root, reason=" ")
        assert decide(enrollment, action, cast.root, reason="lost").reason == "lost"

    def test_have_a_limit(self, cast: Cast) -> None:
        with pytest.raises(ValidationFailedError):
            decide(enroll(cast.cyd), "reject", cast.root, reason="x" * 501)

    def test_are_asked_for_by_actions_that_exist(self, cast: Cast) -> None:
        with pytest.raises(ValidationFailedError):
            decide(enroll(cast.cyd), "bless", cast.root)


class TestSeveralAtOnce:
    def test_are_decided_together(self, cast: Cast) -> None:
        devices = [enroll(cast.cyd), enroll(cast.ben)]

        results = services.change_devices(
            [services.seen_of(one) for one in devices],
            action="approve",
            actor=actor_of(cast.root),
            now=NOW,
        )

        assert [one.code for one in results] == ["", ""]
        assert selectors.count_by_status(actor_of(cast.root))["approved"] == 2

    def test_are_left_alone_when_one_stands_in_the_way(self, cast: Cast) -> None:
        good, own, late = enroll(cast.cyd), enroll(cast.root), enroll(cast.ben)
        seen = [services.seen_of(one) for one in (good, own, late)]
        decide(late, "reject", cast.root)
        events = AuditEvent.objects.count()

        with pytest.raises(BulkRefusedError) as refused:
            services.change_devices(
                [*seen, Seen(uuid4(), 1, "")],
                action="approve",
                actor=actor_of(cast.root),
                now=NOW,
            )

        assert [row["code"] for row in refused.value.details["rows"]] == [
            "not_done",
            "self_approval",
            "device_changed",
            "device_not_found",
        ]
        assert not DeviceEnrollment.objects.filter(status=Status.APPROVED).exists()
        assert AuditEvent.objects.count() == events

    def test_are_not_none_and_not_thousands(self, cast: Cast) -> None:
        for seen in ([], [Seen(uuid4(), 1, "")] * 501):
            with pytest.raises(ValidationFailedError):
                services.change_devices(
                    seen, action="approve", actor=actor_of(cast.root), now=NOW
                )


class TestExpiry:
    def test_ends_an_approval_at_its_time_whoever_looks(self, cast: Cast) -> None:
        enrollment = decide(enroll(cast.cyd), "approve", cast.root)
        enrollment.expires_at = NOW + timedelta(days=1)
        enrollment.save()

        assert selectors.is_approved(enrollment, now=NOW)
        assert not selectors.is_approved(enrollment, now=NOW + timedelta(days=1))

    def test_is_noted_and_can_be_approved_again(self, cast: Cast) -> None:
        enrollment = decide(enroll(cast.cyd), "approve", cast.root)
        enrollment.expires_at = NOW + timedelta(days=1)
        enrollment.save()

        assert services.expire_due(now=NOW) == 0
        assert services.expire_due(now=NOW + timedelta(days=2)) == 1
        assert services.expire_due(now=NOW + timedelta(days=2)) == 0

        enrollment.refresh_from_db()
        assert (enrollment.status, enrollment.approved_at) == ("expired", None)
        assert decide(enrollment, "approve", cast.root).status == Status.APPROVED


class TestOwnDevices:
    def test_can_be_removed_while_they_wait(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        services.remove_own_device(
            enrollment.credential_id, actor=actor_of(cast.cyd), now=NOW
        )

        assert not DeviceCredential.objects.exists()

    @pytest.mark.parametrize("action", ["reject", "suspend", "revoke"])
    def test_stay_once_they_were_taken_away(self, cast: Cast, action: str) -> None:
        enrollment = decide(enroll(cast.cyd), action, cast.root)

        with pytest.raises(WrongStateError):
            services.remove_own_device(
                enrollment.credential_id, actor=actor_of(cast.cyd), now=NOW
            )

    def test_of_others_are_not_there(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        with pytest.raises(DeviceNotFoundError):
            services.remove_own_device(
                enrollment.credential_id, actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(DeviceNotFoundError):
            services.rename_own_device(
                enrollment.credential_id, label="x", actor=actor_of(cast.ben), now=NOW
            )
