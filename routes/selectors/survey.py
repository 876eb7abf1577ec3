"""Routes that somebody should look at: closed ones, and those open to anyone."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from console.core.actor import Actor
from routes.models import Route, RoutePolicy
from routes.selectors.effective import policies_of_many
from routes.selectors.routes import count_routes, list_routes

MOST_SURVEYED = 300
MOST_OF_MANY = 100
# All that is looked at; whole rows of so many would take most of the page's time.
COLUMNS = ("name", "inherits_policies", "namespace__name", "namespace__path")


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found among the routes that an actor sees.

    Attributes:
        total: how many routes they see.
        closed: no policy lets anybody in.
        open_to_anyone: a policy could let in somebody who has not signed in.
        is_complete: every route was looked at; otherwise the first 100 of those that
            have no policy of their own, where closed ones are most likely.
    """

    total: int
    closed: list[Route]
    open_to_anyone: list[Route]
    is_complete: bool


def survey_routes(actor: Actor) -> Survey:
    """Look at the routes that an actor sees, in five or six queries."""
    routes = list_routes(actor).only(*COLUMNS).order_by("name", "pk")
    total = count_routes(actor)
    most = MOST_SURVEYED
    if total > MOST_SURVEYED:
        own = RoutePolicy.objects.filter(route=OuterRef("pk"))
        routes = routes.filter(~Exists(own))
        most = MOST_OF_MANY
    rows = list(routes[:most])
    deciding = policies_of_many(rows)
    return Survey(
        total=total,
        closed=[row for row in rows if deciding[row.pk].is_closed],
        open_to_anyone=[row for row in rows if deciding[row.pk].allows_anonymous],
        is_complete=total <= MOST_SURVEYED,
    )
