"""The first page after sign-in: what is mine, what happened, what to do next."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.generic.pages import Page
from console.ui.attention import list_attention
from console.ui.event_words import sentence_of
from console.ui.targets import target_url
from directory import selectors as directory_selectors
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from routes import selectors as route_selectors

if TYPE_CHECKING:
    from console.core.models import AuditEvent

RECENT = 8
ALARM = timedelta(days=7)
ICONS = {
    "namespace": "namespace",
    "policy": "policy",
    "route": "route",
    "role_binding": "role",
    "person": "person",
    "import": "import",
    "device": "device",
}


class OverviewPage(Page):
    """A person's own view; for somebody without a role, how to get one."""

    title = gettext_noop("Overview")
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
        survey = route_selectors.survey_routes(self.actor)
        policies = policy_selectors.count_policies(self.actor)
        events = namespace_selectors.list_audit_events(self.actor)
        return super().get_context_data(
            roles=namespace_selectors.list_own_roles(self.actor),
            tiles=self.tiles(survey.total, policies),
            attention=list_attention(survey, actor=self.actor, now=self.now),
            steps=self.steps(survey.total, policies),
            recent=[
                _change(event)
                for event in events.exclude(action__startswith="person.sign")[:RECENT]
            ],
            alarms=namespace_selectors.list_alarms(self.actor, since=self.now - ALARM),
            **kwargs,
        )

    def tiles(self, routes: int, policies: int) -> list[dict[str, Any]]:
        """Return the figures on top."""
        namespaces = namespace_selectors.list_namespaces(self.actor).count()
        people = directory_selectors.list_people(self.actor).count()
        figures = (
            (gettext("Routes"), routes, "route", "routes:route-list"),
            (gettext("Policies"), policies, "policy", "policies:policy-list"),
            (
                gettext("Namespaces"),
                namespaces,
                "namespaces",
                "namespaces:namespace-list",
            ),
            (gettext("People"), people, "people", "directory:person-list"),
        )
        return [
            {"label": label, "value": value, "icon": icon, "url": reverse(name)}
            for label, value, icon, name in figures
        ]

    def steps(self, routes: int, policies: int) -> list[dict[str, str]]:
        """Return what to do first in a console that holds next to nothing."""
        may_write = access.can_anywhere(self.actor, Permission.ROUTE_CREATE)
        offered = (
            (
                may_write and not routes,
                gettext("Import your Pomerium configuration"),
                gettext(
                    "Routes and policies come out separately; nothing is written "
                    "unseen."
                ),
                "routes:import-start",
            ),
            (
                may_write and not policies,
                gettext("Write a policy"),
                gettext("Who may pass, under which conditions."),
                "policies:policy-create",
            ),
            (
                may_write and not routes,
                gettext("Create a route"),
                gettext("An address, where it leads, and the policies that decide."),
                "routes:route-create",
            ),
            (
                namespace_selectors.has_single_root_admin(self.actor),
                gettext("Make somebody else an admin of the root"),
                gettext("If you are away, nobody can help the others."),
                "namespaces:namespace-list",
            ),
        )
        return [
            {"label": label, "why": why, "url": reverse(name)}
            for is_offered, label, why, name in offered
            if is_offered
        ]


def _change(event: "AuditEvent") -> dict[str, Any]:
    return {
        "icon": ICONS.get(event.target_type, "history"),
        "title": sentence_of(event),
        "url": target_url(event) or reverse("audit-detail", args=[event.sequence]),
        "who": event.actor_label,
        "at": event.occurred_at,
        "text": event.reason,
        "kind": "warning" if event.action.endswith(".deleted") else "",
    }
