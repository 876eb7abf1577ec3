"""Writes about devices and their types."""

from datetime import datetime
from typing import Any
from uuid import UUID

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import NotFoundError
from console.core.transactions import writing
from devices.exceptions import CredentialTakenError, SelfApprovalError
from devices.models import DeviceCredential, DeviceEnrollment, DeviceType
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root

BUILT_IN = {"any": "Any device", "enclave_only": "Built-in authenticator only"}


@writing()
def ensure_built_in_types(*, now: datetime) -> None:
    """Create the device types `any` and `enclave_only` unless they are there."""
    for code, name in BUILT_IN.items():
        DeviceType.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "built_in": True,
                "created_at": now,
                "modified_at": now,
            },
        )


@writing()
def enroll_credential(
    *,
    user_id: UUID,
    device_type: str,
    external_id: str,
    public_key: bytes,
    label: str,
    actor: Actor,
    now: datetime,
) -> DeviceEnrollment:
    """Record a device of a person as enrolled; it waits for approval.

    The caller has verified the WebAuthn registration.

    Raises:
        CredentialTakenError: the credential is enrolled already, by anybody.
    """
    if DeviceCredential.objects.filter(external_id=external_id).exists():
        raise CredentialTakenError
    credential = DeviceCredential.objects.create(
        user_id=user_id,
        device_type=DeviceType.objects.get(code=device_type),
        external_id=external_id,
        label=label,
        public_key=public_key,
        created_at=now,
        modified_at=now,
    )
    enrollment = DeviceEnrollment.objects.create(
        credential=credential, enrolled_at=now, created_at=now, modified_at=now
    )
    _record("enrolled", enrollment, before=None, actor=actor, now=now)
    return enrollment


@writing()
def approve_enrollment(
    enrollment_id: UUID | str, *, actor: Actor, now: datetime
) -> DeviceEnrollment:
    """Approve a person's device. Nobody approves their own.

    Raises:
        NotFoundError: there is no such enrollment.
        SelfApprovalError: the device is the actor's own.
    """
    access.check_can(actor, Permission.DEVICE_APPROVE, get_root().id)
    enrollment = (
        DeviceEnrollment.objects.select_related("credential__device_type")
        .filter(pk=enrollment_id)
        .first()
    )
    if enrollment is None:
        raise NotFoundError("there is no such enrollment")
    if enrollment.credential.user_id == actor.user_id:
        raise SelfApprovalError
    before = _state(enrollment)
    enrollment.approved_at = now
    enrollment.approved_by_id = actor.user_id
    enrollment.version += 1
    enrollment.modified_at = now
    enrollment.save()
    _record("approved", enrollment, before=before, actor=actor, now=now)
    return enrollment


def _state(enrollment: DeviceEnrollment) -> dict[str, Any]:
    credential = enrollment.credential
    return {
        "user_id": credential.user_id,
        "device_type": credential.device_type.code,
        "label": credential.label,
        "enrolled_at": enrollment.enrolled_at,
        "approved_at": enrollment.approved_at,
        "approved_by_id": enrollment.approved_by_id,
    }


def _record(
    verb: str,
    enrollment: DeviceEnrollment,
    *,
    before: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    event = audit.record(
        Change(
            action=f"device.{verb}",
            target_type="device",
            target_id=enrollment.credential_id,
            target_label=str(enrollment.credential),
            namespace_id=get_root().id,
            before=before,
            after=_state(enrollment),
        ),
        actor=actor,
        now=now,
    )
    outbox.enqueue(
        "devices", {"id": str(enrollment.credential_id)}, event=event, now=now
    )
