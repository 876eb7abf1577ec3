"""One namespace: what is in it, and which policies count there."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.pages import Page
from console.ui.namespaces.counts import Counts, count_below
from console.ui.namespaces.frame import OfNamespace
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies import selectors as policy_selectors

POLICY_COLUMNS = (
    {"label": gettext_lazy("Policy")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("Attached to")},
    {"label": gettext_lazy("Lives in"), "hide": "narrow"},
)
CHILD_COLUMNS = (
    {"label": gettext_lazy("Name")},
    {
        "label": gettext_lazy("Routes"),
        "align": "end",
        "note": gettext_lazy("There and below"),
    },
    {
        "label": gettext_lazy("Policies"),
        "align": "end",
        "note": gettext_lazy("There and below"),
        "hide": "narrow",
    },
)


class NamespacePage(OfNamespace, Page):
    """What is in a namespace, what counts there, and what the person may do with it."""

    template_name = "namespaces/namespace_detail.html"
    tab = "namespace-detail"

    def get_title(self) -> str:
        """Name of the namespace."""
        return self.namespace.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add children, policies that count here, and what may be done."""
        nodes = namespace_selectors.list_children(self.namespace, actor=self.actor)
        here = namespace_selectors.get_node(self.namespace, actor=self.actor)
        counts = count_below([here, *nodes])
        return super().get_context_data(
            children=[(node, counts[node.id]) for node in nodes],
            child_columns=CHILD_COLUMNS,
            tiles=self.tiles(counts[here.id], len(nodes)),
            role=here.role,
            attached=[
                (one, reverse("policies:policy-detail", args=[one.policy_id]))
                for one in policy_selectors.list_attached_above(self.namespace)
            ],
            policy_columns=POLICY_COLUMNS,
            namespace_id=str(self.namespace.id),
            menu=self.menu(),
            may={
                name: self.can(permission)
                for name, permission in (
                    ("create", Permission.NAMESPACE_CREATE),
                    ("edit", Permission.NAMESPACE_EDIT),
                )
            },
            **kwargs,
        )

    def tiles(self, counts: Counts, children: int) -> list[dict[str, Any]]:
        """Return the figures on top, with where they lead."""
        here = f"?namespace={self.namespace.id}"
        return [
            {
                "label": gettext("Routes here and below"),
                "value": counts.routes,
                "icon": "route",
                "url": f"{reverse('routes:route-list')}{here}",
            },
            {
                "label": gettext("Policies here and below"),
                "value": counts.policies,
                "icon": "policy",
                "url": f"{reverse('policies:policy-list')}{here}",
            },
            {
                "label": gettext("Namespaces in it"),
                "value": children,
                "icon": "namespaces",
                "url": "#children",
            },
        ]

    def menu(self) -> list[dict[str, Any]]:
        """Return the rarer actions that the person may take."""
        here, is_root = self.namespace.id, self.namespace.parent_id is None
        entries = (
            (
                self.can(Permission.AUDIT_VIEW),
                gettext("Audit log"),
                "audit",
                f"{reverse('audit-list')}?namespace={here}",
            ),
            (
                self.can(Permission.NAMESPACE_MOVE) and not is_root,
                gettext("Move"),
                "move",
                reverse("namespaces:namespace-move", args=[here]),
            ),
            (
                self.can(Permission.NAMESPACE_DELETE) and not is_root,
                gettext("Delete"),
                "delete",
                reverse("namespaces:namespace-delete", args=[here]),
            ),
        )
        return [
            {"label": label, "icon": icon, "url": url, "danger": icon == "delete"}
            for is_offered, label, icon, url in entries
            if is_offered
        ]
