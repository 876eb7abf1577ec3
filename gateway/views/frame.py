"""What the pages of deployments share: tabs, rights, and words."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from console.core.generic.pages import ActorMixin
from gateway import selectors
from namespaces import access
from namespaces.permissions import Permission

TABS = (
    (gettext_lazy("Deployments"), "deployment-list", "deployment"),
    (gettext_lazy("Proxies"), "proxy-list", "server"),
)


class OfDeployments(ActorMixin):
    """Knows the tabs, and lets in who sees deployments."""

    tab = "deployment-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Refuse the others before anything is read."""
        selectors.check_sees_deployments(self.actor)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tabs, and whether the person may publish."""
        drifted = selectors.count_drifted(self.actor, now=self.now)
        tabs = [
            {
                "label": label,
                "url": reverse(f"gateway:{name}"),
                "icon": icon,
                "active": name == self.tab,
                "count": drifted or None if name == "proxy-list" else None,
            }
            for label, name, icon in TABS
        ]
        context: dict[str, Any] = super().get_context_data(  # type: ignore[misc]
            tabs=tabs,
            may_publish=access.can_at_root(self.actor, Permission.DEPLOYMENT_PUBLISH),
            **kwargs,
        )
        return context
