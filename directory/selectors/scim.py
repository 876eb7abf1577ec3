"""Reads of what identity providers pushed, and of the tokens that they push with."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import ScimKind, ScimMember, ScimResource, ScimToken
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

BATCH = 500


def find_scim_token(
    directory_id: UUID, token_hash: str, *, now: datetime
) -> ScimToken | None:
    """Return the token of that hash, if it is the directory's and still works."""
    return (
        ScimToken.objects.select_related("directory")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now))
        .filter(directory_id=directory_id, token_hash=token_hash)
        .first()
    )


def list_scim_tokens(actor: Actor) -> QuerySet[ScimToken]:
    """Return the tokens of all directories, for admins of the root; else none."""
    if not namespace_selectors.holds_on_root(actor, Permission.DIRECTORY_EDIT):
        return ScimToken.objects.none()
    return ScimToken.objects.select_related("directory")


def get_scim_token(token_id: UUID | str, *, actor: Actor) -> ScimToken:
    """Return a token.

    Raises:
        NotFoundError: it isn't there for the actor: only admins of the root see it.
    """
    found = list_scim_tokens(actor).filter(pk=token_id).first()
    if found is None:
        raise NotFoundError(gettext("there is no such token, or you may not see it"))
    return found


def last_heard(actor: Actor) -> dict[UUID, datetime]:
    """Return when a provider last spoke to each directory, or got its newest token."""
    rows = list_scim_tokens(actor).order_by().values("directory_id")
    found = rows.annotate(used=Max("last_used_at"), made=Max("created_at"))
    return {
        one["directory_id"]: max(one["used"] or one["made"], one["made"])
        for one in found
    }


def list_pushed(directory_id: UUID | str, kind: str) -> QuerySet[ScimResource]:
    """Return what was pushed to a directory, in a lasting order."""
    return ScimResource.objects.filter(directory_id=directory_id, kind=kind)


def read_pushed(
    directory_id: UUID | str, kind: str
) -> Iterator[tuple[UUID, str, dict[str, object]]]:
    """Yield id, external id and document of all that was pushed."""
    rows = list_pushed(directory_id, kind).values_list("pk", "external_id", "document")
    yield from rows.iterator(chunk_size=BATCH)


def read_pushed_members(
    directory_id: UUID | str,
) -> Iterator[tuple[UUID, UUID, bool]]:
    """Yield group, member, and whether the member is a group."""
    rows = ScimMember.objects.filter(group__directory_id=directory_id)
    found = rows.order_by("pk").values_list("group_id", "member_id", "member__kind")
    for group, member, kind in found.iterator(chunk_size=BATCH):
        yield group, member, kind == ScimKind.GROUP


def map_pushed_members(
    groups: Iterable[ScimResource],
) -> dict[UUID, list[ScimMember]]:
    """Return the direct members of groups, by the group's id."""
    found: dict[UUID, list[ScimMember]] = {}
    rows = ScimMember.objects.filter(group__in=list(groups)).select_related("member")
    for row in rows.order_by("pk"):
        found.setdefault(row.group_id, []).append(row)
    return found
