"""What people do with their own devices: name them, remove them."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.transactions import writing
from devices import selectors
from devices.exceptions import DeviceNotFoundError, WrongStateError
from devices.models import DeviceCredential, DeviceEnrollment, Status
from devices.services import ceremonies, records
from devices.services.enrolling import clean_label

# What was refused or taken away stays, so that the key can't come back as a new one.
KEPT = frozenset({Status.REJECTED, Status.SUSPENDED, Status.REVOKED})


@writing()
def rename_own_device(
    device_id: UUID, *, label: str, actor: Actor, now: datetime
) -> DeviceEnrollment:
    """Give one's own device another name.

    Raises:
        DeviceNotFoundError: the person has no such device.
    """
    enrollment = _own(device_id, actor)
    before = records.state_of(enrollment)
    credential = enrollment.credential
    credential.label = clean_label(label)
    credential.modified_at = now
    credential.save(update_fields=["label", "modified_at"])
    # Whoever is about to decide saw another name.
    enrollment.version += 1
    enrollment.modified_at = now
    enrollment.save(update_fields=["version", "modified_at"])
    records.record_device("renamed", enrollment, before=before, actor=actor, now=now)
    return enrollment


@writing()
def remove_own_device(device_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove one's own device.

    Raises:
        DeviceNotFoundError: the person has no such device.
        WrongStateError: it was rejected, suspended or revoked.
    """
    enrollment = _own(device_id, actor)
    if enrollment.status in KEPT:
        label = Status(enrollment.status).label.lower()
        raise WrongStateError(
            gettext("this device is %(label)s; only an admin can delete it")
            % {"label": label}
        )
    before = records.state_of(enrollment)
    records.record_device("deleted", enrollment, before=before, actor=actor, now=now)
    DeviceCredential.objects.filter(pk=enrollment.credential_id).delete()


def _own(device_id: UUID, actor: Actor) -> DeviceEnrollment:
    enrollment = selectors.find_enrollment(device_id)
    if enrollment is None or enrollment.credential.user_id != ceremonies.person_of(
        actor
    ):
        raise DeviceNotFoundError
    return enrollment
