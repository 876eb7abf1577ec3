"""Forms of external data sources."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from console.core.generic.forms import VersionField
from console.ui.directory_forms import INTERVALS, in_seconds
from directory.external.formats import FORMATS
from directory.external.records import FOREIGN_KEYS

HOUR = 3600
OFTEN = ((60, gettext_lazy("Every minute")), *INTERVALS)


class DataSourceForm(forms.Form):
    """A new source."""

    record_type = forms.CharField(
        label=gettext_lazy("Type of records"),
        max_length=255,
        help_text=gettext_lazy(
            "How policies call them, such as example.com/risk. It stays."
        ),
    )
    foreign_key = forms.ChoiceField(
        label=gettext_lazy("A record is found by"),
        choices=FOREIGN_KEYS,
        help_text=gettext_lazy("What of a request leads to its record. It stays."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/risk.json"}),
    )
    account_id = forms.ChoiceField(
        label=gettext_lazy("Fetched with"),
        required=False,
        help_text=gettext_lazy(
            "A directory account for HTTP holds headers with secrets, a "
            "client certificate, and whom to trust. The address must be "
            "below the account's."
        ),
    )
    key_field = forms.CharField(
        label=gettext_lazy("Field with the key"),
        max_length=255,
        initial="id",
        help_text=gettext_lazy(
            "What is in it is compared with what the record is found by."
        ),
    )
    format = forms.ChoiceField(label=gettext_lazy("Format"), choices=FORMATS)
    items = forms.CharField(
        label=gettext_lazy("Where the list is"),
        max_length=255,
        required=False,
        help_text=gettext_lazy(
            "In JSON, such as data.items. Empty: the document is the list."
        ),
    )
    archive_files = forms.CharField(
        label=gettext_lazy("Which files of an archive"),
        max_length=255,
        required=False,
        help_text=gettext_lazy(
            "A pattern such as hr/*.csv. Empty: every JSON or CSV file."
        ),
    )
    interval_seconds = forms.TypedChoiceField(
        label=gettext_lazy("Fetch it"), choices=OFTEN, coerce=int, initial=HOUR
    )
    is_enabled = forms.BooleanField(
        label=gettext_lazy("Fetch it by this schedule"), required=False, initial=True
    )
    max_age_hours = forms.IntegerField(
        label=gettext_lazy("Rely on it for … hours"),
        min_value=1,
        max_value=30 * 24,
        initial=24,
        help_text=gettext_lazy("Older data count as missing: criteria on them refuse."),
    )
    brake_percent = forms.IntegerField(
        label=gettext_lazy("Hold a run in which more than this many percent are gone"),
        min_value=1,
        max_value=100,
        initial=50,
    )

    def __init__(self, *args: Any, accounts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["account_id"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                ("", gettext("Nothing: anybody may fetch it")),
                *((str(one.pk), one.name) for one in accounts),
            ]

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, as the service takes it."""
        data = dict(self.cleaned_data)
        data.pop("version", None)
        data["max_age_seconds"] = data.pop("max_age_hours") * HOUR
        data["account_id"] = data["account_id"] or None
        data["files"] = data.pop("archive_files")
        return data

    @property
    def tried(self) -> dict[str, Any]:
        """The same, as far as it matters for fetching once."""
        return self.values


class EditDataSourceForm(DataSourceForm):
    """A source as it stands."""

    record_type = None  # type: ignore[assignment]
    foreign_key = None  # type: ignore[assignment]
    version = VersionField()

    def __init__(self, *args: Any, source: Any, **kwargs: Any) -> None:
        self.source = source
        names = ("url", "key_field", "format", "items", "interval_seconds")
        more = ("is_enabled", "brake_percent", "version")
        initial = {name: getattr(source, name) for name in (*names, *more)}
        initial["archive_files"] = source.files
        initial["account_id"] = str(source.account_id or "")
        initial["max_age_hours"] = max(1, source.max_age_seconds // HOUR)
        super().__init__(*args, **kwargs | {"initial": initial})
        interval = self.fields["interval_seconds"]
        own = source.interval_seconds
        if own not in dict(OFTEN) and isinstance(interval, forms.TypedChoiceField):
            interval.choices = [*OFTEN, in_seconds(own)]

    @property
    def tried(self) -> dict[str, Any]:
        """What was typed, with what stays."""
        return self.values | {"foreign_key": self.source.foreign_key}
