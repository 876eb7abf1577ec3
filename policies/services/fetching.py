"""Addresses that policies in Rego may GET: listed by admins of the root, fetched here.

The sandbox never fetches anything; it sees the last answer. Fetching is for the system:
who listed an address is in the audit log, and what it answers is no event.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from django.utils.translation import gettext

from console.core import audit, destinations, jobs
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import ValidationFailedError
from console.core.transactions import writing
from directory.providers.transport import ForbiddenAddressError, GuardedTransport
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root
from policies import selectors
from policies.models import FetchedAddress

MAX_ADDRESSES = 100
MAX_ANSWER = 256 * 1024
SECONDS = 10.0
SHORTEST, LONGEST = 60, 7 * 24 * 3600
_OK, _OTHERWISE = 200, 300


class NoAnswerError(Exception):
    """An address gave no answer that could be kept; the text says why."""


@writing()
def list_address(
    url: str,
    *,
    actor: Actor,
    now: datetime,
    interval_seconds: int = 3600,
    max_age_seconds: int = 24 * 3600,
) -> FetchedAddress:
    """List an address; it is fetched at once, and then again and again.

    Raises:
        PermissionDeniedError: the actor is no admin of the root.
        ValidationFailedError: it is no address that may be fetched, or is listed.
    """
    root = access.check_can(actor, Permission.SETTINGS_EDIT, get_root().id)
    url = _clean(url)
    for name, seconds in (
        ("interval_seconds", interval_seconds),
        ("max_age_seconds", max_age_seconds),
    ):
        if not SHORTEST <= seconds <= LONGEST:
            raise ValidationFailedError(
                fields={
                    name: [
                        gettext("from %(shortest)s seconds to %(longest)s, a week")
                        % {"shortest": SHORTEST, "longest": LONGEST}
                    ]
                }
            )
    row = FetchedAddress(
        id=uuid4(),
        url=url,
        interval_seconds=interval_seconds,
        max_age_seconds=max_age_seconds,
        created_by=actor.label[:255],
        created_at=now,
        modified_at=now,
    )
    row.save(force_insert=True)
    audit.record(
        _change("listed", row, root.id, after=_state(row)), actor=actor, now=now
    )
    jobs.run_after_commit("policies.fetch_address", address_id=str(row.pk))
    return row


def _clean(url: str) -> str:
    url = url.strip()
    try:
        destinations.clean_url(url)
    except ValidationFailedError as error:
        raise ValidationFailedError(fields={"url": [error.message]}) from error
    if '"' in url or "\\" in url:
        raise ValidationFailedError(
            fields={"url": [gettext("write `%22` and `%5C` instead")]}
        )
    if FetchedAddress.objects.filter(url=url).exists():
        raise ValidationFailedError(
            fields={"url": [gettext("this address is listed already")]}
        )
    if FetchedAddress.objects.count() >= MAX_ADDRESSES:
        raise ValidationFailedError(
            gettext("at most %(max_addresses)s addresses can be listed")
            % {"max_addresses": MAX_ADDRESSES}
        )
    return url


@writing()
def unlist_address(address_id: UUID | str, *, actor: Actor, now: datetime) -> str:
    """Take an address off the list, and forget its answer; return it.

    Policies that fetch it refuse from now on, as they do when its answer is too old.

    Raises:
        PermissionDeniedError, FetchedAddressNotFoundError
    """
    row = selectors.get_address(address_id, actor=actor)
    change = _change("unlisted", row, get_root().id, before=_state(row))
    audit.record(change, actor=actor, now=now)
    row.delete()
    return row.url


@writing()
def refetch_address(address_id: UUID | str, *, actor: Actor, now: datetime) -> str:
    """Have an address fetched now, by a worker; return it.

    Raises:
        PermissionDeniedError, FetchedAddressNotFoundError
    """
    row = selectors.get_address(address_id, actor=actor)
    jobs.run_after_commit("policies.fetch_address", address_id=str(row.pk))
    return row.url


def is_fresh(row: FetchedAddress, *, now: datetime) -> bool:
    """Return whether there is an answer that still counts."""
    state = selectors.source_state(row.fetched_at, row.max_age_seconds, now)
    return not state.is_missing


def fetch_due(*, now: datetime) -> int:
    """Have every address fetched whose time has come; return how many."""
    due = [
        row.pk
        for row in FetchedAddress.objects.only("tried_at", "interval_seconds")
        if row.tried_at is None
        or row.tried_at + timedelta(seconds=row.interval_seconds) <= now
    ]
    for address_id in due:
        jobs.run_after_commit("policies.fetch_address", address_id=str(address_id))
    return len(due)


def fetch_address(
    address_id: UUID | str,
    *,
    clock: Callable[[], datetime],
    transport: httpx.BaseTransport | None = None,
) -> None:
    """Fetch an address and keep its answer; a failure leaves the last one in force."""
    row = FetchedAddress.objects.filter(pk=address_id).first()
    if row is None:
        return
    try:
        answer, error = _get(row.url, transport), ""
    except NoAnswerError as refused:
        answer, error = None, str(refused)
    _keep(row.pk, answer, error, now=clock())


@writing()
def _keep(
    address_id: UUID, answer: dict[str, Any] | None, error: str, *, now: datetime
) -> None:
    row = FetchedAddress.objects.filter(pk=address_id).first()
    if row is None:
        return
    row.tried_at, row.error = now, error[:500]
    if answer is not None:
        row.answer, row.fetched_at = answer, now
    row.save(update_fields=["tried_at", "error", "answer", "fetched_at"])


def _get(url: str, transport: httpx.BaseTransport | None) -> dict[str, Any]:
    """Return what an address answers.

    Raises:
        NoAnswerError: nothing that could be kept.
    """
    try:
        destinations.clean_url(url)
        with (
            httpx.Client(
                transport=transport or GuardedTransport(),
                timeout=SECONDS,
                trust_env=False,
            ) as client,
            client.stream("GET", url) as response,
        ):
            if not _OK <= response.status_code < _OTHERWISE:
                raise NoAnswerError(
                    gettext("it answers with status %(status_code)s")
                    % {"status_code": response.status_code}
                )
            body = _read(response)
    except ValidationFailedError as error:
        raise NoAnswerError(error.message) from error
    except ForbiddenAddressError as error:
        raise NoAnswerError(
            gettext("its name leads to this machine or its network")
        ) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from error
    try:
        text = body.decode()
    except ValueError as error:
        raise NoAnswerError(gettext("its answer is no text in UTF-8")) from error
    return {
        "status_code": response.status_code,
        "content_type": response.headers.get("content-type", "")[:255],
        "text": text.replace("\x00", ""),
    }


def _read(response: httpx.Response) -> bytes:
    body = b""
    for part in response.iter_bytes():
        body += part
        if len(body) > MAX_ANSWER:
            raise NoAnswerError(
                gettext("its answer is longer than %(max_answer)s KiB")
                % {"max_answer": MAX_ANSWER // 1024}
            )
    return body


def _state(row: FetchedAddress) -> dict[str, Any]:
    return {
        "url": row.url,
        "interval_seconds": row.interval_seconds,
        "max_age_seconds": row.max_age_seconds,
    }


def _change(
    verb: str,
    row: FetchedAddress,
    namespace_id: UUID,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Change:
    return Change(
        action=f"fetched_address.{verb}",
        target_type="fetched_address",
        target_id=row.pk,
        target_label=row.url[:255],
        namespace_id=namespace_id,
        before=before,
        after=after,
    )
