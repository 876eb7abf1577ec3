"""Reads of directories and their runs, for those who administer the root."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext

from console.core.actor import Actor, system
from console.core.exceptions import NotFoundError
from directory.models import (
    Directory,
    DirectoryAlarm,
    Membership,
    RunState,
    SyncRun,
    User,
)
from directory.selectors.scim import last_heard
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

BATCH = 500
PUSHED = "scim-push"  # `providers.pushed.CODE`, which reads from here
HELD = "a run is held, and waits for your decision"
TOO_OLD = "it is too old: criteria on it refuse"
GROWS_OLD = "what is known of it grows old"
QUIET = timedelta(days=7)  # providers push changes, and there may be none for days


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
        raise NotFoundError(
            gettext("there is no such directory, or you may not see it")
        )
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
        raise NotFoundError(gettext("there is no such run, or you may not see it"))
    return run


def find_run(run_id: UUID | str) -> SyncRun | None:
    """Return a run with its plan, for jobs."""
    return SyncRun.objects.select_related("directory").filter(pk=run_id).first()


def list_troubles(actor: Actor, *, now: datetime) -> list[tuple[Directory, str]]:
    """Return the directories that need somebody, and why.

    Held runs wait for a decision; failing or resting directories grow old, and old
    data count as missing. One that is pushed to is read from what was pushed, however
    long ago: of it the silence of its provider tells.
    """
    heard = last_heard(actor)
    found: list[tuple[Directory, str]] = []
    for directory in _with_last_run(list_read_directories(actor)):
        text = _trouble(directory, heard.get(directory.pk), now=now)
        if text:
            found.append((directory, text))
    return found


def find_alarms(*, now: datetime) -> dict[Directory, str]:
    """Return the directories of which people are to be told, and why.

    A run that failed is told of once the data grow old: most that fail go well the
    next time. What is said is ours, and nothing that a provider said.
    """
    watch = system("directory watch")
    heard = last_heard(watch)
    rows = _with_last_run(list_read_directories(watch))
    alarms = {one: _alarm(one, heard.get(one.pk), now=now) for one in rows}
    return {one: text for one, text in alarms.items() if text}


def count_alarms() -> int:
    """Return how many directories need somebody; for monitoring."""
    return DirectoryAlarm.objects.filter(ended_at=None).count()


def _with_last_run(rows: QuerySet[Directory]) -> QuerySet[Any]:
    """Keep the directories that are read, with what came of the last run."""
    last = SyncRun.objects.filter(directory=OuterRef("pk")).exclude(
        state__in=(RunState.QUEUED, RunState.RUNNING, RunState.PREVIEWED)
    )
    return rows.annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_failure=Subquery(last.values("failure")[:1]),
    ).exclude(~Q(provider=PUSHED), account__isnull=True, next_run_at__isnull=True)


def _trouble(directory: Any, heard: datetime | None, *, now: datetime) -> str:
    if directory.last_state == RunState.FAILED:
        return f"it can't be read: {directory.last_failure}"
    return _alarm(directory, heard, now=now)


def _alarm(directory: Any, heard: datetime | None, *, now: datetime) -> str:
    is_pushed = directory.provider == PUSHED
    limit = timedelta(seconds=directory.max_age_seconds)
    started = directory.created_at
    if directory.last_state == RunState.HELD:
        return HELD
    if directory.complete_at or not is_pushed:
        age = now - (directory.complete_at or started)
        if age > limit:
            return TOO_OLD
        if age > limit / 2 and age > 2 * timedelta(seconds=directory.interval_seconds):
            return GROWS_OLD
    silence = now - max(started, heard or started)
    if is_pushed and silence > max(limit, QUIET):
        return f"nothing has been pushed to it for {silence.days} days"
    return ""


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
