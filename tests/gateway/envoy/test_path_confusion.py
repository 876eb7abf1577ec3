"""Envoy, policies and the upstream read each request in one way, or it is refused.

Requests that are meant to be read in two ways go through a real Envoy, as the product
renders it, and the product's authorizer, over sockets. Of each that arrives at an
upstream the policies must have seen the very path, host and route.
"""

import asyncio
import random
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import pytest

from gateway.authorizer.engine import Ruling
from gateway.envoy import Options, render
from tests.gateway.authorizer.served import Served
from tests.gateway.authorizer.world import TOKEN, World
from tests.gateway.envoy.documents import route_document
from tests.gateway.envoy.running import PATIENCE, RunningEnvoy, running_envoy
from tests.gateway.sources import make_chunk, make_policy, make_route

OPEN = "allow:\n  and:\n    - accept: true\n"
NOT_ADMIN = f"{OPEN}deny:\n  or:\n    - http_path: {{starts_with: /admin}}\n"
APP, OTHER = "app.example.com", "other.example.com"
NAMED, WILD = "a.zone.example.com", "*.zone.example.com"
ROUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "all": (APP, {}),
    "admin": (APP, {"prefix": "/admin"}),
    "exact": (APP, {"path": "/exact"}),
    "users": (APP, {"regex": "/users/[0-9]+"}),
    "other": (OTHER, {}),
    "named": (NAMED, {"prefix": "/x"}),
    "wild": (WILD, {}),
}
METHODS = (b"GET", b"POST", b"DELETE", b"OPTIONS", b"HEAD")
PARTS = (
    *(b"admin", b"ADMIN", b"exact", b"users", b"7", b"x", b"%61dmin", b"admi%6e"),
    *(b"..", b".", b"...", b"..;", b".;x", b";x=1", b"admin;x=1", b"%2e%2e", b"%2E"),
    *(b".%2e", b"%2f", b"%2F..", b"%5c", b"\\", b"..\\", b"%00", b"\0", b"%", b"%zz"),
    *(b"%252e%252e", b"%252f", b"%c0%ae", b"\xc3\xa9", b"%c3%a9", b"%ef%bc%8f"),
    *(b"", b"~", b"a b", b"\t", b"%0d%0a", b"%3b", b"..%3b", b"#", b"@", b":", b"*"),
    *(b"?", b"?q=/../admin", b"%3f", b"%23", b"\x7f", b"\x80", b"{", b"|", b"admin."),
)
BETWEEN = (*[b"/"] * 12, b"//", b"/./", b"\\", b"%2f", b"/../", b"")
HOSTS = (
    *[APP.encode()] * 12,
    *(b"APP.example.COM", b"app.example.com.", b"app.example.com:443"),
    *(b"app.example.com:8443", b"app.example.com.:443", b"app.example.com:"),
    *(b"other.example.com", b"a.zone.example.com", b"b.zone.example.com"),
    *(b"A.Zone.example.com.", b"x.y.zone.example.com", b".zone.example.com"),
    *(
        b"zone.example.com",
        b"nobody.example",
        b"",
        b"*",
        b"app.example.com..",
        b"[::1]",
    ),
    *(b"app.example.com@other.example.com", b"app.example.com/admin"),
    *(b"app.example.com,other.example.com", b"app.example.com other", b"app%2eexample"),
    *(
        b"[::1]",
        b"app.example.com\0",
        b"app.example.com#",
        b"\xef\xbd\x81pp.example.com",
    ),
)
FORGED = (
    *(b"x-postern-route: other", b"x-original-url: /admin", b"x-rewrite-url: /admin"),
    *(b"x-forwarded-host: other.example.com", b"x-envoy-original-path: /admin"),
    *(b"x-forwarded-prefix: /admin", b"forwarded: host=other.example.com"),
    *(b"x-http-method-override: DELETE", b"x-envoy-original-host: other.example.com"),
)


