"""Reads of directories and their runs, for those who administer the root."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import Directory, Membership, SyncRun, SyncState, User
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

BATCH = 500


def list_read_directories(actor: Actor) -> QuerySet[Directory]:
    """Return the directories, if the actor administers the root; else none."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return Directory.objects.none()
    return Directory.objects.select_related("account").order_by("name")


def get_directory(directory_id: UUID | str, *, actor: Actor) -> Directory:
    """Return a directory.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    found = list_read_directories(actor).filter(pk=directory_id).first()
    if found is None:
        raise NotFoundError("there is no such directory, or you may not see it")
    return found


def list_runs(actor: Actor) -> QuerySet[SyncRun]:
    """Return the runs of all directories, the newest first, without their plans."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return SyncRun.objects.none()
    return SyncRun.objects.select_related("directory").defer("plan")


def get_run(run_id: UUID | str, *, actor: Actor) -> SyncRun:
    """Return a run.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    run = list_runs(actor).filter(pk=run_id).first()
    if run is None:
        raise NotFoundError("there is no such run, or you may not see it")
    return run


def find_run(run_id: UUID | str) -> SyncRun | None:
    """Return a run with its plan, for jobs."""
    return SyncRun.objects.select_related("directory").filter(pk=run_id).first()


def list_troubles(actor: Actor, *, now: datetime) -> list[tuple[Directory, str]]:
    """Return the directories that need somebody, and why.

    Held runs wait for a decision; failing or resting directories grow old, and old
    data count as missing.
    """
    found = []
    for directory in list_read_directories(actor).exclude(
        account__isnull=True, next_run_at__isnull=True
    ):
        last = directory.runs.exclude(
            state__in=(SyncState.QUEUED, SyncState.RUNNING, SyncState.PREVIEWED)
        ).first()
        limit = timedelta(seconds=directory.max_age_seconds)
        is_old = directory.complete_at and now - directory.complete_at > limit / 2
        if last is not None and last.state == SyncState.HELD:
            found.append((directory, "a run is held, and waits for your decision"))
        elif last is not None and last.state == SyncState.FAILED:
            found.append((directory, f"it can't be read: {last.failure}"))
        elif is_old:
            found.append((directory, "what is known of it grows old"))
    return found


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What policies compare of a person; groups by the provider's ids."""

    name: str
    email: str
    claims: dict[str, list[Any]]
    is_active: bool
    group_ids: frozenset[str]


def facts_of_people(person_ids: Sequence[UUID]) -> dict[str, PersonFacts]:
    """Return what policies know of some people, by their ids in the directory."""
    return _facts(User.objects.filter(pk__in=person_ids))


def facts_of_directory(
    directory_id: UUID, external_ids: Sequence[str]
) -> dict[str, PersonFacts]:
    """Return the same for people of a directory, by their ids there."""
    found: dict[str, PersonFacts] = {}
    for start in range(0, len(external_ids), BATCH):
        some = external_ids[start : start + BATCH]
        rows = User.objects.filter(directory_id=directory_id, external_id__in=some)
        found |= _facts(rows)
    return found


def _facts(people: QuerySet[User]) -> dict[str, PersonFacts]:
    rows = list(people)
    groups: dict[UUID, set[str]] = {}
    pairs = Membership.objects.filter(
        user_id__in=[one.pk for one in rows], group__is_active=True
    )
    for person, group in pairs.values_list("user_id", "group__external_id"):
        groups.setdefault(person, set()).add(group)
    return {
        one.external_id: PersonFacts(
            one.display_name,
            one.email,
            one.claims,
            one.is_active,
            frozenset(groups.get(one.pk, ())),
        )
        for one in rows
    }
