"""What all pages of one policy have in common: its head, path, tabs, and rights."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import ActorMixin
from namespaces import access
from namespaces.permissions import Permission
from namespaces.views import path_links
from policies import selectors

if TYPE_CHECKING:
    from policies.models import Policy

MAX_DIGITS = 9
UNDO = "policies:policy-undo"
GENERAL, BUILDER, EDITOR, REGO = (
    "policy-general",
    "policy-builder",
    "policy-editor",
    "policy-rego",
)
# What is written: panels of the policy's page, and of the form.
PARTS = (
    (gettext_lazy("General"), GENERAL, "policy"),
    (gettext_lazy("Builder"), BUILDER, "columns"),
    (gettext_lazy("Editor"), EDITOR, "code"),
    ("Rego", REGO, "spark"),
)
# What is looked at: pages of their own, and panels of the form, so that looking there
# costs no edit.
PAGES = (
    (gettext_lazy("Examples"), "policy-examples", "try"),
    (gettext_lazy("Applies to"), "policy-uses", "attach"),
    (gettext_lazy("History"), "policy-history", "history"),
)
# In which part a policy of this language is written, and which ones it has closed.
WRITTEN_IN = {"ppl": BUILDER, "rego": REGO}
CLOSED = {"ppl": {REGO}, "rego": {BUILDER, EDITOR}}


def parts_of(language: str, *, first: str) -> list[dict[str, Any]]:
    """Return the panels in which a policy of this language is written."""
    return [
        {
            "label": label,
            "id": panel,
            "icon": icon,
            "is_closed": panel in CLOSED[language],
            "is_first": panel == first,
        }
        for label, panel, icon in PARTS
    ]


class OfPolicy(ActorMixin):
    """A page about the policy of the URL; 404 when the person doesn't see it."""

    tab = ""

    @cached_property
    def policy(self) -> "Policy":
        """The policy."""
        return selectors.get_policy(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return self.url("policy-detail")

    def url(self, name: str) -> str:
        """Return the address of one of its pages."""
        return reverse(f"policies:{name}", args=[self.policy.pk])

    def can(self, permission: Permission) -> bool:
        """Answer whether the person may, for showing a button."""
        return access.can(self.actor, permission, self.policy.namespace)

    def check(self, permission: Permission) -> None:
        """Refuse a page that would refuse what it offers.

        Raises:
            PermissionDeniedError: the person may not.
        """
        if not self.can(permission):
            raise PermissionDeniedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the policy, its path and the tabs."""
        namespace = self.policy.namespace
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return {
            "policy": self.policy,
            "namespace_path": path_links(namespace, actor=self.actor),
            "pages": [*self.part_links(), *self.page_links()],
        } | context

    def part_links(self) -> list[dict[str, Any]]:
        """Return links to the panels of the policy's page, for the other pages."""
        return [
            part | {"url": f"{self.page_url}#{part['id']}"}
            for part in parts_of(self.policy.language, first="")
        ]

    def page_links(self) -> list[dict[str, Any]]:
        """Return links to what is looked at."""
        return [
            {
                "label": label,
                "url": self.url(name),
                "icon": icon,
                "active": name == self.tab,
            }
            for label, name, icon in PAGES
        ]


def number_from(text: str, default: int = 0) -> int:
    """Return the number that a parameter gives, if it is one that can be."""
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else default


def import_url() -> str:
    """Return where configurations are imported, likewise."""
    try:
        return reverse("routes:import-start")
    except NoReverseMatch:
        return ""


def route_url(route_id: Any) -> str:
    """Return a route's page, which a part of the console above this one serves."""
    try:
        return reverse("routes:route-detail", args=[route_id])
    except NoReverseMatch:
        return ""


def effect_url(policy_id: Any = None) -> str:
    """Return where the effect of a draft on routes is asked for, likewise."""
    try:
        if policy_id is None:
            return reverse("routes:draft-effect")
        return reverse("routes:policy-effect", args=[policy_id])
    except NoReverseMatch:
        return ""
