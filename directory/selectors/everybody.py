"""All people at once, as policies compare them, and a sign that they changed.

For previews over the whole directory. Nothing here is narrowed to who asks: counts
are for anybody who may try policies, and names are looked up by whoever shows them.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Max, QuerySet

from directory.models import Directory, ExternalDataSource, Membership, User

MAX_PEOPLE = 20_000


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What policies compare of an active person; groups by the provider's ids."""

    id: UUID
    external_id: str
    name: str
    email: str
    claims: dict[str, list[Any]]
    directory_id: UUID | None
    group_ids: frozenset[str]


def list_everybody() -> list[KnownPerson]:
    """Return the first 20,000 active people by name, in three queries."""
    people = _active()[:MAX_PEOPLE]
    groups: dict[UUID, set[str]] = {}
    pairs = Membership.objects.filter(
        user__is_active=True,
        group__is_active=True,
        group__directory_id=F("user__directory_id"),
    )
    for person, group in pairs.values_list("user_id", "group__external_id").iterator():
        groups.setdefault(person, set()).add(group)
    # People of the same groups share one set of them.
    shared: dict[frozenset[str], frozenset[str]] = {}
    found = []
    for row in people.values_list(
        "pk", "external_id", "display_name", "email", "claims", "directory_id"
    ):
        own = frozenset(groups.get(row[0], ()))
        found.append(KnownPerson(*row, group_ids=shared.setdefault(own, own)))
    return found


def count_everybody() -> int:
    """Return how many active people there are."""
    return User.objects.filter(is_active=True).count()


def state_of_everybody() -> tuple[Any, ...]:
    """Return what is another value once people, groups or memberships changed."""
    latest = User.objects.order_by("-modified_at", "pk").values_list(
        "pk", "modified_at"
    )
    directories = Directory.objects.order_by("pk").values_list(
        "pk", "fence", "complete_at", "modified_at"
    )
    return (
        User.objects.filter(is_active=True).count(),
        latest.first(),
        Membership.objects.aggregate(newest=Max("pk"))["newest"],
        tuple(directories),
    )


def all_records_of(source: ExternalDataSource) -> dict[str, dict[str, Any]]:
    """Return every record of a source by its id, as policies see it."""
    return dict(source.records.values_list("record_id", "data"))


def _active() -> QuerySet[User]:
    return User.objects.filter(is_active=True).order_by("display_name", "email", "pk")
