"""Reads of people and groups.

The directory belongs to the whole organization: whoever holds `directory:view`
anywhere may look people and groups up by name, because roles and policies are
written in them.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from directory.models import Directory, FormerName, Group, Membership, User
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.roles import ADMIN

NO_PERSON = "there is no such person, or you may not see them"
MAX_ADMINS_SHOWN = 5
DEMO_PROVIDER = "demo"


def list_people(actor: Actor) -> QuerySet[User]:
    """Return the people with `group_count`, if the actor may look them up."""
    if not access.can_anywhere(actor, Permission.DIRECTORY_VIEW):
        return User.objects.none()
    return User.objects.select_related("directory").annotate(
        group_count=_count(Membership.objects.filter(user=OuterRef("pk")))
    )


def list_groups(actor: Actor) -> QuerySet[Group]:
    """Return the groups with `member_count`, if the actor may look them up."""
    if not access.can_anywhere(actor, Permission.DIRECTORY_VIEW):
        return Group.objects.none()
    return Group.objects.select_related("directory").annotate(
        member_count=_count(Membership.objects.filter(group=OuterRef("pk")))
    )


def _count(rows: QuerySet[Membership]) -> Coalesce:
    """Count in a subquery: a join would group the whole table for one page of it."""
    return Coalesce(
        Subquery(
            rows.order_by().annotate(n=Func("pk", function="COUNT")).values("n"),
            output_field=IntegerField(),
        ),
        0,
    )


def search_people(people: QuerySet[User], text: str) -> QuerySet[User]:
    """Keep the people whose name, address or id contains the text."""
    return people.filter(
        Q(display_name__icontains=text)
        | Q(email__icontains=text)
        | Q(external_id__icontains=text)
    )


def search_groups(groups: QuerySet[Group], text: str) -> QuerySet[Group]:
    """Keep the groups whose name, now or before, address or id contains the text."""
    before = FormerName.objects.filter(name__icontains=text).order_by()
    return groups.filter(
        Q(name__icontains=text)
        | Q(email__icontains=text)
        | Q(external_id__icontains=text)
        | Q(pk__in=before.values("group_id"))
    )


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a group, to be chosen for a role."""

    key: str
    name: str
    email: str
    note: str
    is_group: bool


def find_subjects(text: str, *, chosen: str, limit: int, actor: Actor) -> list[Subject]:
    """Return active people and groups that contain the text, and the chosen one first.

    `chosen` is a Subject's `key`. Without text there is nobody else.
    """
    people = list_people(actor).filter(is_active=True)
    groups = list_groups(actor).filter(is_active=True)
    kind, _, chosen_id = chosen.partition(":")
    found: list[Subject] = []
    with suppress(ValueError):
        wanted = UUID(chosen_id)
        found += _subjects(
            people.filter(pk=wanted) if kind == "user" else people.none(),
            groups.filter(pk=wanted) if kind == "group" else groups.none(),
        )
    if text:
        found += _subjects(
            search_people(people, text)[:limit], search_groups(groups, text)[:limit]
        )
    return list({one.key: one for one in found}.values())


def _subjects(people: Iterable[User], groups: Iterable[Group]) -> list[Subject]:
    return [
        *(Subject(f"user:{one.id}", str(one), one.email, "", False) for one in people),
        *(
            Subject(
                f"group:{one.id}",
                one.name,
                one.email,
                _members(one.member_count),  # type: ignore[attr-defined] # annotated
                True,
            )
            for one in groups
        ),
    ]


def _members(count: int) -> str:
    text = ngettext("%(count)s member", "%(count)s members", count)
    return text % {"count": count}


