"""How changes of devices are recorded, and who is told.

Every function here runs in the transaction of the change.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from console.core import audit, outbox
from console.core.actor import Actor
from console.core.audit import Change
from console.core.models import AuditEvent
from devices.models import DeviceCredential, DeviceEnrollment
from devices.services import notices
from namespaces.selectors import get_root

MAX_REASON_LENGTH = 500
TOPIC = "devices"


def fingerprint_of(credential: DeviceCredential) -> str:
    """Return what an approval is bound to: everything that the device proved.

    Another key, model or attestation gives another fingerprint (SHA-256, hex).
    """
    parts = (
        str(credential.user_id),
        credential.device_type_id,
        credential.external_id,
        bytes(credential.public_key).hex(),
        credential.aaguid,
        credential.attestation_format,
        credential.attestation_trust,
    )
    text = "\n".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def state_of(enrollment: DeviceEnrollment) -> dict[str, Any]:
    """Return a device as the audit log shows it."""
    credential = enrollment.credential
    return {
        "user_id": credential.user_id,
        "device_type": credential.device_type.code,
        "label": credential.label,
        "credential_id": credential.external_id,
        "fingerprint": credential.fingerprint,
        "model": credential.model,
        "attestation": credential.attestation_trust,
        "status": enrollment.status,
        "reason": enrollment.reason,
        "enrolled_at": enrollment.enrolled_at,
        "enrolled_from": enrollment.enrolled_from,
        "approved_at": enrollment.approved_at,
        "approved_by_id": enrollment.approved_by_id,
        "expires_at": enrollment.expires_at,
    }


def record_device(
    verb: str,
    enrollment: DeviceEnrollment,
    *,
    before: Mapping[str, Any] | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> AuditEvent:
    """Record a change of a device; tell enforcement, and whoever wants to hear."""
    is_gone = verb == "deleted"
    event = record_thing(
        f"device.{verb}",
        "device",
        enrollment.credential_id,
        str(enrollment.credential),
        before=before,
        after=None if is_gone else state_of(enrollment),
        actor=actor,
        now=now,
        reason=reason,
    )
    outbox.enqueue(TOPIC, {"id": str(enrollment.credential_id)}, event=event, now=now)
    notices.announce(verb, enrollment, actor=actor, now=now)
    return event


def record_thing(
    action: str,
    kind: str,
    target_id: UUID,
    label: str,
    *,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> AuditEvent:
    """Record a change of a device type, a link, the rules; devices live at the root."""
    return audit.record(
        Change(
            action=action,
            target_type=kind,
            target_id=target_id,
            target_label=label,
            namespace_id=get_root().id,
            before=before,
            after=after,
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
