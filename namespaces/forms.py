"""Choosing a namespace in a form: found by typing, among however many there are."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from namespaces import access, selectors
from namespaces.permissions import Permission

OPTIONS = "namespaces:namespace-options"


class NamespaceWidget(forms.TextInput):
    """A combobox that asks the server; without scripts, a field for a path.

    Three values are sent: the id that is chosen, the text that is shown, and the text
    that belongs to the id. When somebody typed another one, the text counts.
    """

    field: "NamespaceField"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Return the id, or the text that was typed instead."""
        chosen, text = data.get(name, ""), data.get(f"{name}-text")
        if text is None or text == data.get(f"{name}-was", ""):
            return str(chosen)
        return str(text).strip()

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        """Render the hidden value, the text and the empty list."""
        attrs = self.build_attrs(self.attrs, attrs)
        label = self.field.name_of(str(value or ""))
        return render_to_string(
            "components/combobox.html",
            {
                "name": name,
                "value": value if label else "",
                "text": label or value or "",
                "was": label,
                "url": self.field.options_url,
                "id": attrs.pop("id", f"id_{name}"),
                "attrs": attrs,
                "required": self.is_required,
            },
        )


class NamespaceField(forms.CharField):
    """The id of a namespace where the person may do something."""

    widget = NamespaceWidget
    default_error_messages = {
        "unknown": gettext_lazy("There is no such namespace that can be chosen here.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=4000, **kwargs)
        self.actor = Actor()
        self.permission = Permission.NAMESPACE_VIEW
        self.below = self.outside = ""

    def __deepcopy__(self, memo: Any) -> "NamespaceField":
        copied: NamespaceField = super().__deepcopy__(memo)
        copied.widget.field = copied
        return copied

    def offer(
        self,
        actor: Actor,
        permission: Permission,
        *,
        below: str = "",
        outside: str = "",
        preselect: bool = False,
    ) -> None:
        """Offer the namespaces where the actor may, below a path or outside of one.

        With `preselect` the outermost of them is what the field starts with.
        """
        self.actor, self.permission = actor, permission
        self.below, self.outside = below, outside
        if preselect:
            self.initial = self._first

    def _first(self) -> str:
        found, _ = selectors.find_namespaces(self.actor, self.permission, limit=1)
        return str(found[0].id) if found else ""

    @property
    def options_url(self) -> str:
        """Where the choices come from."""
        asked = {
            "permission": self.permission.value,
            "below": self.below,
            "outside": self.outside,
        }
        given = {name: value for name, value in asked.items() if value}
        return f"{reverse(OPTIONS)}?{urlencode(given)}"

    def name_of(self, namespace_id: str) -> str:
        """Return the names that lead to a namespace, if the person sees it."""
        try:
            found = selectors.get_shown_namespace(UUID(namespace_id), actor=self.actor)
        except (ValueError, NotFoundError):
            return ""
        return str(selectors.name_paths([found])[found.pk])

    def clean(self, value: Any) -> str:
        """Return the id of a namespace that is offered, from an id or a path."""
        text = super().clean(value)
        if not text:
            return ""
        try:
            namespace = selectors.get_namespace(UUID(text), actor=self.actor)
        except ValueError:
            namespace = self._by_path(text)
        except NotFoundError as error:
            raise self._unknown() from error
        if (
            not access.can(self.actor, self.permission, namespace)
            or not namespace.path.startswith(self.below)
            or (self.outside and namespace.path.startswith(self.outside))
        ):
            raise self._unknown()
        return str(namespace.pk)

    def _by_path(self, text: str) -> Any:
        try:
            return selectors.get_namespace_by_path(text, actor=self.actor)
        except NotFoundError as error:
            raise self._unknown() from error

    def _unknown(self) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages["unknown"], code="unknown")
