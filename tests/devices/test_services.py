"""Enrolling and approving devices."""

import pytest

from console.core.exceptions import PermissionDeniedError
from devices import selectors, services
from devices.exceptions import CredentialTakenError, SelfApprovalError
from devices.models import DeviceEnrollment
from directory.models import User
from namespaces.exceptions import NamespaceNotFoundError
from tests.factories import NOW, grant
from tests.people import Cast, actor_of


def enroll(owner: User, external_id: str = "credential-1") -> DeviceEnrollment:
    return services.enroll_credential(
        user_id=owner.id,
        device_type="any",
        external_id=external_id,
        public_key=b"\x04",
        label="phone",
        actor=actor_of(owner),
        now=NOW,
    )


class TestEnrollCredential:
    def test_leaves_the_device_waiting(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        assert enrollment.approved_at is None
        assert [c.label for c in selectors.list_credentials_of(cast.cyd.id)] == [
            "phone"
        ]

    def test_refuses_a_credential_that_somebody_has(self, cast: Cast) -> None:
        enroll(cast.cyd)

        with pytest.raises(CredentialTakenError):
            enroll(cast.ben)


class TestApproveEnrollment:
    def test_says_who_approved_and_when(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        services.approve_enrollment(enrollment.id, actor=actor_of(cast.root), now=NOW)

        enrollment.refresh_from_db()
        assert (enrollment.approved_by, enrollment.approved_at) == (cast.root, NOW)

    def test_refuses_the_owner(self, cast: Cast) -> None:
        enrollment = enroll(cast.root)

        with pytest.raises(SelfApprovalError):
            services.approve_enrollment(
                enrollment.id, actor=actor_of(cast.root), now=NOW
            )

    def test_refuses_who_is_no_admin_of_the_root(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)
        grant("manager", cast.everything, user=cast.ben)

        with pytest.raises(PermissionDeniedError):
            services.approve_enrollment(
                enrollment.id, actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(NamespaceNotFoundError):
            services.approve_enrollment(
                enrollment.id, actor=actor_of(cast.ada), now=NOW
            )
