"""A server that speaks LDAP over TCP as Active Directory does, and fails on demand.

It cuts lists at MaxPageSize and long attributes at MaxValRange, refers to other domains
after the last entry, and keeps first groups apart from members.
"""

import re
import socket
import socketserver
import struct
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from ldap3.protocol.controls import build_control
from ldap3.protocol.rfc2696 import RealSearchControlValue
from ldap3.protocol.rfc4511 import (
    BindResponse,
    LDAPMessage,
    SearchResultDone,
    SearchResultEntry,
    SearchResultReference,
)
from pyasn1.codec.ber import encoder

from directory.providers.ldap_client import PAGED
from directory.providers.ldap_transport import NOT_THERE
from tests.directory.providers.fakes.server import SMALL, Company

BASE = "dc=corp,dc=example"
PEOPLE, GROUPS = f"cn=Users,{BASE}", f"ou=Groups,{BASE}"
SERVICE = f"cn=NTDS Settings,cn=dc1,{BASE}"
ADMIN, PASSWORD = f"cn=reader,{BASE}", "the-password"
BIND = ("version", "name", "password")
SEARCH = ("base", "scope", "aliases", "size", "time", "types", "filter", "attributes")
FAULTS = ("reset", "truncated", "HTML", "empty", "time-out", "result 80", "busy")
CODES = {"result 80": 80, "busy": 51, "size limit": 4, "refused": 50}
NEWER = re.compile(rb"uSNChanged\x04.(\d+)", re.DOTALL)
Attributes = Mapping[str, Sequence[bytes]]


def guid(name: str) -> bytes:
    """Return sixteen bytes for a name, as `objectGUID` has them."""
    return name.encode().ljust(16, b"\xff")


@dataclass
class Row:
    """An entry: its name and all of its attributes."""

    dn: str
    attributes: Attributes


class FakeActiveDirectory:
    """The server. `faults` maps the number of a page to what happens to it."""

    code = "ldap"
    page_size = 2
    most_values = 2

    def __init__(self, company: Company = SMALL) -> None:
        self.company = company
        self.faults: dict[int, str] = {}
        self.pages = 0
        self.more: dict[str, str] = {}  # options
        self.omits_control = False
        self.invocation = b"the-first-server"
        self.versions: dict[str, int] = {}  # of groups
        self.vanishing: set[str] = set()  # groups that are gone after they were listed
        self.asked: list[tuple[str, str]] = []  # base, and one attribute asked for
        self.changes: dict[str, Attributes] = {}
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.port = self._server.server_address[1]
        self.url = f"ldap://127.0.0.1:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    def __enter__(self) -> "FakeActiveDirectory":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def options(self) -> dict[str, str]:
        """What an administrator would fill in."""
        return {
            "url": self.url,
            "start_tls": "no",
            "bind_dn": ADMIN,
            "bind_password": PASSWORD,
            "flavor": "active-directory",
            "people_base": PEOPLE,
            "groups_base": GROUPS,
            "person_id": "sAMAccountName",
            "group_id": "cn",
            **self.more,
        }

    def rows(self, base: str) -> list[Row]:
        """Return the entries below a base."""
        if base == "":
            return [Row("", {"dsServiceName": [SERVICE.encode()]})]
        if base == SERVICE:
            return [Row(SERVICE, {"invocationId": [self.invocation]})]
        rows = list(self._people() if base == PEOPLE else self._groups())
        if base not in {PEOPLE, GROUPS}:
            return [one for one in rows if one.dn == base]
        return rows

    def _people(self) -> Iterable[Row]:
        for one, name in self.company.people.items():
            yield self._row(
                person_dn(one),
                {
                    "objectGUID": [guid(one)],
                    "sAMAccountName": [one.encode()],
                    "displayName": [name.encode()],
                    "mail": [f"{one}@example.com".encode()],
                    "userAccountControl": [b"512"],
                    "primaryGroupID": [b"513"],
                },
            )

    def _groups(self) -> Iterable[Row]:
        for one in self.company.groups:
            inside = [a for a, b in self.company.inside.items() if b == one]
            members = [person_dn(member) for member in self.company.members[one]]
            members += [group_dn(group) for group in inside]
            yield self._row(
                group_dn(one),
                {
                    "objectGUID": [guid(one)],
                    "cn": [one.encode()],
                    "member": [member.encode() for member in members],
                    "primaryGroupToken": [b"1" + str(len(one)).encode()],
                    "uSNChanged": [str(self.versions.get(one, 1000)).encode()],
                },
            )

    def _row(self, dn: str, attributes: Attributes) -> Row:
        return Row(dn, {**attributes, **self.changes.get(dn, {})})


def person_dn(person: str) -> str:
    """Return the name of a person's entry: one that has to be escaped."""
    return f"CN=Doe\\, {person},{PEOPLE}"


def group_dn(group: str) -> str:
    """Return the name of a group's entry."""
    return f"CN={group},{GROUPS}"


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def _handler(fake: FakeActiveDirectory) -> type[socketserver.BaseRequestHandler]:
    class Handler(_Conversation):
        owner = fake

    return Handler


