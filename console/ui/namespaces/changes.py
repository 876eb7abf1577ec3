"""Pages that change the tree: create, edit, move, delete, restore."""

from typing import Any

from django.contrib import messages
from django.urls import reverse

from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.generic.pages import ActionView, ConfirmPage, F, FormPage
from console.core.http import uuid_from
from console.ui.namespaces import preview
from console.ui.namespaces.forms import EditNamespaceForm, MoveForm, NewNamespaceForm
from console.ui.namespaces.frame import OfNamespace
from namespaces import access, services
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission


class CreatePage(FormPage[NewNamespaceForm]):
    """A new namespace, in one where the person may create some."""

    title = "New namespace"
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
        messages.success(self.request, f"{namespace.name} is there.")
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
        return f"Edit {self.namespace.name}"

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


class InheritAction(OfNamespace, ActionView):
    """The switch: whether policies inherited from above count here and below."""

    def carry_out(self) -> str:
        """Turn it to what the button says."""
        inherits = self.request.POST.get("inherits") == "on"
        version = self.request.POST.get("version", "")
        services.update_namespace(
            self.namespace.id,
            version=int(version) if version.isdecimal() else 0,
            inherits_policies=inherits,
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request,
            "Policies from above count here again."
            if inherits
            else "Inherited policies no longer count here. Enforced ones still do.",
        )
        return self.page_url


class MovePage(_Form[MoveForm]):
    """Choose a new parent, see what that changes, do it."""

    template_name = "namespaces/namespace_move.html"
    form_class = MoveForm
    permission = Permission.NAMESPACE_MOVE

    def get_title(self) -> str:
        """What is moved."""
        return f"Move {self.namespace.name}"

    def get_initial(self) -> dict[str, Any]:
        """Keep the place that is being looked at."""
        return {
            "under": self.request.GET.get("under", ""),
            "version": self.namespace.version,
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may, but none within itself."""
        return super().get_form_kwargs() | {
            "actor": self.actor,
            "outside": self.namespace.path,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the chosen place would change."""
        chosen = self.request.POST.get("under") or self.request.GET.get("under")
        return super().get_context_data(
            preview=self._preview(chosen),
            hidden=[
                {"name": "under", "value": chosen},
                {"name": "version", "value": self.namespace.version},
            ],
            **kwargs,
        )

    def _preview(self, chosen: str | None) -> preview.MovePreview | None:
        if not chosen:
            return None
        try:
            parent = namespace_selectors.get_namespace(
                uuid_from(chosen, name="under"), actor=self.actor
            )
        except NotFoundError:
            return None
        return preview.preview_move(self.namespace, parent, actor=self.actor)

    def save(self, form: MoveForm) -> str:
        """Move it."""
        moved = services.move_namespace(
            self.namespace.id, actor=self.actor, now=self.now, **form.cleaned_data
        )
        parent = moved.parent.name if moved.parent else ""
        messages.success(self.request, f"{moved.name} is now in {parent}.")
        return self.page_url


class DeletePage(OfNamespace, ConfirmPage):
    """Lists what goes with a namespace, or what stands in the way; then deletes it."""

    template_name = "namespaces/namespace_confirm_delete.html"

    def get_title(self) -> str:
        """What is deleted."""
        return f"Delete {self.namespace.name}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what it holds and who loses which role."""
        if not self.can(Permission.NAMESPACE_DELETE):
            raise PermissionDeniedError
        bindings = namespace_selectors.list_role_bindings(
            self.namespace, actor=self.actor
        )
        own = [one for one in bindings if one.content_object_id == self.namespace.id]
        return super().get_context_data(
            text=f"{self.namespace.name} is deleted. Nothing lives in it.",
            hidden=[{"name": "version", "value": self.namespace.version}],
            held=namespace_selectors.list_contents(self.namespace),
            places=self._places(),
            consequences=preview.lost_roles(own),
            cancel_url=self.page_url,
            **kwargs,
        )

    def _places(self) -> list[dict[str, str]]:
        """Where to look at what it holds."""
        here = f"?namespace={self.namespace.id}"
        return [
            {"label": "Its routes", "url": f"{reverse('routes:route-list')}{here}"},
            {
                "label": "Its policies",
                "url": f"{reverse('policies:policy-list')}{here}",
            },
            {"label": "Namespaces in it", "url": f"{self.page_url}#children"},
        ]

    def carry_out(self) -> str:
        """Delete it, and offer to take that back."""
        namespace = self.namespace
        version = self.request.POST.get("version", "")
        services.delete_namespace(
            namespace.id,
            version=int(version) if version.isdecimal() else 0,
            actor=self.actor,
            now=self.now,
        )
        undo = reverse("namespaces:namespace-restore", args=[namespace.id])
        messages.success(
            self.request, f"{namespace.name} is deleted.", extra_tags=f"undo:{undo}"
        )
        return reverse("namespaces:namespace-list")


class RestoreAction(ActionView):
    """Undoes a deletion."""

    def carry_out(self) -> str:
        """Restore it."""
        namespace = services.restore_namespace(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(self.request, f"{namespace.name} is back.")
        return reverse("namespaces:namespace-detail", args=[namespace.id])
