"""Choosing a namespace: the picker in the top bar, and the choices of form fields."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpRequest, JsonResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext

from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import ActorMixin, Page
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.selectors import Node, Piece

if TYPE_CHECKING:
    from uuid import UUID

MOST_CHOICES = 60
MOST_OPTIONS = 20
MAX_TEXT = 200
PATH = re.compile(r"([0-9]{1,10}/){1,32}")


@dataclass(slots=True)
class Choice:
    """A namespace of the picker, as components/_namespace_node.html takes it.

    `later_url` answers with those below it, which are fetched when it is unfolded.
    """

    name: str
    url: str
    level: int
    current: bool
    later_url: str
    count: int | None = None
    children: list["Choice"] = field(default_factory=list)
    more_url: str = ""

    @property
    def expanded(self) -> bool:
        """It shows what is below it."""
        return bool(self.children)


class PickerFragment(Page):
    """The top of the tree to choose from, or with `q` what has that in its name.

    A choice narrows the list that is open, or opens the namespace.
    """

    template_name = "namespaces/partials/_picker.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the tree as nested choices."""
        piece = self.get_piece()
        list_path = self.list_path
        return super().get_context_data(
            roots=self.choices(piece),
            is_cut=piece.is_cut,
            more_url=self.more_url(piece),
            query=self.text,
            picker_url=_with(reverse("namespaces:namespace-picker"), at=self.here),
            all_url=list_path or reverse("namespaces:namespace-list"),
            **kwargs,
        )

    def get_piece(self) -> Piece:
        """Return the part of the tree that is asked for."""
        if self.text:
            return namespace_selectors.find_nodes(
                self.actor, text=self.text, most=MOST_CHOICES
            )
        return namespace_selectors.list_first(self.actor, most=MOST_CHOICES)

    @property
    def text(self) -> str:
        """What is looked for."""
        return self.request.GET.get("q", "").strip()[:MAX_TEXT]

    @property
    def here(self) -> str:
        """The address of the list that is open, "/" when the open page is none."""
        asked = self.request.GET.get("at", "/")
        return asked if _narrows(urlsplit(asked).path) else "/"

    @property
    def list_path(self) -> str:
        """The list that choosing narrows, "" when the open page is none."""
        path = urlsplit(self.here).path
        return path if path != "/" else ""

    def choices(self, piece: Piece) -> list[Choice]:
        """Return the nodes of a piece of the tree, nested."""
        query = parse_qs(urlsplit(self.here).query)
        chosen = query.get("namespace", [""])[0]
        list_path = self.list_path
        made: dict[UUID, Choice] = {}
        roots: list[Choice] = []
        for node in piece.nodes:
            made[node.id] = choice = Choice(
                name=node.name,
                url=_target(node, list_path),
                level=node.level,
                current=node.key == chosen,
                later_url=self.branch_url(node) if node.id in piece.folded else "",
            )
            above = made.get(node.parent_id) if node.parent_id else None
            (above.children if above else roots).append(choice)
        if piece.more_in and piece.more_in.id in made:
            made[piece.more_in.id].more_url = self.more_url(piece)
        return roots

    def branch_url(self, node: Node, **query: Any) -> str:
        """Return where the children of a node come from."""
        url = reverse("namespaces:namespace-picker-branch", args=[node.id])
        return _with(url, at=self.here, **query)

    def more_url(self, piece: Piece) -> str:
        """Return where the next children come from, "" if these are all."""
        if piece.more_in is None:
            return ""
        return self.branch_url(piece.more_in, start=piece.shown)


class PickerBranch(PickerFragment):
    """The children of one namespace of the picker."""

    template_name = "namespaces/partials/_picker_branch.html"

    def get_piece(self) -> Piece:
        """Return the children, from `start`."""
        namespace = namespace_selectors.get_namespace(
            self.kwargs["id"], actor=self.actor
        )
        return namespace_selectors.list_below(
            namespace_selectors.get_node(namespace, actor=self.actor),
            actor=self.actor,
            most=MOST_CHOICES,
            start=start_of(self.request),
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
                fields={"permission": [gettext("there is no such permission")]}
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


def start_of(request: HttpRequest) -> int:
    """Return after how many children a branch is to go on."""
    text = request.GET.get("start", "")
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else 0


def _path_in(text: str) -> str:
    return text if PATH.fullmatch(text) else ""


def _with(url: str, **query: Any) -> str:
    return f"{url}?{urlencode(query)}"


def _target(node: Node, list_path: str) -> str:
    if not node.is_visible:
        return ""
    if list_path:
        return _with(list_path, namespace=node.id)
    return reverse("namespaces:namespace-detail", args=[node.id])


def _narrows(path: str) -> bool:
    """Answer whether the page at a path is a list with a filter for namespaces."""
    try:
        view = getattr(resolve(path).func, "view_class", None)
    except Resolver404:
        return False
    listing = getattr(view, "listing", None)
    return any(one.name == "namespace" for one in getattr(listing, "filters", ()))
