"""The fields of a criterion in the builder: from its entry in the criteria table.

What a field is named in the data and how its text becomes a value stands in the
markup, where the controller `policy-builder` reads it.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from policies.forms import COMMON_ZONES
from policies.language.builder import catalog
from policies.selectors import METHODS, Offers
from policies.translating import translated

WHOLE = ""
OPERATOR_HINTS = {
    "domain": "example.com",
    "email": "ada@example.com",
    "path": "/admin/",
    "claim": "Lovelace",
    "group": gettext_lazy("Find a group by name"),
    "person": gettext_lazy("Find a person by name"),
    "record": "5",
}
DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
DAY_WORDS = (
    gettext_lazy("monday"),
    gettext_lazy("tuesday"),
    gettext_lazy("wednesday"),
    gettext_lazy("thursday"),
    gettext_lazy("friday"),
    gettext_lazy("saturday"),
    gettext_lazy("sunday"),
)
WEEK = {"mon-fri": DAYS[:5], "sat-sun": DAYS[5:], "*": DAYS}
# Groups and people are found by name where a test compares with a whole id.
LOOKED_UP = {"group": "groups", "person": "people"}
WHOLE_VALUES = frozenset({"has", "exclude", "is", "not", "in", "not_in"})
NUMBERS = frozenset({"==", "!=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Field:
    """A control; `kind` is text, lines, chips, choice, found, zone, number or moment.

    `options` are what a choice has, and what a text suggests. `found` are groups or
    people (`looks_up` says which): each id with its name, "" for an unknown id.
    """

    key: str
    label: str
    kind: str
    value: str = ""
    values: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    hint: str = ""
    help: str = ""
    looks_up: str = ""
    found: tuple[tuple[str, str], ...] = ()
    takes_list: bool = False
    words: tuple[str, ...] = ()

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The options, each with what it is called."""
        words = self.words or self.options
        return list(zip(self.options, words, strict=True))


# Criteria whose data is one mapping: its keys, as (key, label, kind, hint, options).
MAPPINGS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "device": (
        ("type", gettext_lazy("Type"), "choice", "", ()),
        ("is", gettext_lazy("Device id"), "text", "", ()),
        ("approved", gettext_lazy("Approval"), "choice", "", ("", "true", "false")),
    ),
    "certificate": (
        (
            "fingerprint",
            gettext_lazy("Fingerprint (SHA-256)"),
            "lines",
            gettext_lazy("one on each line"),
            (),
        ),
        (
            "spki_hash",
            gettext_lazy("Hash of the public key"),
            "lines",
            gettext_lazy("one on each line"),
            (),
        ),
        ("san_email", gettext_lazy("E-mail in the certificate"), "text", "", ()),
        ("san_dns", gettext_lazy("DNS name in the certificate"), "text", "", ()),
        ("san_uri", gettext_lazy("URI in the certificate"), "text", "", ()),
    ),
    "dates": (
        ("after", gettext_lazy("After"), "moment", "2030-01-01T09:00:00Z", ()),
        ("before", gettext_lazy("Before"), "moment", "2030-02-01T09:00:00Z", ()),
    ),
    "hours": (
        (
            "timezone",
            gettext_lazy("Time zone"),
            "zone",
            "Europe/Amsterdam",
            COMMON_ZONES,
        ),
        ("after", gettext_lazy("After"), "text", "9:00", ()),
        ("before", gettext_lazy("Before"), "text", "17:00", ()),
    ),
}
LISTS = {
    "network": (gettext_lazy("Networks"), gettext_lazy("10.0.0.0/8, one on each line")),
    "ssh-key": (
        gettext_lazy("Keys"),
        gettext_lazy("ssh-ed25519 AAAA… one on each line"),
    ),
}
# What a criterion begins with. Its blanks can't be saved until somebody fills them.
STARTS: dict[str, Any] = {
    "ignored": True,
    "string": {"is": ""},
    "string-list": {"has": ""},
    "certificate": {"fingerprint": ""},
    "device": {"type": "any", "approved": True},
    "network": [""],
    "ssh-keys": [""],
    "claim-name": "",
    "date": {"after": ""},
    "day-of-week": "mon-fri",
    "time-of-day": {"timezone": "UTC", "after": "9:00", "before": "17:00"},
    "record": {"type": "", "field": "", "is": ""},
}
CATALOG = catalog()
BY_NAME = {one["name"]: one for one in CATALOG["criteria"]}
GROUPS = {
    "who": gettext_lazy("Who"),
    "holds": gettext_lazy("What they hold"),
    "device": gettext_lazy("Device"),
    "request": gettext_lazy("Request"),
    "time": gettext_lazy("Time"),
    "data": gettext_lazy("Data"),
    "constant": gettext_lazy("Anybody or nobody"),
}


def choices() -> list[dict[str, Any]]:
    """Return the criteria that can be added, by the groups that people know."""
    return [
        {
            "label": label,
            "criteria": [
                {
                    **translated(one),
                    "key": f"{one['name']}/name"
                    if one["takes_sub_path"]
                    else one["name"],
                    "start": STARTS[one["matcher"]],
                }
                for one in CATALOG["criteria"]
                if one["group"] == group
            ],
        }
        for group, label in GROUPS.items()
    ]


