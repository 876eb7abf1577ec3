"""Taking a delegation back, and undoing that."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext

from console.core.exceptions import NotFoundError
from console.core.generic.pages import ActionView, ConfirmPage
from routes import selectors, services
from routes.views.hosts import name_for


class RevokePage(ConfirmPage):
    """Take a delegation back, or see the routes that stand in the way."""

    template_name = "routes/hosts/confirm.html"

    @cached_property
    def delegation(self) -> Any:
        """The delegation of the URL."""
        return selectors.get_delegation(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it means, and what needs it."""
        needing = services.preview_revocation(self.kwargs["id"], actor=self.actor)
        name = name_for(self.delegation.namespace, self.actor)
        return super().get_context_data(
            title=gettext("Take back %(delegation)s") % {"delegation": self.delegation},
            text=gettext("%(name)s may not publish anything new under %(delegation)s.")
            % {"name": name, "delegation": self.delegation},
            kept=gettext("It can be undone: what was taken back is delegated again."),
            label=gettext("Take back"),
            needing=needing,
            entries=[
                {
                    "name": one.name,
                    "url": reverse("routes:route-detail", args=[one.pk]),
                    "note": one.from_url,
                }
                for one in needing.shown
            ],
            cancel_url=reverse("routes:host-delegation-list"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Take it back."""
        services.revoke_delegation(self.kwargs["id"], actor=self.actor, now=self.now)
        undo = reverse("routes:host-delegation-restore", args=[self.kwargs["id"]])
        messages.success(
            self.request, gettext("Taken back."), extra_tags=f"undo:{undo}"
        )
        return reverse("routes:host-delegation-list")


class RestoreDelegationAction(ActionView):
    """Delegates again what was taken back."""

    def carry_out(self) -> str:
        """Restore it."""
        try:
            services.restore_delegation(
                self.kwargs["id"], actor=self.actor, now=self.now
            )
        except NotFoundError:
            messages.info(
                self.request, gettext("It is there already, or was never taken back.")
            )
        else:
            messages.success(self.request, gettext("Delegated again."))
        return reverse("routes:host-delegation-list")
