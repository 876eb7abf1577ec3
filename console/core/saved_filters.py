"""Filters of lists that a person keeps under a name. Nobody else sees them.

Plain identifiers instead of foreign keys, as in the other tables of the kernel.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from console.core import audit
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.models import SavedFilter
from console.core.transactions import writing

MAX_FILTERS = 200


def list_saved_filters(actor: Actor, *, listing: str = "") -> QuerySet[SavedFilter]:
    """Return what the actor keeps, of one list or of all, by name."""
    if actor.user_id is None:
        return SavedFilter.objects.none()
    rows = SavedFilter.objects.filter(user_id=actor.user_id).order_by(
        "listing", "name", "pk"
    )
    return rows.filter(listing=listing) if listing else rows


@writing()
def save_filter(
    *, listing: str, name: str, query: str, actor: Actor, now: datetime
) -> SavedFilter:
    """Keep a query of a list under a name.

    Raises:
        PermissionDeniedError: only people keep filters.
        ValidationFailedError: there is no name, or nothing that narrows the list.
        ConflictError: the name is taken, or there are too many already.
    """
    if actor.user_id is None:
        raise PermissionDeniedError(gettext("only people keep filters"))
    name = " ".join(name.split())
    longest = SavedFilter._meta.get_field("name").max_length or 0  # noqa: SLF001
    if not name or len(name) > longest or not name.isprintable():
        raise ValidationFailedError(
            fields={
                "name": [
                    gettext("give a name of at most %(longest)s characters")
                    % {"longest": longest}
                ]
            }
        )
    if not query:
        text = "search, filter or sort the list first; there is nothing to keep yet"
        raise ValidationFailedError(text, fields={"query": [text]})
    own = list_saved_filters(actor)
    if own.filter(listing=listing, name__iexact=name).exists():
        text = f"you have a filter `{name}` of this list already"
        raise ConflictError(text, fields={"name": [text]})
    if own.count() >= MAX_FILTERS:
        raise ConflictError(
            gettext("you keep %(max_filters)s filters; delete some first")
            % {"max_filters": MAX_FILTERS}
        )
    saved = SavedFilter.objects.create(
        user_id=actor.user_id,
        listing=listing,
        name=name,
        query=query,
        created_at=now,
        modified_at=now,
    )
    _record("created", saved, after=_state(saved), actor=actor, now=now)
    return saved


@writing()
def delete_saved_filter(
    filter_id: UUID | str, *, actor: Actor, now: datetime
) -> SavedFilter:
    """Keep one no longer. Returns what it was.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    saved = list_saved_filters(actor).filter(pk=filter_id).first()
    if saved is None:
        raise NotFoundError
    _record("deleted", saved, before=_state(saved), actor=actor, now=now)
    SavedFilter.objects.filter(pk=saved.pk).delete()
    return saved


def _state(saved: SavedFilter) -> dict[str, str]:
    return {"listing": saved.listing, "name": saved.name, "query": saved.query}


def _record(
    verb: str,
    saved: SavedFilter,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    change = Change(
        action=f"saved-filter.{verb}",
        target_type="saved-filter",
        target_id=saved.pk,
        target_label=saved.name,
        namespace_id=None,
        before=before,
        after=after,
    )
    audit.record(change, actor=actor, now=now)
