"""Beside the form: policies to pick, and what saving would meet."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from console.core.actor import Actor
from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.generic.pages import Page
from console.core.previews import Preview, preview
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from routes import selectors, services
from routes.forms import RouteForm
from routes.models import Route
from routes.validation.overlaps import Turn
from routes.views.frame import OfRoute

MAX_OFFERED = 20
MAX_TEXT = 200
MAX_BESIDE = 5
MAX_TURNS = 40


@dataclass(frozen=True, slots=True)
class Offer:
    """A policy that can be picked, or is."""

    policy: Any
    words: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A policy that a namespace puts on the route."""

    attachment: Any
    words: str


@dataclass(frozen=True, slots=True)
class Window:
    """The order of asking around a route, and how many are left out."""

    turns: list[Turn]
    before: int
    after: int


def window_of(order: list[Turn]) -> Window | None:
    """Return the part of the order that is shown; None where a route is alone."""
    if len(order) <= 1:
        return None
    own = next((at for at, turn in enumerate(order) if turn.is_own), 0)
    # Whoever meets the route is shown, however far away in the order.
    shown = [
        turn
        for at, turn in enumerate(order)
        if abs(at - own) <= MAX_BESIDE or turn.kind is not None
    ][:MAX_TURNS]
    last = shown[-1].number
    left_out = len(order) - len(shown)
    after = len(order) - last
    return Window(shown, left_out - after, after)


def picker_context(
    namespace_id: UUID | None, *, chosen: list[str], url: str, actor: Actor
) -> dict[str, Any]:
    """Return what partials/_picker.html shows: what is picked, offered, and arrives."""
    rows = _attachable(namespace_id, actor)
    found = {str(policy.pk): policy for policy in rows.filter(pk__in=_ids(chosen))}
    picked = [found[one] for one in dict.fromkeys(chosen) if one in found]
    offered = _offered(rows, without=list(found), text="")
    names = policy_selectors.names_in([*picked, *offered])
    return {
        "url": url,
        "chosen": _offers(picked, names),
        "offered": _offers(offered, names),
        "arriving": arriving_context(namespace_id, actor=actor),
    }


def arriving_context(namespace_id: UUID | None, *, actor: Actor) -> dict[str, Any]:
    """Return what partials/_arriving.html shows: policies of namespaces, by mode."""
    found = _arriving(namespace_id, actor)
    names = policy_selectors.names_in([one.policy for one in found])
    return {
        mode: [
            Arrival(one, policy_selectors.summarize(one.policy, names=names))
            for one in found
            if one.mode == mode
        ]
        for mode in ("inherited", "enforced")
    }


def _attachable(namespace_id: UUID | None, actor: Actor) -> Any:
    try:
        namespace = namespace_selectors.get_namespace(
            namespace_id or UUID(int=0), actor=actor
        )
    except NotFoundError:
        return policy_selectors.list_policies(actor).none()
    return policy_selectors.list_attachable(namespace, actor=actor)


def _arriving(namespace_id: UUID | None, actor: Actor) -> list[Any]:
    try:
        namespace = namespace_selectors.get_namespace(
            namespace_id or UUID(int=0), actor=actor
        )
    except NotFoundError:
        return []
    return policy_selectors.list_attached_above(namespace)


def _offered(rows: Any, *, without: list[str], text: str) -> list[Any]:
    if text:
        rows = policy_selectors.search_policies(rows, text)
    nearest = rows.exclude(pk__in=without).order_by("-namespace__depth", "name", "pk")
    return list(nearest[:MAX_OFFERED])


def _offers(policies: list[Any], names: Any) -> list[Offer]:
    return [
        Offer(policy, policy_selectors.summarize(policy, names=names))
        for policy in policies
    ]


def _ids(texts: list[str]) -> list[UUID]:
    ids = []
    for text in texts[:MAX_TEXT]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


