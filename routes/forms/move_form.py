"""Where a route is to live."""

from typing import Any

from django import forms

from routes.forms.route_form import MAX_VERSION


class MoveRouteForm(forms.Form):
    """Another namespace for a route."""

    namespace = forms.ChoiceField(label="New namespace")
    reason = forms.CharField(
        required=False,
        max_length=500,
        help_text="For the history and the audit log, such as a ticket.",
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=1, max_value=MAX_VERSION
    )

    def __init__(
        self, *args: Any, places: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["namespace"].choices = [("", "Choose…"), *places]  # type: ignore[attr-defined]
