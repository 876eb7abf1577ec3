"""One run of publishing to a Core: what it should hold, bringing it there, the result.

Imported only by who runs it: the libraries of gRPC take 25 MB of memory. Who may run,
and when, is decided in `core_runs`.
"""

import socket
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from console.core import secrets
from console.core.destinations import is_forbidden
from gateway import selectors
from gateway.models import Cluster, ClusterMode, Standing
from gateway.pomerium.client import Address, Broker, BrokerError
from gateway.pomerium.publishing import Outcome, publish
from gateway.pomerium.records import Wanted, wanted_of
from gateway.pomerium.settings import Place
from gateway.pomerium.tokens import SecretError, read_secret
from gateway.selectors import DatabaseSource
from gateway.services.core_health import ask_health
from gateway.services.core_runs import LEASE, Clock, failure_of
from gateway.services.keys import trusted_keys
from gateway.snapshot import SnapshotError
from gateway.stream import Follower, SourceGoneError

CALL_SECONDS = 120.0


def bring_up_to_date(row: Cluster, *, clock: Clock) -> dict[str, Any]:
    """Run, and return what to keep of it on the row: also when it failed."""
    try:
        wanted, number, change = _wanted(row, now=clock())
        outcome = _publish(row, wanted, clock)
    except (BrokerError, SecretError, SnapshotError) as error:
        return failure_of(row, str(error), clock())
    except (secrets.SecretUnreadableError, SourceGoneError) as error:
        return failure_of(row, getattr(error, "message", str(error)), clock())
    values = _succeeded(row, wanted, outcome, number, change, now=clock())
    if row.status_url:
        has_changed = bool(outcome.written or outcome.removed)
        refusal = ask_health(row.status_url, is_building=has_changed)
        if refusal:
            text = f"Core does not take what it was told: {refusal}"
            values |= failure_of(row, text, clock())
    return values


def _wanted(row: Cluster, *, now: datetime) -> tuple[Wanted, int, int]:
    """Return what a Core should hold, of which deployment, and up to which change.

    Raises:
        BrokerError: there is no deployment that could be published.
    """
    if row.mode == ClusterMode.WITHDRAWN:
        return Wanted(row.owner), 0, -1
    follower = Follower(
        DatabaseSource(lambda number, problem: None),
        keys=trusted_keys(),
        on_snapshot=lambda snapshot: None,
    )
    follower.poll()
    snapshot = follower.snapshot
    if snapshot is None:
        raise BrokerError(follower.problem or gettext("nothing has been deployed yet"))
    if row.namespace_id is None:
        raise BrokerError(gettext("its namespace is gone; choose another"))
    wanted = wanted_of(
        snapshot,
        follower.people,
        owner=row.owner,
        within=selectors.list_namespaces_below(row),
        unseal=secrets.unseal,
        now=now,
        place=Place(str(row.namespace_id), row.settings),
    )
    return wanted, snapshot.number, follower.position


def _publish(row: Cluster, wanted: Wanted, clock: Clock) -> Outcome:
    """Bring a databroker to what it should hold.

    Raises:
        BrokerError: it doesn't do what it is asked, or must not be asked.
    """
    key = read_secret(secrets.unseal(row.sealed_secret))
    known = sorted({*row.record_types, *wanted.record_types})
    # Noted before: whatever happens next, a later run finds what this one wrote.
    Cluster.objects.filter(pk=row.pk).update(record_types=known)
    address = Address(
        url=row.url,
        authorities=row.authorities,
        server_name=row.server_name,
    )
    broker = Broker(_looked_at(address), key, seconds=CALL_SECONDS)

    def progress(done: int, total: int) -> None:
        rows = Cluster.objects.filter(pk=row.pk, fence=row.fence)
        if not rows.update(done=done, total=total, lease_until=clock() + LEASE):
            raise BrokerError(gettext("another run has taken over"))

    try:
        return publish(broker, wanted, former_types=row.record_types, progress=progress)
    finally:
        broker.close()


def _looked_at(address: Address) -> Address:
    """Return an address with the IP address that its name leads to now.

    Raises:
        BrokerError: it leads nowhere, or to where the console does not connect.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise BrokerError(
            gettext("`%(host)s` has no address") % {"host": address.host}
        ) from error
    addresses = [str(entry[4][0]) for entry in found]
    if any(is_forbidden(one) for one in addresses):
        raise BrokerError(gettext("its name leads to this machine or its network"))
    return Address(
        url=address.url,
        authorities=address.authorities,
        server_name=address.server_name,
        connect_to=addresses[0],
    )


def _succeeded(
    row: Cluster,
    wanted: Wanted,
    outcome: Outcome,
    number: int,
    change: int,
    *,
    now: datetime,
) -> dict[str, Any]:
    problems = [
        {
            "subject": one.subject,
            "id": one.subject_id,
            "text": one.text,
            "remedy": one.remedy,
        }
        for one in wanted.problems
    ]
    values: dict[str, Any] = {
        "standing": Standing.REFUSED if problems else Standing.CURRENT,
        "problems": problems,
        "change": change,
        "checked_at": now,
        "failure": "",
        "failed_at": None,
        "failures": 0,
        "next_run_at": None,
        "record_types": wanted.record_types,
        "records": len(wanted.data),
        "server_version": str(outcome.server_version),
    }
    if not problems:
        has_changed = outcome.written or outcome.removed
        published = now if has_changed else row.published_at or now
        values |= {
            "deployment": number,
            "published_at": published,
            "routes": len(wanted.route_ids),
        }
    return values
