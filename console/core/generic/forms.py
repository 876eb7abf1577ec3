"""Fields that forms of every app use."""

from typing import Any

from django import forms


class VersionField(forms.IntegerField):
    """The version of the object that the form was filled from, unseen.

    Services compare it: whoever saves second learns of the first.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.HiddenInput)
        kwargs.setdefault("min_value", 1)
        super().__init__(**kwargs)
