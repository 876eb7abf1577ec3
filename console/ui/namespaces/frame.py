"""What all pages of one namespace have in common: its head, path and tabs."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext

from console.core.generic.pages import ActorMixin
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.views import path_links

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from namespaces.selectors import NamespacePath


class OfNamespace(ActorMixin):
    """A page about the namespace of the URL; 404 when the person doesn't see it."""

    tab = ""

    @cached_property
    def namespace(self) -> "Namespace":
        """The namespace."""
        return namespace_selectors.get_namespace(self.kwargs["id"], actor=self.actor)

    @cached_property
    def path(self) -> "NamespacePath":
        """The names that lead to it."""
        return namespace_selectors.name_paths([self.namespace])[self.namespace.id]

    @property
    def page_url(self) -> str:
        """Its own page."""
        return reverse("namespaces:namespace-detail", args=[self.namespace.id])

    def can(self, permission: Permission) -> bool:
        """Answer whether the person may, for showing a button."""
        return access.can(self.actor, permission, self.namespace)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the namespace, its path and the tabs of its pages."""
        namespace = self.namespace
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {
            "namespace": namespace,
            "namespace_path": path_links(namespace, actor=self.actor),
            "current_namespace": {
                "id": namespace.id,
                "name": namespace.name,
                "url": self.page_url,
            },
            "tabs": [
                {
                    "label": label,
                    "url": reverse(f"namespaces:{name}", args=[namespace.id]),
                    "icon": icon,
                    "active": name == self.tab,
                }
                for label, name, icon in (
                    (gettext("Contents"), "namespace-detail", "namespace-open"),
                    (gettext("Roles"), "namespace-roles", "role"),
                )
            ],
        }
