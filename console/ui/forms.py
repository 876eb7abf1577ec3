"""Shape of what people type on the console's own pages."""

from django import forms
from django.utils.translation import gettext, gettext_lazy


class SignInForm(forms.Form):
    """Address and password of a local account."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RecoveryForm(forms.Form):
    """The token that `manage.py recoverytoken` printed."""

    token = forms.CharField(
        label=gettext_lazy("Recovery token"),
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy(
            "Printed by `manage.py recoverytoken` on the console's host."
        ),
    )


class PasswordForm(forms.Form):
    """The old password of a local account, and a new one."""

    old = forms.CharField(
        label=gettext_lazy("Your password now"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 12 characters."),
    )
    again = forms.CharField(
        label=gettext_lazy("New password, again"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuse a slip of the finger."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError(gettext("this is not the same as above"))
        return again
