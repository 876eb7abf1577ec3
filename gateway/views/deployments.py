"""Pages on which people see what was deployed, and publish, hold or roll back."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from console.core.generic.pages import ActionView, ConfirmPage, FormPage, ListPage, Page
from gateway import selectors, services
from gateway.exceptions import DamagedDeploymentError
from gateway.forms import HoldForm
from gateway.listings import DeploymentListing
from gateway.selectors import Difference
from gateway.views.frame import OfDeployments

KINDS = {
    "route": gettext_lazy("Routes"),
    "policy": gettext_lazy("Policies"),
    "namespace": gettext_lazy("Namespaces"),
    "settings": gettext_lazy("Settings"),
}
VERBS = {
    "added": (gettext_lazy("New"), "add", "allow"),
    "removed": (gettext_lazy("Gone"), "delete", "deny"),
    "changed": (gettext_lazy("Changed"), "edit", ""),
}
PROXY_COLUMNS = (
    {"label": gettext_lazy("Proxy")},
    {"label": gettext_lazy("State")},
    {"label": gettext_lazy("Runs")},
    {"label": gettext_lazy("Since"), "hide": "narrow"},
    {"label": gettext_lazy("Behind since"), "hide": "medium"},
    {"label": gettext_lazy("Seen"), "hide": "narrow"},
)
EFFECT_COLUMNS = (
    {"label": gettext_lazy("Route")},
    {"label": gettext_lazy("Gained")},
    {"label": gettext_lazy("Lost")},
    {"label": gettext_lazy("Namespace"), "hide": "narrow"},
)
EVENTS_SHOWN = 100
DIFFERENCES_SHOWN = 200


def home() -> str:
    """Return where the history is."""
    return reverse("gateway:deployment-list")


def grouped(differences: list[Difference]) -> list[dict[str, Any]]:
    """Return differences by kind, with a word and an icon for each."""
    shown = differences[:DIFFERENCES_SHOWN]
    found = []
    for kind, title in KINDS.items():
        rows = [
            {"one": one, "label": VERBS[one.verb][0], "icon": VERBS[one.verb][1]}
            for one in shown
            if one.kind == kind
        ]
        if rows:
            found.append({"title": title, "rows": rows})
    return found


class DeploymentListPage(OfDeployments, ListPage):
    """The history."""

    title = gettext_noop("Deployments")
    template_name = "gateway/deployment_list.html"
    fragment_template_name = "gateway/partials/_deployments.html"
    listing = DeploymentListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what is held back, and what went wrong."""
        context = super().get_context_data(**kwargs)
        return context | {
            "deployer": selectors.read_deployer(),
            "is_held": selectors.is_held(now=self.now),
            "total": ngettext(
                "%(count)s deployment", "%(count)s deployments", context["list"].total
            )
            % {"count": context["list"].total},
        }


class DeploymentPage(OfDeployments, Page):
    """One deployment: what changed, who did it and why."""

    template_name = "gateway/deployment_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the deployment."""
        deployment = selectors.get_deployment(self.kwargs["number"], actor=self.actor)
        damage = ""
        differences: list[Difference] = []
        try:
            differences = selectors.list_differences(deployment)
        except DamagedDeploymentError as error:
            damage = error.message
        events = selectors.list_changes(deployment)
        newest = selectors.find_newest()
        return super().get_context_data(
            title=gettext("Deployment %(number)s") % {"number": deployment.number},
            deployment=deployment,
            before=selectors.find_before(deployment),
            is_newest=newest is not None and newest.number == deployment.number,
            damage=damage,
            groups=grouped(differences),
            hidden_count=max(0, len(differences) - DIFFERENCES_SHOWN),
            events=[_happened(one) for one in events[:EVENTS_SHOWN]],
            proxies=selectors.list_proxies(self.actor).filter(
                deployment=deployment.number
            ),
            **kwargs,
        )


class EffectPage(OfDeployments, Page):
    """Who gained access by a deployment, and who lost it."""

    template_name = "gateway/deployment_effect.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the effect."""
        effect = services.effect_of_deployment(
            self.kwargs["number"], actor=self.actor, now=self.now
        )
        return super().get_context_data(
            title=gettext("Effect of deployment %(number)s")
            % {"number": effect.deployment.number},
            effect=effect,
            columns=EFFECT_COLUMNS,
            **kwargs,
        )


def _happened(event: Any) -> dict[str, Any]:
    return {
        "icon": "history",
        "title": f"{event.target_label}: {event.action.replace('.', ' ')}",
        "url": reverse("audit-detail", args=[event.sequence]),
        "who": event.actor_label,
        "at": event.occurred_at,
        "text": event.reason,
    }


class RollBackPage(OfDeployments, ConfirmPage):
    """Shows what would change from now to a deployment, and does it."""

    template_name = "gateway/deployment_roll_back.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what would change."""
        deployment = selectors.get_deployment(self.kwargs["number"], actor=self.actor)
        services.check_may_publish(self.actor)
        differences = selectors.list_differences_from_now(deployment)
        return super().get_context_data(
            title=gettext("Roll back to deployment %(number)s")
            % {"number": deployment.number},
            deployment=deployment,
            groups=grouped(differences),
            hidden_count=max(0, len(differences) - DIFFERENCES_SHOWN),
            cancel_url=reverse("gateway:deployment-detail", args=[deployment.number]),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Roll back."""
        number = self.kwargs["number"]
        made = services.roll_back(
            number,
            reason=self.request.POST.get("reason", ""),
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request,
            gettext("Everything is as in deployment %(number)s.") % {"number": number},
        )
        if made is None:
            return home()
        return reverse("gateway:deployment-detail", args=[made.number])


class PublishAction(ActionView):
    """Puts everything in force now."""

    def carry_out(self) -> str:
        """Publish."""
        made = services.publish_now(
            reason=self.request.POST.get("reason", ""), actor=self.actor, now=self.now
        )
        text = (
            (gettext("%(made)s is in force.") % {"made": made}).capitalize()
            if made
            else gettext("Nothing had changed.")
        )
        messages.success(self.request, text)
        return home()


class HoldPage(OfDeployments, FormPage[HoldForm]):
    """Holds changes back until a time."""

    title = gettext_noop("Hold changes back")
    template_name = "gateway/hold_form.html"
    form_class = HoldForm
    success_message = gettext_noop("Changes are held back.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse whoever may not, before they type."""
        services.check_may_publish(self.actor)
        return super().get_context_data(cancel_url=home(), **kwargs)

    def save(self, form: HoldForm) -> str:
        """Hold."""
        services.hold_changes(**form.cleaned_data, actor=self.actor, now=self.now)
        return home()


class ReleaseAction(ActionView):
    """Lets go what is held back."""

    def carry_out(self) -> str:
        """Release."""
        services.release_changes(actor=self.actor, now=self.now)
        messages.success(
            self.request, gettext("Changes go out again as they are saved.")
        )
        return home()


class ProxyListPage(OfDeployments, Page):
    """Which process runs which deployment, since when."""

    title = gettext_noop("Proxies")
    tab = "proxy-list"
    template_name = "gateway/proxy_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the processes."""
        newest = selectors.find_newest()
        return super().get_context_data(
            proxies=selectors.describe_proxies(self.actor, now=self.now),
            columns=PROXY_COLUMNS,
            newest=newest,
            **kwargs,
        )
