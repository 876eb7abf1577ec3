"""A request's facts in the form in which Core hands them to Rego: input and records.

Records are those of this request and of nobody else: its session, its person, their
groups and devices. External data is asked for by type and id.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from policies.language import Facts, SourceState

from . import inputs

Record = Mapping[str, Any]
FindExternal = Callable[[str, str], tuple[SourceState | None, Record | None]]
_DIRECTORY: Final = (inputs.DIRECTORY_USER, inputs.DIRECTORY_GROUP)
_DEVICES: Final = (inputs.CREDENTIAL, inputs.ENROLLMENT)


def input_of(facts: Facts) -> dict[str, Any]:
    """Return `input` for a request, in the shape of Core's PolicyRequest."""
    if facts.core_input is not None:
        return dict(facts.core_input)
    request, session = facts.request, facts.session
    certificate: dict[str, Any] = {"presented": bool(facts.certificate.presented)}
    if facts.certificate.leaf:
        certificate["leaf"] = facts.certificate.leaf
    mcp: dict[str, Any] = {}
    if facts.mcp.method is not None:
        mcp = {"id": "1", "method": facts.mcp.method}
        if facts.mcp.tool is not None:
            mcp["tool_call"] = {"name": facts.mcp.tool, "arguments": {}}
    return {
        "http": {
            "method": request.method or "",
            "host": request.host,
            "hostname": request.hostname,
            "path": request.path or "",
            "raw_path": request.raw_path,
            "raw_query": request.query,
            "url": request.url,
            "headers": {
                name: value if isinstance(value, str) else ", ".join(value)
                for name, value in request.headers.items()
            },
            "client_certificate": certificate,
            "ip": request.ip,
            "body": request.body,
        },
        "ssh": {"username": facts.ssh.username or "", "publickey": facts.ssh.publickey},
        "mcp": mcp,
        "session": {
            "id": session.id if session else "",
            "user_id": (session.user_id if session else None) or "",
        },
        "is_valid_client_certificate": facts.certificate.is_valid,
    }


def _filled(record: Mapping[str, Any]) -> Record:
    """Return a record without its empty fields, as Core's JSON has it."""
    return {key: value for key, value in record.items() if value not in ("", None, [])}


def own_records(facts: Facts) -> dict[str, dict[str, Record]]:
    """Return the records of a request, by type and id."""
    found: dict[str, dict[str, Record]] = {kind: {} for kind in inputs.RECORD_TYPES}
    session, person = facts.session, facts.person
    if session is not None and session.id:
        used = [
            {"type_id": kind, "Credential": {"Id": device.credential_id}}
            for kind, device in facts.devices.items()
        ]
        kind = inputs.SERVICE_ACCOUNT if session.is_service_account else inputs.SESSION
        found[kind][session.id] = _filled(
            {
                "id": session.id,
                "user_id": session.user_id,
                "claims": dict(session.claims) or None,
                "device_credentials": used,
            }
        )
    if person is not None and person.id:
        found[inputs.USER][person.id] = _filled(
            {
                "id": person.id,
                "email": person.email,
                "claims": dict(person.claims) or None,
            }
        )
    _add_directory(found, facts)
    for type_id, device in facts.devices.items():
        found[inputs.CREDENTIAL][device.credential_id] = _filled(
            {
                "id": device.credential_id,
                "type_id": type_id,
                "user_id": facts.user_id,
                "enrollment_id": device.enrollment_id,
            }
        )
        if device.enrollment_id:
            found[inputs.ENROLLMENT][device.enrollment_id] = _filled(
                {"id": device.enrollment_id, "approved_by": device.approved_by}
            )
    return found


def _add_directory(found: dict[str, dict[str, Record]], facts: Facts) -> None:
    known = facts.directory_user
    if known is None or not facts.user_id:
        return
    groups = sorted(known.group_ids)
    found[inputs.DIRECTORY_USER][facts.user_id] = _filled(
        {"id": facts.user_id, "email": known.email, "group_ids": groups}
    )
    for group in groups:
        found[inputs.DIRECTORY_GROUP][group] = {"id": group}


@dataclass(slots=True)
class FactsRecords:
    """The records of one request, and what was asked for in vain.

    `missing` are types whose data can't be relied on (decision 4); `refused` those
    that there is nothing of.
    """

    facts: Facts
    find_external: FindExternal | None = None
    own: dict[str, dict[str, Record]] = field(init=False)
    missing: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.own = own_records(self.facts)

    def bundle(self) -> tuple[Mapping[str, Any], list[str]]:
        """Return what goes along with a request, and the types that it settles."""
        unsure = self._unsure()
        kinds = [kind for kind in self.own if kind not in unsure]
        return {kind: self.own[kind] for kind in kinds}, kinds

    def _unsure(self) -> set[str]:
        unsure: set[str] = set()
        if self.facts.lacks_directory_data or self.facts.directory.is_missing:
            unsure |= set(_DIRECTORY)
        if self.facts.device_registry.is_missing:
            unsure |= set(_DEVICES)
        return unsure

    def find(self, kind: str, key: str) -> tuple[bool, Record | None]:
        """Return whether the type may be asked for, and the record or None."""
        if kind in self.own:
            if kind in self._unsure():
                self.missing.add(kind)
            return True, self.own[kind].get(key)
        state, record = (
            (None, None)
            if self.find_external is None
            else self.find_external(kind, key)
        )
        if state is None:
            self.refused.add(kind)
            return False, None
        if state.is_missing:
            self.missing.add(kind)
        return True, record