class Arrived(NamedTuple):
    """A request as an upstream read it."""

    target: bytes
    headers: dict[bytes, bytes]


class Upstream(asyncio.Protocol):
    """Keeps what arrives, to the byte: a server that repairs targets would hide it."""

    def __init__(self, seen: list[Arrived]) -> None:
        self._seen = seen
        self._held = b""
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while b"\r\n\r\n" in self._held:
            head, _, self._held = self._held.partition(b"\r\n\r\n")
            first, *lines = head.split(b"\r\n")
            _, _, rest = first.partition(b" ")
            pairs = (line.partition(b":") for line in lines)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            self._seen.append(Arrived(rest.rpartition(b" ")[0], headers))
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")


class Setup:
    """The authorizer, Envoy and the upstream, with what two of them saw."""

    def __init__(self, folder: Path) -> None:
        self.rulings: list[Ruling] = []
        self.arrived: list[Arrived] = []
        self._world = World()
        self._served = Served(self._world)
        self._watch()
        port = self._served.listen(lambda: Upstream(self.arrived))
        self._publish()
        assert self._world.follower.snapshot is not None
        options = Options(
            folder=str(folder / "envoy"),
            port=0,
            authorizers=(f"127.0.0.1:{self._served.port}",),
            proxy_token=TOKEN,
            resolve={".internal": f"127.0.0.1:{port}"},
        )
        self.rendered = render(self._world.follower.snapshot, options, unseal=str)
        assert not self.rendered.problems

    def _publish(self) -> None:
        routes = [
            _route(name, host, **settings) for name, (host, settings) in ROUTES.items()
        ]
        policies = [
            make_policy("open", source=OPEN),
            make_policy("not-admin", source=NOT_ADMIN),
        ]
        self._world.source.publish(1, make_chunk(routes=routes, policies=policies))
        self._world.follower.poll()

    def _watch(self) -> None:
        rule = self._world.engine.rule

        def watched(*args: Any) -> Ruling:
            self.rulings.append(rule(*args))
            return self.rulings[-1]

        setattr(self._world.engine, "rule", watched)  # noqa: B010 - for mypy

    def stop(self) -> None:
        self._served.stop()
        self._world.app.close()


def _route(name: str, host: str, **settings: Any) -> dict[str, Any]:
    found = route_document(
        name,
        from_=f"https://{host}",
        to=["http://one.internal"],
        preserve_host_header=True,
        set_request_headers={"X-Route": name},
        **settings,
    )
    return make_route(
        name,
        "open" if name == "admin" else "not-admin",
        from_url=found.from_url,
        host=found.host,
        match=found.match,
        settings=dict(found.settings),
    )


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    setup = Setup(tmp_path)
    yield setup
    setup.stop()


class Client:
    """Sends bytes as they are, over one connection as long as Envoy keeps it."""

    def __init__(self, envoy: RunningEnvoy) -> None:
        self._envoy = envoy
        self._open: socket.socket | None = None

    def ask(self, request: bytes) -> int:
        """Return the status, 0 where there was no answer."""
        if self._open is None:
            address = ("127.0.0.1", self._envoy.port)
            self._open = socket.create_connection(address, PATIENCE)
        self._open.sendall(request)
        head, held = self._head()
        lines = head.lower().split(b"\r\n")
        fields = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
        length = 0 if request.startswith(b"HEAD") else fields.get(b"content-length", 0)
        while head and len(held) < int(length):
            part = self._open.recv(65536)
            assert part, "an answer without its end"
            held += part
        if not head or fields.get(b"connection") == b"close":
            self.close()
        return int(lines[0].split(b" ")[1]) if head else 0

    def _head(self) -> tuple[bytes, bytes]:
        assert self._open is not None
        held = b""
        while b"\r\n\r\n" not in held:
            part = self._open.recv(65536)
            if not part:
                return b"", b""
            held += part
        head, _, rest = held.partition(b"\r\n\r\n")
        return head, rest

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None


