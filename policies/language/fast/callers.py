"""Whoever a decision is about, prepared once for many decisions."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import TYPE_CHECKING, Any

from policies.language.matchers import elements_of

from .answers import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.language.facts import Facts

# What is left of a route for a caller: an answer, answers by method, or a function.
Residual = Answer | dict[Any, Any] | Callable[["Caller", Any], Answer]


def interned(text: str) -> str:
    """Return the one object of a text, so that equal texts are found by identity.

    Policies name the same few groups over and over, and people have the same ones.
    """
    return intern(text) if type(text) is str else text


def interned_set(texts: Iterable[Any]) -> frozenset[Any]:
    """Return a set with half the memory that one built up from nothing would take.

    Python makes a set that grows four times as large each time, and a copied one only
    as large as it has to be.
    """
    return frozenset(set(frozenset(map(interned, texts))))


class Claims(dict[str, frozenset[str]]):
    """The text values of each claim; `counts` how many values there are of any type.

    Only text can equal a text. Both are read when a claim is first asked for.
    """

    __slots__ = ("_facts", "counts")

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self._facts = facts
        self.counts: dict[str, int] = {}

    def __missing__(self, path: str) -> frozenset[str]:
        elements = elements_of(self._facts.claim(path))
        texts = interned_set(value for value in elements if isinstance(value, str))
        self.counts[path] = len(elements)
        self[path] = texts
        return texts


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
        parts = base.address.split("@", 2)
        self.base = base
        self.odd = not _is_plain(base)
        self.is_anonymous = base.session is None
        self.user_id = base.user_id or ""
        self.email = base.address
        self.domain = interned(parts[1]) if len(parts) > 1 else None
        self.groups = interned_set(() if person is None else person.group_ids)
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
