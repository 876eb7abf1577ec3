"""A directory that an identity provider pushes to: read from what was pushed."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext_noop

from directory import selectors
from directory.providers import scim
from directory.providers.auth import Nothing
from directory.providers.base import (
    Before,
    Kept,
    Limits,
    Option,
    Options,
    Provider,
)
from directory.providers.reading import UnreadableError
from directory.providers.records import Batch, Edge, Group, Problem, Record

CODE = "scim-push"
SIZE = 1000
T = TypeVar("T")
OPTIONS = (
    Option(
        name="person_id",
        label=gettext_noop("What identifies people"),
        help=gettext_noop("It must be what they are called at sign-in."),
        default="externalId",
        choices=(
            ("externalId", gettext_noop("externalId, as the provider gives it")),
            ("userName", "userName"),
            ("id", gettext_noop("The id that the console gives")),
        ),
    ),
    Option(
        name="group_id",
        label=gettext_noop("What identifies groups"),
        help=gettext_noop(
            "It is what policies name. Without one, the console's own id counts."
        ),
        default="externalId",
        choices=(
            ("externalId", gettext_noop("externalId, as the provider gives it")),
            ("displayName", "displayName"),
            ("id", gettext_noop("The id that the console gives")),
        ),
    ),
)


def _fetch(
    options: Options,
    *,
    limits: Limits,
    sleep: Callable[[float], None],
    kept: Kept | None = None,
    before: Before | None = None,
) -> Iterator[Batch]:
    directory = options["directory_id"]
    ids: dict[UUID, str] = {}

    def chosen(item: tuple[UUID, str, dict[str, object]], kind: str) -> str:
        pk, external, document = item
        wanted = options[f"{kind}_id"]
        named = external if wanted == "externalId" else document.get(wanted)
        found = ids[pk] = str(named or pk)
        return found

    def person(item: tuple[UUID, str, dict[str, object]]) -> Record:
        key = chosen(item, "person")
        return _read(item[2], key, "person")

    def group(item: tuple[UUID, str, dict[str, object]]) -> Record:
        key = chosen(item, "group")
        return _read(item[2], key, "group")

    def member(item: tuple[UUID, UUID, bool]) -> Record:
        of, one, is_group = item
        return Edge(ids.get(of, str(of)), ids.get(one, str(one)), is_group=is_group)

    number = 0
    for title, records in (
        ("people", map(person, selectors.read_pushed(directory, "User"))),
        ("groups", map(group, selectors.read_pushed(directory, "Group"))),
        ("members", map(member, selectors.read_pushed_members(directory))),
    ):
        for page, some in enumerate(_pages(records), 1):
            number += 1
            yield Batch(
                page=f"{title}, page {page}", number=number, expected=0, records=some
            )


def _read(document: dict[str, object], key: str, kind: str) -> Record:
    item = {**document, "id": key}
    try:
        if kind == "person":
            return replace(scim.read_person(item), id=key)
        return Group(id=key, name=scim.read_group_name(item))
    except UnreadableError as error:
        return Problem(kind=kind, text=str(error), id=key[:255])


def _pages(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    iterator = iter(items)
    while page := tuple(islice(iterator, SIZE)):
        yield page


PROVIDER = Provider(
    code=CODE,
    name="SCIM 2.0 push",
    address=lambda _: "",
    auth=lambda _: Nothing(),
    options=OPTIONS,
    fetch=_fetch,
)
