"""Everything that serves requests, really running: one environment for all kinds.

The console's database with an organization, an authorizer of the product in a process
of its own, Envoy on the files that the product renders, and two upstreams.
"""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone

from console.core.actor import system
from devices.models import DeviceCredential, DeviceEnrollment, DeviceType, Status
from directory.models import User
from gateway import services
from gateway.authorizer.answers import challenge_of
from gateway.envoy import Options, render
from gateway.services.envoy_agent import EnvoyAgent
from gateway.services.envoy_options import Place as EnvoyPlace
from gateway.services.envoy_options import options_for, unseal
from gateway.services.envoy_process import EnvoyProcess
from gateway.services.local_authority import LocalAuthority, make_authority
from namespaces.models import Namespace
from namespaces.selectors import get_root
from policies import services as policy_services
from policies.models import Policy
from routes.models import Route
from tests.factories import (
    grant,
    make_directory,
    make_group,
    make_namespace,
    make_policy,
    make_route,
    make_service_account,
    make_user,
)
from tests.gateway.authorizer.processes import TOKEN, Authorizer, running, wait_for
from tests.gateway.end_to_end.kinds import KINDS, STAFF, Case, Kind, Place
from tests.gateway.end_to_end.over_grpc import asking_over_grpc
from tests.gateway.envoy.running import RunningEnvoy, running_envoy
from tests.gateway.envoy.servers import Recorder
from tests.gateway.following import follow, snapshot_of
from tests.people import actor_of

NONCE = "n" * 43
PEOPLE = {"ada": "example.com", "ben": "example.com", "cyd": "example.com"}
DEVICES = {"ada": Status.APPROVED, "cyd": Status.WAITING}


@dataclass
class World:
    """What a request needs to be sent, and what tells who heard of it."""

    port: int
    folder: Path
    upstreams: dict[str, Recorder]
    routes: dict[tuple[str, str], Route]
    token: str
    authority: LocalAuthority
    authorizer: Authorizer | None = None
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)
    contexts: dict[str, ssl.SSLContext] = field(default_factory=dict)

    def context(self, certificate: str) -> ssl.SSLContext:
        """Return what a client trusts, and the certificate that it shows."""
        if certificate not in self.contexts:
            made = ssl.create_default_context(cafile=self.folder / "ca.pem")
            if certificate:
                path = self.folder / f"{certificate}.pem"
                path.write_text(self._issue(certificate))
                made.load_cert_chain(path)
            self.contexts[certificate] = made
        return self.contexts[certificate]

    def _issue(self, certificate: str) -> str:
        now = timezone.now()
        authority = self.authority
        if certificate == "foreign":
            authority = make_authority(ec.generate_private_key(ec.SECP256R1()), now=now)
        issued = authority.issue(["ada"], now=now, for_clients=True)
        return issued.chain + issued.key

    def credentials(self, case: Case, host: str) -> dict[str, str]:
        """Return the headers that say who asks."""
        if not case.by:
            return {}
        if case.by == "robot":
            return {"authorization": f"Bearer {self.token}"}
        if (case.by, host) not in self.cookies:
            self.cookies[case.by, host] = sign_in(case.by, host)
        return {"cookie": f"{self.cookies[case.by, host]}; own=kept"}


@contextmanager
def running_world(folder: Path, *, over_grpc: bool = False) -> Iterator[World]:
    """Make the organization and run everything until the end of the block."""
    upstreams = {"one": Recorder("one"), "two": Recorder("two")}
    authority = make_authority(
        ec.generate_private_key(ec.SECP256R1()), now=timezone.now()
    )
    try:
        token = make_people()
        routes = make_routes(authority)
        services.deploy_changes(now=timezone.now())
        address, grpc_address = (f"127.0.0.1:{free_port()}" for _ in range(2))
        place = _place(folder / "gateway", address, upstreams)
        envoy = (
            _running_envoy_over_grpc(place, grpc_address)
            if over_grpc
            else _running_envoy(place)
        )
        more = {"grpc_address": grpc_address} if over_grpc else {}
        with running(folder, address=address, **more) as authorizer, envoy as port:
            known = (upstreams, routes, token, authority, authorizer)
            yield World(port, place.folder, *known)
    finally:
        for one in upstreams.values():
            one.stop()


