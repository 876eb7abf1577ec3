"""Writes about devices, their types, links, and the rules of approval."""

from devices.services.deciding import (
    ACTION_CHOICES,
    ACTIONS,
    RowResult,
    Seen,
    change_device,
    change_devices,
    delete_device,
    reopen_device,
    seen_of,
)
from devices.services.enrolling import (
    begin_registration,
    enroll_credential,
    finish_registration,
)
from devices.services.expiry import expire_due
from devices.services.links import issue_link, open_link, withdraw_link
from devices.services.notices import send_due_notices, send_notice
from devices.services.own import remove_own_device, rename_own_device
from devices.services.proving import begin_proof, finish_proof
from devices.services.rules import change_rules
from devices.services.types import (
    add_attestation_root,
    change_device_type,
    create_device_type,
    delete_device_type,
    ensure_built_in_types,
    remove_attestation_root,
)

__all__ = [
    "ACTIONS",
    "ACTION_CHOICES",
    "RowResult",
    "Seen",
    "add_attestation_root",
    "begin_proof",
    "begin_registration",
    "change_device",
    "change_device_type",
    "change_devices",
    "change_rules",
    "create_device_type",
    "delete_device",
    "delete_device_type",
    "enroll_credential",
    "ensure_built_in_types",
    "expire_due",
    "finish_proof",
    "finish_registration",
    "issue_link",
    "open_link",
    "remove_attestation_root",
    "remove_own_device",
    "rename_own_device",
    "reopen_device",
    "seen_of",
    "send_due_notices",
    "send_notice",
    "withdraw_link",
]
