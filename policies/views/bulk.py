"""Several policies at once: delete, move, attach to a namespace. Each asks first."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext, gettext_noop, ngettext_lazy

from console.core.bulk import Versions
from console.core.exceptions import ValidationFailedError
from console.core.generic.bulk import BulkPage, UndoBulkAction
from console.core.generic.undo import UndoAction
from console.core.http import uuid_from
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors, services
from policies.forms import AttachPoliciesForm, MovePoliciesForm
from policies.listings import PolicyListing
from policies.views.frame import UNDO


class PoliciesPage(BulkPage):
    """What all of them have in common."""

    listing = PolicyListing()
    noun = ngettext_lazy("policy", "policies")
    list_url_name = "policies:policy-list"
    detail_url_name = "policies:policy-detail"
    permission: Permission
    form_class: type[forms.Form] | None = None

    @cached_property
    def form(self) -> Any:
        """What is to be chosen, as it was sent; None where nothing is."""
        if self.form_class is None:
            return None
        is_sent = "namespace" in self.request.POST
        make: Any = self.form_class
        return make(self.request.POST if is_sent else None, actor=self.actor)

    def may(self, row: Any) -> bool:
        """Answer whether the role suffices where the policy lives."""
        return access.can(self.actor, self.permission, row.namespace)

    def note(self, row: Any) -> str:
        """Where it lives."""
        return gettext("in %(name)s") % {"name": row.namespace.name}

    def is_complete(self) -> bool:
        """Answer whether the form is filled in."""
        return self.form is None or (self.form.is_bound and self.form.is_valid())

    def choices(self, rows: list[Any]) -> dict[str, Any]:
        """The form."""
        return {"form": self.form} if self.form is not None else {}

    def place(self) -> UUID | str:
        """Return where to. An id that isn't offered is the service's to refuse."""
        if self.is_complete():
            return str(self.form.cleaned_data["namespace"])
        try:
            return UUID(self.request.POST.get("namespace", ""))
        except ValueError as error:
            raise ValidationFailedError(
                gettext("choose a namespace where you may do this")
            ) from error


class DeletePoliciesPage(PoliciesPage):
    """Deletes policies."""

    title = gettext_noop("Delete policies")
    permission = Permission.POLICY_DELETE
    text = gettext_noop(
        "These policies are deleted. Only what is attached nowhere can be."
    )
    confirm_label = gettext_noop("Delete")
    is_harmless = False
    undo_url_name = "policies:policy-bulk-restore"

    def act(self, versions: Versions) -> int:
        """Delete them."""
        return services.delete_policies(versions, actor=self.actor, now=self.moment)

    def tell(self, done: Any, count: int) -> str:
        """How many."""
        return f"{_counted(count)} deleted."


class RestorePoliciesAction(UndoBulkAction):
    """Takes back a deletion of several."""

    list_url_name = "policies:policy-list"

    def undo(self, moment: Any) -> str:
        """Restore what this person deleted at that moment."""
        gone = selectors.list_deleted(self.actor).filter(
            deleted_at=moment, deleted_by=self.actor.label
        )
        ids = list(gone.values_list("target_id", flat=True))
        back = services.restore_policies(ids, actor=self.actor, now=self.now)
        return f"{_counted(len(back))} back."


class MovePoliciesPage(PoliciesPage):
    """Moves policies to another namespace."""

    title = gettext_noop("Move policies")
    permission = Permission.POLICY_EDIT
    text = gettext_noop(
        "These policies live in another namespace from then on. What "
        "they are attached to has to lie there or below."
    )
    confirm_label = gettext_noop("Move")
    undo_url_name = UNDO
    form_class = MovePoliciesForm

    def act(self, versions: Versions) -> Any:
        """Move them."""
        return services.move_policies(
            versions,
            namespace_id=self.place(),
            actor=self.actor,
            now=self.moment,
        )

    def tell(self, done: Any, count: int) -> str:
        """How many, and where."""
        return gettext("%(counted)s in %(name)s now.") % {
            "counted": _counted(count),
            "name": done[0].namespace.name,
        }


class AttachPoliciesPage(PoliciesPage):
    """Lets policies count on every route of a namespace and below."""

    title = gettext_noop("Attach policies")
    permission = Permission.POLICY_VIEW
    text = gettext_noop("These policies count on every route of a namespace and below.")
    confirm_label = gettext_noop("Attach")
    undo_url_name = UNDO
    form_class = AttachPoliciesForm

    def act(self, versions: Versions) -> Any:
        """Attach them."""
        return services.attach_policies(
            versions,
            namespace_id=self.place(),
            mode=self.request.POST.get("mode", ""),
            actor=self.actor,
            now=self.moment,
        )

    def tell(self, done: Any, count: int) -> str:
        """How many, and where."""
        return gettext("%(counted)s attached to %(name)s.") % {
            "counted": _counted(count),
            "name": done[0].namespace.name,
        }


class DetachPoliciesPage(PoliciesPage):
    """Takes policies off a namespace."""

    title = gettext_noop("Detach policies")
    permission = Permission.POLICY_VIEW
    text = gettext_noop(
        "These policies stop counting on the routes of a namespace and "
        "below. Those that aren't attached to it stay as they are."
    )
    confirm_label = gettext_noop("Detach")
    undo_url_name = UNDO

    def choices(self, rows: list[Any]) -> dict[str, Any]:
        """From where: what any of them is attached to."""
        options = selectors.list_places_attached(rows, actor=self.actor)
        return {
            "select": {
                "name": "place",
                "label": gettext("Namespace"),
                "options": options,
            },
            "chosen": self.request.POST.get("place", ""),
        }

    def is_complete(self) -> bool:
        """Answer whether a place is chosen."""
        return bool(self.request.POST.get("place"))

    def act(self, versions: Versions) -> int:
        """Detach them."""
        return services.detach_policies(
            versions,
            namespace_id=uuid_from(self.request.POST.get("place", ""), name="place"),
            actor=self.actor,
            now=self.moment,
        )

    def tell(self, done: Any, count: int) -> str:
        """How many."""
        return f"{_counted(done)} detached."


class UndoPoliciesAction(UndoAction):
    """Takes back that policies were moved, attached, detached or changed."""

    service = staticmethod(services.undo)
    list_url_name = "policies:policy-list"
    detail_url_name = "policies:policy-detail"
    noun = PoliciesPage.noun


def _counted(count: int) -> str:
    return (
        gettext("1 policy is")
        if count == 1
        else gettext("%(count)s policies are") % {"count": count}
    )
