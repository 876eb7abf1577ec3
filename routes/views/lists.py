"""Lists of routes: those that are there, and those that were deleted."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from console.core.generic.pages import CsvExport, ListPage, Page
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors
from routes.listings import RouteExport, RouteListing
from routes.models import Route
from routes.selectors import EffectivePolicies
from routes.validation.paths import settings_of_match

DELETED_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route as the list draws it."""

    route: Route
    policies: EffectivePolicies
    path: list[dict[str, str]]
    menu: list[dict[str, Any]]

    @property
    def menu_id(self) -> str:
        """Id of its menu in the page."""
        return f"route-{self.route.pk}"

    @property
    def menu_label(self) -> str:
        """What the menu is called for screen readers."""
        return gettext("Actions for %(name)s") % {"name": self.route.name}

    @property
    def url(self) -> str:
        """The address as a link, "" when a browser can't open it."""
        is_web = self.route.from_url.startswith(("https://", "http://"))
        return self.route.from_url if is_web and "*" not in self.route.host else ""

    @property
    def condition(self) -> str:
        """The path condition in words."""
        words = {
            "prefix": gettext("begins with"),
            "path": gettext("is"),
            "regex": gettext("matches"),
        }
        for key, value in settings_of_match(self.route.match).items():
            return gettext("path %(words)s %(value)s") % {
                "words": words[key],
                "value": value,
            }
        return ""

    @property
    def count(self) -> str:
        """How many policies decide."""
        count = self.policies.count
        if not count:
            return gettext("none")
        text = ngettext("%(count)s policy", "%(count)s policies", count)
        return text % {"count": count}


class RouteListPage(ListPage):
    """The routes that the person sees."""

    title = gettext_noop("Routes")
    template_name = "routes/route_list.html"
    fragment_template_name = "routes/partials/_list.html"
    listing = RouteListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what decides over each route, and what may be done."""
        context = super().get_context_data(**kwargs)
        state = context["list"]
        routes = state.rows
        chains = selectors.chains_of(routes)
        policies = selectors.policies_of_many(routes, chains=chains)
        query = state.params.get("namespace", "")
        return context | {
            "rows": [
                RouteRow(
                    route=route,
                    policies=policies[route.pk],
                    path=[
                        {"name": one.name, "url": ""}
                        for one in chains[route.namespace_id]
                    ],
                    menu=self._menu(route),
                )
                for route in routes
            ],
            "total": ngettext("%(count)s route", "%(count)s routes", state.total)
            % {"count": state.total},
            "create_query": f"?namespace={query}" if query else "",
            "may_create": access.can_anywhere(self.actor, Permission.ROUTE_CREATE),
            "import_url": _import_url(),
            "may_change": access.can_anywhere(self.actor, Permission.ROUTE_EDIT),
        }

    def _menu(self, route: Route) -> list[dict[str, Any]]:
        entries = (
            (Permission.ROUTE_EDIT, gettext("Edit"), "edit", "route-edit"),
            (Permission.POLICY_TRY, gettext("Try"), "play", "route-try"),
            (Permission.ROUTE_VIEW, gettext("History"), "history", "route-history"),
            (Permission.ROUTE_MOVE, gettext("Move"), "move", "route-move"),
            (Permission.ROUTE_DELETE, gettext("Delete"), "delete", "route-delete"),
        )
        return [
            {
                "label": label,
                "icon": icon,
                "url": reverse(f"routes:{name}", args=[route.pk]),
                "danger": icon == "delete",
            }
            for permission, label, icon, name in entries
            if access.can(self.actor, permission, route.namespace)
        ]


def _import_url() -> str:
    """Return where configurations are imported, "" while nothing serves that."""
    try:
        return reverse("routes:import-start")
    except NoReverseMatch:
        return ""


class RouteExportCsv(CsvExport):
    """The same list as a file."""

    listing = RouteExport()


class DeletedRoutesPage(Page):
    """What was deleted and may be restored."""

    title = gettext_noop("Deleted routes")
    template_name = "routes/route_deleted.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add one page of tombstones."""
        rows = Paginator(selectors.list_deleted(self.actor), DELETED_PER_PAGE)
        return super().get_context_data(
            page=rows.get_page(self.request.GET.get("page")),
            columns=[
                {"label": gettext("Name")},
                {"label": gettext("Deleted by"), "hide": "narrow"},
                {"label": gettext("When")},
            ],
            **kwargs,
        )
