"""The tree of a form: fields, groups of fields, and rows that can be added.

Nodes belong to one flat Django form. They are drawn by templates, collect what was
typed into settings again, and know which field a problem is about. A field's name
spells its path: `redirect.port_redirect`, `to-0-url`,
`health_checks-0-http_health_check.path`. `building` makes them from the table.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms

from routes.forms.controls import CODE
from routes.settings_table import Setting

Data = Mapping[str, Any]
MISSING: Any = object()
TEMPLATE = "__prefix__"
MAX_ROWS = 120


class Canvas:
    """The Django form that nodes add their fields to."""

    def __init__(self, form: forms.Form) -> None:
        self.form = form

    def add(self, name: str, one: forms.Field, initial: Any = None) -> None:
        """Add a field."""
        self.form.fields[name] = one
        if initial is not None:
            self.form.initial[name] = initial

    def posted(self, name: str) -> str | None:
        """Return what was sent under a name, None when nothing was sent at all."""
        return self.form.data.get(name, "") if self.form.is_bound else None


@dataclass(kw_only=True, eq=False)
class Node:
    """Something in the form that stands for a setting.

    `is_set` says that there is something to show; unset ones may be folded away.
    """

    setting: Setting
    canvas: Canvas
    name: str
    is_set: bool = False

    kind = ""

    def collect(self, cleaned: Data) -> Any:
        """Return the value that was typed, or MISSING."""
        raise NotImplementedError

    def locate(self, path: Sequence[str | int]) -> str:
        """Return the name of the field that a problem is about."""
        return self.name

    def names(self) -> Iterator[str]:
        """Give the names of all fields in it."""
        yield self.name

    @property
    def has_errors(self) -> bool:
        """A field in it was refused."""
        return any(name in self.canvas.form.errors for name in self.names())

    @property
    def is_open(self) -> bool:
        """It should be seen at once."""
        return self.is_set or self.has_errors

    @property
    def is_common(self) -> bool:
        """It is offered openly even while unset."""
        return self.setting.common


@dataclass(kw_only=True, eq=False)
class Leaf(Node):
    """One field."""

    kind = "field"

    @property
    def bound(self) -> forms.BoundField:
        """The field as the template draws it."""
        return self.canvas.form[self.name]

    @property
    def code(self) -> bool:
        """Draw it in a fixed pitch."""
        return self.setting.kind in CODE

    def collect(self, cleaned: Data) -> Any:
        value = cleaned.get(self.name)
        return MISSING if value in (None, "", [], False) else value


@dataclass(kw_only=True, eq=False)
class OptionalList(Leaf):
    """A list of which the empty one says something, with a box to say it."""

    kind = "optional_list"

    @property
    def none_name(self) -> str:
        """The field that says: none at all."""
        return f"{self.name}.none"

    @property
    def none(self) -> forms.BoundField:
        """The box."""
        return self.canvas.form[self.none_name]

    def names(self) -> Iterator[str]:
        yield from (self.name, self.none_name)

    def collect(self, cleaned: Data) -> Any:
        value = super().collect(cleaned)
        return [] if value is MISSING and cleaned.get(self.none_name) else value


@dataclass(kw_only=True, eq=False)
class Group(Node):
    """The fields of an object. `toggle` is the box that says it is there, if any."""

    kind = "group"
    children: list[Node] = field(default_factory=list)
    toggle: str = ""

    @property
    def switch(self) -> forms.BoundField | None:
        """The box that says that the object is there although it is empty."""
        return self.canvas.form[self.toggle] if self.toggle else None

    @property
    def shown(self) -> list[Node]:
        """What is seen at once when the group is open."""
        return shown_of(self.children)

    @property
    def more(self) -> list[Node]:
        """What is folded away in it."""
        return more_of(self.children)

    def names(self) -> Iterator[str]:
        if self.toggle:
            yield self.toggle
        for child in self.children:
            yield from child.names()

    def collect(self, cleaned: Data) -> Any:
        value = collect_all(self.children, cleaned)
        is_there = bool(value) or (self.toggle and cleaned.get(self.toggle))
        return value if is_there else MISSING

    def locate(self, path: Sequence[str | int]) -> str:
        if len(path) > 1:
            for child in self.children:
                if child.setting.key == path[1]:
                    return child.locate(path[1:])
        return next(self.names(), self.name)


@dataclass(kw_only=True)
class Row:
    """One row: its place among those that are shown, and its nodes."""

    number: str
    children: list[Node]

    @property
    def shown(self) -> list[Node]:
        """What is seen at once."""
        return shown_of(self.children)

    @property
    def more(self) -> list[Node]:
        """What is folded away in it."""
        return more_of(self.children)

    def collect(self, cleaned: Data) -> dict[str, Any]:
        """Return what was typed into it; empty when nothing was."""
        return collect_all(self.children, cleaned)


class RowError(ValueError):
    """A row can't be used beside the others."""

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


@dataclass(kw_only=True, eq=False)
class Rows(Node):
    """Rows that can be added and removed; `join` makes a value of what they hold."""

    kind = "rows"
    rows: list[Row] = field(default_factory=list)
    template: Row
    join: Callable[[list[dict[str, Any]]], Any]
    find: Callable[[list[dict[str, Any]], Sequence[str | int]], int | None]

    @property
    def maximum(self) -> int:
        """How many rows there may be."""
        return self.setting.maximum or MAX_ROWS

    @property
    def columns(self) -> list[Node]:
        """The nodes of a row, for headings."""
        return self.template.children

    @property
    def is_flat(self) -> bool:
        """Every row is a line of fields."""
        return all(isinstance(child, Leaf) for child in self.columns)

    def names(self) -> Iterator[str]:
        for row in self.rows:
            for child in row.children:
                yield from child.names()

    @property
    def total(self) -> forms.BoundField:
        """The hidden field with the number of rows."""
        return self.canvas.form[f"{self.name}-TOTAL_FORMS"]

    def collect(self, cleaned: Data) -> Any:
        filled = [row for row in self.rows if row.collect(cleaned)]
        if not filled:
            return MISSING
        try:
            return self.join([row.collect(cleaned) for row in filled])
        except RowError as error:
            name = next(filled[error.index].children[0].names())
            self.canvas.form.add_error(name, str(error))
            return MISSING

    def locate(self, path: Sequence[str | int]) -> str:
        cleaned = getattr(self.canvas.form, "cleaned_data", {})
        filled = [row for row in self.rows if row.collect(cleaned)] or self.rows
        found = self.find([row.collect(cleaned) for row in filled], path)
        row = filled[found] if found is not None and found < len(filled) else None
        if row is None:
            return next(self.names(), self.name)
        for child in row.children:
            if len(path) > 2 and child.setting.key == path[2]:  # noqa: PLR2004 - key, row, field
                return child.locate(path[2:])
        return next(row.children[0].names())


MANY = 9


def shown_of(nodes: Sequence[Node]) -> list[Node]:
    """Return what of many nodes is seen at once: set, wrong, or commonly used."""
    if len(nodes) <= MANY:
        return list(nodes)
    return [
        node
        for node in nodes
        if node.is_open or node.is_common or node.setting.required
    ]


def more_of(nodes: Sequence[Node]) -> list[Node]:
    """Return what of many nodes is folded away."""
    shown = shown_of(nodes)
    return [node for node in nodes if node not in shown]


def collect_all(nodes: Sequence[Node], cleaned: Data) -> dict[str, Any]:
    """Return what was typed into nodes, by key."""
    values = {node.setting.key: node.collect(cleaned) for node in nodes}
    return {key: value for key, value in values.items() if value is not MISSING}
