"""What the policy builder shows of a text, and the text after an edit made there.

The text is the truth; the builder is a view of it. An edit is plain data
(`policies.language.editing.edit`) and touches its own lines only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from policies import language
from policies.language import Names, PolicyLanguageError
from policies.language.builder import builder_tree
from policies.language.editing import EditingError, edit
from policies.language.reader import read
from policies.selectors.documents import texts_in
from policies.selectors.offering import Offers, list_offers
from policies.translating import translated

GROUPS, PEOPLE = "groups", "user"


@dataclass(frozen=True, slots=True)
class Built:
    """A text as the builder shows it.

    `tree` is None for a text that can't be read; the problems say why. `refusal` says
    why an edit was not made; the text is then as it was.
    """

    source: str
    tree: dict[str, Any] | None
    problems: tuple[language.Problem, ...] = ()
    unknown: frozenset[str] = frozenset()
    refusal: str = ""
    touched: tuple[int, int] | None = field(default=None)
    offers: Offers = field(default_factory=Offers)


def build(
    source: str, *, actor: Actor, request: Mapping[str, Any] | None = None
) -> Built:
    """Return a text for the builder, after the edit that is asked for, if one is.

    Raises:
        PermissionDeniedError: the actor sees policies nowhere.
    """
    access.check_can_anywhere(actor, Permission.POLICY_VIEW)
    refusal, touched = "", None
    if request is not None:
        try:
            edited = edit(source, request)
        except EditingError as error:
            refusal = translated(error.message)
        except PolicyLanguageError as error:
            refusal = translated(error.problems[0].message)
        else:
            source, touched = edited.text, (edited.first_line, edited.last_line)
    document, _ = read(source)
    problems = translated(language.check(source))
    if document is None:
        return Built(source, None, problems, refusal=refusal)
    ids = {
        name: {
            text
            for node in document.criteria()
            if node.name == name
            for text in texts_in(node.value)
            if text
        }
        for name in (GROUPS, PEOPLE)
    }
    names = Names(
        groups=directory_selectors.name_groups(ids[GROUPS]) if ids[GROUPS] else {},
        people=directory_selectors.name_people(ids[PEOPLE]) if ids[PEOPLE] else {},
    )
    unknown = (ids[GROUPS] - set(names.groups)) | (ids[PEOPLE] - set(names.people))
    tree = translated(builder_tree(document, names=names))
    offers = list_offers(_widgets_in(tree), actor=actor)
    return Built(source, tree, problems, frozenset(unknown), refusal, touched, offers)


def _widgets_in(tree: Mapping[str, Any]) -> set[str]:
    return {
        one["widget"]
        for block in tree["blocks"]
        if block["kind"] != "opaque"
        for one in block["criteria"]
        if one["kind"] != "opaque"
    }
