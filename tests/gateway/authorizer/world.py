"""An authorizer in the test's own process, with routes and people written by hand."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from gateway.authorizer.app import App, Options
from gateway.authorizer.cookies import key_of
from gateway.authorizer.engine import Engine
from gateway.authorizer.identity import Identity
from gateway.authorizer.own_pages import OwnDevice
from gateway.authorizer.own_paths import Begun, OwnPaths
from gateway.authorizer.signing import Signer
from gateway.authorizer.wire import Incoming
from gateway.stream import (
    AccountEntry,
    DirectoryEntry,
    Follower,
    PersonEntry,
    SessionEntry,
)
from tests.gateway.sources import KEY, MemorySource, make_chunk, make_policy, make_route

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TOKEN = "between-proxy-and-authorizer"
CONSOLE = "https://console.example.com"
HOST = "app.example.com"
SECRETS = {name: name.ljust(43, "x") for name in ("ada", "ben", "cyd")}
ROBOT_TOKEN = "postern_robot"
SIGNING_KEY = ec.derive_private_key(0x5EED, ec.SECP256R1())
ALLOW_ADA = "allow:\n  and:\n    - email: {is: ada@example.com}\n"


@dataclass
class Reply:
    """What came back; `headers` by name, the last of several."""

    status: int
    headers: dict[str, str]
    body: str
    pairs: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lets_through(self) -> bool:
        """A proxy would take it for consent."""
        return 200 <= self.status < 300

    def all(self, name: str) -> list[str]:
        """Return every header of a name."""
        return [value for key, value in self.pairs if key == name]


@dataclass
class FakeConsole:
    """The console's side, without a database."""

    codes: dict[str, tuple[str, str, Begun]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)
    shelf: dict[str, list[OwnDevice]] = field(default_factory=dict)
    is_down: bool = False

    def redeem(
        self, code: str, *, challenge: str, host: str, address: str
    ) -> Begun | None:
        expected, at, begun = self.codes.pop(code, ("", "", None))
        return begun if (expected, at) == (challenge, host) else None

    def end(self, session_id: str, *, address: str) -> None:
        self.ended.append(session_id)

    def devices(self, person_id: str, *, proven: Collection[str]) -> list[OwnDevice]:
        if self.is_down:
            raise ConnectionError
        return self.shelf.get(person_id, [])


class World:
    """One authorizer, and whoever asks it."""

    def __init__(self, rego: Any = None) -> None:
        self.source = MemorySource()
        self.now = NOW
        self.console = FakeConsole()
        self.follower = Follower(
            self.source, keys=[KEY.public_key()], on_snapshot=self._replace
        )
        self.engine = Engine(rego=rego, clock=lambda: self.now)
        self.engine.follow(self.follower)
        identity = Identity(
            Signer([SIGNING_KEY]), lambda envelope: f"opened {envelope}"
        )
        options = Options(proxy_token=TOKEN.encode(), console_url=CONSOLE)
        self.app = App(
            self.engine,
            identity,
            options,
            own_paths=OwnPaths(
                self.engine, identity, self.console, console_url=CONSOLE
            ),
        )
        self.source.directory_list = [DirectoryEntry("dir", NOW, 86400)]
        for name in SECRETS:
            self.add_person(name)
        self.source.account_list = [
            AccountEntry(key_of(ROBOT_TOKEN), "robot", "Robot", "root", None, None)
        ]

    def _replace(self, snapshot: Any) -> None:
        self.engine.replace(snapshot)

    def add_person(self, name: str, **values: Any) -> None:
        """Add somebody of the directory, with a session at the host."""
        person = PersonEntry(name, name, f"{name}@example.com", "dir", True)
        self.source.persons[name] = person._replace(**values)
        self.source.session_list.append(
            SessionEntry(
                key=key_of(SECRETS[name]),
                id=f"session-of-{name}",
                person_id=name,
                host=HOST,
                ends_at=NOW + timedelta(hours=8),
            )
        )

    def publish(
        self,
        source: str = ALLOW_ADA,
        *,
        policies: Iterable[Mapping[str, Any]] = (),
        settings: Mapping[str, Any] | None = None,
        whole: Mapping[str, Any] | None = None,
        attached: Iterable[str] = ("main",),
        **route: Any,
    ) -> None:
        """Enforce one route `app` with one policy, and whatever else is given."""
        every = [make_policy("main", source=source), *policies]
        values = {
            "from_url": f"https://{HOST}",
            "host": HOST,
            "settings": {"to": ["http://127.0.0.1:8080"], **(settings or {})},
            **route,
        }
        chunk = make_chunk(
            routes=[make_route("app", *attached, **values)], policies=every
        )
        number = max(self.source.roots, default=0) + 1
        self.source.publish(number, chunk, settings=dict(whole or {}))
        self.follower.poll()

    def check(
        self, path: str = "/", *, route: str | None = "app", **asked: Any
    ) -> Reply:
        """Ask as Envoy does."""
        headers = dict(asked.pop("headers", {}))
        if route is not None:
            headers["x-postern-route"] = route
        return self.ask(f"/check{path}", headers=headers, **asked)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        by: str | None = None,
        headers: Mapping[str, str] | None = None,
        more: Iterable[tuple[str, str]] = (),
        token: str | None = TOKEN,
        host: str = HOST,
    ) -> Reply:
        """Send a request, as somebody who has a session if `by` names one."""
        sent = {"host": host, "x-forwarded-proto": "https", **(headers or {})}
        if token is not None:
            sent["x-postern-token"] = token
        if by is not None:
            own = f"__Host-postern-session=0.{SECRETS[by]}"
            sent["cookie"] = f"{own}; {sent['cookie']}" if "cookie" in sent else own
        return asyncio.run(self._send(method, path, [*sent.items(), *more]))

    async def _send(
        self, method: str, path: str, headers: Iterable[tuple[str, str]]
    ) -> Reply:
        raw_path, _, query = path.partition("?")
        incoming = Incoming(
            method,
            raw_path.encode("latin-1"),
            query.encode("latin-1"),
            [
                (name.encode("latin-1"), value.encode("latin-1"))
                for name, value in headers
            ],
        )
        answer = await self.app.in_time(incoming)
        pairs = [(key.decode(), value.decode()) for key, value in answer.headers]
        return Reply(answer.status, dict(pairs), answer.body.decode(), pairs)
