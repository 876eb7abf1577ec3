"""What all pages of one route have in common: its head, path, tabs, and rights."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import ActorMixin
from namespaces import access
from namespaces.permissions import Permission
from namespaces.views import path_links
from routes import selectors

if TYPE_CHECKING:
    from routes.models import Route

TABS = (
    (gettext_lazy("Route"), "route-detail", "route"),
    (gettext_lazy("History"), "route-history", "history"),
)


class OfRoute(ActorMixin):
    """A page about the route of the URL; 404 when the person doesn't see it."""

    tab = ""

    @cached_property
    def route(self) -> "Route":
        """The route."""
        return selectors.get_route(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return self.url("route-detail")

    def url(self, name: str) -> str:
        """Return the address of one of its pages."""
        return reverse(f"routes:{name}", args=[self.route.pk])

    def can(self, permission: Permission) -> bool:
        """Answer whether the person may, for showing a button."""
        return access.can(self.actor, permission, self.route.namespace)

    def check(self, permission: Permission) -> None:
        """Refuse a page that would refuse what it offers.

        Raises:
            PermissionDeniedError: the person may not.
        """
        if not self.can(permission):
            raise PermissionDeniedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the route, its path and the tabs of its pages."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return context | {
            "route": self.route,
            "namespace_path": path_links(self.route.namespace, actor=self.actor),
            "tabs": [
                {
                    "label": label,
                    "url": self.url(name),
                    "icon": icon,
                    "active": name == self.tab,
                }
                for label, name, icon in TABS
            ],
        }
