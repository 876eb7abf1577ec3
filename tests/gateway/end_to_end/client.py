"""Sends the requests of the table over connections that stay open."""

import http.client
import json
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.gateway.end_to_end.kinds import Case, Kind
from tests.gateway.end_to_end.world import World


@dataclass(frozen=True)
class Answer:
    """What came back, and who heard of the request."""

    status: int
    headers: dict[str, str]
    body: str
    heard: dict[str, str] = field(default_factory=dict)
    upstream: str = ""


class Client:
    """Connections that stay open, one for each host and certificate."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._open: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def close(self) -> None:
        """Close all connections."""
        for one in self._open.values():
            one.close()

    def ask(self, kind: Kind, case: Case) -> Answer:
        """Send a request and read the answer."""
        host = case.host or kind.host
        headers = {**self._world.credentials(case, host), **case.headers}
        before = {name: len(one.seen) for name, one in self._world.upstreams.items()}
        connection = self._connection(case.server_name or host, case.certificate)
        connection.putrequest(
            case.method, case.path, skip_host=True, skip_accept_encoding=True
        )
        connection.putheader("host", host)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = "" if response.status == 101 else response.read().decode()
        heard = [
            (f"{name}:{seen.path}", seen.headers)
            for name, one in self._world.upstreams.items()
            for seen in one.seen[before[name] :]
        ]
        assert len(heard) < 2
        if response.status == 101:
            self._speak(connection, response)
        upstream, arrived = heard[0] if heard else ("", {})
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, body, arrived, upstream)

    def _connection(self, host: str, certificate: str) -> http.client.HTTPConnection:
        known = self._open.get((host, certificate))
        if known is not None and known.sock is not None:
            return known
        plain = socket.create_connection(("127.0.0.1", self._world.port), 30)
        made = http.client.HTTPConnection(host)
        made.auto_open = 0
        context = self._world.context(certificate)
        made.sock = context.wrap_socket(plain, server_hostname=host)
        self._open[host, certificate] = made
        return made

    def _speak(
        self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse
    ) -> None:
        """Say something over a connection that was upgraded; the upstream repeats."""
        assert connection.sock is not None
        connection.sock.sendall(b"ping")
        assert response.fp.read(4) == b"ping"
        connection.close()


def differences(case: Case, answer: Answer) -> list[str]:
    """Return in what an answer is not the one that a case says."""
    found = []
    if (answer.status, answer.upstream) != (case.status, case.upstream):
        found.append(f"{answer.status} {answer.upstream}: {answer.body[:300]}")
    if case.body is not None and answer.body != case.body:
        found.append(f"body {answer.body[:300]!r}")
    if case.upstream and answer.status == 200:
        found += _unlike_its_upstream(answer)
    found += _unlike(answer.heard, {**_route(case), **case.heard}, "heard")
    found += _unlike(answer.headers, case.told, "told")
    # Upstreams see no cookie of ours, and every other.
    has_cookies = answer.upstream and case.by not in {"", "robot"}
    cookies = {"cookie": "own=kept"} if has_cookies else {}
    return found + _unlike(answer.heard, cookies, "heard")


def _route(case: Case) -> dict[str, str]:
    return {"x-route": case.route} if case.route else {}


def _unlike(
    headers: Mapping[str, str], wanted: Mapping[str, str | None], verb: str
) -> list[str]:
    return [
        f"{verb} {name}: {headers.get(name)}"
        for name, pattern in wanted.items()
        if (pattern is None and name in headers)
        or (pattern is not None and not re.fullmatch(pattern, headers.get(name, "")))
    ]


def _unlike_its_upstream(answer: Answer) -> list[str]:
    echo = json.loads(answer.body)
    is_same = answer.upstream == f"{echo['upstream']}:{echo['path']}"
    return [] if is_same else [f"answer of {echo['upstream']}"]
