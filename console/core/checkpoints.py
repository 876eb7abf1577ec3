"""Signed checkpoints: where the audit chain was at a time, said outside of it.

A chain of hashes shows that events were changed, but not that its end was cut off, nor
that somebody who owns the database wrote all of it anew. A checkpoint is a short
statement, signed with a key that the database does not hold. It is kept in the
database, written to the log, and appended to a file that can lie on another machine.

The key is one of its own (POSTERN_AUDIT_KEYS), so that whoever opens secrets can't
sign. Rotation: put the new key in front of the others; when the old one is taken away,
its public half goes to POSTERN_AUDIT_PUBLIC_KEYS, or what it signed counts no longer.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings
from django.db import transaction

from console.core import signing
from console.core.exceptions import ConsoleError
from console.core.models import AuditCheckpoint, AuditHead

PURPOSE = b"postern audit checkpoint"
logger = logging.getLogger(__name__)


class CheckpointError(ConsoleError):
    """A statement is no checkpoint of this console."""

    code = "bad_checkpoint"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain had `sequence` events, and the last one's hash was `hash`.

    `key` is the public key, and `signature` what it signs the rest with; both in
    URL-safe base64. `signed_at` is ISO 8601.
    """

    sequence: int
    hash: str
    signed_at: str
    key: str
    signature: str

    @property
    def statement(self) -> bytes:
        """What the signature is over."""
        return _statement(self.sequence, self.hash, self.signed_at)

    def to_line(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)


def sign_checkpoint(*, now: datetime) -> Checkpoint | None:
    """Sign where the chain is, unless that has been said already; None then.

    Needs no lock: what the head says was committed, whatever comes after it.
    """
    head = AuditHead.objects.filter(id=1).first()
    if head is None or not head.sequence:
        return None
    if AuditCheckpoint.objects.filter(sequence=head.sequence).exists():
        return None
    checkpoint = sign(head, now=now)
    AuditCheckpoint.objects.bulk_create(
        [AuditCheckpoint(**asdict(checkpoint))], ignore_conflicts=True
    )
    transaction.on_commit(lambda: publish(checkpoint))
    return checkpoint


def sign(head: AuditHead, *, now: datetime) -> Checkpoint:
    """Return a statement about a head, with the newest key."""
    private = _private_keys()[0]
    said_at = now.isoformat()
    signature = private.sign(_statement(head.sequence, head.hash, said_at))
    return Checkpoint(
        head.sequence,
        head.hash,
        said_at,
        signing.public_text(private),
        signing.as_text(signature),
    )


def publish(checkpoint: Checkpoint) -> None:
    """Say a checkpoint outside of the database: in the log, and in the file if any."""
    logger.info("audit checkpoint %s", checkpoint.to_line())
    if settings.AUDIT_CHECKPOINT_FILE:
        append(checkpoint, Path(settings.AUDIT_CHECKPOINT_FILE))


def append(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint to the end of a file."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{checkpoint.to_line()}\n")


def public_keys() -> list[str]:
    """Return the keys that checkpoints of this console are checked with.

    The newest comes first; those of keys that no longer sign are among them.
    """
    former = [
        signing.read_public(text, setting="POSTERN_AUDIT_PUBLIC_KEYS")
        for text in settings.AUDIT_PUBLIC_KEYS
    ]
    return [
        *map(signing.public_text, _private_keys()),
        *map(signing.public_text, former),
    ]


def read_checkpoints(
    lines: Iterable[str], *, keys: Iterable[str] = ()
) -> list[Checkpoint]:
    """Return the checkpoints of a file, each with a signature that holds.

    `keys` are public keys to trust besides those of this console. A line of the log,
    with words before the statement, is read as well.

    Raises:
        CheckpointError: a line is none, or was not signed by a key that is trusted.
    """
    trusted = {*public_keys(), *keys}
    found = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            found.append(_read(line, number, trusted))
    return found


def list_checkpoints() -> list[Checkpoint]:
    """Return those that the database holds, oldest first."""
    rows = AuditCheckpoint.objects.order_by("sequence")
    return [
        Checkpoint(row.sequence, row.hash, row.signed_at, row.key, row.signature)
        for row in rows
    ]


def _read(line: str, number: int, trusted: set[str]) -> Checkpoint:
    try:
        values: Mapping[str, Any] = json.loads(line[line.index("{") :])
        if "message" in values:  # a line of the console's own log
            values = json.loads(values["message"].partition("checkpoint ")[2])
        checkpoint = Checkpoint(**values)
        check(checkpoint, trusted)
    except (ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"line {number} is no checkpoint") from error
    except InvalidSignature as error:
        raise CheckpointError(
            f"line {number}: the signature was made with no key that is trusted here; "
            f"it names {checkpoint.key}"
        ) from error
    return checkpoint


def check(checkpoint: Checkpoint, trusted: Iterable[str]) -> None:
    """Check that one of the trusted keys signed a checkpoint.

    Raises:
        InvalidSignature: none did.
    """
    if checkpoint.key not in trusted:
        raise InvalidSignature
    public = Ed25519PublicKey.from_public_bytes(signing.as_bytes(checkpoint.key))
    public.verify(signing.as_bytes(checkpoint.signature), checkpoint.statement)


def _statement(sequence: int, last_hash: str, signed_at: str) -> bytes:
    return f"{PURPOSE.decode()}\n{sequence}\n{last_hash}\n{signed_at}\n".encode()


def _private_keys() -> tuple[Ed25519PrivateKey, ...]:
    """Return the keys that may sign; the first one does."""
    return _read_keys(tuple(settings.AUDIT_KEYS), tuple(settings.DATA_KEYS))


@lru_cache(maxsize=4)
def _read_keys(
    given: tuple[str, ...], data_keys: tuple[str, ...]
) -> tuple[Ed25519PrivateKey, ...]:
    """Return the keys given; without any, what belongs to the keys for secrets.

    A console that was given none signs all the same; `check --deploy` speaks of it.
    """
    if given:
        return tuple(
            signing.read_private(one, setting="POSTERN_AUDIT_KEYS") for one in given
        )
    return tuple(signing.derive(one, purpose=PURPOSE) for one in data_keys)
