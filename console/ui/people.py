"""Pages of people and groups: lists, and what is known of each."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import CsvExport, ListPage, Page
from devices import selectors as device_selectors
from directory import selectors as directory_selectors
from directory.listings import GroupListing, PersonListing
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.roles import ROLE_BY_CODE
from policies import selectors as policy_selectors
from routes import services as route_services

MAX_LISTED = 50
MAX_FOUND = 10
MAX_FORMER = 5
ROLE_COLUMNS = (
    {"label": gettext_lazy("Role")},
    {"label": gettext_lazy("Namespace, and all below")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("Until"), "hide": "narrow"},
)
REACH_COLUMNS = (
    {"label": gettext_lazy("Route")},
    {"label": gettext_lazy("Namespace")},
    {"label": gettext_lazy("Why")},
)
DEVICE_COLUMNS = (
    {"label": gettext_lazy("Device")},
    {"label": gettext_lazy("Kind")},
    {"label": gettext_lazy("State")},
)
MEMBER_COLUMNS = (
    {"label": gettext_lazy("Name")},
    {"label": gettext_lazy("State"), "hide": "narrow"},
)


class _LooksPeopleUp(Page):
    """For those who may look people up: a viewer anywhere."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those who hold no role at all: to them the list would look empty."""
        if not access.can_anywhere(self.actor, Permission.DIRECTORY_VIEW):
            raise PermissionDeniedError(
                gettext(
                    "people and groups are shown to those who hold a role somewhere"
                )
            )
        return super().get_context_data(**kwargs)


class PeoplePage(_LooksPeopleUp, ListPage):
    """Everybody whom the directory knows."""

    title = gettext_noop("People")
    template_name = "directory/person_list.html"
    listing = PersonListing()


class PeopleExport(CsvExport):
    """The same as CSV."""

    listing = PersonListing()


