"""The first page after sign-in: what is mine, what happened, what to do next."""

from typing import Any

from console.core.generic.pages import Page
from directory import selectors as directory_selectors
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

RECENT = 8


class OverviewPage(Page):
    """A person's own view; for somebody without a role, how to get one."""

    title = "Overview"
    template_name = "console/overview.html"

    def get_template_names(self) -> list[str]:
        """Give guests a page that helps them."""
        if not access.grants_of(self.actor):
            return ["console/guest.html"]
        return super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the person's roles let them see."""
        if not access.grants_of(self.actor):
            return super().get_context_data(
                admins=directory_selectors.list_root_admins(), **kwargs
            )
        sees_audit = access.can_anywhere(self.actor, Permission.AUDIT_VIEW)
        events = namespace_selectors.list_audit_events(self.actor)
        return super().get_context_data(
            roles=namespace_selectors.list_own_roles(self.actor),
            recent=list(events[:RECENT]) if sees_audit else [],
            **kwargs,
        )
