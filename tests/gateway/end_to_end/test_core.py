"""The requests of the table, put to a real Pomerium Core that runs on our export.

Core is no dependency of ours: name its program in POSTERN_TEST_POMERIUM, or have
`pomerium` on the path.
"""

import http.client
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from console.core.actor import system
from gateway.services.local_authority import make_authority
from namespaces.selectors import get_root
from routes import services as route_services
from tests.gateway.authorizer.processes import wait_for
from tests.gateway.end_to_end.client import Client, differences
from tests.gateway.end_to_end.core import (
    VARIABLE,
    pomerium_path,
    running_core,
    tell_people,
    token_of,
)
from tests.gateway.end_to_end.kinds import KINDS, Case, Kind
from tests.gateway.end_to_end.world import World, free_port, make_people, make_routes
from tests.gateway.envoy.servers import Recorder

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
            export_for(upstreams),
            ports=ports,
            authority=authority,
            hosts=sorted({kind.host for kind in KINDS} | {"*.zone.example.com"}),
        ):
            wait_until(client, "public")
            tell_people(f"127.0.0.1:{ports[1]}")
            wait_until(client, "groups", by="ada")

            wrong = [one for kind in KINDS for one in ask(client, kind)]
    finally:
        client.close()
        for one in upstreams.values():
            one.stop()

    assert not wrong, "\n".join(wrong)


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


def status(client: Client, name: str, *, by: str = "") -> int:
    """Return what a kind's first page answers, 0 while nobody does."""
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
