"""From the table of settings to the nodes of a form, filled with what is there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext

from routes.forms.controls import make_field
from routes.forms.nodes import (
    MAX_ROWS,
    Canvas,
    Group,
    Leaf,
    Node,
    OptionalList,
    Row,
    RowError,
    Rows,
)
from routes.settings_table import Kind, Setting

TEMPLATE = "__prefix__"
NEVER_EMPTY = frozenset({"mcp", "upstream_tunnel"})
"""Objects that are refused while they are empty: no box says that they are there."""

Make = Callable[[Canvas, str, Mapping[str, Any]], list[Node]]
Held = list[dict[str, Any]]


def build(setting: Setting, name: str, value: Any, canvas: Canvas) -> Node:
    """Return the node of a setting, with its fields added to the form."""
    kind, is_outer = setting.kind, "-" not in name
    if kind is Kind.UPSTREAMS:
        return _upstreams(setting, name, value, canvas)
    if kind is Kind.OBJECT:
        return _group(setting, name, value, canvas)
    if kind in (Kind.HEADER_MAP, Kind.STRING_MAP) and is_outer:
        return _map(setting, name, value, canvas)
    if kind is Kind.OBJECT_LIST and is_outer:
        return _objects(setting, name, value, canvas)
    canvas.add(name, make_field(setting), value)
    if setting.empty_is_value:
        return _optional_list(setting, name, value, canvas)
    is_set = value not in (None, [], {})
    return Leaf(setting=setting, canvas=canvas, name=name, is_set=is_set)


def _optional_list(setting: Setting, name: str, value: Any, canvas: Canvas) -> Node:
    node = OptionalList(
        setting=setting, canvas=canvas, name=name, is_set=value is not None
    )
    box = forms.BooleanField(required=False, label=gettext("None at all"))
    canvas.add(node.none_name, box, value == [])
    return node


def _group(setting: Setting, name: str, value: Any, canvas: Canvas) -> Node:
    held = value if isinstance(value, Mapping) else {}
    node = Group(setting=setting, canvas=canvas, name=name, is_set=value is not None)
    if setting.empty_is_value and setting.key not in NEVER_EMPTY:
        node.toggle = f"{name}.there"
        box = forms.BooleanField(
            required=False, label=gettext("Use %(label)s") % {"label": setting.label}
        )
        canvas.add(node.toggle, box, value is not None)
    node.children = [
        build(child, f"{name}.{child.key}", held.get(child.key), canvas)
        for child in setting.fields
    ]
    return node


def _rows(
    setting: Setting,
    name: str,
    values: Sequence[Mapping[str, Any]],
    canvas: Canvas,
    *,
    make: Make,
    join: Callable[[Held], Any],
    find: Callable[[Held, Sequence[str | int]], int | None],
    at_least: int = 0,
) -> Rows:
    posted = canvas.posted(f"{name}-TOTAL_FORMS")
    count = max(len(values), at_least) if posted is None else _count(posted)
    padded = [*values[:count], *({} for _ in range(count - len(values)))]
    total = forms.CharField(widget=forms.HiddenInput, required=False)
    canvas.add(f"{name}-TOTAL_FORMS", total, count)
    return Rows(
        setting=setting,
        canvas=canvas,
        name=name,
        is_set=bool(values),
        rows=[
            Row(number=str(n), children=make(canvas, f"{name}-{n}-", held))
            for n, held in enumerate(padded)
        ],
        template=Row(
            number=TEMPLATE,
            children=make(Canvas(forms.Form()), f"{name}-{TEMPLATE}-", {}),
        ),
        join=join,
        find=find,
    )


def _count(text: str) -> int:
    return min(int(text), MAX_ROWS) if text.isascii() and text.isdigit() else 0


def _cells(*cells: tuple[str, str, str]) -> Make:
    """Make lines of plain fields: key, label and example of each."""
    settings = [
        Setting(key=key, label=label, kind=Kind.TEXT, help="", placeholder=example)
        for key, label, example in cells
    ]

    def make(canvas: Canvas, prefix: str, held: Mapping[str, Any]) -> list[Node]:
        nodes: list[Node] = []
        for cell in settings:
            shown = make_field(cell)
            shown.widget.attrs["aria-label"] = cell.label
            canvas.add(f"{prefix}{cell.key}", shown, held.get(cell.key))
            nodes.append(Leaf(setting=cell, canvas=canvas, name=f"{prefix}{cell.key}"))
        return nodes

    return make


def _upstreams(setting: Setting, name: str, value: Any, canvas: Canvas) -> Rows:
    return _rows(
        setting,
        name,
        [_with_weight(one) for one in value or []],
        canvas,
        make=_cells(
            ("url", gettext("Address"), setting.placeholder),
            ("weight", gettext("Weight"), gettext("weight")),
        ),
        join=_join_upstreams,
        find=_by_index,
        at_least=1,
    )


def _with_weight(text: str) -> dict[str, str]:
    url, comma, weight = text.partition(",")
    return {"url": url, "weight": weight} if comma else {"url": url}


def _join_upstreams(rows: Held) -> list[str]:
    return [
        ",".join(filter(None, (row.get("url", ""), row.get("weight")))) for row in rows
    ]


def _map(setting: Setting, name: str, value: Any, canvas: Canvas) -> Rows:
    return _rows(
        setting,
        name,
        [{"name": key, "value": text} for key, text in (value or {}).items()],
        canvas,
        make=_cells(
            ("name", gettext("Name"), setting.placeholder),
            ("value", gettext("Value"), ""),
        ),
        join=_join_map,
        find=_by_name,
    )


def _join_map(rows: Held) -> dict[str, str]:
    values: dict[str, str] = {}
    for index, row in enumerate(rows):
        name = row.get("name", "").strip()
        if name in values:
            raise RowError(index, gettext("`%(name)s` is there twice") % {"name": name})
        values[name] = row.get("value", "")
    return values


def _by_name(rows: Held, path: Sequence[str | int]) -> int | None:
    names = [row.get("name", "").strip() for row in rows]
    return names.index(str(path[1])) if len(path) > 1 and path[1] in names else None


def _objects(setting: Setting, name: str, value: Any, canvas: Canvas) -> Rows:
    def make(canvas: Canvas, prefix: str, held: Mapping[str, Any]) -> list[Node]:
        return [
            build(child, f"{prefix}{child.key}", held.get(child.key), canvas)
            for child in setting.fields
        ]

    return _rows(
        setting, name, value or [], canvas, make=make, join=list, find=_by_index
    )


def _by_index(_rows: Held, path: Sequence[str | int]) -> int | None:
    return path[1] if len(path) > 1 and isinstance(path[1], int) else None
