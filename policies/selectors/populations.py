"""People as the language takes them for many decisions at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from policies.language import Facts, SourceState
from policies.language.facts import (
    ClientCertificate,
    DirectoryUser,
    Person,
    Request,
    Session,
)
from policies.language.fast import Population, caller_of
from policies.selectors.facts import SESSION_ID, RecordsOfMany


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person of a directory that was read completely."""

    id: str
    email: str = ""
    claims: Mapping[str, list[Any]] = field(default_factory=dict)
    group_ids: frozenset[str] = frozenset()


def population_of(people: Iterable[Somebody], *, now: datetime) -> Population:
    """Return these people, each signed in and without a device."""
    return Population([caller_of(_facts(one, now)) for one in people])


def plain_request(host: str, path: str, *, now: datetime) -> Facts:
    """Return what is known of an ordinary request: a page is asked for."""
    return Facts(
        now=now,
        request=Request(
            method="GET",
            path=path,
            raw_path=path,
            host=host,
            hostname=host.partition(":")[0],
            url=f"https://{host}{path}",
        ),
        certificate=ClientCertificate(),
        records=RecordsOfMany(now),
    )


def _facts(one: Somebody, now: datetime) -> Facts:
    return Facts(
        now=now,
        session=Session(id=SESSION_ID, user_id=one.id),
        person=Person(id=one.id, email=one.email, claims=dict(one.claims)),
        directory_user=DirectoryUser(email=one.email, group_ids=one.group_ids),
        directory=SourceState.FRESH,
        certificate=ClientCertificate(),
    )
