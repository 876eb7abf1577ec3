"""What the rail offers to whom, and which namespace the page is about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from devices import selectors as device_selectors
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the rail.

    `permission` is what it takes to see anything there; None is for everybody.
    `narrows` pages keep the chosen namespace. `on_root` ones take the permission on
    the root. `count` says how many things wait there; nothing is shown for none.
    """

    label: str
    icon: str
    url_name: str
    permission: Permission | None = None
    narrows: bool = False
    on_root: bool = False
    count: Callable[[Actor], int] | None = None

    @property
    def words(self) -> str:
        """The label in the language of whoever asks."""
        return gettext(self.label)


RAIL: Sequence[tuple[str, Sequence[Entry]]] = (
    (
        "",
        (
            Entry(gettext_noop("Overview"), "overview", "overview"),
            Entry(gettext_noop("Your page"), "person", "own-page"),
        ),
    ),
    (
        gettext_noop("Access"),
        (
            Entry(
                gettext_noop("Routes"),
                "route",
                "routes:route-list",
                Permission.ROUTE_VIEW,
                True,
            ),
            Entry(
                gettext_noop("Policies"),
                "policy",
                "policies:policy-list",
                Permission.POLICY_VIEW,
                True,
            ),
            Entry(
                gettext_noop("Hosts"),
                "external",
                "routes:host-list",
                Permission.ROUTE_VIEW,
                True,
            ),
            Entry(
                gettext_noop("Certificates"),
                "key",
                "gateway:certificate-list",
                Permission.CERTIFICATE_VIEW,
                narrows=True,
            ),
            Entry(
                gettext_noop("Deployments"),
                "deployment",
                "gateway:deployment-list",
                Permission.DEPLOYMENT_VIEW,
                on_root=True,
            ),
            Entry(
                gettext_noop("Import"),
                "import",
                "routes:import-start",
                Permission.ROUTE_CREATE,
            ),
        ),
    ),
    (
        gettext_noop("Organization"),
        (
            Entry(
                gettext_noop("Namespaces"),
                "namespaces",
                "namespaces:namespace-list",
                Permission.NAMESPACE_VIEW,
            ),
            Entry(
                gettext_noop("People"),
                "people",
                "directory:person-list",
                Permission.DIRECTORY_VIEW,
            ),
            Entry(
                gettext_noop("Groups"),
                "group",
                "directory:group-list",
                Permission.DIRECTORY_VIEW,
            ),
            Entry(
                gettext_noop("Devices"),
                "device",
                "devices:device-list",
                Permission.DEVICE_VIEW,
                on_root=True,
                count=device_selectors.count_waiting,
            ),
            Entry(gettext_noop("Sessions"), "login", "gateway:session-list"),
        ),
    ),
    (
        gettext_noop("Settings"),
        (
            Entry(
                gettext_noop("Gateway"),
                "settings",
                "gateway:gateway-settings-start",
                Permission.SETTINGS_EDIT,
                narrows=True,
            ),
            Entry(
                "Sign-in",
                "login",
                "sign-in-settings",
                Permission.SETTINGS_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("Service accounts"),
                "robot",
                "accounts:service-account-list",
                Permission.SERVICE_ACCOUNT_VIEW,
                narrows=True,
            ),
            Entry(
                gettext_noop("Directories"),
                "directory",
                "directory:directory-list",
                Permission.DIRECTORY_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("External data"),
                "data",
                "directory:data-source-list",
                Permission.DIRECTORY_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("Pomerium Cores"),
                "server",
                "gateway:cluster-list",
                Permission.SETTINGS_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("Addresses"),
                "external",
                "policies:address-list",
                Permission.SETTINGS_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("Directory accounts"),
                "key",
                "directory:credential-list",
                Permission.DIRECTORY_EDIT,
                on_root=True,
            ),
            Entry(
                gettext_noop("Health"),
                "health",
                "health",
                Permission.SETTINGS_EDIT,
                on_root=True,
            ),
        ),
    ),
    (
        gettext_noop("Answers"),
        (
            Entry(
                gettext_noop("Who may?"),
                "help",
                "access-why",
                Permission.NAMESPACE_VIEW,
            ),
            Entry(
                gettext_noop("Traffic"),
                "network",
                "gateway:traffic",
                Permission.AUDIT_VIEW,
                narrows=True,
            ),
            Entry(
                gettext_noop("Decisions"),
                "report",
                "gateway:decision-list",
                Permission.AUDIT_VIEW,
                narrows=True,
            ),
            Entry(
                gettext_noop("Audit log"),
                "audit",
                "audit-list",
                Permission.AUDIT_VIEW,
                True,
            ),
        ),
    ),
)


def rail(
    request: HttpRequest, actor: Actor, namespace: dict[str, Any] | None
) -> list[dict[str, Any]]:
    """Return the groups of links that this person has a use for."""
    groups = [
        {
            "label": label,
            "items": [_item(entry, request, namespace, actor) for entry in entries],
        }
        for label, entries in offered(actor)
    ]
    return [group for group in groups if group["items"]]


def offered(actor: Actor) -> list[tuple[str, list[Entry]]]:
    """Return the pages that this person has a use for, by group."""
    return [
        (
            gettext(label) if label else "",
            [entry for entry in entries if is_for(actor, entry)],
        )
        for label, entries in RAIL
    ]


def is_for(actor: Actor, entry: Entry) -> bool:
    """Answer whether this person would see anything there."""
    if entry.permission is None:
        return True
    if entry.on_root:
        return namespace_selectors.holds_on_root(actor, entry.permission)
    return access.can_anywhere(actor, entry.permission)


def _item(
    entry: Entry,
    request: HttpRequest,
    namespace: dict[str, Any] | None,
    actor: Actor,
) -> dict[str, Any]:
    url = reverse(entry.url_name)
    is_here = request.path == url if url == "/" else request.path.startswith(url)
    waiting = entry.count(actor) if entry.count else 0
    keeps = f"?namespace={namespace['id']}" if namespace and entry.narrows else ""
    return {
        "label": entry.words,
        "icon": entry.icon,
        "url": f"{url}{keeps}",
        "active": is_here,
        "count": gettext("%(waiting)s waiting") % {"waiting": waiting}
        if waiting
        else "",
    }


def chosen_namespace(request: HttpRequest, actor: Actor) -> dict[str, Any] | None:
    """Return the namespace of `?namespace=`, if the person sees one of that id."""
    try:
        namespace = namespace_selectors.get_shown_namespace(
            UUID(request.GET.get("namespace", "")), actor=actor
        )
    except (ValueError, NotFoundError):
        return None
    return {
        "id": namespace.id,
        "name": namespace.name,
        "url": reverse("namespaces:namespace-detail", args=[namespace.id]),
    }


def _count(waiting: int) -> str:
    return gettext("%(waiting)s waiting") % {"waiting": waiting} if waiting else ""
