"""The page of the settings that one Pomerium Core has for itself."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext, gettext_noop

from console.core.generic.pages import FormPage
from gateway import selectors, services
from gateway.forms import SettingsForm
from gateway.views.clusters import OfCluster
from gateway.views.settings import by_field


class ClusterSettingsPage(OfCluster, FormPage[SettingsForm]):
    """What a Core is told in the stead of what the root says."""

    template_name = "gateway/settings.html"
    form_class = SettingsForm
    success_message = gettext_noop("Saved. Core is told at once.")

    @cached_property
    def found(self) -> selectors.ClusterSettings:
        """The settings of the Core in the address."""
        return selectors.get_cluster_settings(self.kwargs["id"], actor=self.actor)

    def get_title(self) -> str:
        """Say whose settings they are."""
        return gettext("Settings of %(name)s") % {"name": self.found.cluster.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Start from what is there; only for those who may."""
        return super().get_form_kwargs() | {"found": self.found}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add whose settings they are."""
        return super().get_context_data(cluster=self.found.cluster, **kwargs)

    def save(self, form: SettingsForm) -> str:
        """Save what was typed."""
        with by_field(form):
            services.change_cluster_settings(
                self.kwargs["id"],
                values=form.typed(),
                version=form.cleaned_data["version"] or 0,
                reason=form.cleaned_data["reason"],
                actor=self.actor,
                now=self.now,
            )
        return self.page_url
