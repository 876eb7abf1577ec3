"""Pages that change the tree: create, edit, move, delete, restore."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext_lazy

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.generic import undo
from console.core.generic.pages import ActionView, F, FormPage
from console.core.generic.previewed import PreviewedPage
from console.core.generic.undo import undo_tag
from console.core.previews import Preview, look
from console.ui.namespaces.forms import EditNamespaceForm, MoveForm, NewNamespaceForm
from console.ui.namespaces.frame import OfNamespace
from namespaces import access, services
from namespaces.permissions import Permission

UNDO = "namespaces:namespace-undo"


class CreatePage(FormPage[NewNamespaceForm]):
    """A new namespace, in one where the person may create some."""

    title = gettext_noop("New namespace")
    template_name = "namespaces/namespace_form.html"
    form_class = NewNamespaceForm

    def get_initial(self) -> dict[str, Any]:
        """Start in the namespace that the link came from."""
        asked = self.request.GET.get("parent") or self.request.GET.get("namespace", "")
        return {"parent": asked}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may."""
        if not access.can_anywhere(self.actor, Permission.NAMESPACE_CREATE):
            raise PermissionDeniedError
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(
            cancel_url=reverse("namespaces:namespace-list"), **kwargs
        )

    def save(self, form: NewNamespaceForm) -> str:
        """Create it."""
        namespace = services.create_namespace(
            parent_id=form.cleaned_data["parent"],
            name=form.cleaned_data["name"],
            description=form.cleaned_data["description"],
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request, gettext("%(name)s is there.") % {"name": namespace.name}
        )
        return reverse("namespaces:namespace-detail", args=[namespace.id])


class _Form(OfNamespace, FormPage[F]):
    """A form about one namespace, for those who may."""

    permission: Permission

    def get_form_kwargs(self) -> dict[str, Any]:
        """Refuse to show a form that would be refused when sent."""
        if not self.can(self.permission):
            raise PermissionDeniedError
        return super().get_form_kwargs()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.page_url, **kwargs)


class EditPage(_Form[EditNamespaceForm]):
    """Name and description."""

    template_name = "namespaces/namespace_form.html"
    form_class = EditNamespaceForm
    permission = Permission.NAMESPACE_EDIT
    success_message = "Saved."

    def get_title(self) -> str:
        """What is edited."""
        return gettext("Edit %(name)s") % {"name": self.namespace.name}

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        names = ("name", "description", "version")
        return {name: getattr(self.namespace, name) for name in names}

    def get_form_kwargs(self) -> dict[str, Any]:
        """The root keeps its name."""
        is_root = self.namespace.parent_id is None
        return super().get_form_kwargs() | {"is_root": is_root}

    def save(self, form: EditNamespaceForm) -> str:
        """Save it."""
        services.update_namespace(
            self.namespace.id, actor=self.actor, now=self.now, **form.cleaned_data
        )
        return self.page_url


