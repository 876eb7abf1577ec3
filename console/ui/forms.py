"""Shape of what people type on the console's own pages."""

from django import forms


class SignInForm(forms.Form):
    """Address and password of a local account."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RecoveryForm(forms.Form):
    """The token that `manage.py recoverytoken` printed."""

    token = forms.CharField(
        label="Recovery token",
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Printed by `manage.py recoverytoken` on the console's host.",
    )


class PasswordForm(forms.Form):
    """The old password of a local account, and a new one."""

    old = forms.CharField(
        label="Your password now",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="New password",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters.",
    )
    again = forms.CharField(
        label="New password, again",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuse a slip of the finger."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new"):
            raise forms.ValidationError("this is not the same as above")
        return again
