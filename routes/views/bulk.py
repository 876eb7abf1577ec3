"""Several routes at once: delete, move, attach or detach a policy. Each asks first."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext, gettext_noop, ngettext, ngettext_lazy

from console.core.bulk import Versions
from console.core.exceptions import ValidationFailedError
from console.core.generic.bulk import BulkPage, UndoBulkAction
from console.core.generic.undo import UndoAction
from console.core.http import uuid_from
from namespaces import access
from namespaces.permissions import Permission
from routes import selectors, services
from routes.forms import MoveRoutesForm
from routes.listings import RouteListing
from routes.models import Route
from routes.views.changing import resting_hosts
from routes.views.picking import attachable_to_all, attached_to_any


class RoutesPage(BulkPage):
    """What all of them have in common."""

    listing = RouteListing()
    noun = ngettext_lazy("route", "routes")
    list_url_name = "routes:route-list"
    detail_url_name = "routes:route-detail"
    permission: Permission

    def may(self, row: Any) -> bool:
        """Answer whether the role suffices where the route lives."""
        return access.can(self.actor, self.permission, row.namespace)

    def note(self, row: Any) -> str:
        """Its address."""
        return str(row.from_url)


def _counted(count: int) -> str:
    return (
        gettext("1 route is")
        if count == 1
        else gettext("%(count)s routes are") % {"count": count}
    )


class DeleteRoutesPage(RoutesPage):
    """Deletes routes."""

    title = gettext_noop("Delete routes")
    permission = Permission.ROUTE_DELETE
    text = gettext_noop(
        "These routes are deleted. Their addresses are not served any more."
    )
    confirm_label = gettext_noop("Delete")
    is_harmless = False
    undo_url_name = "routes:route-bulk-restore"

    def consequences(self, rows: list[Route]) -> list[dict[str, Any]]:
        """The hosts that nobody serves any more."""
        return resting_hosts(selectors.hosts_left_by(rows))

    def act(self, versions: Versions) -> int:
        """Delete them."""
        return services.delete_routes(versions, actor=self.actor, now=self.moment)

    def tell(self, done: Any, count: int) -> str:
        """How many."""
        return f"{_counted(count)} deleted."


class RestoreRoutesAction(UndoBulkAction):
    """Takes back a deletion of several."""

    list_url_name = "routes:route-list"

    def undo(self, moment: Any) -> str:
        """Restore what this person deleted at that moment."""
        gone = selectors.list_deleted(self.actor).filter(
            deleted_at=moment, deleted_by=self.actor.label
        )
        ids = list(gone.values_list("target_id", flat=True))
        back = services.restore_routes(ids, actor=self.actor, now=self.now)
        return f"{_counted(len(back))} back."


class MoveRoutesPage(RoutesPage):
    """Moves routes to another namespace."""

    title = gettext_noop("Move routes")
    permission = Permission.ROUTE_MOVE
    text = gettext_noop(
        "These routes move with their hosts, under the policies of the new place."
    )
    confirm_label = gettext_noop("Move")
    undo_url_name = "routes:route-undo"

    def choices(self, rows: list[Route]) -> dict[str, Any]:
        """Where to."""
        data = self.request.POST if "to" in self.request.POST else None
        return {"form": MoveRoutesForm(data, actor=self.actor)}

    def is_complete(self) -> bool:
        """Answer whether a place is chosen."""
        form = MoveRoutesForm(self.request.POST, actor=self.actor)
        return "to" in self.request.POST and form.is_valid()

    def act(self, versions: Versions) -> list[Route]:
        """Move them."""
        return services.move_routes(
            versions, namespace_id=self._to(), actor=self.actor, now=self.moment
        )

    def tell(self, done: Any, count: int) -> str:
        """How many, and where."""
        return gettext("%(counted)s in %(name)s now.") % {
            "counted": _counted(count),
            "name": done[0].namespace.name,
        }

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
                gettext("choose a namespace where you may move routes")
            ) from error


class _WithPolicy(RoutesPage):
    """What takes one policy."""

    permission = Permission.ROUTE_EDIT

    def offered(self, rows: list[Route]) -> list[tuple[str, str]]:
        """Return the policies to choose from."""
        raise NotImplementedError

    def choices(self, rows: list[Route]) -> dict[str, Any]:
        """Which policy."""
        options = self.offered(rows)
        return {
            "select": {
                "name": "policy",
                "label": gettext("Policy"),
                "options": options,
            },
            "chosen": self.request.POST.get("policy", ""),
        }

    def is_complete(self) -> bool:
        """Answer whether one is chosen."""
        return bool(self.request.POST.get("policy"))

    @property
    def policy_id(self) -> UUID:
        """The one that is chosen."""
        return uuid_from(self.request.POST.get("policy", ""), name="policy")


class AttachToRoutesPage(_WithPolicy):
    """Attaches a policy to routes."""

    title = gettext_noop("Attach a policy")
    text = gettext_noop(
        "The policy is attached to these routes, behind those that they have."
    )
    confirm_label = gettext_noop("Attach")
    undo_url_name = "routes:route-undo"

    def offered(self, rows: list[Route]) -> list[tuple[str, str]]:
        """Those that all of them may have."""
        return attachable_to_all(rows, actor=self.actor)

    def act(self, versions: Versions) -> int:
        """Attach it."""
        return services.attach_policy(
            self.policy_id, versions=versions, actor=self.actor, now=self.moment
        )

    def tell(self, done: Any, count: int) -> str:
        """To how many it was new."""
        return ngettext(
            "The policy is attached to %(done)s route.",
            "The policy is attached to %(done)s routes.",
            done,
        ) % {"done": done}


class DetachFromRoutesPage(_WithPolicy):
    """Takes a policy off routes."""

    title = gettext_noop("Detach a policy")
    text = gettext_noop(
        "The policy no longer counts on these routes. Those without it stay."
    )
    confirm_label = gettext_noop("Detach")
    undo_url_name = "routes:route-undo"

    def offered(self, rows: list[Route]) -> list[tuple[str, str]]:
        """Those that any of them has."""
        return attached_to_any(rows)

    def act(self, versions: Versions) -> int:
        """Detach it."""
        return services.detach_policy(
            self.policy_id, versions=versions, actor=self.actor, now=self.moment
        )

    def tell(self, done: Any, count: int) -> str:
        """From how many."""
        return ngettext(
            "The policy is detached from %(done)s route.",
            "The policy is detached from %(done)s routes.",
            done,
        ) % {"done": done}


class UndoRoutesAction(UndoAction):
    """Takes back that routes were moved, or that their policies were changed."""

    service = staticmethod(services.undo)
    list_url_name = "routes:route-list"
    detail_url_name = "routes:route-detail"
    noun = RoutesPage.noun