def make_request(dice: random.Random) -> bytes:
    """Return a request that somebody might read otherwise than somebody else."""
    host, path = dice.choice(HOSTS), make_path(dice)
    form = dice.random()
    if form < 0.06:
        path = dice.choice((b"http", b"https", b"HTTP")) + b"://" + host + path
        host = dice.choice(HOSTS)
    elif form < 0.08:
        path = path[1:] or b"*"
    lines = [b"host: " + host]
    if dice.random() < 0.04:
        lines.append(b"Host: " + dice.choice(HOSTS))
    elif dice.random() < 0.02:
        lines = []
    lines += dice.sample(FORGED, dice.choice((0, 0, 1, 2)))
    first = b" ".join((dice.choice(METHODS), path, b"HTTP/1.1"))
    return b"\r\n".join((first, *lines, b"content-length: 0", b"", b""))


def make_path(dice: random.Random) -> bytes:
    found = b"/"
    for _ in range(dice.choice((1, 1, 2, 3, 4))):
        found += dice.choice(PARTS) + dice.choice(BETWEEN)
    if dice.random() < 0.6:
        found = found.rstrip(b"/") or b"/"
    if dice.random() < 0.1:
        changed = bytearray(found)
        changed[dice.randrange(len(changed))] = dice.choice(
            [byte for byte in range(256) if byte not in b"\r\n"]
        )
        found = bytes(changed)
    return found


def route_of(host: bytes, path: bytes) -> str:
    """Return the route of a host and path, by the words of the table alone."""
    name = host.partition(b":")[0].rstrip(b".").lower().decode()
    if name == APP:
        if path == b"/exact":
            return "exact"
        rest = path.removeprefix(b"/users/")
        if rest != path and rest.isdigit():
            return "users"
        return "admin" if path.startswith(b"/admin") else "all"
    if name == NAMED:
        return "named" if path.startswith(b"/x") else ""
    return "other" if name == OTHER else "wild" if name.endswith(WILD[1:]) else ""


def check(arrived: Arrived, ruling: Ruling) -> None:
    """Compare what an upstream got with what was decided about."""
    path, _, query = arrived.target.partition(b"?")
    host, request = arrived.headers[b"host"], ruling.request
    assert ruling.is_allowed
    assert ruling.entry is not None
    assert ruling.entry.document.id.encode() == arrived.headers[b"x-route"]
    assert request.raw_path.encode("latin-1") == path
    assert request.query.encode("latin-1") == query
    assert request.host.encode("latin-1") == host.lower()
    read = unquote_to_bytes(path)
    assert request.path.encode("utf-8", "surrogateescape") == read.decode(
        "utf-8", "replace"
    ).encode("utf-8")
    # Whoever decodes, looks for parameters or removes dots finds the same place.
    assert route_of(host, path) == route_of(host, read) == ruling.entry.document.id
    plain = [one.partition(b";")[0] for one in read.split(b"/")]
    assert not {b"..", b".", b""} & {*plain[1:-1]}
    assert plain[-1] not in {b"..", b"."}
    assert not {*b"\\\0\r\n"} & {*read}


@pytest.mark.parametrize(
    "count", [4_000, pytest.param(1_000_000, marks=pytest.mark.nightly)]
)
def test_policies_see_what_the_upstream_gets(setup: Setup, count: int) -> None:
    dice = random.Random(count)
    found = {"arrived": 0, "refused": 0}
    with running_envoy(setup.rendered) as envoy:
        client = Client(envoy)
        for _ in range(count):
            setup.rulings.clear()
            setup.arrived.clear()
            request = make_request(dice)

            status = client.ask(request)

            assert len(setup.arrived) == (status == 200), (status, request)
            assert len(setup.rulings) <= 1, request
            for arrived in setup.arrived:
                check(arrived, *setup.rulings)
            found["arrived" if setup.arrived else "refused"] += 1
        client.close()
    assert min(found.values()) > count // 20
