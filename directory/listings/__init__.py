"""What the lists of people and groups can be asked."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Column, Filter, Listing
from console.core.http import uuid_from
from directory import selectors
from directory.credential_kinds import KIND_BY_CODE, KINDS
from directory.models import Directory, Group, RunState, ServiceAccount, SyncRun, User

STATES = (("active", gettext_lazy("Active")), ("inactive", gettext_lazy("Deactivated")))


def _in_state(rows: QuerySet[Any], text: str, _: Actor) -> QuerySet[Any]:
    if text not in dict(STATES):
        raise ValidationFailedError(fields={"state": [gettext("active or inactive")]})
    return rows.filter(is_active=text == "active")


STATE: Filter[Any] = Filter(
    name="state",
    label=gettext_noop("State"),
    apply=_in_state,
    choices=lambda _: STATES,
    help=gettext_noop("active or inactive."),
)


class PersonListing(Listing[User]):
    """The people of the directory."""

    name = "people"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=str,
            order_by=("display_name", "email"),
        ),
        Column(
            name="email",
            label="E-mail",
            value=lambda row: row.email,
            order_by=("email",),
            is_shown=False,
        ),
        Column(
            name="id",
            label=gettext_noop("Id in the directory"),
            value=lambda row: row.external_id,
            order_by=("external_id",),
            hide="narrow",
        ),
        Column(
            name="directory",
            label=gettext_noop("Directory"),
            value=lambda row: row.directory.name if row.directory else "",
            order_by=("directory__name",),
            hide="medium",
        ),
        Column(
            name="groups",
            label=gettext_noop("Groups"),
            value=lambda row: row.group_count,
            order_by=("group_count",),
            align="end",
        ),
        Column(
            name="seen",
            label=gettext_noop("Signed in"),
            value=lambda row: row.last_login,
            order_by=("last_login",),
            hide="narrow",
        ),
        Column(
            name="state",
            label=gettext_noop("State"),
            value=lambda row: "active" if row.is_active else "deactivated",
            order_by=("is_active",),
        ),
    )
    filters = (
        Filter(
            name="group",
            label=gettext_noop("Group"),
            apply=lambda rows, text, _: rows.filter(
                memberships__group_id=uuid_from(text, name="group")
            ),
            says=lambda text, actor: selectors.get_group(text, actor=actor).name,
            help=gettext_noop("Id of a group: keeps its members."),
        ),
        STATE,
    )
    search_help = gettext_noop("Keeps the people with this in name, address or id.")

    def rows(self, actor: Actor) -> QuerySet[User]:
        """Return the people whom the actor may look up."""
        return selectors.list_people(actor)

    def search(self, rows: QuerySet[User], text: str) -> QuerySet[User]:
        """Look into name, address and id."""
        return selectors.search_people(rows, text)


class GroupListing(Listing[Group]):
    """The groups of the directory."""

    name = "groups"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="id",
            label=gettext_noop("Id in the directory"),
            value=lambda row: row.external_id,
            order_by=("external_id",),
            hide="narrow",
        ),
        Column(
            name="directory",
            label=gettext_noop("Directory"),
            value=lambda row: row.directory.name,
            order_by=("directory__name",),
            hide="medium",
        ),
        Column(
            name="members",
            label=gettext_noop("Members"),
            value=lambda row: row.member_count,
            order_by=("member_count",),
            align="end",
        ),
        Column(
            name="state",
            label=gettext_noop("State"),
            value=lambda row: "active" if row.is_active else "gone",
            order_by=("is_active",),
            hide="narrow",
        ),
    )
    filters = (
        Filter(
            name="person",
            label=gettext_noop("Of"),
            apply=lambda rows, text, _: rows.filter(
                memberships__user_id=uuid_from(text, name="person")
            ),
            says=lambda text, actor: str(selectors.get_person(text, actor=actor)),
            help=gettext_noop("Id of a person: keeps the groups that they are in."),
        ),
        STATE,
    )
    search_help = gettext_noop("Keeps the groups with this in name, address or id.")

    def rows(self, actor: Actor) -> QuerySet[Group]:
        """Return the groups that the actor may look up."""
        return selectors.list_groups(actor)

    def search(self, rows: QuerySet[Group], text: str) -> QuerySet[Group]:
        """Look into name, address and id."""
        return selectors.search_groups(rows, text)


def _of_kind(
    rows: QuerySet[ServiceAccount], text: str, _: Actor
) -> QuerySet[ServiceAccount]:
    if text not in KIND_BY_CODE:
        raise ValidationFailedError(fields={"kind": [gettext("there is no such kind")]})
    return rows.filter(kind=text)


class ServiceAccountListing(Listing[ServiceAccount]):
    """The credentials for identity providers."""

    name = gettext_noop("directory service accounts")
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="kind",
            label=gettext_noop("Kind"),
            value=lambda row: row.kind,
            order_by=("kind",),
            hide="narrow",
        ),
        Column(
            name="expires",
            label=gettext_noop("Expires"),
            value=lambda row: row.expires_at,
            order_by=("expires_at",),
        ),
        Column(
            name="used",
            label=gettext_noop("Last used"),
            value=lambda row: row.last_used_at,
            order_by=("last_used_at",),
            hide="narrow",
        ),
    )
    filters = (
        Filter(
            name="kind",
            label=gettext_noop("Kind"),
            apply=_of_kind,
            choices=lambda _: [(kind.code, kind.name) for kind in KINDS],
            control="select",
            help=gettext_noop("Code of a kind, such as `okta`."),
        ),
    )
    search_help = gettext_noop("Keeps the accounts with this in their name.")

    def rows(self, actor: Actor) -> QuerySet[ServiceAccount]:
        """Return the accounts that the actor may see."""
        return selectors.list_service_accounts(actor)

    def search(
        self, rows: QuerySet[ServiceAccount], text: str
    ) -> QuerySet[ServiceAccount]:
        """Look into the name."""
        return rows.filter(name__icontains=text)


class DirectoryListing(Listing[Directory]):
    """Where people and groups come from."""

    name = "directories"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="provider",
            label=gettext_noop("Provider"),
            value=lambda row: row.provider,
            order_by=("provider",),
            hide="narrow",
        ),
        Column(
            name="complete",
            label=gettext_noop("Last complete"),
            value=lambda row: row.complete_at,
            order_by=("complete_at",),
        ),
        Column(
            name="next",
            label=gettext_noop("Next run"),
            value=lambda row: row.next_run_at,
            order_by=("next_run_at",),
            hide="narrow",
        ),
    )
    search_help = gettext_noop("Keeps the directories with this in their name.")

    def rows(self, actor: Actor) -> QuerySet[Directory]:
        """Return the directories that the actor may see."""
        return selectors.list_read_directories(actor)

    def search(self, rows: QuerySet[Directory], text: str) -> QuerySet[Directory]:
        """Look into the name."""
        return rows.filter(name__icontains=text)


def _in_sync_state(rows: QuerySet[SyncRun], text: str, _: Actor) -> QuerySet[SyncRun]:
    if text not in RunState.values:
        raise ValidationFailedError(
            fields={"state": [gettext("there is no such state")]}
        )
    return rows.filter(state=text)


class SyncRunListing(Listing[SyncRun]):
    """The runs of all directories."""

    name = gettext_noop("directory runs")
    columns = (
        Column(
            name="started",
            label=gettext_noop("Started"),
            value=lambda row: row.created_at,
            order_by=("created_at", "fence"),
        ),
        Column(
            name="directory",
            label=gettext_noop("Directory"),
            value=lambda row: row.directory.name,
            order_by=("directory__name",),
        ),
        Column(
            name="state",
            label=gettext_noop("State"),
            value=lambda row: row.state,
            order_by=("state",),
        ),
    )
    filters = (
        Filter(
            name="directory",
            label=gettext_noop("Directory"),
            apply=lambda rows, text, _: rows.filter(
                directory_id=uuid_from(text, name="directory")
            ),
            help=gettext_noop("Id of a directory: keeps its runs."),
        ),
        Filter(
            name="state",
            label=gettext_noop("State"),
            apply=_in_sync_state,
            choices=lambda _: RunState.choices,
            control="select",
            help=gettext_noop("Code of a state, such as `held`."),
        ),
    )

    default_sort = "-started"
    search_help = gettext_noop("Keeps the runs of directories with this in their name.")

    def rows(self, actor: Actor) -> QuerySet[SyncRun]:
        """Return the runs that the actor may see."""
        return selectors.list_runs(actor)

    def search(self, rows: QuerySet[SyncRun], text: str) -> QuerySet[SyncRun]:
        """Look into the name of the directory."""
        return rows.filter(directory__name__icontains=text)
