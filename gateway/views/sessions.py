"""The page of sessions at the proxy: whose, where, and how to end them."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from console.core.generic.pages import ActionView, ListPage
from gateway import services
from gateway.listings import SessionListing


class SessionListPage(ListPage):
    """One's own sessions; for admins of the root everybody's."""

    title = gettext_noop("Sessions")
    template_name = "gateway/session_list.html"
    fragment_template_name = "gateway/partials/_sessions.html"
    listing = SessionListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the moment by which a session counts or doesn't."""
        context = super().get_context_data(**kwargs)
        rows = context["list"].rows
        total = ngettext("%(count)s session", "%(count)s sessions", len(rows))
        return context | {"now": self.now, "total": total % {"count": len(rows)}}


class RevokeAction(ActionView):
    """Ends one session."""

    def carry_out(self) -> str:
        """Revoke it."""
        row = services.revoke_session(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(
            self.request,
            gettext("The session at %(host)s has ended.") % {"host": row.host},
        )
        return reverse("gateway:session-list")
