"""What an identity provider pushes: kept as it was said, each write whole and audited.

A push changes no person and no group by itself. It asks for a run, which reads what was
pushed as it reads any provider: compared, judged by the brake, written or held.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    StaleVersionError,
    TooLargeError,
    ValidationFailedError,
)
from console.core.transactions import writing
from directory.models import Directory, ScimKind, ScimMember, ScimResource
from directory.models.runs import UNDER_WAY
from directory.services import sync_runs
from namespaces.selectors import get_root

MAX_NAME, MAX_EXTERNAL_ID, MAX_DISPLAY = 320, 255, 255
MAX_DOCUMENT = 64 * 1024
MAX_SHOWN = 50
BATCH = 500
PAUSE = timedelta(seconds=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A resource as the client said it; `members` are ids with what they are called."""

    kind: str
    name: str
    external_id: str
    document: Mapping[str, Any]
    members: Mapping[UUID, str] = field(default_factory=dict)


@writing()
def push_resource(
    directory_id: UUID | str,
    pushed: Pushed,
    *,
    actor: Actor,
    now: datetime,
    resource_id: UUID | None = None,
    expected_revision: int | None = None,
) -> ScimResource:
    """Keep a new resource, or another state of the one of that id.

    Raises:
        NotFoundError: there is no such resource in the directory.
        StaleVersionError: it changed since it was read.
        ConflictError: another person has this `userName`.
        ValidationFailedError: a name is missing or too long, or a member is unknown.
        TooLargeError: it says more than is kept.
    """
    directory = Directory.objects.get(pk=directory_id)
    _check(pushed)
    row = ScimResource(directory=directory, kind=pushed.kind, created_at=now)
    before = None
    if resource_id is not None:
        row = _get(directory, pushed.kind, resource_id, expected_revision)
        before = _state(row)
        row.revision += 1
    row.name = _name_key(pushed)
    row.external_id = pushed.external_id
    row.document = dict(pushed.document)
    row.modified_at = now
    if row.kind == ScimKind.USER:
        same = directory.scim_resources.filter(kind=ScimKind.USER, name=row.name)
        if same.exclude(pk=row.pk).exists():
            raise ConflictError(
                gettext("another person has the userName `%(name)s`")
                % {"name": pushed.name}
            )
    row.save()
    added, removed = _set_members(row, pushed.members)
    after = _state(row) | _told("members_added", added)
    _record(
        "changed" if before else "created",
        row,
        before=before,
        after=after | _told("members_removed", removed),
        actor=actor,
        now=now,
    )
    _ask_for_run(directory, actor=actor, now=now)
    return row


@writing()
def delete_pushed(
    directory_id: UUID | str,
    kind: str,
    resource_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    expected_revision: int | None = None,
) -> None:
    """Forget a resource, and its part in groups.

    Raises:
        NotFoundError: there is no such resource in the directory.
        StaleVersionError: it changed since it was read.
    """
    directory = Directory.objects.get(pk=directory_id)
    row = _get(directory, kind, resource_id, expected_revision)
    _record("deleted", row, before=_state(row), after=None, actor=actor, now=now)
    row.delete()
    _ask_for_run(directory, actor=actor, now=now)


def _get(
    directory: Directory, kind: str, resource_id: UUID, expected: int | None
) -> ScimResource:
    row = directory.scim_resources.filter(kind=kind, pk=resource_id).first()
    if row is None:
        raise NotFoundError(
            gettext("there is no %(kind)s `%(resource_id)s`")
            % {"kind": kind, "resource_id": resource_id}
        )
    if expected is not None and row.revision != expected:
        raise StaleVersionError
    return row


