"""Whoever a decision is about, prepared once for many decisions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from policies.language.matchers import elements_of

from .answers import Answer

if TYPE_CHECKING:
    from policies.language.facts import Facts

Residual = Answer | Callable[["Caller", Any], Answer]


class Claims(dict[str, tuple[frozenset[str], int]]):
    """The text values of each claim, and how many values it has; read when asked for.

    Only text can equal a text, so other values count but are left out.
    """

    __slots__ = ("_facts",)

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts

    def __missing__(self, path: str) -> tuple[frozenset[str], int]:
        elements = elements_of(self._facts.claim(path))
        texts = frozenset(value for value in elements if isinstance(value, str))
        found = self[path] = (texts, len(elements))
        return found


class Caller:
    """A signed-in person, or anybody else, with what identity criteria look at.

    `odd` is set for those who need the evaluator: nobody at all, and people of whom
    something that policies ask about can't be known. `base` holds the facts without the
    request. `residuals` remembers, for a route, what is left to decide once the person
    is known; a caller is made anew when anything about them changes.
    """

    __slots__ = (
        "base",
        "claims",
        "domain",
        "email",
        "groups",
        "in_directory",
        "is_anonymous",
        "odd",
        "residuals",
        "user_id",
    )

    def __init__(self, base: Facts) -> None:
        person = base.directory_user
        groups = frozenset() if person is None else person.group_ids
        parts = base.address.split("@", 2)
        self.base = base
        self.odd = not _is_plain(base)
        self.is_anonymous = base.session is None
        self.user_id = base.user_id or ""
        self.email = base.address
        self.domain = parts[1] if len(parts) > 1 else None
        self.groups = groups if isinstance(groups, frozenset) else frozenset(groups)
        self.in_directory = person is not None
        self.claims = Claims(base)
        self.residuals: dict[object, Residual] = {}


def caller_of(facts: Facts) -> Caller:
    """Prepare whoever stands behind some facts; the request in them is left aside."""
    return Caller(facts)


def _is_plain(facts: Facts) -> bool:
    """Return whether everything that identity criteria ask about is known.

    Then no reason asks to sign in, and two values are enough.
    """
    person = facts.directory_user
    return (
        facts.has_session
        and isinstance(facts.user_id, str)
        and facts.user_id != ""
        and not facts.directory.is_missing
        and not facts.lacks_directory_data
        and not facts.device_registry.is_missing
        and isinstance(facts.email, str)
        and (person is None or isinstance(person.group_ids, frozenset | set))
    )
