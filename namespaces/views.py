"""What pages of any app show of namespaces. The pages of namespaces are elsewhere."""

from typing import TYPE_CHECKING

from django.urls import reverse

from console.core.actor import Actor
from namespaces import access, selectors
from namespaces.permissions import Permission

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from namespaces.selectors import NamespacePath


def path_links(namespace: "Namespace", *, actor: Actor) -> list[dict[str, str]]:
    """Return the names from the root down; those that the person sees have a link."""
    return [
        {
            "name": one.name,
            "url": namespace_url(one, actor=actor),
        }
        for one in selectors.list_chain(namespace)
    ]


def namespace_url(namespace: "Namespace", *, actor: Actor) -> str:
    """Return a namespace's page, "" for those who don't see it."""
    if not access.can(actor, Permission.NAMESPACE_VIEW, namespace):
        return ""
    return reverse("namespaces:namespace-detail", args=[namespace.pk])


def path_names(path: "NamespacePath") -> list[dict[str, str]]:
    """Return the names from the root down without links, for a table's cell."""
    return [{"name": name, "url": ""} for name in path.names]
