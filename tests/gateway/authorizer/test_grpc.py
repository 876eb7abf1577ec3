"""The same questions over HTTP and over gRPC: the same answers."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote

import grpc
import pytest
from envoy.service.auth.v3.external_auth_pb2 import CheckRequest, CheckResponse

from gateway.authorizer.grpc_serving import GrpcServer
from gateway.authorizer.serving import AddressError
from gateway.envoy.filters import HOP_BY_HOP
from tests.gateway.authorizer.world import (
    ALLOW_ADA,
    HOST,
    NOW,
    ROBOT_TOKEN,
    SECRETS,
    TOKEN,
    World,
)
from tests.gateway.certificates import authority
from tests.gateway.sources import make_chunk, make_policy, make_route

METHOD = "/envoy.service.auth.v3.Authorization/Check"
PUBLIC = "allow:\n  and:\n    - accept: true\n"
ALLOWED, PERMISSION_DENIED = 0, 7
PATIENCE = 30.0
# Made anew for each answer.
RANDOM = ("set-cookie", "location", "x-pomerium-jwt-assertion")


class Asked(NamedTuple):
    """A question, as the client sent it."""

    path: str = "/"
    by: str | None = None
    route: str | None = "app"
    method: str = "GET"
    headers: Mapping[str, str] = {}
    certificate: str = ""


TABLE = (
    Asked(by="ada"),
    Asked("/deep/page?x=1&y=%2f", by="ada", headers={"cookie": "own=kept"}),
    Asked(by="ada", method="DELETE"),
    Asked(by="ben"),
    Asked(by="ben", headers={"accept": "application/json"}),
    Asked("/deep/page?x=1", headers={"accept": "text/html"}),
    Asked(method="POST", headers={"accept": "text/html"}),
    Asked(headers={"accept": "application/json"}),
    Asked(headers={"content-type": "application/grpc"}),
    Asked(headers={"upgrade": "websocket", "connection": "upgrade"}),
    Asked(headers={"authorization": f"Bearer {ROBOT_TOKEN}"}),
    Asked(headers={"authorization": f"Bearer {ROBOT_TOKEN}"}, route="public"),
    Asked(headers={"authorization": "Bearer postern_wrong"}),
    Asked(headers={"authorization": "Bearer theirs"}, route="public"),
    Asked("/robots.txt"),
    Asked("/robots.txt", headers={"user-agent": "kubernetes/1"}),
    Asked("/robots.txt", by="ada"),
    Asked(headers={"user-agent": "kubernetes/1"}, by="ben"),
    Asked(route="public"),
    Asked(route="public", headers={"x-forwarded-proto": "http"}),
    Asked(route="certified"),
    Asked(route="certified", certificate="ours"),
    Asked(route="certified", certificate="no%20certificate"),
    Asked(route="network"),
    Asked(route="preflight", method="OPTIONS"),
    Asked(
        route="preflight",
        method="OPTIONS",
        headers={"origin": "https://a", "access-control-request-method": "GET"},
    ),
    Asked(route="unknown", by="ada"),
    Asked(route=None, by="ada"),
    Asked(route="r" * 129, by="ada"),
    Asked("/a%2fb", by="ada"),
    Asked("//a", by="ada"),
    Asked("/a/../b", route="public"),
)


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    publish(world)
    yield world
    world.app.close()


@pytest.fixture
def channel(world: World) -> Iterator[grpc.Channel]:
    server = GrpcServer(world.app, TOKEN.encode(), "127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel
    server.stop()


def publish(world: World) -> None:
    """Enforce a route for each way in which a request can be decided about."""
    texts = {
        "app": ALLOW_ADA,
        "public": PUBLIC,
        "certified": PUBLIC,
        "network": "allow:\n  and:\n    - source_ip: 203.0.113.0/24\n",
        "preflight": "allow:\n  and:\n    - cors_preflight: true\n",
    }
    policies = {name: make_policy(name, source=text) for name, text in texts.items()}
    settings = {"pass_identity_headers": True, "show_error_details": True}
    routes = [
        make_route(name, name, host=HOST, settings=settings | more(name))
        for name in texts
    ]
    chunk = make_chunk(routes=routes, policies=list(policies.values()))
    world.source.publish(1, chunk)
    world.follower.poll()


def more(name: str) -> dict[str, str]:
    """Return what is special about a route."""
    return {"tls_downstream_client_ca": authority().pem} if name == "certified" else {}


def ask(channel: grpc.Channel, asked: Asked, *, token: str = TOKEN) -> CheckResponse:
    """Ask as Envoy does over gRPC, with what it says of the connection."""
    question = CheckRequest()
    attributes = question.attributes
    if asked.route is not None:
        attributes.context_extensions["route_id"] = asked.route
    attributes.source.address.socket_address.address = "203.0.113.7"
    attributes.source.certificate = certificate_of(asked)
    http = attributes.request.http
    http.method, http.path, http.host = asked.method, asked.path, HOST
    http.scheme = "https"
    for name, value in headers_of(asked).items():
        http.headers[name] = value
    forged = {"x-postern-client-ip": "192.0.2.1", "x-postern-route": "public"}
    for name, value in {**forged, ":authority": "elsewhere.example"}.items():
        http.headers[name] = value
    call = channel.unary_unary(
        METHOD,
        request_serializer=CheckRequest.SerializeToString,
        response_deserializer=CheckResponse.FromString,
    )
    found: CheckResponse = call(
        question, metadata=(("x-postern-token", token),), timeout=PATIENCE
    )
    return found


def headers_of(asked: Asked) -> dict[str, str]:
    """Return the client's headers, with those by which the proxy knows somebody."""
    sent = {"x-forwarded-proto": "https", **asked.headers}
    if asked.by is not None:
        own = f"__Host-postern-session=0.{SECRETS[asked.by]}"
        sent["cookie"] = f"{own}; {sent['cookie']}" if "cookie" in sent else own
    return sent


