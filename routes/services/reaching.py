"""What a person can reach: decisions for whoever asks, with the devices they used.

Nothing here looks at roles in the console: who may *see* a route and who may *reach*
it are two things.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from policies import selectors as policy_selectors
from policies.language import Outcome
from policies.selectors import Attempt
from routes import selectors
from routes.exceptions import RouteNotFoundError
from routes.models import Route
from routes.services.trial import decide, suggested_path
from routes.validation import parse_from

if TYPE_CHECKING:
    from policies.models import Policy

MOST_LOOKED_AT = 500
MAX_URL_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Reachable:
    """A route that lets a person in, or would with a device."""

    name: str
    description: str
    url: str
    needs_device: bool


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a person gets at an address, and what the policies say to them about it."""

    url: str
    outcome: str
    reasons: tuple[str, ...]
    policies: tuple["Policy", ...]

    @property
    def is_allowed(self) -> bool:
        """The request goes through."""
        return self.outcome == Outcome.ALLOW.value

    @property
    def needs_device(self) -> bool:
        """A device is to be enrolled, proven or approved first."""
        return (
            self.outcome == Outcome.DEVICE_ENROLLMENT.value
            or "device-unauthorized" in self.reasons
        )


def list_reachable(
    *, device_ids: Iterable[UUID], actor: Actor, now: datetime
) -> tuple[Sequence[Reachable], bool]:
    """Return the routes that let whoever asks in, and whether all were looked at.

    Each is asked for the path that it begins with, now, from where the person is.
    """
    rows = list(selectors.list_published()[: MOST_LOOKED_AT + 1])
    looked_at = rows[:MOST_LOOKED_AT]
    attempt = Attempt(at=now, address=actor.address)
    facts = policy_selectors.own_facts(
        attempt, device_ids=device_ids, actor=actor, now=now
    )
    effective = selectors.policies_of_many(looked_at)
    found = []
    for route in looked_at:
        address = parse_from(route.from_url)
        if not address.is_web or address.is_wildcard:
            continue
        path = suggested_path(route) or "/"
        there = policy_selectors.to_place(facts, address.host, path)
        outcome = decide(effective[route.pk], there, now=now).outcome
        if outcome in {Outcome.ALLOW, Outcome.DEVICE_ENROLLMENT}:
            found.append(
                Reachable(
                    name=route.name,
                    description=route.description,
                    url=selectors.at_gateway(f"{route.from_url}{path}"),
                    needs_device=outcome is Outcome.DEVICE_ENROLLMENT,
                )
            )
    return found, len(rows) <= MOST_LOOKED_AT


def decide_own(
    url: str, *, device_ids: Iterable[UUID], actor: Actor, now: datetime
) -> OwnAnswer:
    """Return what whoever asks gets at an address of a route.

    Raises:
        ValidationFailedError: this is no address.
        RouteNotFoundError: no route answers there.
    """
    origin, path, query = _split(url)
    route = selectors.find_at(origin, path)
    if route is None:
        raise RouteNotFoundError(gettext("no route answers at this address"))
    whole = f"{path}?{query}" if query else path
    attempt = Attempt(
        at=now,
        path=whole,
        host=urlsplit(origin).hostname or "",
        address=actor.address,
    )
    facts = policy_selectors.own_facts(
        attempt, device_ids=device_ids, actor=actor, now=now
    )
    effective = selectors.policies_of(route)
    decision = decide(effective, facts, now=now)
    return OwnAnswer(
        url=f"{origin}{whole}",
        outcome=decision.outcome.value,
        reasons=tuple(sorted(decision.allow_reasons | decision.deny_reasons)),
        policies=(
            *effective.granting,
            *(one.policy for one in effective.enforced),
        ),
    )


def _split(url: str) -> tuple[str, str, str]:
    """Return origin, path and query of an address that a browser may be sent to."""
    problem = ValidationFailedError(
        fields={"url": [gettext("this is no address of a route")]}
    )
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    if len(url) > MAX_URL_LENGTH or not is_plain:
        raise problem
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise problem from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in url:
        raise problem
    return f"{parts.scheme}://{parts.netloc.lower()}", parts.path or "/", parts.query


def known_route(url: str) -> Route | None:
    """Return the route that answers at an address, None for any other text."""
    try:
        origin, path, _ = _split(url)
    except ValidationFailedError:
        return None
    return selectors.find_at(origin, path)
