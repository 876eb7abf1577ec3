"""A directory that reads a fake, and runs of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from console.core.actor import system
from directory import services
from directory.credential_kinds import KIND_BY_CODE
from directory.credential_kinds.fields import Field
from directory.models import Directory, Group, Membership, SyncRun, User
from directory.providers import BY_CODE
from directory.providers.base import Option
from tests.directory.providers.fakes.ldap import FakeActiveDirectory
from tests.directory.providers.fakes.server import Fake
from tests.factories import NOW

TEST = system("test")


@dataclass
class Clock:
    """Tells the time that a test sets."""

    now: datetime = NOW
    sleeps: list[float] = field(default_factory=list)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass without waiting."""
        self.sleeps.append(seconds)
        self.now += timedelta(seconds=seconds)


def connect(fake: Fake | FakeActiveDirectory, **settings: Any) -> Directory:
    """Make a directory that reads a fake.

    Its people are few, so that any change is much in percent: unless the brake itself
    is looked at, it takes everything.
    """
    shape = KIND_BY_CODE[fake.code]
    given = fake.options
    if fake.code == "auth0":
        given["domain"] = given["domain"].partition("://")[2]
    account = services.create_service_account(
        name=f"account {fake.url}",
        kind=fake.code,
        settings=_only(given, shape.settings),
        secrets=_only(given, shape.secrets),
        actor=TEST,
        now=NOW,
    )
    return services.create_directory(
        account_id=account.pk,
        options=_only(given, BY_CODE[fake.code].options),
        actor=TEST,
        now=NOW,
        **{"name": f"directory {fake.url}", "brake_percent": 100, **settings},
    )


def _only(given: dict[str, str], shapes: Iterable[Field | Option]) -> dict[str, str]:
    return {one.name: given[one.name] for one in shapes if one.name in given}


def ask(directory: Directory, **more: Any) -> SyncRun:
    """Ask for a run; no worker takes it."""
    return services.start_sync(directory.pk, actor=TEST, now=NOW, **more)


def run(directory: Directory, clock: Clock | None = None, **more: Any) -> SyncRun:
    """Ask for a run and carry it out; return it as it ended."""
    clock = clock or Clock()
    asked = ask(directory, **more)
    services.run_sync(asked.pk, clock=clock, sleep=clock.sleep)
    asked.refresh_from_db()
    return asked


def rows() -> dict[str, Any]:
    """Return everything that a run may change, by the provider's ids."""
    pairs = Membership.objects.values_list("user__external_id", "group__external_id")
    return {
        "people": set(
            User.objects.values_list(
                "external_id", "email", "display_name", "is_active"
            )
        ),
        "groups": set(Group.objects.values_list("external_id", "name", "is_active")),
        "memberships": set(pairs),
    }
