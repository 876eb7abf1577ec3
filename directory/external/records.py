"""From rows to records: each under the key by which requests lead to it."""

import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from directory.external.problems import DataRefusedError

USER_ID, USER_EMAIL, REQUEST_IP = "user.id", "user.email", "request.ip"
FINGERPRINT = "request.client_certificate.fingerprint"
FOREIGN_KEYS = (
    (USER_ID, "The person's id in the directory"),
    (USER_EMAIL, "The person's e-mail address"),
    (REQUEST_IP, "The address of the request, or a network around it"),
    (FINGERPRINT, "The fingerprint of the client's certificate"),
)
INDEX, CIDR = "$index", "cidr"
MAX_KEY, MAX_RECORD, MAX_DEPTH = 255, 64 * 1024, 10
SHA256 = re.compile("[0-9a-f]{64}")


class _UnusableError(Exception):
    """A row that can't be a record; the text says why."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it is kept. `text` is its data as JSON with sorted keys."""

    key: str
    network: str
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """What policies see."""
        value: dict[str, Any] = json.loads(self.text)
        return value


@dataclass(slots=True)
class Assembled:
    """The records of an answer by their keys, and what could not be taken."""

    records: dict[str, Record] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)


def assemble(
    rows: Iterable[dict[str, Any]], *, foreign_key: str, key_field: str
) -> Assembled:
    """Return the records of some rows.

    Of rows with one key the first counts, and the others are problems.

    Raises:
        DataRefusedError: most rows have no key, so the field is the wrong one.
    """
    found = Assembled()
    networks: set[str] = set()
    number = 0
    for number, row in enumerate(rows, 1):  # counted below
        try:
            record = _record(row, foreign_key, key_field)
        except _UnusableError as error:
            shown = str(row.get(key_field, ""))[:100]
            found.problems.append((shown or f"row {number:,}", str(error)))
            continue
        if record.key in found.records or record.network in networks:
            found.problems.append((record.key, "there is one of this key before it"))
            continue
        found.records[record.key] = record
        if record.network:
            networks.add(record.network)
    if number and len(found.problems) * 2 > number:
        why = found.problems[0][1]
        raise DataRefusedError(
            f"most rows are no records: {len(found.problems):,} of {number:,}; "
            f"the first one because {why}",
            remedy=f"Look whether `{key_field}` is the field that holds the key.",
        )
    return found


def _record(row: dict[str, Any], foreign_key: str, key_field: str) -> Record:
    data = {str(name): value for name, value in row.items()}
    cidr = _taken_cidr(data)
    text = _text(data.get(key_field))
    network = ""
    if foreign_key == REQUEST_IP:
        text, network = _place(text, cidr)
        data[INDEX] = {CIDR: network}
    key = _normalized(text, foreign_key)
    if not key:
        raise _UnusableError(f"it has nothing under `{key_field}`")
    if len(key) > MAX_KEY or not key.isprintable():
        raise _UnusableError(f"its key is longer than {MAX_KEY}, or not printable")
    return Record(key, network, _written(data))


def _taken_cidr(data: dict[str, Any]) -> str:
    """Take the network out of a row: nested as in JSON, or flat as in CSV."""
    nested, flat = data.pop(INDEX, None), data.pop(f"{INDEX}.{CIDR}", None)
    value = nested.get(CIDR) if isinstance(nested, dict) else flat
    return value.strip() if isinstance(value, str) else ""


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else ""


def _place(text: str, cidr: str) -> tuple[str, str]:
    """Return key and network of a record of addresses."""
    network = _network(cidr or text)
    if network is None:
        raise _UnusableError(f"`{(cidr or text)[:60]}` is no address and no network")
    own = _network(text) if text and text != cidr else None
    if own is not None and "/" not in text:
        return str(own.network_address), str(network)
    return text if text and own is None else str(network), str(network)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if network.network_address.scope_id is not None:
            return None
        if mapped is not None and network.prefixlen >= 96:  # noqa: PLR2004 # ::ffff:0:0/96
            return ipaddress.ip_network((mapped, network.prefixlen - 96))
    return network


def _normalized(text: str, foreign_key: str) -> str:
    if foreign_key == USER_EMAIL:
        # ASCII letters only: folding others would make look-alikes equal.
        return "".join(one.lower() if one.isascii() else one for one in text)
    if foreign_key == FINGERPRINT:
        plain = text.replace(":", "").replace(" ", "").lower()
        if text and not SHA256.fullmatch(plain):
            raise _UnusableError("its key is no SHA-256 fingerprint in hexadecimal")
        return plain
    return text


def _written(data: dict[str, Any]) -> str:
    if _depth(data) > MAX_DEPTH:
        raise _UnusableError(f"it is deeper than {MAX_DEPTH} levels")
    try:
        text = json.dumps(
            data,
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
    except ValueError as error:
        raise _UnusableError("it has a number that is too large") from error
    if len(text) > MAX_RECORD:
        raise _UnusableError(f"it is longer than {MAX_RECORD // 1024} KiB")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _UnusableError("it has half a character in its text") from error
    if "\\u0000" in text:
        raise _UnusableError("it has a NUL character in its text")
    return text


def _depth(value: Any, level: int = 1) -> int:
    if level > MAX_DEPTH:
        return level
    if isinstance(value, dict):
        parts: Iterable[Any] = value.values()
    elif isinstance(value, list):
        parts = value
    else:
        return level
    return max((_depth(one, level + 1) for one in parts), default=level)
