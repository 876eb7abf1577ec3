"""Pages about the Pomerium Cores that we publish to."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.generic.pages import (
    ActionView,
    ActorMixin,
    ConfirmPage,
    FormPage,
    ListPage,
    Page,
)
from gateway import selectors, services
from gateway.forms import ClusterForm, EditClusterForm
from gateway.listings import ClusterListing
from gateway.models import Cluster, ClusterMode, Standing

KINDS = {
    Standing.WAITING: "neutral",
    Standing.CURRENT: "success",
    Standing.REFUSED: "danger",
    Standing.FAILING: "danger",
}
PROBLEM_COLUMNS = (
    {"label": gettext_lazy("About")},
    {"label": gettext_lazy("What is wrong")},
    {"label": gettext_lazy("What to do")},
)


def badge_of(row: Cluster) -> dict[str, str]:
    """Return kind and words of how publishing goes."""
    if row.mode == ClusterMode.PAUSED:
        return {"kind": "neutral", "label": gettext("Paused")}
    if row.mode == ClusterMode.WITHDRAWN and row.standing == Standing.CURRENT:
        return {"kind": "neutral", "label": gettext("Withdrawn")}
    standing = Standing(row.standing)
    return {"kind": KINDS[standing], "label": str(standing.label)}


class ClustersPage(ListPage):
    """All of them, with how publishing to each goes."""

    title = gettext_noop("Pomerium Cores")
    template_name = "gateway/cluster_list.html"
    listing = ClusterListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the words for how each does."""
        context = super().get_context_data(**kwargs)
        rows = [{"row": one, "badge": badge_of(one)} for one in context["list"].rows]
        return context | {"rows": rows}


class OfCluster(ActorMixin):
    """Knows the cluster of the URL."""

    @cached_property
    def cluster(self) -> Cluster:
        """The cluster of the URL."""
        return selectors.get_cluster(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return reverse("gateway:cluster-detail", args=[self.cluster.pk])


class ClusterPage(OfCluster, Page):
    """A cluster: where it is, what it serves, how publishing to it goes."""

    template_name = "gateway/cluster_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add its facts."""
        row = self.cluster
        return super().get_context_data(
            title=row.name,
            cluster=row,
            badge=badge_of(row),
            facts=_facts_of(row),
            is_running=row.lease_until is not None and row.lease_until > self.now,
            is_paused=row.mode == ClusterMode.PAUSED,
            problems=[_problem(one) for one in row.problems],
            problem_columns=PROBLEM_COLUMNS,
            **kwargs,
        )


def _facts_of(row: Cluster) -> list[dict[str, Any]]:
    place = str(row.namespace) if row.namespace else ""
    trust = (
        gettext("Given with the cluster")
        if row.authorities
        else gettext("The well-known ones")
    )
    return [
        {
            "label": gettext("Serves"),
            "value": place,
            "empty": gettext("Its namespace is gone"),
        },
        {"label": gettext("Publishing"), "value": row.get_mode_display()},
        {
            "label": gettext("Databroker"),
            "value": row.url,
            "code": True,
            "copyable": True,
        },
        {
            "label": gettext("Certificate authorities"),
            "value": trust if row.url.startswith("https") else "",
            "empty": gettext("Not encrypted"),
        },
        {
            "label": gettext("Name in its certificate"),
            "value": row.server_name,
            "empty": gettext("Host"),
        },
        {
            "label": gettext("Shared secret"),
            "value": gettext("Set (%(secret_mark)s)")
            % {"secret_mark": row.secret_mark},
        },
        {
            "label": gettext("Health"),
            "value": row.status_url,
            "empty": gettext("Not asked"),
        },
        {
            "label": gettext("Settings of its own"),
            "value": str(len(row.settings)) if row.settings else "",
            "empty": gettext("None"),
        },
    ]


def _problem(one: dict[str, str]) -> dict[str, str]:
    url = ""
    if one["subject"].startswith("route "):
        url = reverse("routes:route-detail", args=[one["id"]])
    elif one["subject"] == "settings" and one["id"]:
        url = reverse("gateway:gateway-settings", args=[one["id"]])
    return {**one, "url": url}


class _ClusterForm(FormPage[ClusterForm]):
    template_name = "gateway/cluster_form.html"
    form_class: type[ClusterForm] = ClusterForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer namespaces; only to those who may."""
        selectors.check_may_edit_clusters(self.actor)
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.cancel_url, **kwargs)

    @property
    def cancel_url(self) -> str:
        """The list."""
        return reverse("gateway:cluster-list")


class CreateClusterPage(_ClusterForm):
    """A new cluster."""

    title = gettext_noop("New cluster")

    def save(self, form: ClusterForm) -> str:
        """Add it; it is published to at once."""
        row = services.create_cluster(**form.values, actor=self.actor, now=self.now)
        messages.success(
            self.request, gettext("%(row)s is being published to.") % {"row": row}
        )
        return reverse("gateway:cluster-detail", args=[row.pk])


class EditClusterPage(OfCluster, _ClusterForm):
    """Change a cluster; where its secret goes only together with the secret."""

    form_class = EditClusterForm
    success_message = "Saved."

    @property
    def cancel_url(self) -> str:
        """Its page."""
        return self.page_url

    def get_title(self) -> str:
        """Its name."""
        return gettext("Edit %(cluster)s") % {"cluster": self.cluster}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Fill in the cluster."""
        cluster = self.cluster  # first: who may not see it hears that it isn't there
        return super().get_form_kwargs() | {"cluster": cluster}

    def save(self, form: ClusterForm) -> str:
        """Save it."""
        services.update_cluster(
            self.cluster.pk,
            version=form.cleaned_data["version"],
            actor=self.actor,
            now=self.now,
            **form.values,
        )
        return self.page_url


class PublishToCluster(OfCluster, ActionView):
    """Has a worker bring a cluster up to date now."""

    def carry_out(self) -> str:
        """Ask for it."""
        services.request_publishing(self.cluster.pk, actor=self.actor, now=self.now)
        messages.success(
            self.request,
            gettext("%(cluster)s is being published to.") % {"cluster": self.cluster},
        )
        return self.page_url


class DeleteClusterPage(OfCluster, ConfirmPage):
    """Forget a cluster."""

    template_name = "gateway/cluster_delete.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what stays."""
        row = self.cluster
        return super().get_context_data(
            title=gettext("Delete %(row)s") % {"row": row},
            text=gettext("Postern forgets where it is and its shared secret."),
            kept=(
                gettext(
                    "What it was told (%(routes)s routes) stays in force there, and "
                    "nobody brings it up to date. To take it away, edit the cluster "
                    "to be withdrawn from first, and wait until it says so."
                )
                % {"routes": row.routes}
            ),
            hidden=[{"name": "version", "value": row.version}],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it."""
        version = self.request.POST.get("version", "")
        services.delete_cluster(
            self.cluster.pk,
            version=int(version) if version.isdecimal() else 0,
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The cluster is forgotten."))
        return reverse("gateway:cluster-list")
