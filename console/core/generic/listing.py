"""What a list can be asked: text, filters and order.

One `Listing` for each kind of object serves its page, its CSV export and its API
list, so that the three can't disagree. Its rows come from a selector, which starts
from what the actor may see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError

M = TypeVar("M", bound=Model)
Apply = Callable[[QuerySet[Any], str, Actor], QuerySet[Any]]

MAX_TEXT_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class Column(Generic[M]):
    """One column of a list and of its CSV export.

    Attributes:
        name: how `?sort=` calls it.
        value: what the CSV cell holds; texts are neutralized by the export.
        order_by: fields to sort by; none means that it can't be sorted.
        is_shown: it has a column on the page; otherwise it is in the CSV only.
        align: "end" for numbers.
        hide: "narrow" or "medium", the widths at which the page leaves it out.
        note: tooltip of the heading.
    """

    name: str
    label: str
    value: Callable[[M], object]
    order_by: tuple[str, ...] = ()
    is_shown: bool = True
    align: str = ""
    hide: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Filter(Generic[M]):
    """One condition that a list can be narrowed by.

    Attributes:
        name: the query parameter.
        apply: narrows rows by the parameter's text, for this actor. Raises a
            ConsoleError for a text that makes no sense.
        choices: the values that the page offers, with their labels.
        control: how the page asks: "select" when there are choices, "text", "date";
            "" draws nothing.
        says: what the page calls a value that a link brought, where nothing is drawn.
        help: one sentence for the API's description.
    """

    name: str
    label: str
    apply: Callable[[QuerySet[M], str, Actor], QuerySet[M]]
    choices: Callable[[Actor], Sequence[tuple[str, str | Promise]]] | None = None
    control: str = ""
    says: Callable[[str, Actor], str] | None = None
    help: str = ""


class Listing(Generic[M]):
    """Declares one kind of list; subclasses give `rows`, `columns` and the rest.

    A page counts `most_counted` rows and says "more than" of more, where counting all
    of them would take longer than showing some.
    """

    name: ClassVar[str]
    columns: ClassVar[Sequence[Column[Any]]]
    filters: ClassVar[Sequence[Filter[Any]]] = ()
    default_sort: ClassVar[str] = "name"
    most_counted: ClassVar[int | None] = None
    search_help: ClassVar[str] = gettext_noop("Keeps what contains this text.")

    def rows(self, actor: Actor) -> QuerySet[M]:
        """Return everything that the actor may see: a selector's answer."""
        raise NotImplementedError

    def search(self, rows: QuerySet[M], text: str) -> QuerySet[M]:
        """Keep the rows that contain the text."""
        raise NotImplementedError

    def select(self, params: Mapping[str, str], actor: Actor) -> QuerySet[M]:
        """Return the rows that the parameters ask for, in a total order.

        Raises:
            ValidationFailedError: a parameter makes no sense.
        """
        rows = self.rows(actor)
        for one in self.filters:
            value = _clean(params, one.name)
            if value:
                rows = one.apply(rows, value, actor)
        text = _clean(params, "q")
        if text:
            rows = self.search(rows, text)
        return rows.order_by(*self.ordering(params.get("sort") or self.default_sort))

    def count(self, rows: QuerySet[M], params: Mapping[str, str], actor: Actor) -> int:
        """Return how many rows `select` gave for the parameters."""
        narrowed = {
            name
            for name in (*(one.name for one in self.filters), "q")
            if _clean(params, name)
        }
        if narrowed <= {"namespace"}:
            total = self.count_living(actor, _clean(params, "namespace"))
            if total is not None:
                return total
        return rows.count()

    def count_for_page(
        self, rows: QuerySet[M], params: Mapping[str, str], actor: Actor
    ) -> int:
        """Return the same, or one more than `most_counted` when there are more."""
        if self.most_counted is None:
            return self.count(rows, params, actor)
        return rows.order_by()[: self.most_counted + 1].count()

    def count_living(self, actor: Actor, namespace: str) -> int | None:
        """Return the same for all rows, or those of a namespace and below it.

        For kinds of which the number is known without looking at them; None otherwise.
        `namespace` is an id as text, or "" for all.
        """
        return None

    def ordering(self, sort: str) -> list[str]:
        """Return the fields of a sort key; `-name` is the reverse of `name`.

        Raises:
            ValidationFailedError: there is no such key.
        """
        sortable = {column.name: column.order_by for column in self.columns}
        fields = sortable.get(sort.removeprefix("-"), ())
        if not fields:
            known = ", ".join(name for name, by in sortable.items() if by)
            raise ValidationFailedError(
                gettext("can't sort by `%(sort)s`") % {"sort": sort[:40]},
                fields={"sort": [gettext("one of %(known)s") % {"known": known}]},
            )
        if sort.startswith("-"):
            return [*map(_reversed, fields), "-pk"]
        return [*fields, "pk"]


def _reversed(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"


def _clean(params: Mapping[str, str], name: str) -> str:
    text = params.get(name, "").strip()
    if len(text) > MAX_TEXT_LENGTH or "\0" in text:
        raise ValidationFailedError(
            fields={
                name: [
                    gettext("at most %(max_text_length)s characters, without NUL")
                    % {"max_text_length": MAX_TEXT_LENGTH}
                ]
            }
        )
    return text