class PolicyOptions(Page):
    """The policies that a search finds, as far as they aren't picked yet."""

    template_name = "routes/partials/_offers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add them."""
        params = self.request.GET
        text = params.get("find", "").replace("\0", "").strip()[:MAX_TEXT]
        places = _ids([params.get("namespace", "")])
        rows = _attachable(places[0] if places else None, self.actor)
        picked = [str(one) for one in _ids(params.getlist("policy_ids"))]
        offered = _offered(rows, without=picked, text=text)
        names = policy_selectors.names_in(offered)
        return super().get_context_data(
            offered=_offers(offered, names), text=text, **kwargs
        )


class PreviewDraft(Page):
    """What saving the form would meet: of a new route."""

    template_name = "routes/partials/_preview.html"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Look at the form as it was sent. Nothing is saved."""
        form = self.make_form()
        form.is_valid()
        values = form.cleaned_data
        settings = dict(values.get("settings", {}))
        found = None
        if "from" in settings:
            found = services.preview_route(
                settings,
                policy_ids=values.get("policy_ids", []),
                inherits_policies=values.get("inherits_policies", False),
                actor=self.actor,
                now=self.now,
                **self.place(),
            )
        context = self.get_context_data(
            preview=found,
            order=window_of(found.order) if found else None,
            inheriting=self.inheriting(form),
            arriving=arriving_context(self.namespace_id(), actor=self.actor),
            inherits=values.get("inherits_policies", False),
        )
        return self.render_to_response(context)

    def inheriting(self, form: RouteForm) -> Preview | None:
        """Return what the switch for inheriting would change, None for nothing."""
        return None

    def make_form(self) -> RouteForm:
        """Return the form that was sent."""
        return RouteForm(
            self.request.POST,
            settings={},
            actor=self.actor,
            initial={},
        )

    def namespace_id(self) -> UUID | None:
        """Return the namespace that is chosen in the form."""
        chosen = _ids([self.request.POST.get("namespace", "")])
        return chosen[0] if chosen else None

    def place(self) -> dict[str, Any]:
        """Say where the route would live; services decide whether it may."""
        return {"namespace_id": self.namespace_id()}


class PreviewChange(OfRoute, PreviewDraft):
    """The same in the place of a route."""

    def make_form(self) -> RouteForm:
        """Return the form that was sent."""
        return RouteForm(
            self.request.POST,
            settings=selectors.masked_settings(self.route),
            actor=None,
            initial={},
        )

    def inheriting(self, form: RouteForm) -> Preview | None:
        """Do it, and take it back, when the switch stands otherwise than it did."""
        wanted = form.cleaned_data.get("inherits_policies", False)
        if wanted == self.route.inherits_policies:
            return None
        try:
            return preview(partial(self._switch, wanted))
        except PermissionDeniedError as error:
            return Preview(refusal=error)

    def _switch(self, inherits: bool) -> Route:
        return services.update_route(
            self.route.pk,
            version=self.route.version,
            inherits_policies=inherits,
            actor=self.actor,
            now=self.now,
        )

    def namespace_id(self) -> UUID | None:
        """Return the namespace of the route."""
        return self.route.namespace_id

    def place(self) -> dict[str, Any]:
        """Say which route it is."""
        return {"route_id": self.route.pk}


def attachable_to_all(routes: list[Route], *, actor: Actor) -> list[tuple[str, str]]:
    """Return the policies that each of the routes may have, as choices."""
    common: set[UUID] | None = None
    rows: dict[UUID, Any] = {}
    for namespace in {route.namespace for route in routes}:
        found = policy_selectors.list_attachable(namespace, actor=actor)
        rows |= {policy.pk: policy for policy in found}
        ids = {policy.pk for policy in found}
        common = ids if common is None else common & ids
    chosen = sorted((rows[one] for one in common or ()), key=lambda row: row.name)
    return [(str(row.pk), f"{row.name} ({row.namespace.name})") for row in chosen]


def attached_to_any(routes: list[Route]) -> list[tuple[str, str]]:
    """Return the policies that any of the routes has itself, as choices."""
    found = selectors.policies_of_many(routes)
    rows = {one.pk: one for each in found.values() for one in each.attached}
    chosen = sorted(rows.values(), key=lambda row: row.name)
    return [(str(row.pk), f"{row.name} ({row.namespace.name})") for row in chosen]
