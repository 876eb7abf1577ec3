"""The form of a route: every setting of the table, by section, and its policies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext, gettext_lazy

from console.core.actor import Actor
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from policies.translating import translated
from routes.exceptions import RouteSettingsError
from routes.forms.building import build
from routes.forms.nodes import Canvas, Node, collect_all
from routes.settings_table import SECTIONS, Section, settings_of_section

MAX_VERSION = 2**31 - 1
MAX_POLICIES = 100


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the form with its nodes."""

    section: Section
    nodes: list[Node]

    @property
    def shown(self) -> list[Node]:
        """What is seen at once: what is set, wrong, or commonly used."""
        return [node for node in self.nodes if node.is_open or node.is_common]

    @property
    def more(self) -> list[Node]:
        """What is folded away."""
        return [node for node in self.nodes if not (node.is_open or node.is_common)]

    @property
    def set_count(self) -> int:
        """How many of its settings are set."""
        return sum(node.is_set for node in self.nodes)

    @property
    def has_errors(self) -> bool:
        """A field in it was refused."""
        return any(node.has_errors for node in self.nodes)


class IdsField(forms.Field):
    """Ids of policies, in the order in which they were sent."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[UUID]:
        """Return the ids."""
        try:
            return [UUID(text) for text in (value or [])[:MAX_POLICIES] if text]
        except ValueError as error:
            raise forms.ValidationError(
                gettext("choose policies from the list")
            ) from error


class RouteForm(forms.Form):
    """What a route is. Its fields come from the table; decisions are the services'."""

    namespace = NamespaceField(
        label=gettext_lazy("Namespace"),
        help_text=gettext_lazy(
            "Who manages it. Policies of this namespace and above can be picked."
        ),
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=MAX_VERSION
    )
    inherits_policies = forms.BooleanField(
        label=gettext_lazy("Inherit the policies of its namespaces"),
        required=False,
        help_text=gettext_lazy("Policies that are enforced count in any case."),
    )
    policy_ids = IdsField(required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For the history and the audit log, such as a ticket."),
    )
    use_required_attribute = False

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        settings: Mapping[str, Any],
        actor: Actor | None,
        initial: Mapping[str, Any],
    ) -> None:
        """Fill the form with settings.

        `actor` is who makes a new route and chooses where; None for a route that is.
        """
        super().__init__(data, initial=dict(initial))
        if actor is None:
            del self.fields["namespace"]
        else:
            namespace: NamespaceField = self.fields["namespace"]  # type: ignore[assignment]
            namespace.offer(actor, Permission.ROUTE_CREATE, preselect=True)
            del self.fields["version"]
        canvas = Canvas(self)
        self.panels = [
            Panel(
                translated(section),
                [
                    build(setting, setting.key, settings.get(setting.key), canvas)
                    for setting in translated(settings_of_section(section.code))
                ],
            )
            for section in SECTIONS
        ]

    @property
    def nodes(self) -> list[Node]:
        """All nodes of all sections."""
        return [node for panel in self.panels for node in panel.nodes]

    def clean(self) -> dict[str, Any]:
        """Collect the settings that were typed."""
        cleaned = super().clean() or self.cleaned_data
        cleaned["settings"] = collect_all(self.nodes, cleaned)
        return cleaned

    def add_problems(self, error: RouteSettingsError) -> None:
        """Put each problem next to the field that it is about."""
        by_key = {node.setting.key: node for node in self.nodes}
        for problem in error.details["problems"]:
            path = problem["path"]
            node = by_key.get(path[0]) if path else None
            text = problem["message"]
            if problem["remedy"]:
                text += f"; {problem['remedy']}"
            self.add_error(node.locate(path) if node else None, _sentence(text))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
