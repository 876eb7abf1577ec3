"""Addresses that policies in Rego may GET, and what they answered last."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root
from policies.exceptions import FetchedAddressNotFoundError
from policies.language import SourceState
from policies.models import FetchedAddress, Policy, PolicyLanguage
from policies.rego.fetching import response_of
from policies.selectors.facts import source_state


def list_addresses(actor: Actor) -> QuerySet[FetchedAddress]:
    """Return the addresses, for admins of the root.

    Raises:
        PermissionDeniedError: the actor is none.
    """
    access.check_can(actor, Permission.SETTINGS_EDIT, get_root().id)
    return FetchedAddress.objects.defer("answer")


def get_address(address_id: UUID | str, *, actor: Actor) -> FetchedAddress:
    """Return an address.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        FetchedAddressNotFoundError: there is no such address.
    """
    found = list_addresses(actor).filter(pk=address_id).first()
    if found is None:
        raise FetchedAddressNotFoundError
    return found


def list_fetching(address: FetchedAddress, *, actor: Actor) -> list[Policy]:
    """Return the policies that the actor sees and that mention an address."""
    rows = Policy.objects.visible_to(actor, Permission.POLICY_VIEW).filter(
        language=PolicyLanguage.REGO, source__contains=address.url
    )
    return list(rows.select_related("namespace").order_by("name", "pk"))


def list_urls() -> list[str]:
    """Return the addresses that a text may fetch."""
    return list(FetchedAddress.objects.values_list("url", flat=True))


def find_answer(
    url: str, now: datetime
) -> tuple[SourceState, Mapping[str, Any] | None]:
    """Return how far the answer of an address can be relied on, and the answer.

    An address that is no longer listed is missing data, like one that never answered.
    """
    row = FetchedAddress.objects.filter(url=url).first()
    if row is None:
        return source_state(None, 0, now), None
    state = source_state(row.fetched_at, row.max_age_seconds, now)
    return state, None if state.is_missing else row.answer


def follow_addresses() -> Iterator[tuple[Any, ...]]:
    """Give id, address, time of the last answer and limit of each, for enforcement."""
    rows = FetchedAddress.objects.order_by("pk")
    yield from rows.values_list("pk", "url", "fetched_at", "max_age_seconds")


def follow_answer(address_id: UUID | str) -> Mapping[str, Any] | None:
    """Return what an address answered last, for enforcement."""
    rows = FetchedAddress.objects.filter(pk=address_id)
    answer: Mapping[str, Any] | None = rows.values_list("answer", flat=True).first()
    return answer


def last_answers(urls: list[str]) -> dict[str, Any]:
    """Return what `http.send` gave last for addresses, however old, if anything."""
    found = {}
    for row in FetchedAddress.objects.filter(url__in=urls):
        if row.answer is None:
            continue
        try:
            found[row.url] = response_of(row.answer, {"force_json_decode": True})
        except ValueError:
            found[row.url] = response_of(row.answer, {})
    return found
