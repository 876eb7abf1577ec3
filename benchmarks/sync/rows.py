"""The directory that is filled, what stands in it, and a run of ours."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from benchmarks.sync.feed import PERCENT, Feed
from benchmarks.sync.size import EACH, PEOPLE
from console.core.actor import system
from directory import services
from directory.models import Directory, Group, Membership, RunState, SyncRun, User
from directory.providers import BY_CODE

if TYPE_CHECKING:
    from directory.providers.base import Provider

BENCHMARK = system("benchmark")


def empty() -> None:
    """Throw all people, groups and memberships away, and what refers to them."""
    if connection.vendor == "sqlite":  # which has no TRUNCATE ... CASCADE
        connection.close()
        for end in ("", "-wal", "-shm"):
            Path(f"{connection.settings_dict['NAME']}{end}").unlink(missing_ok=True)
        call_command("migrate", verbosity=0)
        return
    call_command("migrate", verbosity=0)
    Directory.objects.update(compared_at=None)
    tables = [one._meta.db_table for one in (Membership, User, Group)]  # noqa: SLF001
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def ensure_admin() -> None:
    """Make somebody who is not of the directory admin of the root."""
    services.ensure_bootstrap_admin(
        email="admin@example.com",
        password=secrets.token_hex(20),
        actor=BENCHMARK,
        now=timezone.now(),
    )


def directory(*, is_full: bool) -> Directory:
    """Return the directory; the brake takes everything."""
    found = Directory.objects.filter(name="benchmark").first()
    if found is None:
        now = timezone.now()
        account = services.create_service_account(
            name="benchmark",
            kind="http_json",
            settings={"base_url": "https://directory.example.com/"},
            secrets={},
            actor=BENCHMARK,
            now=now,
        )
        found = services.create_directory(
            name="benchmark",
            account_id=account.pk,
            options={},
            brake_percent=100,
            brake_count=1_000_000,
            actor=BENCHMARK,
            now=now,
        )
    if is_full:
        Directory.objects.update(compared_at=None)
    found.refresh_from_db()
    return found


def warm_up() -> None:
    """Load what a worker has loaded before its first run."""
    list(User.objects.all()[:1])
    list(Membership.objects.select_related("user", "group")[:1])


def run(directory: Directory, feed: Feed) -> None:
    """Let a worker's code read the feed."""
    known = cast("dict[str, Provider]", BY_CODE)
    known[directory.provider] = replace(known[directory.provider], fetch=feed)
    now = timezone.now()
    asked = SyncRun.objects.create(
        directory=directory,
        state=RunState.QUEUED,
        trigger="manual",
        started_by=BENCHMARK.label,
        created_at=now,
        modified_at=now,
    )
    services.run_sync(asked.pk, clock=timezone.now)
    asked.refresh_from_db()
    if asked.state not in {RunState.APPLIED, RunState.UNCHANGED}:
        raise AssertionError(f"{asked.state}: {asked.failure} {asked.reasons}")


def check(directory: Directory, version: int) -> None:
    """Look whether the rows are what was told."""
    people = directory.users.filter(is_active=True)
    changed = people.filter(display_name__endswith=" II").count()
    found = (people.count(), changed, Membership.objects.count())
    if found != (PEOPLE, PEOPLE // PERCENT * version, PEOPLE * EACH):
        raise AssertionError(f"the rows are not what was told: {found}")
