"""Certificates of the local authority for hosts that nobody uploaded one for.

They are kept beside the authority, so that a host's stays the same from one start to
the next until it is due.
"""

import json
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from gateway.envoy import ServerCertificate
from gateway.services.local_authority import is_due, open_authority

KEPT = "local-certificates.json"
HOSTS_IN_ONE = 100


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    hosts: list[str]
    chain: str
    key: str


def local_certificates(
    hosts: Collection[str], *, folder: Path, now: datetime
) -> tuple[ServerCertificate, ...]:
    """Return certificates that between them cover the hosts, issuing what lacks."""
    authority = open_authority(folder, now=now)
    before = _read(folder / KEPT)
    wanted = set(hosts)
    kept = [
        one
        for one in before
        if wanted.intersection(one.hosts) and not is_due(one.chain, now=now)
    ]
    lacking = sorted(wanted.difference(*(one.hosts for one in kept)))
    number = max((one.number for one in before), default=0)
    for part in _parts(lacking):
        number += 1
        issued = authority.issue(part, now=now)
        kept.append(_Kept(number, part, issued.chain, issued.key))
    if kept != before:
        _write(folder / KEPT, kept)
    return tuple(
        ServerCertificate(name=f"local-{one.number}", chain=one.chain, key=one.key)
        for one in kept
    )


def _parts(hosts: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(hosts), HOSTS_IN_ONE):
        yield hosts[start : start + HOSTS_IN_ONE]


def _read(path: Path) -> list[_Kept]:
    try:
        held = json.loads(path.read_text(encoding="ascii"))
        return [_Kept(**one) for one in held]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def _write(path: Path, kept: Iterable[_Kept]) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(temporary, flags, 0o600), "w", encoding="ascii") as file:
        json.dump([asdict(one) for one in kept], file)
    temporary.replace(path)
