"""The follower of this console's own database, and what it says of itself."""

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from gateway.models import Deployment, Proxy
from gateway.selectors import DatabaseSource
from gateway.services.keys import trusted_keys
from gateway.snapshot import Snapshot
from gateway.stream import Follower

OnPeople = Callable[[frozenset[str] | None], None]


def make_follower(
    *,
    name: str,
    kind: str,
    on_snapshot: Callable[[Snapshot], None],
    on_people: OnPeople | None = None,
) -> Follower:
    """Return a follower that isn't started yet; see `gateway.stream.Follower`.

    `name` is how the page of proxies calls this process, one row for each; it must be
    the same after a restart, such as host and port. `kind` is `authorizer` or `envoy`.
    """
    started_at = timezone.now()

    def report(deployment: int, problem: str) -> None:
        record_proxy(
            name,
            kind=kind,
            deployment=deployment,
            problem=problem,
            started_at=started_at,
            now=timezone.now(),
        )

    return Follower(
        DatabaseSource(report),
        keys=trusted_keys(),
        on_snapshot=on_snapshot,
        on_people=on_people,
    )


def record_proxy(
    name: str,
    *,
    kind: str,
    deployment: int,
    problem: str,
    started_at: datetime,
    now: datetime,
) -> None:
    """Keep what a process says of itself. A matter of seconds, so no audit event."""
    known = Proxy.objects.filter(name=name).first()
    row = known or Proxy(name=name, started_at=started_at, last_seen_at=now)
    if row.deployment != deployment or row.started_at != started_at:
        row.running_since = now if deployment else None
    newest = Deployment.objects.order_by("-number").first()
    has_drifted = newest is not None and deployment != newest.number
    row.drifted_since = (row.drifted_since or now) if has_drifted else None
    row.kind, row.deployment, row.problem = kind, deployment, problem
    row.started_at, row.last_seen_at = started_at, now
    row.save()
