"""Several routes at once: delete, move, attach a policy. Each asks first."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.urls import reverse

from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import ConfirmPage
from console.core.http import uuid_from
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors, services
from routes.forms import MoveRoutesForm
from routes.models import Route
from routes.views.changing import number_from, resting_hosts
from routes.views.picking import attachable_to_all

MAX_CHOSEN = 100


class BulkPage(ConfirmPage):
    """Lists what is chosen and what stays as it is; then does it."""

    template_name = "routes/routes_confirm.html"
    http_method_names = ["post", "options"]
    permission: Permission
    text: str
    confirm_label: str
    is_harmless = True

    def chosen(self) -> list[Route]:
        """Return the routes that are chosen and seen."""
        ids = [uuid_from(text, name="ids") for text in self.request.POST.getlist("ids")]
        if not 1 <= len(ids) <= MAX_CHOSEN:
            raise ValidationFailedError(f"choose 1 to {MAX_CHOSEN} routes at a time")
        return list(selectors.list_routes(self.actor).filter(pk__in=ids))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell what will be done from what can't."""
        routes = self.chosen()
        free = [r for r in routes if self._may(r)]
        return super().get_context_data(
            free=free,
            text=self.text,
            consequences=[
                {
                    "label": "route" if len(free) == 1 else "routes",
                    "count": len(free),
                    "entries": [_entry(route) for route in free],
                },
                *self.consequences(free),
            ],
            kept_routes=[_entry(route) for route in routes if not self._may(route)],
            hidden=[
                {"name": "confirmed", "value": "yes"},
                *({"name": "ids", "value": route.pk} for route in free),
                *(
                    {"name": "seen", "value": f"{route.pk}:{route.version}"}
                    for route in free
                ),
            ],
            confirm_label=self.confirm_label,
            is_harmless=self.is_harmless,
            cancel_url=reverse("routes:route-list"),
            **self.choices(free),
            **kwargs,
        )

    def _may(self, route: Route) -> bool:
        return access.can(self.actor, self.permission, route.namespace)

    def consequences(self, routes: list[Route]) -> list[dict[str, Any]]:
        """Return what goes with it."""
        return []

    def choices(self, routes: list[Route]) -> dict[str, Any]:
        """Return a select that is to be answered: its name, label and options."""
        return {}

    def post(self, request: Any, **kwargs: Any) -> Any:
        """Show what is chosen first; do it when that was confirmed."""
        if request.POST.get("confirmed") != "yes":
            return self.get(request, **kwargs)
        return super().post(request, **kwargs)

    def carry_out(self) -> str:
        """Do it, all or none."""
        versions = dict(map(_seen, self.request.POST.getlist("seen")))
        messages.success(self.request, self.do(versions))
        return reverse("routes:route-list")

    def do(self, versions: dict[UUID | str, int]) -> str:
        """Call the service; return what to tell."""
        raise NotImplementedError


def _entry(route: Route) -> dict[str, Any]:
    return {
        "name": route.name,
        "url": reverse("routes:route-detail", args=[route.pk]),
        "note": route.from_url,
    }


def _seen(text: str) -> tuple[UUID | str, int]:
    route_id, _, version = text.partition(":")
    return uuid_from(route_id, name="seen"), number_from(version)


def _counted(count: int) -> str:
    return "1 route is" if count == 1 else f"{count} routes are"


class DeleteRoutesPage(BulkPage):
    """Deletes routes."""

    title = "Delete routes"
    permission = Permission.ROUTE_DELETE
    text = "These routes are deleted. Their addresses are not served any more."
    confirm_label = "Delete"
    is_harmless = False

    def consequences(self, routes: list[Route]) -> list[dict[str, Any]]:
        """The hosts that nobody serves any more."""
        return resting_hosts(selectors.hosts_left_by(routes))

    def do(self, versions: dict[UUID | str, int]) -> str:
        """Delete them."""
        count = services.delete_routes(versions, actor=self.actor, now=self.now)
        return f"{_counted(count)} deleted. They can be restored from “Deleted routes”."


class MoveRoutesPage(BulkPage):
    """Moves routes to another namespace."""

    title = "Move routes"
    permission = Permission.ROUTE_MOVE
    text = "These routes move with their hosts, under the policies of the new place."
    confirm_label = "Move"

    def choices(self, routes: list[Route]) -> dict[str, Any]:
        """Where to."""
        data = self.request.POST if "to" in self.request.POST else None
        return {"form": MoveRoutesForm(data, actor=self.actor)}

    def do(self, versions: dict[UUID | str, int]) -> str:
        """Move them."""
        routes = services.move_routes(
            versions,
            namespace_id=self._to(),
            actor=self.actor,
            now=self.now,
        )
        return f"{_counted(len(routes))} in {routes[0].namespace.name} now."

    def _to(self) -> UUID | str:
        """Return where to. An id that isn't offered is the service's to refuse.

        It looks at the rights over the routes first, so nobody learns of a namespace.
        """
        form = MoveRoutesForm(self.request.POST, actor=self.actor)
        if form.is_valid():
            return str(form.cleaned_data["to"])
        try:
            return UUID(self.request.POST.get("to", ""))
        except ValueError as error:
            raise ValidationFailedError(
                "choose a namespace where you may move routes"
            ) from error


class AttachToRoutesPage(BulkPage):
    """Attaches a policy to routes."""

    title = "Attach a policy"
    permission = Permission.ROUTE_EDIT
    text = "The policy is attached to these routes, behind those that they have."
    confirm_label = "Attach"

    def choices(self, routes: list[Route]) -> dict[str, Any]:
        """Which policy: one that all of them may have."""
        options = attachable_to_all(routes, actor=self.actor)
        return {
            "select": {"name": "policy", "label": "Policy", "options": options},
            "chosen": self.request.POST.get("policy", ""),
        }

    def do(self, versions: dict[UUID | str, int]) -> str:
        """Attach it."""
        count = services.attach_policy(
            uuid_from(self.request.POST.get("policy", ""), name="policy"),
            versions=versions,
            actor=self.actor,
            now=self.now,
        )
        return f"The policy is attached to {count} route{'' if count == 1 else 's'}."
