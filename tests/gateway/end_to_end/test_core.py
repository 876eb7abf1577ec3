"""The requests of the table, put to a real Pomerium Core: on our export, and published.

Core is no dependency of ours: name its program in POSTERN_TEST_POMERIUM, or have
`pomerium` on the path.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from console.core.actor import system
from gateway import services
from gateway.pomerium.client import Address, Broker, BrokerError
from gateway.pomerium.publishing import publish
from gateway.pomerium.records import wanted_of
from gateway.pomerium.settings import Place
from gateway.services.envoy_options import unseal
from gateway.services.local_authority import make_authority
from gateway.snapshot import Snapshot
from namespaces.selectors import get_root
from routes import services as route_services
from tests.gateway.authorizer.processes import wait_for
from tests.gateway.end_to_end.client import Answer, Client, differences
from tests.gateway.end_to_end.core import (
    KEY,
    VARIABLE,
    pomerium_path,
    running_core,
    tell_people,
    token_of,
)
from tests.gateway.end_to_end.kinds import KINDS, Case, Kind
from tests.gateway.end_to_end.world import World, free_port, make_people, make_routes
from tests.gateway.envoy.servers import Recorder
from tests.gateway.following import follow, snapshot_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.nightly,
    pytest.mark.skipif(
        not pomerium_path(), reason=f"no Pomerium Core: {VARIABLE} names none"
    ),
]
# Devices are enrolled at Core itself, and sign-in there takes an identity provider.
PATIENCE = 120
NOT_TOLD = {"device"}


class CoreWorld(World):
    """The same people, whom Core knows by tokens of its own."""

    def credentials(self, case: Case, host: str) -> dict[str, str]:
        """Return the headers that say who asks."""
        if not case.by:
            return {}
        return {
            "authorization": f"Bearer Pomerium-{token_of(case.by)}",
            "cookie": "own=kept",
        }


def test_a_core_on_our_export_gives_the_same_answers(tmp_path: Path) -> None:
    with running_world(tmp_path, export_for) as (client, address, _):
        wait_until(client, "public")
        tell_people(address)
        wait_until(client, "groups", by="ada")

        wrong = [one for kind in KINDS for one in ask(client, kind)]

    assert not wrong, "\n".join(wrong)


def test_a_core_that_is_published_to_gives_the_same_answers(tmp_path: Path) -> None:
    with running_world(tmp_path, lambda _: "routes: []\n") as running:
        client, address, upstreams = running
        tell_people(address, with_directory=False)
        publish_to(address, upstreams)
        wait_until(client, "public")
        wait_until(client, "groups", by="ada")

        wrong = [one for kind in KINDS for one in ask(client, kind)]

    assert not wrong, "\n".join(wrong)


def test_a_core_takes_the_settings_that_it_is_told(tmp_path: Path) -> None:
    services.change_settings(
        get_root().pk,
        values={
            "set_response_headers": {"X-Told": "everywhere"},
            "error_message_first_paragraph": "Ask the desk on the second floor.",
            "timeout_read": "1m",
            "cookie_name": "told",
            "log_level": "info",
            "jwt_claims_headers": {"X-Told-User": "user"},
            "pass_identity_headers": True,
        },
        version=0,
        actor=system("test"),
        now=timezone.now(),
    )
    own = {"set_response_headers": {"X-Told": "here"}}
    with running_world(tmp_path, lambda _: "routes: []\n") as running:
        client, address, upstreams = running
        tell_people(address, with_directory=False)
        publish_to(address, upstreams)
        wait_until(client, "public")
        wait_until(client, "groups", by="ada")

        let_in = ask_first(client, "groups", by="ada")
        refused = ask_first(client, "groups", by="cyd")
        publish_to(address, upstreams, place=Place(settings=own))
        wait_for(
            lambda: ask_first(client, "public").headers["x-told"] == "here",
            seconds=PATIENCE,
        )
        still = ask_first(client, "groups", by="cyd")

    assert let_in.headers["x-told"] == "everywhere"
    assert let_in.heard["x-told-user"] == "ada"
    assert refused.status == still.status == 403
    assert "second floor" in refused.body
    assert "second floor" in still.body


@contextmanager
def running_world(
    tmp_path: Path, export: Callable[[dict[str, Recorder]], str]
) -> Iterator[tuple[Client, str, dict[str, Recorder]]]:
    """Run a Core with a file; give a client, the databroker's address, upstreams."""
    now = timezone.now()
    upstreams = {"one": Recorder("one"), "two": Recorder("two")}
    authority = make_authority(ec.generate_private_key(ec.SECP256R1()), now=now)
    (tmp_path / "ca.pem").write_text(authority.pem)
    token = make_people()
    routes = make_routes(authority)
    ports = free_port(), free_port()
    world = CoreWorld(ports[0], tmp_path, upstreams, routes, token, authority)
    client = Client(world)
    try:
        with running_core(
            tmp_path,
            export(upstreams),
            ports=ports,
            authority=authority,
            hosts=sorted({kind.host for kind in KINDS} | {"*.zone.example.com"}),
        ):
            yield client, f"127.0.0.1:{ports[1]}", upstreams
    finally:
        client.close()
        for one in upstreams.values():
            one.stop()


