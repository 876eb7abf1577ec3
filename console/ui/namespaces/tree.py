"""The tree of namespaces: the page, what is unfolded in it, and what was deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.generic.pages import Page
from console.ui.namespaces.counts import NONE, Counts, count_below
from console.ui.namespaces.picking import MAX_TEXT, start_of
from namespaces import access, selectors
from namespaces.permissions import Permission
from namespaces.selectors import Node, Piece

MOST_ROWS = 100
MOST_DELETED = 400
DEEPEST_INDENT = 10  # further in, a name would have no room

COLUMNS = (
    {"label": gettext_lazy("Name")},
    {
        "label": gettext_lazy("Routes"),
        "align": "end",
        "note": gettext_lazy("Here and below"),
    },
    {
        "label": gettext_lazy("Policies"),
        "align": "end",
        "note": gettext_lazy("Here and below"),
        "hide": "narrow",
    },
    {"label": gettext_lazy("Your role"), "hide": "narrow"},
)


DELETED_COLUMNS = (
    {"label": gettext_lazy("Name")},
    {"label": gettext_lazy("Deleted")},
    {"label": gettext_lazy("By"), "hide": "narrow"},
)


@dataclass(frozen=True, slots=True)
class Row:
    """One namespace in the tree's table.

    `is_open` when rows below it follow; `is_folded` when there are some to fetch.
    """

    node: Node
    counts: Counts
    is_open: bool
    is_folded: bool
    menu: Sequence[dict[str, Any]]

    @property
    def has_children(self) -> bool:
        """It can be folded or unfolded."""
        return self.is_open or self.is_folded

    @property
    def indent(self) -> int:
        """How far in its name stands."""
        return min(self.node.level, DEEPEST_INDENT)

    @property
    def menu_id(self) -> str:
        """Id of the row's menu in the page."""
        return f"menu-{self.node.id}"

    @property
    def takes_moves(self) -> bool:
        """The person may move others into it."""
        role = self.node.role
        return role is not None and Permission.NAMESPACE_MOVE in role.permissions

    @property
    def move_url(self) -> str:
        """Where it is moved from, for those who may."""
        if not self.takes_moves or self.node.is_root:
            return ""
        return reverse("namespaces:namespace-move", args=[self.node.id])

    @property
    def menu_label(self) -> str:
        """What the row's menu is for."""
        return gettext("Actions for %(name)s") % {"name": self.node.name}

    @property
    def note(self) -> str:
        """What is unusual about it."""
        return (
            "" if self.node.inherits_policies else gettext("does not inherit policies")
        )


class Rows(Page):
    """Rows of the tree's table: what the page and what is unfolded in it share."""

    def draw(self, piece: Piece) -> dict[str, Any]:
        """Return what the rows' template takes."""
        counts = count_below(piece.nodes)
        parents = {node.parent_id for node in piece.nodes}
        rows = [
            Row(
                node=node,
                counts=counts.get(node.id, NONE),
                is_open=node.id in parents,
                is_folded=node.id in piece.folded,
                menu=self.menu(node),
            )
            for node in piece.nodes
        ]
        return {"rows": rows, "more": _more(piece)}

    def menu(self, node: Node) -> list[dict[str, Any]]:
        """Return what the person may do with a namespace."""
        if node.role is None:
            return []
        here = node.id
        entries = (
            (
                Permission.NAMESPACE_CREATE,
                gettext("New namespace in it"),
                "add",
                f"{reverse('namespaces:namespace-create')}?parent={here}",
            ),
            (Permission.NAMESPACE_EDIT, gettext("Rename and describe"), "edit", "edit"),
            (Permission.NAMESPACE_GRANT, gettext("Roles"), "role", "roles"),
            (Permission.NAMESPACE_MOVE, gettext("Move"), "move", "move"),
            (Permission.NAMESPACE_DELETE, gettext("Delete"), "delete", "delete"),
        )
        return [
            {
                "label": label,
                "icon": icon,
                "url": url if "/" in url else self._url(url, here),
                "danger": permission is Permission.NAMESPACE_DELETE,
            }
            for permission, label, icon, url in entries
            if permission in node.role.permissions
            and not (node.is_root and url in {"move", "delete"})
        ]

    @staticmethod
    def _url(name: str, namespace_id: UUID) -> str:
        return reverse(f"namespaces:namespace-{name}", args=[namespace_id])


class TreePage(Rows):
    """The namespaces that the person sees, as a tree, with counts.

    Of a large tree the top is shown; what lies below a row is fetched when the row is
    unfolded. Searching finds everywhere.
    """

    title = gettext_noop("Namespaces")
    template_name = "namespaces/namespace_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rows."""
        text = self.request.GET.get("q", "").strip()[:MAX_TEXT]
        if text:
            piece = selectors.find_nodes(self.actor, text=text, most=MOST_ROWS)
        else:
            piece = selectors.list_first(self.actor, most=MOST_ROWS)
        return super().get_context_data(
            query=text,
            is_cut=piece.is_cut,
            columns=COLUMNS,
            can_move=access.can_anywhere(self.actor, Permission.NAMESPACE_MOVE),
            can_create=access.can_anywhere(self.actor, Permission.NAMESPACE_CREATE),
            **self.draw(piece),
            **kwargs,
        )


class Branch(Rows):
    """The rows below one namespace, for the table that it is unfolded in."""

    template_name = "namespaces/partials/_rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rows."""
        namespace = selectors.get_namespace(self.kwargs["id"], actor=self.actor)
        piece = selectors.list_below(
            selectors.get_node(namespace, actor=self.actor),
            actor=self.actor,
            most=MOST_ROWS,
            start=start_of(self.request),
        )
        return super().get_context_data(**self.draw(piece), **kwargs)


def _more(piece: Piece) -> dict[str, Any]:
    """Return the row that fetches the next children, {} if these are all."""
    if piece.more_in is None:
        return {}
    url = reverse("namespaces:namespace-branch", args=[piece.more_in.id])
    return {
        "url": f"{url}?start={piece.shown}",
        "level": piece.more_in.level + 1,
        "name": piece.more_in.name,
    }


class DeletedPage(Page):
    """Namespaces that were deleted, with all that went with them."""

    title = gettext_noop("Deleted namespaces")
    template_name = "namespaces/namespace_deleted.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the person may restore."""
        deleted = selectors.list_deleted(self.actor)
        return super().get_context_data(
            deleted=deleted[:MOST_DELETED], columns=DELETED_COLUMNS, **kwargs
        )
