"""Core's own input and records, turned into facts; and cases of the conformance corpus.

The corpus holds what Core answers. Its records are given as Core's policies see them:
JSON without empty fields. Running whole files is up to the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from .facts import (
    NOTHING,
    ClientCertificate,
    Device,
    DirectoryUser,
    Facts,
    Mcp,
    Person,
    Request,
    Session,
    Ssh,
    resolve_session,
)
from .records import ForeignKey, RecordTable

SESSION: Final = "type.googleapis.com/session.Session"
SERVICE_ACCOUNT: Final = "type.googleapis.com/user.ServiceAccount"
USER: Final = "type.googleapis.com/user.User"
CREDENTIAL: Final = "type.googleapis.com/pomerium.device.Credential"
ENROLLMENT: Final = "type.googleapis.com/pomerium.device.Enrollment"
DIRECTORY_USER: Final = "pomerium.io/DirectoryUser"

# Cases that don't name a time hold at any time within this century.
DEFAULT_NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)

Record = Mapping[str, Any]
Records = Mapping[str, Mapping[str, Record]]


@dataclass(frozen=True, slots=True)
class _Store:
    """Records by type and id; those that have expired are not there."""

    records: Records
    now: datetime

    def get(self, record_type: str, record_id: Any) -> Record | None:
        if not isinstance(record_id, str):
            return None
        record: Record | None = self.records.get(record_type, {}).get(record_id)
        if record is None or self._has_expired(record):
            return None
        return record

    def _has_expired(self, record: Record) -> bool:
        expiry = record.get("expires_at")
        if not isinstance(expiry, Mapping):
            return False
        nanos = expiry.get("nanos", 0)
        return (expiry.get("seconds", 0), nanos) < (
            int(self.now.timestamp()),
            self.now.microsecond * 1000,
        )


def facts_from_core(
    core_input: Mapping[str, Any],
    records: Records,
    *,
    now: datetime = DEFAULT_NOW,
    foreign_keys: Mapping[str, ForeignKey] = NOTHING,
) -> Facts:
    """Return the facts that Core's input and records stand for."""
    store = _Store(records, now)
    session_id = _part(core_input, "session").get("id", "")
    session, devices = _session(store, session_id)
    user_id = None if session is None else session.user_id
    return Facts(
        now=now,
        request=_request(_part(core_input, "http")),
        session=session,
        person=_person(store.get(USER, user_id)),
        directory_user=_directory_user(store.get(DIRECTORY_USER, user_id)),
        devices=_devices(store, devices),
        certificate=_certificate(core_input),
        ssh=_ssh(_part(core_input, "ssh")),
        mcp=_mcp(_part(core_input, "mcp")),
        records=RecordTable(records, foreign_keys),
        core_input=core_input,
    )


def _part(core_input: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = core_input.get(name)
    return part if isinstance(part, Mapping) else NOTHING


def _session(store: _Store, session_id: str) -> tuple[Session | None, list[Record]]:
    """Return the session that counts, and the device credentials it was used with."""
    account = store.get(SERVICE_ACCOUNT, session_id)
    record = store.get(SESSION, session_id)
    other_id = "" if record is None else record.get("impersonate_session_id", "")
    other = store.get(SESSION, other_id) if other_id else None
    counts = resolve_session(
        service_account=_session_of(account, is_service_account=True),
        session=_session_of(record),
        impersonates=bool(other_id),
        impersonated=_session_of(other),
    )
    source = account or (other if other_id else record) or NOTHING
    return counts, list(source.get("device_credentials") or ())


def _session_of(
    record: Record | None, *, is_service_account: bool = False
) -> Session | None:
    if record is None:
        return None
    return Session(
        id=record.get("id", ""),
        user_id=record.get("user_id"),
        claims=record.get("claims") or NOTHING,
        is_service_account=is_service_account,
    )


def _person(record: Record | None) -> Person | None:
    if record is None:
        return None
    return Person(
        id=record.get("id", ""),
        email=record.get("email", ""),
        claims=record.get("claims") or NOTHING,
    )


def _directory_user(record: Record | None) -> DirectoryUser | None:
    if record is None:
        return None
    groups = tuple(record.get("group_ids") or ())
    return DirectoryUser(email=record.get("email", ""), group_ids=groups)


def _devices(store: _Store, used: list[Record]) -> dict[str, Device]:
    """Return the first credential with an id of each device type."""
    devices: dict[str, Device] = {}
    for entry in used:
        credential_id = _part(entry, "Credential").get("Id")
        kind = entry.get("type_id")
        if credential_id is None or kind is None or kind in devices:
            continue
        credential = store.get(CREDENTIAL, credential_id) or NOTHING
        enrollment = store.get(ENROLLMENT, credential.get("enrollment_id")) or NOTHING
        devices[kind] = Device(
            credential_id=credential.get("id", ""),
            enrollment_id=enrollment.get("id", ""),
            approved_by=enrollment.get("approved_by"),
        )
    return devices


def _request(http: Mapping[str, Any]) -> Request:
    return Request(
        method=http.get("method"),
        path=http.get("path"),
        raw_path=http.get("raw_path", ""),
        query=http.get("raw_query", ""),
        host=http.get("host", ""),
        hostname=http.get("hostname", ""),
        url=http.get("url", ""),
        headers=http.get("headers") or NOTHING,
        ip=http.get("ip", ""),
        body=http.get("body", ""),
    )


def _certificate(core_input: Mapping[str, Any]) -> ClientCertificate:
    shown = _part(_part(core_input, "http"), "client_certificate")
    presented = shown.get("presented")
    return ClientCertificate(
        presented=presented if isinstance(presented, bool) else None,
        leaf=shown.get("leaf", ""),
        is_valid=core_input.get("is_valid_client_certificate") is True,
    )


def _ssh(ssh: Mapping[str, Any]) -> Ssh:
    return Ssh(username=ssh.get("username"), publickey=ssh.get("publickey"))


def _mcp(mcp: Mapping[str, Any]) -> Mcp:
    return Mcp(method=mcp.get("method"), tool=_part(mcp, "tool_call").get("name"))