def _check(pushed: Pushed) -> None:
    what = "userName" if pushed.kind == ScimKind.USER else "displayName"
    if not pushed.name.strip() or len(pushed.name) > MAX_NAME:
        raise ValidationFailedError(
            gettext("`%(what)s` takes 1 to %(max_name)s characters")
            % {"what": what, "max_name": MAX_NAME}
        )
    if len(pushed.external_id) > MAX_EXTERNAL_ID:
        raise ValidationFailedError(
            gettext("`externalId` takes at most %(max_external_id)s characters")
            % {"max_external_id": MAX_EXTERNAL_ID}
        )
    text = json.dumps(pushed.document)
    if "\\u0000" in text:
        raise ValidationFailedError(gettext("a value holds the character U+0000"))
    if len(text) > MAX_DOCUMENT:
        raise TooLargeError(
            gettext("a resource takes at most %(max_document)s characters")
            % {"max_document": f"{MAX_DOCUMENT:,}"}
        )


def _name_key(pushed: Pushed) -> str:
    name = pushed.name.strip()
    return name.casefold()[:MAX_NAME] if pushed.kind == ScimKind.USER else name


def _set_members(
    group: ScimResource, wanted: Mapping[UUID, str]
) -> tuple[list[str], list[str]]:
    """Make the members those that are wanted; return the names of both differences."""
    had = dict(group.members.values_list("member_id", "display"))
    new, gone = wanted.keys() - had.keys(), had.keys() - wanted.keys()
    names: dict[UUID, str] = {}
    for some in _batches(new | gone):
        rows = group.directory.scim_resources.filter(pk__in=some)
        names |= dict(rows.values_list("pk", "name"))
    unknown = sorted(str(one) for one in new - names.keys())
    if unknown:
        raise ValidationFailedError(
            gettext("there is no member `%(unknown)s`") % {"unknown": unknown[0]}
        )
    if group.pk in new:
        raise ValidationFailedError(gettext("a group can't be a member of itself"))
    renamed = {one for one in had.keys() & wanted.keys() if had[one] != wanted[one]}
    for some in _batches(gone | renamed):
        group.members.filter(member_id__in=some).delete()
    ScimMember.objects.bulk_create(
        (
            ScimMember(group=group, member_id=one, display=wanted[one][:MAX_DISPLAY])
            for one in new | renamed
        ),
        batch_size=BATCH,
    )
    return sorted(names[one] for one in new), sorted(names[one] for one in gone)


def _batches(ids: Iterable[UUID]) -> Iterable[list[UUID]]:
    found = list(ids)
    return (found[at : at + BATCH] for at in range(0, len(found), BATCH))


def _ask_for_run(directory: Directory, *, actor: Actor, now: datetime) -> None:
    """Let a worker read what was pushed: at once, or after the run that is under way.

    Thousands of pushes within a minute are read in a few runs, not in thousands.
    """
    runs = directory.runs.filter(is_dry_run=False)
    is_busy = runs.filter(state__in=UNDER_WAY).exists()
    if is_busy or runs.filter(created_at__gt=now - PAUSE).exists():
        Directory.objects.filter(pk=directory.pk).update(next_run_at=now)
        return
    if directory.next_run_at is None:
        following = now + timedelta(seconds=directory.interval_seconds)
        Directory.objects.filter(pk=directory.pk).update(next_run_at=following)
    sync_runs.queue(directory, sync_runs.PUSH, actor=actor, now=now)


def _state(row: ScimResource) -> dict[str, Any]:
    """Return what the audit log keeps of a resource."""
    return {
        "name": row.name,
        "external_id": row.external_id,
        "active": row.document.get("active"),
        "revision": row.revision,
    }


def _told(name: str, members: list[str]) -> dict[str, Any]:
    """Return members for the audit log: how many, and the first of them."""
    return {name: len(members), f"{name}_first": members[:MAX_SHOWN]} if members else {}


def _record(
    verb: str,
    row: ScimResource,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    actor: Actor,
    now: datetime,
) -> None:
    kind = "person" if row.kind == ScimKind.USER else "group"
    audit.record(
        Change(
            action=f"pushed-{kind}.{verb}",
            target_type="directory",
            target_id=row.directory_id,
            target_label=f"{row.directory.name}: {row.name}"[:255],
            namespace_id=get_root().id,
            before=before,
            after=after,
        ),
        actor=actor,
        now=now,
    )
