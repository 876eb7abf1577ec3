"""The form by which changes are held back."""

from django import forms
from django.utils.translation import gettext_lazy


class HoldForm(forms.Form):
    """Until when changes are held back, and why."""

    until = forms.DateTimeField(
        label=gettext_lazy("Until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=gettext_lazy(
            "In UTC; at most two weeks off. What was saved goes out then."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Read by whoever wonders why nothing happens."),
    )