class InheritPage(OfNamespace, PreviewedPage):
    """The switch: whether policies inherited from above count here and below."""

    template_name = "namespaces/namespace_inherit.html"

    @property
    def inherits(self) -> bool:
        """What it is to be turned to."""
        return self.asked("inherits") == "on"

    def get_title(self) -> str:
        """What is switched."""
        deed = gettext("Inherit again") if self.inherits else gettext("Stop inheriting")
        return gettext("%(deed)s in %(name)s") % {
            "deed": deed,
            "name": self.namespace.name,
        }

    def act(self, *, seen: str = "") -> Any:
        """Turn it."""
        services.update_namespace(
            self.namespace.id,
            version=self.asked_number("version", self.namespace.version),
            inherits_policies=self.inherits,
            reason=self.asked("reason"),
            seen=seen,
            actor=self.actor,
            now=self.moment,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what it touches."""
        if not self.can(Permission.NAMESPACE_EDIT):
            raise PermissionDeniedError
        return super().get_context_data(
            inherits=self.inherits,
            hidden=[
                {"name": "inherits", "value": "on" if self.inherits else "off"},
                {"name": "version", "value": self.namespace.version},
            ],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Turn it as it was seen."""
        self.act(seen=self.asked("seen"))
        messages.success(
            self.request,
            gettext("Policies from above count here again.")
            if self.inherits
            else gettext(
                "Inherited policies no longer count here. Enforced ones still do."
            ),
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.page_url


class MovePage(OfNamespace, PreviewedPage):
    """Choose a new parent, see what that changes, do it."""

    template_name = "namespaces/namespace_move.html"

    def get_title(self) -> str:
        """What is moved."""
        return gettext("Move %(name)s") % {"name": self.namespace.name}

    @cached_property
    def form(self) -> MoveForm:
        """The choice of a place: sent, or in the address."""
        sent = self.request.POST or self.request.GET
        has_place = "under" in sent or "under-text" in sent
        return MoveForm(
            sent if has_place else None,
            actor=self.actor,
            outside=self.namespace.path,
        )

    def can_preview(self) -> bool:
        """Only for a place."""
        return self.form.is_bound and self.form.is_valid()

    def act(self, *, seen: str = "") -> Any:
        """Move it."""
        return services.move_namespace(
            self.namespace.id,
            under=self.form.cleaned_data["under"],
            version=self.asked_number("version", self.namespace.version),
            reason=self.form.cleaned_data["reason"],
            seen=seen,
            actor=self.actor,
            now=self.moment,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the choice of places."""
        if not self.can(Permission.NAMESPACE_MOVE):
            raise PermissionDeniedError
        under = self.form.cleaned_data["under"] if self.can_preview() else ""
        field: Any = self.form.fields["under"]
        return super().get_context_data(
            form=self.form,
            under=field.name_of(under),
            hidden=[
                {"name": "under", "value": under},
                {"name": "version", "value": self.namespace.version},
            ],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Move it as it was seen."""
        if not self.can(Permission.NAMESPACE_MOVE):
            raise PermissionDeniedError
        if not self.can_preview():
            raise ValidationFailedError(gettext("choose a new parent"))
        moved = self.act(seen=self.asked("seen"))
        parent = moved.parent.name if moved.parent else ""
        messages.success(
            self.request,
            gettext("%(name)s is now in %(parent)s.")
            % {"name": moved.name, "parent": parent},
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.page_url


class DeletePage(OfNamespace, PreviewedPage):
    """Lists what goes with a namespace, or what stands in the way; then deletes it."""

    template_name = "namespaces/namespace_confirm_delete.html"

    def get_title(self) -> str:
        """What is deleted."""
        return gettext("Delete %(name)s") % {"name": self.namespace.name}

    def foresee(self) -> Preview:
        """Look at what would go; thousands of things may, so without the lock."""
        return look(
            lambda: services.check_deletion(
                self.namespace.id,
                version=self.asked_number("version", self.namespace.version),
                with_contents=True,
                actor=self.actor,
            )
        )

    def act(self, *, seen: str = "") -> Any:
        """Delete it with everything in it."""
        services.delete_namespace(
            self.namespace.id,
            version=self.asked_number("version", self.namespace.version),
            with_contents=True,
            reason=self.asked("reason"),
            seen=seen,
            actor=self.actor,
            now=self.now,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what goes."""
        if not self.can(Permission.NAMESPACE_DELETE):
            raise PermissionDeniedError
        return super().get_context_data(
            hidden=[{"name": "version", "value": self.namespace.version}],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it as it was seen, and offer to take that back."""
        namespace = self.namespace
        self.act(seen=self.asked("seen"))
        restore = reverse("namespaces:namespace-restore", args=[namespace.id])
        messages.success(
            self.request,
            gettext("%(name)s is deleted.") % {"name": namespace.name},
            extra_tags=f"undo:{restore}",
        )
        return reverse("namespaces:namespace-list")


class RestoreAction(ActionView):
    """Undoes a deletion."""

    def carry_out(self) -> str:
        """Restore it."""
        namespace = services.restore_namespace(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(
            self.request, gettext("%(name)s is back.") % {"name": namespace.name}
        )
        return reverse("namespaces:namespace-detail", args=[namespace.id])


class UndoAction(undo.UndoAction):
    """Takes back a move, or a turn of the switch."""

    service = staticmethod(services.undo)
    list_url_name = "namespaces:namespace-list"
    detail_url_name = "namespaces:namespace-detail"
    noun = ngettext_lazy("namespace", "namespaces")