def _place(folder: Path, authorizer: str, upstreams: dict[str, Recorder]) -> EnvoyPlace:
    base = Options(
        folder=str(folder / "envoy"),
        port=0,
        authorizers=(authorizer,),
        proxy_token=TOKEN,
        resolve={".internal": upstreams["one"].place, ".other": upstreams["two"].place},
        authorizer_seconds=20,
    )
    return EnvoyPlace(base=base, folder=folder, has_local_authority=True)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def _running_envoy(place: EnvoyPlace) -> Iterator[int]:
    """Run Envoy as the product does."""
    folder = Path(place.base.folder)
    process = EnvoyProcess(folder, concurrency=1)
    agent = EnvoyAgent(place, process, clock=timezone.now)
    try:
        agent.take_over(snapshot_of(follow("envoy")))
        envoy = RunningEnvoy(folder)
        wait_for(lambda: _port_of(envoy) > 0)
        assert agent.problem() == ""
        yield envoy.port
    finally:
        process.stop()


@contextmanager
def _running_envoy_over_grpc(place: EnvoyPlace, address: str) -> Iterator[int]:
    """Run an Envoy that asks over gRPC."""
    snapshot = snapshot_of(follow("envoy"))
    options = options_for(snapshot, place, now=timezone.now())
    rendered = render(snapshot, options, unseal=unseal)
    assert not rendered.problems
    with running_envoy(
        rendered, change=lambda files: asking_over_grpc(files, address)
    ) as envoy:
        yield envoy.port


def _port_of(envoy: RunningEnvoy) -> int:
    with suppress(OSError, http.client.HTTPException):
        envoy.port = envoy.find_port()
    return envoy.port


def make_people() -> str:
    """Make everybody; return the machine's token."""
    now = timezone.now()
    directory = make_directory(complete_at=now)
    people = {name: make_user(name, directory=directory) for name in PEOPLE}
    make_user("eve", directory=directory, email="eve@elsewhere.example")
    make_group("staff", people["ada"], directory=directory)
    grant("admin", get_root(), user=people["ada"])
    for name, status in DEVICES.items():
        make_device(people[name], status, now=now)
    return make_service_account("robot")[1]


def make_device(person: User, status: Status, *, now: datetime) -> None:
    """Give somebody a device, as if it had been enrolled and decided about."""
    times = {"created_at": now, "modified_at": now}
    credential = DeviceCredential.objects.create(
        user=person,
        device_type=DeviceType.objects.get(code="any"),
        external_id=f"device of {person.external_id}",
        public_key=b"",
        **times,
    )
    is_approved = status is Status.APPROVED
    DeviceEnrollment.objects.create(
        credential=credential,
        status=status,
        enrolled_at=now,
        approved_at=now if is_approved else None,
        approved_by=person if is_approved else None,
        **times,
    )


def make_routes(authority: LocalAuthority) -> dict[tuple[str, str], Route]:
    """Make the routes of all kinds with their policies."""
    below = make_namespace("Below a ceiling")
    ceiling = make_policy("ceiling", source=STAFF)
    policy_services.attach_to_namespace(
        ceiling.pk,
        namespace_id=below.pk,
        mode="enforced",
        actor=system("test"),
        now=timezone.now(),
    )
    found = {}
    for kind in KINDS:
        for place in kind.places:
            found[kind.name, place.name] = _make_route(kind, place, authority, below)
    return found


def _make_route(
    kind: Kind, place: Place, authority: LocalAuthority, below: Namespace
) -> Route:
    name = f"{kind.name} {place.name}"
    settings: dict[str, Any] = {**place.settings, "from_": kind.from_url(place)}
    if "tls_downstream_client_ca" in settings:
        settings["tls_downstream_client_ca"] = authority.pem
    if "to" not in settings:
        settings["to"] = None
    policies = [
        _make_policy(f"{name} {number}", text)
        for number, text in enumerate(place.policies)
    ]
    namespace = below if place.is_below_ceiling else None
    return make_route(name, *policies, namespace=namespace, **settings)


def _make_policy(name: str, text: str) -> Policy:
    language = "rego" if text.startswith("package") else "ppl"
    return make_policy(name, source=text, language=language)


def sign_in(name: str, host: str) -> str:
    """Give somebody a session at a host; return its cookie."""
    person = User.objects.get(external_id=name)
    devices = DeviceCredential.objects.filter(user=person)
    now = timezone.now()
    address = services.promise_session(
        f"https://{host}/",
        challenge=challenge_of(NONCE),
        device_ids=[one.pk for one in devices],
        actor=actor_of(person),
        now=now,
    )
    begun = services.begin_session(
        address.partition("code=")[2],
        challenge=challenge_of(NONCE),
        host=host,
        address="203.0.113.7",
        now=now,
    )
    assert begun is not None
    return f"__Host-postern-session={begun.position}.{begun.secret}"
