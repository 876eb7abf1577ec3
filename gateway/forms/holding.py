"""The form by which changes are held back."""

from django import forms


class HoldForm(forms.Form):
    """Until when changes are held back, and why."""

    until = forms.DateTimeField(
        label="Until",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="In UTC; at most two weeks off. What was saved goes out then.",
    )
    reason = forms.CharField(
        label="Reason",
        required=False,
        max_length=500,
        help_text="Read by whoever wonders why nothing happens.",
    )