def certificate_of(asked: Asked) -> str:
    """Return the client's certificate as Envoy writes it."""
    return valid_certificate() if asked.certificate == "ours" else asked.certificate


@cache
def valid_certificate() -> str:
    """Issue a certificate to a client."""
    return quote(authority().issue(["ada"], now=NOW, for_clients=True).chain)


def over_http(world: World, asked: Asked) -> tuple[bool, int, str, list[Any]]:
    """Return what Envoy makes of the answer over HTTP."""
    headers = {
        **headers_of(asked),
        "x-postern-client-ip": "203.0.113.7",
    }
    if asked.certificate:
        headers["x-postern-client-cert"] = certificate_of(asked)
    if "upgrade" in headers:
        headers["x-postern-upgrade"] = headers["upgrade"]
    for name in HOP_BY_HOP:
        headers.pop(name, None)
    reply = world.check(
        asked.path, route=asked.route, method=asked.method, headers=headers
    )
    pairs = [pair for pair in reply.pairs if pair[0] != "content-length"]
    told = dict(pairs).get("x-postern-status")
    status = int(told) if told else reply.status
    kept = [pair for pair in pairs if pair[0] != "x-postern-status"]
    return reply.lets_through, status, reply.body, masked(kept)


def over_grpc(channel: grpc.Channel, asked: Asked) -> tuple[bool, int, str, list[Any]]:
    """Return what Envoy makes of the answer over gRPC."""
    response = ask(channel, asked)
    if response.status.code == ALLOWED:
        allowed = response.ok_response
        pairs = [(one.header.key, one.header.value) for one in allowed.headers]
        if allowed.headers_to_remove:
            removed = ",".join(allowed.headers_to_remove)
            pairs.append(("x-envoy-auth-headers-to-remove", removed))
        return True, 200, "", masked(pairs)
    assert response.status.code == PERMISSION_DENIED
    assert not response.HasField("ok_response")
    denied = response.denied_response
    pairs = [(one.header.key, one.header.value) for one in denied.headers]
    return False, denied.status.code, denied.body, masked(pairs)


def masked(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return headers without what is random in them."""
    return sorted(
        (name, value.partition("challenge=")[0] if name == "location" else "…")
        if name in RANDOM
        else (name, value)
        for name, value in pairs
    )


def test_each_question_gets_the_same_answer_over_grpc_as_over_http(
    world: World, channel: grpc.Channel
) -> None:
    for asked in TABLE:
        assert over_grpc(channel, asked) == over_http(world, asked), asked

    outcomes = {over_grpc(channel, asked)[1] for asked in TABLE}
    assert outcomes == {200, 302, 400, 401, 403, 404, 495}


def test_who_lacks_the_proxys_secret_is_not_answered(
    world: World, channel: grpc.Channel
) -> None:
    for token in ("", "wrong", TOKEN[:-1]):
        with pytest.raises(grpc.RpcError) as caught:
            ask(channel, Asked(route="public"), token=token)

        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_a_header_that_came_twice_and_may_come_once_is_unreadable(
    world: World, channel: grpc.Channel
) -> None:
    question = CheckRequest()
    question.attributes.context_extensions["route_id"] = "public"
    http = question.attributes.request.http
    http.method, http.path, http.host = "GET", "/", HOST
    for value in ("Bearer a", "Bearer b"):
        one = http.header_map.headers.add()
        one.key, one.raw_value = "authorization", value.encode()
    call = channel.unary_unary(
        METHOD,
        request_serializer=CheckRequest.SerializeToString,
        response_deserializer=CheckResponse.FromString,
    )

    found = call(question, metadata=(("x-postern-token", TOKEN),), timeout=PATIENCE)

    assert found.status.code == PERMISSION_DENIED
    assert found.denied_response.status.code == 400


def test_nothing_is_allowed_once_the_stream_is_gone(
    world: World, channel: grpc.Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert over_grpc(channel, Asked(route="public"))[0]

    monkeypatch.setattr(world.follower, "age", lambda: 11.0)

    assert over_grpc(channel, Asked(route="public"))[:2] == (False, 503)


def test_an_address_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(AddressError):
        GrpcServer(world.app, TOKEN.encode(), "nowhere.invalid:port").start()
