"""A real Envoy on rendered files, with upstreams that say what they were asked."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gateway.envoy import Options, render
from gateway.services.envoy_files import validate, write_files
from tests.gateway.envoy.documents import route_document, snapshot_of
from tests.gateway.envoy.running import RunningEnvoy, running_envoy, wait_for
from tests.gateway.envoy.servers import Recorder, StubAuthorizer

HOST = "app.example.com"
OFTEN = pytest.mark.parametrize(
    "times", [2, pytest.param(50, marks=pytest.mark.nightly)]
)


ON_ONE_HOST: dict[str, dict[str, Any]] = {
    "everything": {},
    "prefix": {"prefix": "/pre/", "prefix_rewrite": "/new/"},
    "exact": {"path": "/exact"},
    "regex": {"regex": "/users/[0-9]+/photo"},
    "regex-rewrite": {
        "prefix": "/service/",
        "regex_rewrite_pattern": "^/service/([^/]+)(/.*)$",
        "regex_rewrite_substitution": "\\2/instance/\\1",
    },
    "below": {"prefix": "/below/", "to": ["http://one.internal/base/"]},
    "keep-host": {"prefix": "/keep/", "preserve_host_header": True},
    "named-host": {"prefix": "/named/", "host_rewrite": "inner.example"},
    "header-host": {"prefix": "/header/", "host_rewrite_header": "x-host"},
    "path-host": {
        "prefix": "/from-path/",
        "host_path_regex_rewrite_pattern": "^/from-path/(.+)$",
        "host_path_regex_rewrite_substitution": "\\1",
    },
    "redirect": {"prefix": "/go", "redirect": {"path_redirect": "/gone"}},
    "answer": {"prefix": "/fixed", "response": {"status": 418, "body": "tea"}},
    "headers": {
        "prefix": "/headers",
        "set_request_headers": {"X-Team": "100% web", "X-Who": "${pomerium.jwt}"},
        "remove_request_headers": ["X-Debug"],
        "set_response_headers": {"X-Frame-Options": "DENY"},
        "rewrite_response_headers": [
            {"header": "Location", "prefix": "http://in/", "value": "https://out/"}
        ],
    },
    "socket": {"prefix": "/ws", "allow_websockets": True},
    "slow": {"prefix": "/slow", "timeout": "200ms"},
    "weights": {
        "prefix": "/two",
        "to": ["http://one.internal,1", "http://two.other,1"],
    },
    "checked": {
        "prefix": "/checked",
        "load_balancing_policy": "LEAST_REQUEST",
        "health_checks": [
            {
                "timeout": "1s",
                "interval": "30s",
                "http_health_check": {"path": "/healthy"},
            }
        ],
        "outlier_detection": {"consecutive_5xx": 3},
        "healthy_panic_threshold": 40,
        "circuit_breaker_thresholds": {"max_connections": 10},
    },
    "dead": {"prefix": "/dead", "to": ["http://127.0.0.2:1"]},
}


class Setup(NamedTuple):
    envoy: RunningEnvoy
    authorizer: StubAuthorizer
    one: Recorder
    two: Recorder
    options: Options


def routes_of() -> list[Any]:
    """Every kind of route, most on one host."""
    made = [_route(name, **settings) for name, settings in ON_ONE_HOST.items()]
    one, two = ["http://one.internal"], ["http://two.other"]
    named, zone = "https://a.zone.example.com", "https://*.zone.example.com"
    return [
        *made,
        route_document("named", from_=named, to=two),
        route_document("wild", from_=zone, to=one),
        route_document("wild-part", from_=zone, prefix="/w", to=two),
    ]


def _route(name: str, **settings: Any) -> Any:
    answers = {"redirect", "response"} & settings.keys()
    to = {} if answers else {"to": ["http://one.internal"]}
    return route_document(name, **{"from_": f"https://{HOST}", **to, **settings})


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    servers = [StubAuthorizer("authorizer"), Recorder("one"), Recorder("two")]
    authorizer, one, two = servers
    options = Options(
        folder=str(tmp_path_factory.mktemp("e") / "envoy"),
        port=0,
        authorizers=(authorizer.place,),
        proxy_token="tok%en",
        resolve={".internal": one.place, "two.other": two.place},
    )
    snapshot = snapshot_of(*routes_of())
    rendered = render(snapshot, options, unseal=str)
    assert not rendered.problems
    try:
        with running_envoy(rendered) as envoy:
            yield Setup(envoy, authorizer, one, two, options)  # type: ignore[arg-type]
    finally:
        for server in servers:
            server.stop()


@pytest.mark.parametrize(
    ("path", "route", "upstream_path"),
    [
        ("/anything?q=1", "everything", "/anything?q=1"),
        ("/pre/a", "prefix", "/new/a"),
        ("/exact", "exact", "/exact"),
        ("/exact/more", "everything", "/exact/more"),
        ("/users/12/photo", "regex", "/users/12/photo"),
        ("/users/12/photos", "everything", "/users/12/photos"),
        ("/service/a/b", "regex-rewrite", "/b/instance/a"),
        ("/below/x", "below", "/base/x"),
        ("/a//b/./c/../d", "everything", "/a/b/d"),
        ("/x/%2e%2e/exact", "exact", "/exact"),
        ("/checked", "checked", "/checked"),
    ],
)
@OFTEN
def test_the_route_that_envoy_matched_is_asked_about_and_served(
    setup: Setup, path: str, route: str, upstream_path: str, times: int
) -> None:
    for _ in range(times):
        answer = setup.envoy.ask(path, host=HOST)

        assert answer.status == 200
        assert answer.echo["path"] == upstream_path
        asked = setup.authorizer.seen[-1]
        assert asked.headers["x-postern-route"] == route
        assert asked.headers["x-postern-token"] == "tok%en"
        assert asked.headers["x-postern-client-ip"] == "127.0.0.1"
        assert asked.headers["host"] == HOST


@OFTEN
def test_who_is_refused_gets_the_authorizers_answer_and_no_upstream_hears(
    setup: Setup, times: int
) -> None:
    for path in ("/deny", "/go/deny", "/fixed/deny", "/ws/deny"):
        for _ in range(times):
            before = len(setup.one.seen) + len(setup.two.seen)

            answer = setup.envoy.ask(path, host=HOST)

            assert (answer.status, answer.body) == (403, b"because")
            assert not answer.all("x-reason")
            assert answer.all("set-cookie") == ["a=1", "b=2"]
            assert len(setup.one.seen) + len(setup.two.seen) == before


def test_a_refused_robots_file_is_one_that_robots_understand(setup: Setup) -> None:
    def status(path: str, **headers: str) -> int:
        return setup.envoy.ask(path, host=HOST, headers=headers).status

    assert status("/robots.txt?deny") == 200
    assert setup.envoy.ask("/robots.txt?deny", host=HOST).body == b"because"
    assert status("/robots.txt?deny", **{"user-agent": "kubernetes/1"}) == 403
    assert status("/robots.txt?break") == 503
    assert status("/robots.txt2?deny") == 403
    assert status("/x/robots.txt?deny") == 403


@pytest.mark.parametrize(
    ("path", "host", "sent"),
    [
        ("/plain", HOST, "one.internal"),
        ("/keep/", HOST, HOST),
        ("/named/", HOST, "inner.example"),
        ("/header/", HOST, "chosen.example"),
        ("/from-path/told.example", HOST, "told.example"),
    ],
)
def test_the_upstream_sees_the_host_that_the_route_says(
    setup: Setup, path: str, host: str, sent: str
) -> None:
    answer = setup.envoy.ask(path, host=host, headers={"x-host": "chosen.example"})

    assert answer.echo["headers"]["host"] == sent
    assert answer.echo["headers"]["x-forwarded-host"] == HOST


def test_headers_that_say_who_asks_are_ours_alone(setup: Setup) -> None:
    forged = {
        "X-Pomerium-Jwt-Assertion": "forged",
        "x-pomerium-jwt-assertion-for": "forged",
        "X-Pomerium-Claim-Email": "forged",
        "X-Postern-Route": "forged",
        "x-postern-token": "forged",
        "x-forwarded-for": "6.6.6.6",
        "x-real-ip": "6.6.6.6",
        "x-forwarded-host": "forged",
        "x-forwarded-proto": "https",
        "x-envoy-original-path": "/forged",
        "x-envoy-upstream-rq-timeout-ms": "6",
    }

    answer = setup.envoy.ask("/", host=HOST, headers=forged)

    received = answer.echo["headers"]
    assert received["x-pomerium-jwt-assertion"] == "real"
    assert received["x-forwarded-host"] == HOST
    assert received["x-forwarded-proto"] == "http"
    told = {*received.values(), *setup.authorizer.seen[-1].headers.values()}
    assert not [one for one in told if "forged" in one or "6.6.6.6" in one]
    assert not [name for name in received if name.startswith("x-postern")]


def test_a_header_with_an_underscore_is_refused(setup: Setup) -> None:
    headers = {"X_Pomerium_Jwt_Assertion": "forged"}

    assert setup.envoy.ask("/", host=HOST, headers=headers).status == 400


@pytest.mark.parametrize("path", ["/a%2fb", "/a%5cb", "/a%2F..%2Fexact", "/a%00b"])
def test_a_path_that_others_might_read_otherwise_is_refused(
    setup: Setup, path: str
) -> None:
    assert setup.envoy.ask(path, host=HOST).status == 400


def test_headers_are_set_removed_and_rewritten(setup: Setup) -> None:
    setup.one.more = [("location", "http://in/next")]
    setup.authorizer.more = [("x-who", "ada"), ("x-other", "kept back")]

    answer = setup.envoy.ask("/headers", host=HOST, headers={"X-Debug": "1"})

    setup.one.more, setup.authorizer.more = [], []
    received = answer.echo["headers"]
    assert (received["x-team"], received["x-who"]) == ("100% web", "ada")
    assert not {"x-debug", "x-other"} & received.keys()
    assert answer.all("x-frame-options") == ["DENY"]
    assert answer.all("location") == ["https://out/next"]


def test_a_redirect_and_a_fixed_answer_come_from_envoy(setup: Setup) -> None:
    redirect = setup.envoy.ask("/go/1", host=HOST)
    fixed = setup.envoy.ask("/fixed", host=HOST)

    assert (redirect.status, redirect.all("location")) == (301, [f"http://{HOST}/gone"])
    assert (fixed.status, fixed.body) == (418, b"tea")


def test_an_upstream_that_takes_longer_than_the_route_allows_is_a_504(
    setup: Setup,
) -> None:
    setup.one.hold.clear()
    try:
        assert setup.envoy.ask("/slow", host=HOST).status == 504
    finally:
        setup.one.hold.set()


def test_websockets_pass_where_the_route_lets_them(setup: Setup) -> None:
    headers = {"upgrade": "websocket", "connection": "upgrade"}

    def try_it(path: str) -> bytes:
        with socket.create_connection(("127.0.0.1", setup.envoy.port), 10) as client:
            lines = [f"GET {path} HTTP/1.1", f"host: {HOST}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            client.sendall("\r\n".join([*lines, "", ""]).encode())
            head = client.recv(4096)
            if b" 101 " in head:
                client.sendall(b"ping")
                head += client.recv(100)
            return head

    assert try_it("/ws").endswith(b"ping")
    assert setup.authorizer.seen[-1].headers["x-postern-upgrade"] == "websocket"
    assert b" 101 " not in try_it("/plain")


@OFTEN
def test_requests_are_shared_among_weighted_upstreams(setup: Setup, times: int) -> None:
    names = [
        setup.envoy.ask("/two", host=HOST).echo["upstream"] for _ in range(10 * times)
    ]

    assert set(names) == {"one", "two"}


def test_a_named_host_never_falls_through_to_a_wildcard(setup: Setup) -> None:
    def upstream(host: str, path: str = "/") -> tuple[str, str]:
        echo = setup.envoy.ask(path, host=host).echo
        return echo["upstream"], setup.authorizer.seen[-1].headers["x-postern-route"]

    assert upstream("a.zone.example.com", "/w") == ("two", "named")
    assert upstream("b.zone.example.com") == ("one", "wild")
    assert upstream("b.zone.example.com:8443", "/w") == ("two", "wild-part")
    assert upstream("x.y.ZONE.example.com") == ("one", "wild")
    assert setup.envoy.ask("/", host="zone.example.com").status == 404
    assert setup.envoy.ask("/", host="evilzone.example.com").status == 404


def test_paths_of_our_own_go_to_the_authorizer_on_each_host(setup: Setup) -> None:
    for host in (HOST, "a.zone.example.com", "unknown.example"):
        for path in (
            "/.pomerium",
            "/.pomerium/user",
            "/.well-known/pomerium/x",
            "/ping",
        ):
            answer = setup.envoy.ask(path, host=host, headers={"x-postern-token": "f"})

            seen = setup.authorizer.seen[-1]
            assert answer.body == b'{"own": true}'
            assert (seen.path, seen.headers["x-postern-token"]) == (path, "tok%en")
            assert "x-postern-route" not in seen.headers


def test_the_question_itself_cannot_be_asked_by_a_client(setup: Setup) -> None:
    setup.envoy.ask("/check/deny", host=HOST)

    assert setup.authorizer.seen[-1].path == "/check/check/deny"


def test_an_unknown_host_and_a_dead_upstream_are_no_success(setup: Setup) -> None:
    assert setup.envoy.ask("/", host="nobody.example").status == 404
    assert setup.envoy.ask("/dead", host=HOST).status == 503


def test_new_routes_are_served_and_old_ones_gone_without_a_restart(
    setup: Setup, tmp_path: Path
) -> None:
    options = replace(setup.options, folder=str(tmp_path / "envoy"))
    before = snapshot_of(route_document("old", to=["http://one.internal"]))
    after = snapshot_of(route_document("new", to=["http://two.other"]))

    with running_envoy(render(before, options, unseal=str)) as envoy:
        assert envoy.ask("/", host="old.example.com").status == 200

        files = render(after, options, unseal=str).files()
        assert write_files(files, tmp_path / "envoy") == [
            "clusters.json",
            "routes.json",
        ]

        wait_for(lambda: envoy.ask("/", host="new.example.com").status == 200)
        assert envoy.ask("/", host="old.example.com").status == 404


def test_without_an_authorizer_nobody_gets_in(tmp_path: Path) -> None:
    server = Recorder("u")
    gone = StubAuthorizer("gone")
    gone.stop()
    options = Options(
        folder=str(tmp_path / "envoy"),
        port=0,
        authorizers=(gone.place,),
        resolve={".internal": server.place},
    )
    routes = [
        route_document("a", to=["http://u.internal"]),
        route_document("b", response={"status": 200}),
    ]

    with running_envoy(render(snapshot_of(*routes), options, unseal=str)) as envoy:
        statuses = [envoy.ask("/", host=f"{one}.example.com").status for one in "ab"]
    server.stop()

    assert statuses == [503, 503]
    assert server.seen == []


def test_envoy_accepts_every_kind_of_route(setup: Setup) -> None:
    snapshot = snapshot_of(*routes_of())

    assert validate(render(snapshot, setup.options, unseal=str)) == ""


def test_files_can_be_read_by_their_owner_only(setup: Setup) -> None:
    modes = {
        os.stat(one).st_mode & 0o777
        for one in Path(setup.options.folder).glob("*.json")
    }

    assert modes == {0o600}