def shape_of(criterion: dict[str, Any]) -> str:
    """Return what the data is: none, tests, mapping, list, days or text."""
    entry = BY_NAME[criterion["name"]]
    widget = entry["widget"]
    if entry["matcher"] == "ignored":
        return "none"
    if entry["tests"]:
        return "tests"
    if widget in MAPPINGS:
        return "mapping"
    if widget in LISTS:
        return "list"
    return "days" if widget == "days" else "text"


def fields_of(criterion: dict[str, Any], offers: Offers) -> list[Field]:
    """Return the controls of a criterion that makes no tests."""
    widget, data = criterion["widget"], criterion["data"]
    if widget == "device":
        return [_device_type(data, offers), *_mapping(widget, data)[1:]]
    if widget in MAPPINGS:
        return _mapping(widget, data)
    if widget in LISTS:
        label, hint = LISTS[widget]
        return [Field(WHOLE, str(label), "lines", as_text(data), hint=str(hint))]
    if widget == "days":
        words = tuple(map(str, DAY_WORDS))
        return [
            Field(
                WHOLE, gettext("Days"), "chips",
                values=days_in(data), options=DAYS, words=words,
            )
        ]  # fmt: skip
    suggested = offers.claims if widget == "claim" else ()
    return [Field(WHOLE, criterion["label"], "text", as_text(data), options=suggested)]


def _device_type(data: Any, offers: Offers) -> Field:
    """Return the choice of a type; one that isn't there any more is kept, and said."""
    chosen = as_text(data.get("type")) if isinstance(data, dict) else ""
    known = dict(offers.device_types)
    options = ("", *known) if chosen in {"", *known} else ("", *known, chosen)
    return Field(
        "type", gettext("Type"), "choice", chosen, options=options,
        words=tuple(
            f"{known[one]} ({one})" if one in known
            else gettext(
"%(one)s (there is no such type)"
) % {"one": one} if one else gettext("not asked")
            for one in options
        ),
    )  # fmt: skip


def _mapping(widget: str, data: Any) -> list[Field]:
    held = data if isinstance(data, dict) else {}
    return [
        Field(key, label, kind, as_text(held.get(key)), hint=hint, options=tuple(more))
        for key, label, kind, hint, more in MAPPINGS[widget]
    ]


def record_fields(criterion: dict[str, Any], offers: Offers) -> list[Field]:
    """Return what says which record and which of its fields is meant.

    Both are offered from the data sources, and may be written before there are any.
    """
    if criterion["widget"] != "record":
        return []
    data = criterion["data"] if isinstance(criterion["data"], dict) else {}
    chosen = as_text(data.get("type"))
    types = tuple(one.name for one in offers.records)
    missing = "" if types else gettext("No external data is set up yet.")
    if types and chosen and chosen not in types:
        missing = gettext("No data source has records of this type.")
    return [
        Field(
            "type", gettext("Type of record"), "text", chosen,
            options=types, help=missing,
        ),
        Field(
            "field", gettext("Field"), "text", as_text(data.get("field")),
            options=offers.fields_of(chosen),
        ),
    ]  # fmt: skip


def field_of_test(criterion: dict[str, Any], test: dict[str, Any]) -> Field:
    """Return the control for what a test compares with."""
    widget, operator = criterion["widget"], test["operator"]
    takes_list = operator in {"in", "not_in"}
    texts = tuple(test["texts"])
    label = f"{criterion['label']} {test['words']}"
    hint = str(OPERATOR_HINTS.get(widget, ""))
    if widget == "method" and takes_list:
        return Field(operator, label, "chips", values=texts, options=METHODS)
    if widget == "method":
        return Field(operator, label, "choice", texts[0], options=("", *METHODS))
    looks_up = LOOKED_UP.get(widget, "") if operator in WHOLE_VALUES else ""
    if looks_up:
        found = tuple(
            (text, name or "")
            for text, name in zip(texts, test["names"], strict=True)
            if text
        )
        return Field(
            operator, label, "found", hint=hint,
            looks_up=looks_up, found=found, takes_list=takes_list,
        )  # fmt: skip
    if takes_list:
        return Field(
            operator, label, "lines", "\n".join(texts), hint=gettext("one on each line")
        )
    kind = "number" if operator in NUMBERS else "text"
    return Field(operator, label, kind, texts[0] if texts else "", hint=hint)


def days_in(data: Any) -> tuple[str, ...]:
    """Return the days that a text such as `mon-fri, sunday` names."""
    found: list[str] = []
    for word in str(data or "").replace(" ", "").lower().split(","):
        named = WEEK.get(word) or tuple(
            day for day in DAYS if word and day.startswith(word[:3])
        )
        found += [day for day in named if day not in found]
    return tuple(day for day in DAYS if day in found)


def as_text(value: Any) -> str:
    """Return a value as it stands in a field; a list has a line for each."""
    if isinstance(value, list):
        return "\n".join(as_text(one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
