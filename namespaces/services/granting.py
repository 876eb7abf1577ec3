"""What is refused when roles are granted or changed. Writes nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from namespaces import access, selectors
from namespaces.exceptions import RoleNotGrantableError
from namespaces.models import Namespace, RoleBinding
from namespaces.roles import ROLE_BY_CODE


def check_ends_later(expires_at: datetime | None, now: datetime) -> None:
    """Refuse an end that is past."""
    if expires_at is not None and expires_at <= now:
        raise ValidationFailedError(
            gettext("a role ends in the future"),
            fields={"expires_at": [gettext("this is past")]},
        )


def check_grantable(role: str, namespace: Namespace, *, actor: Actor) -> None:
    """Refuse a role that there is not, or that is above the actor's own."""
    if role not in ROLE_BY_CODE:
        raise ValidationFailedError(
            gettext("there is no role `%(role)s`") % {"role": role},
            fields={"role": [gettext("viewer, manager or admin")]},
        )
    own = access.role_at(access.read_grants(actor), namespace.path)
    if own is None or ROLE_BY_CODE[role].rank > own.rank:
        raise RoleNotGrantableError(gettext("nobody grants a role above their own"))


def check_not_own(
    user_id: UUID | None, service_account_id: UUID | None, *, actor: Actor
) -> None:
    """Refuse to change the actor's own role, also through a machine that they keep."""
    given = (user_id, service_account_id)
    own = (selectors.get_person_behind(actor), actor.service_account_id)
    if any(one and one == mine for one, mine in zip(given, own, strict=True)):
        raise RoleNotGrantableError(
            gettext("nobody changes their own role; ask another admin")
        )


def check_gains_nothing(
    group_id: UUID | None,
    role: str,
    expires_at: datetime | None,
    namespace: Namespace,
    *,
    actor: Actor,
) -> None:
    """Refuse a role for the actor's own group that outranks or outlasts what they hold.

    Otherwise whoever is admin for a week could make it for ever.
    """
    person = selectors.get_person_behind(actor)
    if group_id is None or person is None:
        return
    if not row_of("group", group_id, memberships__user_id=person).exists():
        return
    wanted = ROLE_BY_CODE[role]
    if not any(
        grant.covers(namespace.path)
        and grant.role.rank >= wanted.rank
        and _lasts(grant.expires_at, until=expires_at)
        for grant in access.read_grants(actor)
    ):
        raise RoleNotGrantableError(
            gettext(
                "you are in this group: nobody gives themselves a stronger role, "
                "or a longer one; ask another admin"
            )
        )


def _lasts(ends: datetime | None, *, until: datetime | None) -> bool:
    return ends is None or (until is not None and ends >= until)


def row_of(subject: str, subject_id: UUID, **conditions: Any) -> QuerySet[Any]:
    """Return the row of a subject, if there is one and the conditions hold."""
    # The tables of people lie above this app; the foreign key knows them.
    table: Any = RoleBinding._meta.get_field(subject).related_model  # noqa: SLF001
    rows: QuerySet[Any] = table._default_manager.filter(pk=subject_id, **conditions)  # noqa: SLF001
    return rows
