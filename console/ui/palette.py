"""The command palette: every page, act and thing that the person may get to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.generic.pages import Page
from console.ui import navigation, search
from console.ui.navigation import Entry
from namespaces.permissions import Permission

ACTS: Sequence[Entry] = (
    Entry(
        gettext_noop("New route"), "add", "routes:route-create", Permission.ROUTE_CREATE
    ),
    Entry(
        gettext_noop("New policy"),
        "add",
        "policies:policy-create",
        Permission.POLICY_CREATE,
    ),
    Entry(
        gettext_noop("New namespace"),
        "add",
        "namespaces:namespace-create",
        Permission.NAMESPACE_CREATE,
    ),
    Entry(
        gettext_noop("New link to enroll a device"),
        "add",
        "devices:link-create",
        Permission.DEVICE_APPROVE,
        on_root=True,
    ),
    Entry(
        gettext_noop("New directory"),
        "add",
        "directory:directory-create",
        Permission.DIRECTORY_EDIT,
        on_root=True,
    ),
)
MOST_COMMANDS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to go to."""

    label: str
    url: str
    icon: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Choices of one kind."""

    label: str
    choices: Sequence[Choice]


def choices_for(text: str, *, actor: Actor) -> list[Group]:
    """Return what fits the text, pages and acts first; without one, all of those."""
    commands = [one for one in _commands(actor) if _fits(one, text)]
    if text:
        commands = commands[:MOST_COMMANDS]
    groups = [Group(gettext("Go to and do"), commands)] if commands else []
    if len(text) < search.MIN_LENGTH:
        return groups
    return groups + [_found(hits) for hits in search.find(text, actor=actor)]


def _commands(actor: Actor) -> list[Choice]:
    pages = [
        Choice(entry.words, reverse(entry.url_name), entry.icon, label)
        for label, entries in navigation.offered(actor)
        for entry in entries
    ]
    acts = [
        Choice(entry.words, reverse(entry.url_name), entry.icon)
        for entry in ACTS
        if navigation.is_for(actor, entry)
    ]
    return [
        *pages,
        *acts,
        Choice(gettext("Your account"), reverse("account"), "person"),
    ]


def _fits(choice: Choice, text: str) -> bool:
    """Answer whether every word begins a word of the choice."""
    words = f"{choice.label} {choice.note}".casefold().split()
    return all(
        any(word.startswith(wanted) for word in words)
        for wanted in text.casefold().split()
    )


def _found(hits: search.Hits) -> Group:
    kind = hits.kind
    found = [Choice(hit.name, hit.url, kind.icon, hit.note) for hit in hits.hits]
    if hits.more_url:
        found.append(
            Choice(
                gettext("All %(label)s…") % {"label": kind.label.lower()},
                hits.more_url,
                "search",
            )
        )
    return Group(kind.label, found)


class PaletteFragment(Page):
    """What the palette offers for a text."""

    title = gettext_noop("Commands")
    template_name = "console/partials/_palette.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the choices."""
        text = self.request.GET.get("q", "").strip()[:200]
        groups = choices_for(text, actor=self.actor)
        return super().get_context_data(groups=groups, **kwargs)
