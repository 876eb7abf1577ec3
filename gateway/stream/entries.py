"""What the stream says of one person, device, session, account, directory or source.

Named tuples: a hundred thousand of them are made while an authorizer starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime


class PersonEntry(NamedTuple):
    """A person. `claims` is a JSON object as text; most people share few of them.

    `groups` are the active groups of the person's own directory: what policies call
    each, and its name, which decides nothing.
    Somebody whose `directory_id` is None is unknown to any directory.
    """

    id: str
    external_id: str
    email: str
    directory_id: str | None
    is_active: bool
    claims: str = "{}"
    groups: tuple[tuple[str, str], ...] = ()

    @property
    def group_ids(self) -> tuple[str, ...]:
        """Return what policies call the groups."""
        return tuple([one[0] for one in self.groups])


class DeviceEntry(NamedTuple):
    """A device that counts: one that was refused or taken away has no entry.

    `id` is what sessions name it by. `approved_by` is None where nobody approved it;
    an approval ends at `approved_until`, if that is given.
    """

    id: str
    device_type: str
    credential_id: str
    enrollment_id: str
    approved_by: str | None
    approved_until: datetime | None


class SessionEntry(NamedTuple):
    """A session at the proxy, found by `key`, the hash of its cookie's secret.

    Attributes:
        host: the only one that it counts for.
        device_ids: the `DeviceEntry.id` of each device that was proven in it.
        ends_at: after this it counts no more. One that was revoked has no entry.
    """

    key: str
    id: str
    person_id: str
    host: str
    ends_at: datetime
    device_ids: tuple[str, ...] = ()


class AccountEntry(NamedTuple):
    """A service account that calls with a token, found by the token's hash.

    One that was revoked has no entry. It counts for nothing once `ends_at` has passed,
    or while its owner, if it has one, is deactivated.
    """

    key: str
    id: str
    name: str
    namespace_id: str
    owner_id: str | None
    ends_at: datetime | None


class DirectoryEntry(NamedTuple):
    """A directory: when it was last read completely, and how long that is relied on."""

    id: str
    complete_at: datetime | None
    max_age_seconds: int


class AddressEntry(NamedTuple):
    """An address that policies in Rego may GET: when it answered, how long that counts.

    What it answered is asked for by its id.
    """

    id: str
    url: str
    fetched_at: datetime | None
    max_age_seconds: int


class RecordSourceEntry(NamedTuple):
    """An external data source, with what ties its records to a request."""

    id: str
    record_type: str
    foreign_key: str
    complete_at: datetime | None
    max_age_seconds: int
