"""Which claims people bring with their sessions."""

from console.core.actor import Actor
from directory.selectors.people import list_people

MOST_READ = 500  # people: what an organization's sessions carry is alike
MOST_NAMED = 200


def list_claim_names(actor: Actor) -> list[str]:
    """Return the names of claims seen in sessions of people whom the actor may see."""
    people = list_people(actor).filter(is_active=True).exclude(claims={})
    rows = people.order_by("pk").values_list("claims", flat=True)[:MOST_READ]
    return sorted({name for claims in rows for name in claims})[:MOST_NAMED]