class PersonPage(Page):
    """What is known of a person: groups, devices, reach, and visible roles."""

    template_name = "directory/person_detail.html"

    def get_title(self) -> str:
        """Their name."""
        return str(self.get_person())

    def get_person(self) -> Any:
        """Return the person of the URL."""
        return directory_selectors.get_person(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add groups and roles."""
        person = self.get_person()
        groups = directory_selectors.list_groups_of(person)
        names = dict(groups.values_list("pk", "name"))
        bindings = namespace_selectors.list_bindings_of(
            self.actor, user_id=person.id, group_ids=names
        )
        sees_audit = access.can_anywhere(self.actor, Permission.AUDIT_VIEW)
        return super().get_context_data(
            title=str(person),
            subject=person,
            facts=_facts_of_person(person) + self.get_identity(person),
            identity_url=self.get_identity_url(person),
            groups=groups[:MAX_LISTED],
            group_count=len(names),
            groups_url=f"{reverse('directory:group-list')}?person={person.id}",
            role_columns=ROLE_COLUMNS,
            roles=role_rows(bindings, names),
            devices=self.get_devices(person),
            device_columns=DEVICE_COLUMNS,
            reach=self.get_reach(person),
            reach_columns=REACH_COLUMNS,
            why_url=f"{reverse('access-why')}?person={person.id}",
            audit_url=f"{reverse('audit-list')}?actor={person.id}"
            if sees_audit
            else "",
            **kwargs,
        )

    @cached_property
    def may_link(self) -> bool:
        """Whether the actor says who signs in as whom: an admin of the root."""
        return namespace_selectors.holds_on_root(self.actor, Permission.DIRECTORY_EDIT)

    def get_identity(self, person: Any) -> list[dict[str, Any]]:
        """Return what the person signs in as, for those who may change it."""
        if not self.may_link or person.is_local:
            return []
        none = gettext("None at the provider")
        return [
            {"label": gettext("Issuer"), "value": person.issuer, "empty": none},
            {
                "label": gettext("Subject"),
                "value": person.subject,
                "code": True,
                "empty": none,
            },
        ]

    def get_identity_url(self, person: Any) -> dict[str, str] | None:
        """Return the button that links or unlinks."""
        if not self.may_link or person.is_local:
            return None
        name, label = ("link", gettext("Link to an identity"))
        if person.subject:
            name, label = ("unlink", gettext("Unlink identity"))
        url = reverse(f"directory:identity-{name}", args=[person.pk])
        return {"label": label, "url": url}

    def get_devices(self, person: Any) -> list[dict[str, Any]]:
        """Return the person's devices, for those who decide about devices."""
        rows = device_selectors.list_devices(self.actor).filter(user_id=person.pk)
        return [
            {
                "name": str(one),
                "url": reverse("devices:device-detail", args=[one.pk]),
                "kind": one.device_type.name,
                "state": device_selectors.state_in_words(one, now=self.now),
            }
            for one in rows[:MAX_LISTED]
        ]

    def get_reach(self, person: Any) -> dict[str, Any] | None:
        """Return the routes that let the person in; None for who sees no routes."""
        if not access.can_anywhere(self.actor, Permission.ROUTE_VIEW):
            return None
        start = _place(self.request.GET.get("from", ""))
        reach = route_services.reach_of(
            person.pk, actor=self.actor, now=self.now, start=start
        )
        tries = access.can_anywhere(self.actor, Permission.POLICY_TRY)
        rows = [
            {
                "route": route,
                "path": route_services.suggested_path(route) or "/",
            }
            for route in reach.routes
        ]
        size, end = route_services.MAX_REACH_ROUTES, start + reach.looked_at
        return {
            "rows": rows,
            "tries": tries,
            "looked_at": reach.looked_at,
            "is_part": bool(start or reach.is_cut),
            "first": min(start + 1, end),
            "last": end,
            "previous_url": f"?from={max(start - size, 0)}#reach" if start else "",
            "next_url": f"?from={end}#reach" if reach.is_cut else "",
            "evaluated": reach.evaluated,
        }


def _place(text: str) -> int:
    """Return a place in a list; the first where there is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004 - of millions


def _facts_of_person(person: Any) -> list[dict[str, Any]]:
    where = person.directory.name if person.directory else ""
    if person.is_local:
        where = gettext("Local account of this console")
    return [
        {"label": gettext("E-mail address"), "value": person.email, "copyable": True},
        {
            "label": gettext("Id in the directory"),
            "value": person.external_id,
            "code": True,
            "copyable": True,
            "help": gettext("What the criterion `user` of a policy compares with."),
        },
        {"label": gettext("Directory"), "value": where, "empty": gettext("Not in one")},
        {
            "label": gettext("State"),
            "value": gettext("Active") if person.is_active else gettext("Deactivated"),
        },
    ]


def role_rows(bindings: Any, group_names: Any) -> list[dict[str, Any]]:
    """Return bindings as the tables of roles show them."""
    paths = namespace_selectors.name_paths({one.content_object for one in bindings})
    return [
        {
            "role": ROLE_BY_CODE[one.permission.codename],
            "names": paths[one.content_object_id].names,
            "url": reverse("namespaces:namespace-roles", args=[one.content_object_id]),
            "group": group_names.get(one.group_id, "") if one.group_id else "",
            "expires_at": one.expires_at,
        }
        for one in bindings
    ]


class GroupsPage(_LooksPeopleUp, ListPage):
    """All groups that the directory knows."""

    title = gettext_noop("Groups")
    template_name = "directory/group_list.html"
    listing = GroupListing()


class GroupsExport(CsvExport):
    """The same as CSV."""

    listing = GroupListing()


class GroupPage(Page):
    """A group: who is in it, which roles it gives, which policies name it."""

    template_name = "directory/group_detail.html"

    def get_group(self) -> Any:
        """Return the group of the URL."""
        return directory_selectors.get_group(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add members and uses."""
        group = self.get_group()
        members = directory_selectors.list_members(group)
        bindings = namespace_selectors.list_bindings_of(
            self.actor, user_id=None, group_ids=[group.id]
        )
        return super().get_context_data(
            title=group.name,
            group=group,
            facts=_facts_of_group(group),
            former_names=directory_selectors.list_former_names(group)[:MAX_FORMER],
            members=members[:MAX_LISTED],
            member_columns=MEMBER_COLUMNS,
            people_url=f"{reverse('directory:person-list')}?group={group.id}",
            role_columns=ROLE_COLUMNS[:2] + ROLE_COLUMNS[3:],
            roles=role_rows(bindings, {}),
            **self.get_policies(group),
            **kwargs,
        )

    def get_policies(self, group: Any) -> dict[str, Any]:
        """Return the policies that name it, and those that write its name instead."""
        seen = policy_selectors.list_policies(self.actor).order_by("name", "pk")
        naming = policy_selectors.naming_group(seen, group.external_id)
        by_name = seen.none()
        if group.name != group.external_id:
            by_name = policy_selectors.naming_group(seen, group.name)
        policy_list = reverse("policies:policy-list")
        return {
            "policies": _with_urls(naming),
            "policy_count": naming.count(),
            "policies_url": f"{policy_list}?group={group.pk}",
            "by_name": _with_urls(by_name),
            "by_name_count": by_name.count(),
            "by_name_url": f"{policy_list}?{urlencode({'q': group.name})}",
        }


def _with_urls(policies: Any) -> list[tuple[Any, str]]:
    return [
        (policy, reverse("policies:policy-detail", args=[policy.pk]))
        for policy in policies[:MAX_LISTED]
    ]


def _facts_of_group(group: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": gettext("Id in the directory"),
            "value": group.external_id,
            "code": True,
            "copyable": True,
            "help": gettext("What the criterion `groups` of a policy compares with."),
        },
        {"label": gettext("E-mail address"), "value": group.email},
        {"label": gettext("Directory"), "value": group.directory.name},
        {"label": gettext("Members"), "value": group.member_count},
    ]


class SubjectSearch(Page):
    """The fragment that finds people and groups to choose from."""

    template_name = "directory/partials/_subjects.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who was found."""
        text = self.request.GET.get("who", "").strip()[:100]
        only_people = self.request.GET.get("kind") == "person"
        found = directory_selectors.find_subjects(
            text, chosen="", limit=MAX_FOUND, actor=self.actor
        )
        return super().get_context_data(
            who=text,
            name="person" if only_people else "subject",
            found=[one for one in found if not (only_people and one.is_group)],
            **kwargs,
        )
