"""What the lists of role bindings, namespaces and audit events can be asked."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy, gettext_noop

from console.core.actor import Actor
from console.core.generic.listing import Apply, Column, Filter, Listing
from console.core.generic.times import time_filters
from console.core.http import uuid_from
from console.core.models import AuditEvent
from namespaces import access, selectors
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.roles import ROLES
from namespaces.scoping import below

M = TypeVar("M", bound=Model)
KINDS = (
    ("namespace", gettext_lazy("Namespaces")),
    ("role", gettext_lazy("Roles")),
    ("policy", gettext_lazy("Policies")),
    ("route", gettext_lazy("Routes")),
    ("host", gettext_lazy("Hosts")),
    ("host-delegation", gettext_noop("Delegations of hosts")),
    ("upstream", gettext_lazy("Upstreams")),
    ("upstream-consent", gettext_noop("Consents to upstreams")),
    ("import", gettext_lazy("Imports")),
    ("deployment", gettext_lazy("Deployments")),
    ("certificate", gettext_lazy("Certificates")),
    ("session", gettext_noop("Sessions at routes")),
    ("service-account", gettext_noop("Service accounts")),
    ("sign-in-settings", gettext_noop("Settings of sign-in")),
    ("credential", gettext_noop("Directory accounts")),
    ("person", gettext_noop("People and sign-in")),
    ("directory", gettext_lazy("Directory")),
    ("device", gettext_lazy("Devices")),
    ("saved-filter", gettext_noop("Saved filters")),
    ("request", gettext_noop("Refused attempts")),
)


def path_of(namespace: str, *, actor: Actor) -> str:
    """Return the path of the namespace that a list is narrowed to, "" for none.

    Raises:
        NamespaceNotFoundError: the actor does not see it.
    """
    if not namespace:
        return ""
    namespace_id = uuid_from(namespace, name="namespace")
    return selectors.get_shown_namespace(namespace_id, actor=actor).path


def namespace_filter(field: str = "namespace") -> Filter[Any]:
    """Return the filter that keeps what lives in a namespace or below it.

    `field` leads from the row to its namespace ("" for namespaces themselves). One
    that the reader doesn't see is answered like one that isn't there.
    """

    def apply(rows: QuerySet[Any], text: str, actor: Actor) -> QuerySet[Any]:
        path = path_of(text, actor=actor)
        inside = below(path, f"{field}_id") if field else access.subtree(path)
        return rows.filter(inside)

    return Filter(
        name="namespace",
        label=gettext_noop("Namespace"),
        apply=apply,
        help=gettext_noop("Id of a namespace: keeps what lives there or below."),
    )


class NamespaceListing(Listing[Namespace]):
    """The namespaces that the actor sees, flat."""

    name = "namespaces"
    default_sort = "path"
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="path",
            label=gettext_noop("Path"),
            value=lambda row: row.path,
            order_by=("path",),
        ),
        Column(
            name="changed",
            label=gettext_noop("Changed"),
            value=lambda row: row.modified_at,
            order_by=("modified_at",),
        ),
    )
    filters = (namespace_filter(field=""),)
    search_help = gettext_noop(
        "Keeps the namespaces with this in their name or description."
    )

    def rows(self, actor: Actor) -> QuerySet[Namespace]:
        """Return what the actor sees."""
        return selectors.list_namespaces(actor)

    def search(self, rows: QuerySet[Namespace], text: str) -> QuerySet[Namespace]:
        """Look into name and description."""
        return rows.filter(Q(name__icontains=text) | Q(description__icontains=text))


class RoleBindingListing(Listing[RoleBinding]):
    """The roles on the namespaces that the actor sees."""

    name = "roles"
    default_sort = "namespace"
    columns = (
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.content_object.name,
            order_by=("content_object__path",),
        ),
        Column(
            name="role",
            label=gettext_noop("Role"),
            value=lambda row: row.permission.codename,
            order_by=("permission__codename",),
        ),
        Column(
            name="subject",
            label=gettext_noop("Held by"),
            value=lambda row: str(row.user or row.group or row.service_account),
        ),
        Column(
            name="ends",
            label=gettext_noop("Ends"),
            value=lambda row: row.expires_at,
            order_by=("expires_at",),
        ),
    )
    filters = (
        namespace_filter(field="content_object"),
        Filter(
            name="role",
            label=gettext_noop("Role"),
            apply=lambda rows, text, _: rows.filter(permission__codename=text),
            choices=lambda _: [(role.code, role.name) for role in ROLES],
            help=gettext_noop("viewer, manager or admin."),
        ),
        Filter(
            name="user",
            label=gettext_noop("Person"),
            apply=lambda rows, text, _: rows.filter(
                user_id=uuid_from(text, name="user")
            ),
            help=gettext_noop(
                "Id of a person: keeps the roles granted to them by name."
            ),
        ),
        Filter(
            name="group",
            label=gettext_noop("Group"),
            apply=lambda rows, text, _: rows.filter(
                group_id=uuid_from(text, name="group")
            ),
            help=gettext_noop("Id of a group."),
        ),
    )
    search_help = gettext_noop(
        "Keeps the roles of people and groups with this in their name."
    )

    def rows(self, actor: Actor) -> QuerySet[RoleBinding]:
        """Return what the actor sees."""
        return selectors.list_bindings(actor)

    def search(self, rows: QuerySet[RoleBinding], text: str) -> QuerySet[RoleBinding]:
        """Look into who holds them."""
        return rows.filter(
            Q(user__display_name__icontains=text)
            | Q(user__email__icontains=text)
            | Q(group__name__icontains=text)
            | Q(service_account__name__icontains=text)
        )


def in_namespace(rows: QuerySet[M], text: str, actor: Actor) -> QuerySet[M]:
    """Keep what happened in a namespace and below it, as the tree is now."""
    namespace = selectors.get_namespace(uuid_from(text, name="namespace"), actor=actor)
    below = Namespace.objects.filter(access.subtree(namespace.path)).order_by()
    return rows.filter(namespace_id__in=below.values_list("id", flat=True))


def _exactly(field: str) -> Apply:
    return lambda rows, text, _: rows.filter(**{field: text})


class AuditListing(Listing[AuditEvent]):
    """The events of the audit log that the actor may read, newest first."""

    name = "audit-log"
    default_sort = "-time"
    columns = (
        Column(
            name="time",
            label=gettext_noop("Time"),
            value=lambda row: row.occurred_at,
            order_by=("sequence",),
        ),
        Column(
            name="actor",
            label=gettext_noop("Who"),
            value=lambda row: row.actor_label,
            hide="narrow",
        ),
        Column(name="action", label=gettext_noop("Did"), value=lambda row: row.action),
        Column(
            name="kind",
            label=gettext_noop("Kind"),
            value=lambda row: row.target_type,
            is_shown=False,
        ),
        Column(
            name="target", label=gettext_noop("To"), value=lambda row: row.target_label
        ),
        Column(
            name="target_id",
            label=gettext_noop("Id"),
            value=lambda row: row.target_id,
            is_shown=False,
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace id"),
            value=lambda row: row.namespace_id,
            is_shown=False,
        ),
        Column(
            name="reason",
            label=gettext_noop("Reason"),
            value=lambda row: row.reason,
            hide="medium",
        ),
        Column(
            name="address",
            label=gettext_noop("From"),
            value=lambda row: row.address,
            hide="medium",
        ),
        Column(
            name="token",
            label=gettext_noop("Token"),
            value=lambda row: row.token_label,
            is_shown=False,
        ),
        Column(
            name="on_behalf_of",
            label=gettext_noop("On behalf of"),
            value=lambda row: row.on_behalf_of,
            is_shown=False,
        ),
        Column(
            name="request",
            label=gettext_noop("Request"),
            value=lambda row: row.request_id,
            is_shown=False,
        ),
        Column(
            name="hash",
            label=gettext_noop("Hash"),
            value=lambda row: row.hash,
            is_shown=False,
        ),
    )
    filters = (
        Filter(
            name="namespace",
            label=gettext_noop("Namespace"),
            apply=in_namespace,
            help=gettext_noop("Id of a namespace: keeps what happened there or below."),
        ),
        Filter(
            name="kind",
            label=gettext_noop("Kind"),
            apply=lambda rows, text, _: rows.filter(action__startswith=f"{text}."),
            choices=lambda _: KINDS,
            help=gettext_noop("Kind of thing: namespace, role, policy, route, person…"),
        ),
        Filter(
            name="action",
            label=gettext_noop("Action"),
            apply=_exactly("action"),
            help=gettext_noop("One action, such as policy.updated."),
        ),
        Filter(
            name="actor",
            label=gettext_noop("Who"),
            apply=lambda rows, text, _: rows.filter(
                Q(actor_label__icontains=text)
                | Q(on_behalf_of__icontains=text)
                | Q(actor_id=text)
            ),
            control="text",
            help=gettext_noop(
                "Part of the name of the actor, or of whom they act for; or their id."
            ),
        ),
        Filter(
            name="target",
            label=gettext_noop("Target"),
            apply=_exactly("target_id"),
            help=gettext_noop("Id of the thing that was changed."),
        ),
        *time_filters("occurred_at"),
    )
    search_help = gettext_noop("Keeps the events with this in target, actor or reason.")

    def rows(self, actor: Actor) -> QuerySet[AuditEvent]:
        """Return what the actor may read."""
        return selectors.list_audit_events(actor)

    def search(self, rows: QuerySet[AuditEvent], text: str) -> QuerySet[AuditEvent]:
        """Look into what was changed, by whom and why."""
        return rows.filter(
            Q(target_label__icontains=text)
            | Q(actor_label__icontains=text)
            | Q(reason__icontains=text)
            | Q(target_id=text)
        )


class ApiAccountListing(Listing[ApiServiceAccount]):
    """The machines that call the API, of where the actor may see them."""

    name = gettext_noop("service accounts")
    columns = (
        Column(
            name="name",
            label=gettext_noop("Name"),
            value=lambda row: row.name,
            order_by=("name",),
        ),
        Column(
            name="namespace",
            label=gettext_noop("Namespace"),
            value=lambda row: row.namespace.name,
            order_by=("namespace__path", "name"),
            hide="narrow",
        ),
        Column(name="role", label=gettext_noop("Role"), value=lambda row: row.role),
        Column(
            name="owner",
            label=gettext_noop("Owner"),
            value=lambda row: str(row.owner or ""),
            order_by=("owner__display_name", "owner__email"),
            hide="medium",
        ),
        Column(
            name="expires",
            label=gettext_noop("Expires"),
            value=lambda row: row.expires_at,
            order_by=("expires_at",),
            hide="narrow",
        ),
        Column(
            name="used",
            label=gettext_noop("Last used"),
            value=lambda row: row.last_used_at,
            order_by=("last_used_at",),
            hide="medium",
        ),
    )
    filters = (namespace_filter(),)
    search_help = gettext_noop("Keeps the accounts with this in name or description.")

    def rows(self, actor: Actor) -> QuerySet[ApiServiceAccount]:
        """Return the accounts that the actor may see."""
        return selectors.list_api_accounts(actor)

    def search(
        self, rows: QuerySet[ApiServiceAccount], text: str
    ) -> QuerySet[ApiServiceAccount]:
        """Look into name, description and the token's prefix."""
        return rows.filter(
            Q(name__icontains=text)
            | Q(description__icontains=text)
            | Q(token_prefix=text)
        )
