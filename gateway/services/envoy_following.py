"""An Envoy that follows deployments; of people it needs to know nothing."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from gateway.selectors import DatabaseSource
from gateway.services.envoy_agent import EnvoyAgent
from gateway.services.following import record_proxy
from gateway.services.keys import trusted_keys
from gateway.stream import (
    AccountEntry,
    AddressEntry,
    DeviceEntry,
    DirectoryEntry,
    Follower,
    Head,
    PersonEntry,
    RecordSourceEntry,
)

KIND = "envoy"


class ConfigurationSource(DatabaseSource):
    """The stream without anything about people."""

    def head(self) -> Head:
        return super().head()._replace(change=0)

    def people(self, ids: Collection[str] | None) -> Iterable[PersonEntry]:
        return ()

    def devices(
        self, person_ids: Collection[str] | None
    ) -> Iterable[tuple[str, DeviceEntry]]:
        return ()

    def accounts(self, ids: Collection[str] | None) -> Iterable[AccountEntry]:
        return ()

    def directories(self) -> Iterable[DirectoryEntry]:
        return ()

    def record_sources(self) -> Iterable[RecordSourceEntry]:
        return ()

    def addresses(self) -> Iterable[AddressEntry]:
        return ()

    def quarantined(self) -> Iterable[tuple[str, str]]:
        return ()


def make_envoy_follower(
    agent: EnvoyAgent, *, name: str, clock: Callable[[], datetime]
) -> Follower:
    """Return a follower that keeps an Envoy at the newest deployment; start it.

    `name` is how the page of proxies calls this Envoy, the same after a restart.
    """
    started_at = clock()

    def report(deployment: int, problem: str) -> None:
        record_proxy(
            name,
            kind=KIND,
            deployment=deployment,
            problem=problem or (agent.problem() if deployment else ""),
            started_at=started_at,
            now=clock(),
        )

    return Follower(
        ConfigurationSource(report), keys=trusted_keys(), on_snapshot=agent.take_over
    )
