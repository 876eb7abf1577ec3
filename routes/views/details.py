"""One route: where it leads, what decides over it, and what happened to it."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.pages import Page
from console.core.models import AuditEvent
from namespaces.permissions import Permission
from policies import selectors as policy_selectors
from policies.translating import translated
from routes import selectors
from routes.selectors import SettingChange
from routes.settings_table import BY_KEY
from routes.views.display import lines_of_change, shown_sections
from routes.views.frame import OfRoute
from routes.views.trying import route_panel

HEAD = frozenset({"name", "description", "from", "to"})
HISTORY_PER_PAGE = 20
POLICY_COLUMNS = (
    {"label": gettext_lazy("Policy")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("From"), "hide": "narrow"},
)
CHANGE_LABELS = {
    "policy_ids": gettext_lazy("Policies"),
    "inherits_policies": gettext_lazy("Inherits policies"),
    "namespace_id": gettext_lazy("Namespace"),
}
# Said in the place of an id whose name the reader may not know.
UNSEEN = {"namespace_id": gettext_lazy("A namespace that you don't see")}
VERBS = {
    "route.created": (gettext_lazy("Created"), "add"),
    "route.updated": (gettext_lazy("Changed"), "edit"),
    "route.moved": (gettext_lazy("Moved"), "move"),
    "route.restored": (gettext_lazy("Restored"), "undo"),
    "route.deleted": (gettext_lazy("Deleted"), "delete"),
}


@dataclass(frozen=True, slots=True)
class DecidingPolicy:
    """A policy in the list of those that decide."""

    policy: Any
    words: str
    mode: str
    source: str


class RoutePage(OfRoute, Page):
    """Where a route leads, its settings, its policies; trying it."""

    template_name = "routes/route_detail.html"
    tab = "route-detail"

    def get_title(self) -> str:
        """Name of the route."""
        return self.route.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add all that there is to see, and what may be done."""
        settings = selectors.masked_settings(self.route)
        effective = selectors.policies_of(self.route)
        overlaps = selectors.list_overlaps(self.route, actor=self.actor)
        may_try = self.can(Permission.POLICY_TRY)
        return super().get_context_data(
            settings=settings,
            sections=shown_sections(settings, without=HEAD),
            effective=effective,
            policies=self._deciding(effective),
            policy_columns=POLICY_COLUMNS,
            overlaps=overlaps,
            hidden_by=[one for one in overlaps if one.is_serious],
            menu=self._menu(),
            may_edit=self.can(Permission.ROUTE_EDIT),
            panel=route_panel(self.route, actor=self.actor) if may_try else None,
            **kwargs,
        )

    def _deciding(self, effective: selectors.EffectivePolicies) -> list[DecidingPolicy]:
        found = [(one, "attached", gettext("this route")) for one in effective.attached]
        for mode, arriving in (
            ("inherited", effective.inherited),
            ("enforced", effective.enforced),
        ):
            found += [(one.policy, mode, one.namespace.name) for one in arriving]
        names = policy_selectors.names_in([policy for policy, _, _ in found])
        return [
            DecidingPolicy(
                policy, policy_selectors.summarize(policy, names=names), mode, source
            )
            for policy, mode, source in found
        ]

    def _menu(self) -> list[dict[str, Any]]:
        entries = (
            (Permission.ROUTE_MOVE, gettext("Move"), "move", self.url("route-move")),
            (
                Permission.ROUTE_CREATE,
                gettext("Duplicate"),
                "duplicate",
                f"{reverse('routes:route-create')}?copy={self.route.pk}",
            ),
            (
                Permission.ROUTE_DELETE,
                gettext("Delete"),
                "delete",
                self.url("route-delete"),
            ),
        )
        return [
            {"label": label, "icon": icon, "url": url, "danger": icon == "delete"}
            for permission, label, icon, url in entries
            if self.can(permission)
        ]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One setting before and after, as lines."""

    label: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What happened at one time."""

    title: str
    icon: str
    event: AuditEvent
    changes: list[ShownChange]


class HistoryPage(OfRoute, Page):
    """What happened to a route, setting by setting."""

    template_name = "routes/route_history.html"
    tab = "route-history"

    def get_title(self) -> str:
        """Name of the route."""
        return self.route.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add one page of events."""
        pages = Paginator(
            selectors.list_history(self.route, actor=self.actor), HISTORY_PER_PAGE
        )
        page = pages.get_page(self.request.GET.get("page"))
        names = selectors.names_in_history(page.object_list, actor=self.actor)
        return super().get_context_data(
            page=page,
            events=[_shown_event(event, names) for event in page.object_list],
            **kwargs,
        )


def _shown_event(event: AuditEvent, names: dict[str, str]) -> ShownEvent:
    title, icon = VERBS.get(event.action, (event.action, "history"))
    changes = [] if event.before is None else selectors.changes_of(event)
    return ShownEvent(
        str(title), icon, event, [_shown_change(change, names) for change in changes]
    )


def _shown_change(change: SettingChange, names: dict[str, str]) -> ShownChange:
    setting = translated(BY_KEY.get(change.key))
    sides: list[list[str]] = []
    for value in (change.before, change.after):
        if value is None:
            sides.append([])
        elif setting is None:
            items = value if isinstance(value, list) else [value]
            unseen = str(UNSEEN.get(change.key, ""))
            sides.append([_named(item, names, unseen) for item in items])
        else:
            sides.append(lines_of_change(setting, value))
    label = setting.label if setting else CHANGE_LABELS.get(change.key, change.key)
    return ShownChange(str(label), *sides)


def _named(item: Any, names: dict[str, str], unseen: str) -> str:
    if isinstance(item, bool):
        return gettext("Yes") if item else gettext("No")
    return names.get(str(item), unseen or str(item))
