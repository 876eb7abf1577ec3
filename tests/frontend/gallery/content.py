"""What the gallery's pages show."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

LONG_AGO = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)

POLICY = """allow:
  or:
    - domain:
        is: example.com
    # contractors come through the partner portal
    - groups:
        has: g-contractors
deny:
  or:
    - http_path:
        starts_with: /admin
"""

NAVIGATION = [
    {
        "label": "",
        "items": [{"label": "Overview", "icon": "overview", "url": "/"}],
    },
    {
        "label": "Manage",
        "items": [
            {
                "label": "Routes",
                "icon": "route",
                "url": "/lists/",
                "active": True,
                "count": 25,
                "shortcut": "g r",
            },
            {"label": "Policies", "icon": "policy", "url": "/forms/", "count": 15},
            {"label": "Namespaces", "icon": "namespaces", "url": "/facts/", "count": 9},
            {"label": "Import", "icon": "import", "url": "/editor/"},
        ],
    },
    {
        "label": "Directory",
        "items": [
            {"label": "People", "icon": "people", "url": "#people", "count": 40},
            {"label": "Groups", "icon": "group", "url": "#groups", "count": 12},
        ],
    },
    {
        "label": "Report",
        "items": [{"label": "Audit", "icon": "audit", "url": "#audit"}],
    },
]

PATH = [
    {"name": "Global", "url": ""},
    {"name": "Engineering", "url": "#engineering"},
    {"name": "Web", "url": "#web"},
]


class RouteForm(forms.Form):
    """One field of each kind that the console's forms have."""

    name = forms.CharField(help_text="How people find it in lists.")
    address = forms.CharField(label="From", help_text="Scheme and host.")
    notes = forms.CharField(widget=forms.Textarea, required=False)
    balancing = forms.ChoiceField(
        label="Load balancing",
        choices=[("rr", "Round robin"), ("lr", "Least requests")],
    )
    kind = forms.ChoiceField(
        label="Answer with",
        widget=forms.RadioSelect,
        choices=[("to", "An upstream"), ("redirect", "A redirect")],
    )
    methods = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        choices=[("get", "GET"), ("post", "POST"), ("put", "PUT")],
        required=False,
    )
    websockets = forms.BooleanField(label="Allow WebSockets", required=False)
    file = forms.FileField(label="Logo", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def route_rows() -> list[dict[str, Any]]:
    """Return rows of a list, with names long and short."""
    names = ["intranet", "wiki", "grafana", "payroll", "a-name-that-is-rather-long"]
    return [
        {
            "id": number,
            "name": name,
            "address": f"https://{name}.corp.example.com",
            "upstreams": number,
            "modified_at": LONG_AGO,
            "menu": [
                {"label": "Open", "icon": "view", "url": "#open"},
                {"label": "Duplicate", "icon": "duplicate", "url": "#copy"},
                {"divider": True},
                {
                    "label": "Delete",
                    "icon": "delete",
                    "url": f"/done/{number}",
                    "method": "post",
                    "danger": True,
                    "confirm": f"Delete {name}?",
                },
            ],
        }
        for number, name in enumerate(names, start=1)
    ]


TREE = [
    {
        "name": "Global",
        "url": "#global",
        "level": 1,
        "expanded": True,
        "count": 25,
        "children": [
            {
                "name": "Engineering",
                "url": "#engineering",
                "level": 2,
                "expanded": True,
                "count": 12,
                "children": [
                    {"name": "Data", "url": "#data", "level": 3, "count": 3},
                    {
                        "name": "Web",
                        "url": "#web",
                        "level": 3,
                        "current": True,
                        "count": 4,
                    },
                ],
            },
            {"name": "Finance", "url": "#finance", "level": 2, "count": 2},
        ],
    }
]

DIFF = [
    {"kind": "gap"},
    {"kind": "same", "old": 3, "new": 3, "text": "    - domain:"},
    {"kind": "removed", "old": 4, "text": "        is: example.org"},
    {"kind": "added", "new": 4, "text": "        is: example.com"},
    {"kind": "same", "old": 5, "new": 5, "text": "    - groups:"},
]
PAIRS = [
    {"kind": "same", "old": 3, "left": "- domain:", "new": 3, "right": "- domain:"},
    {"kind": "changed", "old": 4, "left": "is: b.org", "new": 4, "right": "is: a.org"},
    {"kind": "added", "new": 5, "right": "- accept: true"},
    {"kind": "removed", "old": 5, "left": "- reject: true"},
]
HISTORY = [
    {
        "icon": "edit",
        "title": "Version 4",
        "url": "#4",
        "who": "Ada Marsh",
        "at": LONG_AGO,
        "text": "changed the domain",
    },
    {
        "icon": "attach",
        "title": "Attached to intranet",
        "who": "Ben Ode",
        "at": LONG_AGO,
    },
]
FACTS = [
    {"label": "From", "value": "https://intranet.corp.example.com", "copyable": True},
    {"label": "Id", "value": "0192-77aa", "code": True, "help": "stable for ever"},
    {"label": "Namespace", "value": "Web", "url": "#web"},
    {"label": "Description", "value": "", "empty": "none given"},
]
CONSEQUENCES = [
    {
        "label": "routes lose this policy",
        "count": 2,
        "entries": [{"name": "intranet", "url": "#intranet", "note": "Web"}],
    },
    {"label": "examples go with it", "count": 3},
]
PAGE = Paginator(range(1234), 50).page(4)

COMPLETION: dict[str, Any] = {
    "actions": ["allow", "deny"],
    "operators": ["and", "or", "not", "nor"],
    "criteria": [
        {
            "name": "domain",
            "label": "E-mail domain",
            "help": "What comes after the last @ of the person's address.",
            "example": "domain: {is: example.com}",
            "matcher": "string",
            "matcher_operators": ["is", "in", "not", "not_in"],
            "values": None,
            "takes_sub_path": False,
        },
        {
            "name": "groups",
            "label": "Groups",
            "help": "The person is a member of the group.",
            "example": "groups: {has: 00gv40ki4gmtCyl5d4x6}",
            "matcher": "string-list",
            "matcher_operators": ["has", "is", "exclude"],
            "values": None,
            "takes_sub_path": False,
        },
        {
            "name": "accept",
            "label": "Always",
            "help": "Is true for every request.",
            "example": "accept: true",
            "matcher": "ignored",
            "matcher_operators": [],
            "values": ["true"],
            "takes_sub_path": False,
        },
    ],
    "groups": [
        {"id": "g-contractors", "name": "Contractors", "email": ""},
        {"id": "g-web", "name": "Web team", "email": ""},
    ],
    "people": [{"id": "u-ada", "name": "Ada Marsh", "email": "ada@example.com"}],
}

COLUMNS = [
    {"label": "Name", "sort": "name"},
    {"label": "Namespace", "hide": "narrow"},
    {"label": "Policies"},
    {"label": "Upstreams", "sort": "upstreams", "align": "end", "hide": "narrow"},
    {"label": "Changed", "sort": "modified", "hide": "medium"},
]
TREE_COLUMNS = [
    {"label": "Name"},
    {"label": "Routes", "align": "end"},
    {"label": "Your role"},
]
CHIPS = [{"label": "Mode: enforced", "remove_url": "/lists/"}]
SIZES = [25, 50, 100]
TABS = [
    {"label": "General", "url": "/forms/", "active": True, "icon": "settings"},
    {"label": "Editor", "url": "/editor/", "count": 2},
    {"label": "Rego", "disabled": "this policy is written in PPL"},
]
KINDS = [
    *("viewer", "manager", "admin", "attached", "inherited", "enforced"),
    *("allow", "deny", "login", "success", "info", "warning", "danger", "new"),
]
CHANGED_POLICY = POLICY.replace("example.com", "example.org")