class _Conversation(socketserver.BaseRequestHandler):
    owner: FakeActiveDirectory

    def handle(self) -> None:
        data = b""
        while True:
            received = self.request.recv(65536)
            if not received:
                return
            data += received
            while (size := _size(data)) and len(data) >= size:
                message, data = data[:size], data[size:]
                if not self._answer([one for _, one in _parts(_parts(message)[0][1])]):
                    return

    def _answer(self, message: Sequence[bytes]) -> bool:
        number = int.from_bytes(message[0])
        operation = _parts(message[1])
        if len(operation) == len(BIND):
            self._bind(number, [value for _, value in operation])
        elif len(operation) == len(SEARCH):
            asked = {
                name: value for name, (_, value) in zip(SEARCH, operation, strict=True)
            }
            return self._search(number, asked, message[2:])
        else:
            return False
        return True

    def _bind(self, number: int, given: Sequence[bytes]) -> None:
        answer = BindResponse()
        is_right = given[1:] == [ADMIN.encode(), PASSWORD.encode()]
        _result(answer, 0 if is_right else 49)
        self.request.sendall(_message(number, "bindResponse", answer))

    def _search(
        self, number: int, asked: Mapping[str, bytes], controls: Sequence[bytes]
    ) -> bool:
        fake = self.owner
        base = asked["base"].decode()
        is_page = base not in {"", SERVICE}
        fake.pages += is_page
        fault = fake.faults.get(fake.pages, "") if is_page else ""
        wanted = [value.decode() for _, value in _parts(asked["attributes"])]
        is_of_members = any(one.startswith("member") for one in wanted)
        gone = {group_dn(one) for one in fake.vanishing} if is_of_members else ()
        rows = [
            one
            for one in fake.rows(base)
            if one.dn not in gone and _is_newer(one, asked["filter"])
        ]
        fake.asked.append((base, "member" if is_of_members else wanted[0]))
        start, is_paged = _place(controls)
        end = start + (fake.page_size if is_paged else len(rows))
        sent = b"".join(
            _message(number, "searchResEntry", self._entry(row, wanted))
            for row in rows[start:end]
        )
        if end >= len(rows) and is_paged:
            refer = SearchResultReference()
            refer[0] = "ldap://DomainDnsZones.corp.example/DC=DomainDnsZones"
            sent += _message(number, "searchResRef", refer)
        done = SearchResultDone()
        _result(done, NOT_THERE if base in gone else CODES.get(fault, 0))
        cookie = str(end).encode() if end < len(rows) else b""
        has_control = is_paged and not fake.omits_control
        sent += _message(number, "searchResDone", done, cookie if has_control else None)
        return self._send(sent, "" if fault in CODES else fault)

    def _send(self, sent: bytes, fault: str) -> bool:
        match fault:
            case "":
                self.request.sendall(sent)
                return True
            case "truncated":
                self.request.sendall(sent[: len(sent) - 7])
            case "HTML":
                self.request.sendall(b"<!doctype html><title>Sign in</title>" * 40)
            case "time-out":
                self.request.recv(1)  # until the client has had enough
            case "reset":
                linger = struct.pack("ii", 1, 0)
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        return False

    def _entry(self, row: Row, wanted: Sequence[str]) -> Any:
        entry = SearchResultEntry()
        entry["object"] = row.dn
        for position, (label, values) in enumerate(self._values(row, wanted)):
            attribute = entry["attributes"].getComponentByPosition(
                position, instantiate=True
            )
            attribute["type"] = label
            for place, value in enumerate(values):
                attribute["vals"][place] = value
        return entry

    def _values(
        self, row: Row, wanted: Sequence[str]
    ) -> Iterable[tuple[str, Sequence[bytes]]]:
        most = self.owner.most_values
        for asked in wanted:
            name, _, option = asked.partition(";range=")
            values = row.attributes.get(name, ())
            start = int(option.partition("-")[0] or 0)
            part = values[start : start + most]
            if name == "member" and (option or len(values) > most):
                end = start + len(part)
                last = "*" if end >= len(values) else str(end - 1)
                yield f"{name};range={start}-{last}", part
            elif values:
                yield name, values


def _is_newer(row: Row, wanted: bytes) -> bool:
    """Answer whether an entry is as new as a filter wants; others are not looked at."""
    found = NEWER.search(wanted)
    return not found or int(row.attributes["uSNChanged"][0]) >= int(found[1])


def _size(data: bytes) -> int:
    """Return how long the first element is, 0 when that is not there yet."""
    if len(data) < 2:
        return 0
    length, rest = data[1], data[2:]
    if length < 128:
        return 2 + length
    count = length - 128
    if len(rest) < count:
        return 0
    return 2 + count + int.from_bytes(rest[:count])


def _parts(data: bytes) -> list[tuple[int, bytes]]:
    """Return tag and contents of each element."""
    found = []
    while data:
        size = _size(data)
        head = 2 if data[1] < 128 else 2 + data[1] - 128
        found.append((data[0], data[head:size]))
        data = data[size:]
    return found


def _place(controls: Sequence[bytes]) -> tuple[int, bool]:
    for _, control in _parts(controls[0]) if controls else ():
        parts = [value for _, value in _parts(control)]
        if parts[0].decode() == PAGED:
            value = _parts(_parts(parts[-1])[0][1])
            return int(value[1][1] or b"0"), True
    return 0, False


def _result(answer: Any, code: int) -> None:
    answer["resultCode"] = code
    answer["matchedDN"] = ""
    answer["diagnosticMessage"] = ""


def _message(
    number: int, kind: str, operation: Any, cookie: bytes | None = None
) -> bytes:
    message = LDAPMessage()
    message["messageID"] = number
    message["protocolOp"][kind] = operation
    if cookie is not None:
        value = RealSearchControlValue()
        value["size"], value["cookie"] = 0, cookie
        message["controls"][0] = build_control(PAGED, False, value)
    return bytes(encoder.encode(message))
