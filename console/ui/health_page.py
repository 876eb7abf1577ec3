"""Health: how deploying goes, and what keeps policies in Rego from doing harm.

What load balancers ask is in `health`; it tells nothing about the machine.
"""

from typing import Any

from django.utils.translation import gettext_lazy, gettext_noop

from console.core.generic.pages import Page
from gateway import selectors as gateway_selectors
from policies import selectors as policy_selectors

COLUMNS = [
    {"label": gettext_lazy("Protection")},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("What it does"), "hide": "narrow"},
]
PROGRESS = {
    "ok": ("success", gettext_lazy("Every change is deployed")),
    "held": ("warning", gettext_lazy("Deployments are held")),
    "failing": ("danger", gettext_lazy("The last deployment failed")),
    "late": ("danger", gettext_lazy("Changes wait for a worker")),
}


class HealthPage(Page):
    """What admins of the root may know of this machine."""

    title = gettext_noop("Health")
    template_name = "console/health.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is in force, and what is not."""
        protections = policy_selectors.read_protections(actor=self.actor)
        kind, label = PROGRESS[gateway_selectors.tell_progress(now=self.now)]
        return super().get_context_data(
            protections=protections,
            columns=COLUMNS,
            progress={"kind": kind, "label": label},
            **kwargs,
        )
