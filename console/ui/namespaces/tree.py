"""The tree of namespaces: the page, and the picker in the top bar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve, reverse

from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import ActorMixin, Page
from console.ui.namespaces.counts import Counts, count_below
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.selectors import Node

MOST_ROWS = 400
MOST_OPTIONS = 20
MAX_TEXT = 200
PATH = re.compile(r"([0-9]{1,10}/){1,32}")

COLUMNS = (
    {"label": "Name"},
    {"label": "Routes", "align": "end", "note": "Here and below"},
    {"label": "Policies", "align": "end", "note": "Here and below", "hide": "narrow"},
    {"label": "Your role", "hide": "narrow"},
)


DELETED_COLUMNS = (
    {"label": "Name"},
    {"label": "Deleted"},
    {"label": "By", "hide": "narrow"},
)


@dataclass(frozen=True, slots=True)
class Row:
    """One namespace in the tree's table."""

    node: Node
    counts: Counts
    has_children: bool
    menu: Sequence[dict[str, Any]]

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
        return f"Actions for {self.node.name}"

    @property
    def note(self) -> str:
        """What is unusual about it."""
        return "" if self.node.inherits_policies else "does not inherit policies"


class TreePage(Page):
    """All namespaces that the person sees, as a tree, with counts.

    A tree too large for one page is cut at a depth; what lies deeper is reached from
    its namespace's page, or by searching.
    """

    title = "Namespaces"
    template_name = "namespaces/namespace_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the rows."""
        text = self.request.GET.get("q", "").strip()[:200]
        nodes = namespace_selectors.list_nodes(self.actor, text=text)
        shown, cut = namespace_selectors.cut_to(nodes, MOST_ROWS)
        counts = count_below(shown, actor=self.actor)
        parents = {node.parent_id for node in shown}
        return super().get_context_data(
            query=text,
            cut=cut,
            total=sum(node.is_visible for node in nodes),
            columns=COLUMNS,
            rows=[
                Row(node, counts[node.id], node.id in parents, self.menu(node))
                for node in shown
            ],
            can_move=access.can_anywhere(self.actor, Permission.NAMESPACE_MOVE),
            can_create=access.can_anywhere(self.actor, Permission.NAMESPACE_CREATE),
            **kwargs,
        )

    def menu(self, node: Node) -> list[dict[str, Any]]:
        """Return what the person may do with a namespace."""
        if node.role is None:
            return []
        here = node.id
        entries = (
            (
                Permission.NAMESPACE_CREATE,
                "New namespace in it",
                "add",
                f"{reverse('namespaces:namespace-create')}?parent={here}",
            ),
            (Permission.NAMESPACE_EDIT, "Rename and describe", "edit", "edit"),
            (Permission.NAMESPACE_GRANT, "Roles", "role", "roles"),
            (Permission.NAMESPACE_MOVE, "Move", "move", "move"),
            (Permission.NAMESPACE_DELETE, "Delete", "delete", "delete"),
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


@dataclass(slots=True)
class Choice:
    """A namespace of the picker, as components/namespace_tree.html takes it."""

    name: str
    url: str
    level: int
    current: bool
    expanded: bool
    count: int | None = None
    children: list["Choice"] = field(default_factory=list)


class DeletedPage(Page):
    """Namespaces that were deleted, with all that went with them."""

    title = "Deleted namespaces"
    template_name = "namespaces/namespace_deleted.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the person may restore."""
        deleted = namespace_selectors.list_deleted(self.actor)
        return super().get_context_data(
            deleted=deleted[:MOST_ROWS], columns=DELETED_COLUMNS, **kwargs
        )


class PickerFragment(Page):
    """The tree to choose from: narrows the list that is open, or opens a namespace."""

    template_name = "namespaces/partials/_picker.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tree as nested choices."""
        here = urlsplit(self.request.GET.get("at", "/"))
        chosen = parse_qs(here.query).get("namespace", [""])[0]
        narrows = _narrows(here.path)
        roots: list[Choice] = []
        open_at: list[Choice] = []
        nodes = namespace_selectors.list_nodes(self.actor)
        shown, cut = namespace_selectors.cut_to(nodes, MOST_ROWS)
        for node in shown:
            choice = Choice(
                name=node.name,
                url=_target(node, here.path if narrows else ""),
                level=node.depth + 1,
                current=str(node.id) == chosen,
                expanded=node.depth < 2,  # noqa: PLR2004 - the root and what is below
            )
            del open_at[node.depth :]
            (open_at[-1].children if open_at else roots).append(choice)
            open_at.append(choice)
        return super().get_context_data(
            roots=roots,
            cut=cut,
            search_url=reverse("namespaces:namespace-list"),
            all_url=here.path if narrows else reverse("namespaces:namespace-list"),
            narrows=narrows,
            **kwargs,
        )


class Options(ActorMixin):
    """The choices of a field for a namespace: where the person may do that."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        """Answer with those whose name has the text."""
        asked = request.GET
        try:
            permission = Permission(asked.get("permission", "namespace:view"))
        except ValueError as error:
            raise ValidationFailedError(
                fields={"permission": ["there is no such permission"]}
            ) from error
        found, more = namespace_selectors.find_namespaces(
            self.actor,
            permission,
            text=asked.get("q", "")[:MAX_TEXT],
            below=_path_in(asked.get("below", "")),
            outside=_path_in(asked.get("outside", "")),
            limit=MOST_OPTIONS,
        )
        options = [
            {"id": str(one.id), "name": one.names[-1], "note": "/".join(one.names[:-1])}
            for one in found
        ]
        return JsonResponse({"options": options, "more": more})


def _path_in(text: str) -> str:
    return text if PATH.fullmatch(text) else ""


def _target(node: Node, list_path: str) -> str:
    if not node.is_visible:
        return ""
    if list_path:
        return f"{list_path}?{urlencode({'namespace': node.id})}"
    return reverse("namespaces:namespace-detail", args=[node.id])


def _narrows(path: str) -> bool:
    """Answer whether the page at a path is a list with a filter for namespaces."""
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return False
    listing = getattr(view, "listing", None)
    return any(one.name == "namespace" for one in getattr(listing, "filters", ()))