def count_members(group_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many active people are in each group; empty ones count 0."""
    wanted = set(group_ids)
    counted = (
        Membership.objects.filter(group_id__in=wanted, user__is_active=True)
        .order_by()
        .values_list("group_id")
        .annotate(n=Count("pk"))
    )
    return dict.fromkeys(wanted, 0) | dict(counted)


def get_person(person_id: UUID | str, *, actor: Actor) -> User:
    """Return a person.

    Raises:
        NotFoundError: there is no such person, or the actor may not look people up.
    """
    person = list_people(actor).filter(pk=person_id).first()
    if person is None:
        raise NotFoundError(NO_PERSON)
    return person


def list_root_admins() -> list[User]:
    """Return who administers the root by name; shown to those who hold no role yet.

    That somebody runs the console is no secret, and whom to ask must be found.
    """
    holders = [
        binding.user_id
        for binding in namespace_selectors.list_all_bindings()
        if binding.user_id
        and binding.content_object.depth == 0
        and binding.permission.codename == ADMIN.code
    ]
    return list(User.objects.filter(pk__in=holders, is_active=True)[:MAX_ADMINS_SHOWN])


def list_admin_addresses() -> list[str]:
    """Return the e-mail addresses of all who administer the root, by name or group."""
    bindings = [
        one
        for one in namespace_selectors.list_all_bindings()
        if one.content_object.depth == 0 and one.permission.codename == ADMIN.code
    ]
    users = [one.user_id for one in bindings if one.user_id]
    groups = [one.group_id for one in bindings if one.group_id]
    members = Membership.objects.filter(group_id__in=groups, group__is_active=True)
    rows = User.objects.filter(
        Q(pk__in=users) | Q(pk__in=members.values("user_id")), is_active=True
    ).exclude(Q(email="") | Q(email__endswith="@localhost"))
    return list(dict.fromkeys(rows.order_by("email").values_list("email", flat=True)))


def get_self(actor: Actor) -> User:
    """Return the person who asks.

    Raises:
        NotFoundError: it is no person who asks.
    """
    found = User.objects.filter(is_active=True, pk=actor.user_id or UUID(int=0))
    person = found.first()
    if person is None:
        raise NotFoundError(gettext("this is for people who signed in"))
    return person


def get_group(group_id: UUID | str, *, actor: Actor) -> Group:
    """Return a group.

    Raises:
        NotFoundError: there is no such group, or the actor may not look groups up.
    """
    group = list_groups(actor).filter(pk=group_id).first()
    if group is None:
        raise NotFoundError(gettext("there is no such group, or you may not see it"))
    return group


def list_groups_of(person: User) -> QuerySet[Group]:
    """Return the groups that a person is in."""
    return Group.objects.filter(memberships__user=person, is_active=True)


def list_members(group: Group) -> QuerySet[User]:
    """Return the people in a group."""
    return User.objects.filter(memberships__group=group)


def list_people_behind(group_ids: Iterable[UUID]) -> dict[UUID, list[User]]:
    """Return the active people of each group, by name."""
    found: dict[UUID, list[User]] = {}
    rows = Membership.objects.filter(
        group_id__in=list(group_ids), user__is_active=True
    ).select_related("user")
    for row in rows.order_by("user__display_name", "user_id"):
        found.setdefault(row.group_id, []).append(row.user)
    return found


def map_memberships(group_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Return, for each member of these groups, which of them they are in."""
    found: dict[UUID, list[UUID]] = {}
    pairs = Membership.objects.filter(group_id__in=list(group_ids))
    for user_id, group_id in pairs.values_list("user_id", "group_id"):
        found.setdefault(user_id, []).append(group_id)
    return found


def name_groups(external_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of groups by the ids that policies hold; unknown ones miss."""
    return dict(
        Group.objects.filter(external_id__in=set(external_ids)).values_list(
            "external_id", "name"
        )
    )


def find_groups_called(texts: Iterable[str]) -> list[Group]:
    """Return the groups that have one of these as their id or name, gone ones too."""
    wanted = set(texts)
    return list(Group.objects.filter(Q(external_id__in=wanted) | Q(name__in=wanted)))


def find_former_names(texts: Iterable[str]) -> list[FormerName]:
    """Return former names of groups that are there, the newest first.

    Of the groups that have one of these as their id, or had it as their name.
    """
    wanted = set(texts)
    rows = FormerName.objects.filter(group__is_active=True).select_related("group")
    return list(rows.filter(Q(group__external_id__in=wanted) | Q(name__in=wanted)))


def list_former_names(group: Group) -> QuerySet[FormerName]:
    """Return what a group was called before, the newest first."""
    return FormerName.objects.filter(group=group)


def name_people(external_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of people by the ids that policies hold; unknown ones miss."""
    people = User.objects.filter(external_id__in=set(external_ids))
    return {one.external_id: str(one) for one in people}


def list_directories() -> QuerySet[Directory]:
    """Return the directories; none configured means group data can't be missing."""
    return Directory.objects.all()


def list_demo_people() -> QuerySet[User]:
    """Return the active people of the demo's directory."""
    return User.objects.filter(directory__provider=DEMO_PROVIDER, is_active=True)


def find_person(email: str) -> User:
    """Return the person of an address, for commands on the host.

    Raises:
        NotFoundError: nobody has it, or more than one person.
    """
    found = list(User.objects.filter(email__iexact=email)[:2])
    if len(found) != 1:
        raise NotFoundError(
            gettext("there is no one person `%(email)s`") % {"email": email}
        )
    return found[0]


def find_group(external_id: str) -> Group:
    """Return the group of an id, for commands on the host.

    Raises:
        NotFoundError: no group has it, or more than one.
    """
    found = list(Group.objects.filter(external_id=external_id)[:2])
    if len(found) != 1:
        raise NotFoundError(
            gettext("there is no one group `%(external_id)s`")
            % {"external_id": external_id}
        )
    return found[0]