def publish_to(
    address: str, upstreams: dict[str, Recorder], place: Place | None = None
) -> None:
    """Publish everything, with upstreams where they are."""
    services.deploy_changes(now=timezone.now())
    follower = follow("publisher")
    snapshot = snapshot_of(follower)
    places = {"http://one.internal": "one", "http://two.other": "two"}
    text = json.dumps(snapshot.to_json())
    for url, name in places.items():
        text = text.replace(url, f"http://{upstreams[name].place}")
    wanted = wanted_of(
        Snapshot.from_json(json.loads(text)),
        follower.people,
        owner="postern-test",
        within=snapshot.namespaces,
        unseal=unseal,
        now=timezone.now(),
        place=place,
    )
    assert not wanted.problems
    broker = Broker(Address(url=f"http://{address}"), KEY)
    wait_for(lambda: is_there(broker), seconds=PATIENCE)
    publish(broker, wanted)
    again = publish(broker, wanted)
    broker.close()
    assert (again.written, again.removed) == (0, 0)


def is_there(broker: Broker) -> bool:
    """Answer whether the databroker does."""
    try:
        return broker.greet() > 0
    except BrokerError:
        return False


def export_for(upstreams: dict[str, Recorder]) -> str:
    """Return our export, with upstreams where they are."""
    text = route_services.export_configuration(
        namespace_id=get_root().pk,
        actor=system("test"),
        now=timezone.now(),
        with_secrets=True,
    ).text
    for name, place in (("one.internal", "one"), ("two.other", "two")):
        text = text.replace(f"http://{name}", f"http://{upstreams[place].place}")
    return text


def wait_until(client: Client, name: str, *, by: str = "") -> None:
    """Wait until a kind's first page is there for somebody."""
    wait_for(lambda: status(client, name, by=by) == 200, seconds=PATIENCE)


def ask_first(client: Client, name: str, *, by: str = "") -> Answer:
    """Return what a kind's first page answers to a browser."""
    kind = next(one for one in KINDS if one.name == name)
    return client.ask(kind, Case(by=by, headers={"accept": "text/html"}))


def status(client: Client, name: str, *, by: str = "") -> int:
    """Return the status of a kind's first page, 0 while nobody answers."""
    kind = next(one for one in KINDS if one.name == name)
    try:
        return client.ask(kind, Case(by=by)).status
    except (OSError, http.client.HTTPException):
        return 0


def ask(client: Client, kind: Kind) -> set[str]:
    """Return which answers of a kind are not the ones of the table.

    What upstreams hear is told in each proxy's own way, and isn't compared.
    """
    found = set()
    for case in kind.cases:
        is_ours = "authorization" in case.headers
        if kind.name in NOT_TOLD or is_ours:
            continue
        expected = replace(case, heard={}, status=case.status_of_core or case.status)
        wrong = differences(expected, client.ask(kind, case))
        label = f"{kind.name} {case.method} {case.path} by {case.by or 'nobody'}"
        found |= {f"{label}: {one}" for one in wrong}
    return found
