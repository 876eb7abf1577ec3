"""What the renderer makes of a snapshot, without an Envoy to read it."""

import base64
import json
from typing import Any

import pytest

from gateway.envoy import (
    AUTHORIZER_KEYS,
    RENDERED_KEYS,
    Options,
    ServerCertificate,
    render,
)
from gateway.envoy.clusters import ONLY_CORE_UPSTREAMS
from gateway.envoy.matching import ONLY_CORE
from routes.settings_table import TABLE, Destination
from tests.gateway.envoy.documents import route_document, snapshot_of

OPTIONS = Options(folder="/run/envoy", authorizers=("127.0.0.1:9001",), proxy_token="t")


def rendered(*routes: Any, options: Options = OPTIONS, **settings: Any) -> Any:
    return render(snapshot_of(*routes, **settings), options, unseal=lambda text: text)


def hosts_of(made: Any) -> dict[str, list[str]]:
    return {
        host["name"]: [
            route["name"]
            for route in host["routes"]
            if not route["name"].startswith("own-")
        ]
        for host in made.route_configuration["virtual_hosts"]
    }


def test_every_setting_is_rendered_or_the_authorizers_or_says_that_it_is_cores() -> (
    None
):
    by_core = {one.key for one in TABLE if one.destination is Destination.CORE}

    assert by_core | RENDERED_KEYS | AUTHORIZER_KEYS == {one.key for one in TABLE}
    assert not by_core & (RENDERED_KEYS | AUTHORIZER_KEYS)
    assert not RENDERED_KEYS & AUTHORIZER_KEYS


def test_routes_of_a_host_are_asked_in_the_order_of_core() -> None:
    conditions: dict[str, dict[str, Any]] = {
        "catch": {},
        "short": {"prefix": "/a"},
        "long": {"prefix": "/a/b"},
        "regex": {"regex": "/r.*"},
        "first-regex": {"regex": "/a.*", "regex_priority_order": 9},
        "exact": {"path": "/a/b/c"},
    }

    made = rendered(
        *(
            route_document(name, from_="https://a.example.com", to=["http://u"], **rest)
            for name, rest in conditions.items()
        )
    )

    assert hosts_of(made)["a.example.com"] == [
        *("exact", "first-regex", "regex", "long", "short", "catch")
    ]


def test_a_wildcard_is_asked_only_for_hosts_that_no_route_names() -> None:
    made = rendered(
        route_document("named", from_="https://a.example.com", to=["http://u"]),
        route_document("all", from_="https://*.example.com", to=["http://u"]),
    )

    assert hosts_of(made) == {"a.example.com": ["named"], "catch-all": ["all"]}


def test_a_port_that_is_not_the_usual_one_is_a_host_of_its_own() -> None:
    made = rendered(
        route_document("usual", from_="https://a.example.com", to=["http://u"]),
        route_document("other", from_="https://a.example.com:8443", to=["http://u"]),
    )

    domains = {
        host["name"]: host["domains"]
        for host in made.route_configuration["virtual_hosts"]
    }
    assert domains == {
        "a.example.com": ["a.example.com", "a.example.com:*"],
        "a.example.com:8443": ["a.example.com:8443"],
        "catch-all": ["*"],
    }


def test_a_route_that_cannot_be_rendered_is_closed_and_the_others_are_served() -> None:
    bad = route_document("bad", to=["https://u"])
    good = route_document("good", to=["http://u"])

    made = rendered(bad, good)

    assert [(one.route_id, one.text) for one in made.problems] == [
        ("bad", "no certificate authorities are known for upstreams")
    ]
    assert {one["name"] for one in made.clusters} == {
        "postern-authorizer",
        "route-good",
    }
    closed = made.route_configuration["virtual_hosts"][0]["routes"][-1]
    assert closed["direct_response"]["status"] == 503
    assert "typed_per_filter_config" not in closed


@pytest.mark.parametrize(
    "address",
    ["ssh://box", "udp+https://a.example.com:53", "tcp+https://a.example.com:22"],
)
def test_what_only_core_serves_is_left_out_and_named(address: str) -> None:
    made = rendered(route_document("r", from_=address, to=[f"{address[:3]}://u:22"]))

    assert "Pomerium Core only" in made.problems[0].text
    assert hosts_of(made) == {"catch-all": []}


def test_the_form_says_which_addresses_only_core_serves() -> None:
    shown = {one.key: one.explanation for one in TABLE if one.key in {"from", "to"}}

    assert all("Pomerium Core" in text for text in shown.values())
    assert all(f"{scheme}://" in shown["from"] for scheme in ONLY_CORE)
    assert all(f"{scheme}://" in shown["to"] for scheme in ONLY_CORE_UPSTREAMS)


def test_secrets_are_opened_and_lie_in_files_of_their_own() -> None:
    pem = base64.b64encode(b"-----BEGIN X-----").decode()
    route = route_document("r", to=["http://u"])
    route.settings.update(tls_client_cert=pem, tls_client_key=None)  # type: ignore[attr-defined]
    route.sealed.update({"tls_client_key": "envelope"})  # type: ignore[attr-defined]

    made = render(
        snapshot_of(route), OPTIONS, unseal={"envelope": "-----BEGIN KEY"}.__getitem__
    )

    files = made.files()
    assert b"-----BEGIN KEY" in files["secret-client-r.json"]
    assert b"-----BEGIN KEY" not in b"".join(
        content for name, content in files.items() if name != "secret-client-r.json"
    )


def test_a_secret_that_cannot_be_opened_closes_its_route_alone() -> None:
    route = route_document("r", to=["http://u"])
    route.sealed.update({"tls_client_key": "x"})  # type: ignore[attr-defined]

    def unseal(_: str) -> str:
        raise ValueError("sealed with another key")

    made = render(
        snapshot_of(route, route_document("s", to=["http://u"])), OPTIONS, unseal=unseal
    )

    assert [one.text for one in made.problems] == ["sealed with another key"]


def test_what_refers_to_a_file_is_written_after_it() -> None:
    certificate = ServerCertificate(name="a", chain="c", key="k")
    options = Options(
        folder="/run/envoy",
        authorizers=("127.0.0.1:1",),
        certificates=(certificate,),
    )

    names = list(
        rendered(route_document("r", to=["http://u"]), options=options).files()
    )

    assert names == [
        *("secret-server-a.json", "clusters.json", "routes.json"),
        *("listeners.json", "bootstrap.json"),
    ]


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    routes = [route_document(name, to=["http://u"]) for name in ("b", "a", "c")]

    assert rendered(*routes).files() == rendered(*reversed(routes)).files()


def test_a_percent_sign_in_a_header_is_no_command_to_envoy() -> None:
    headers = {"X-Cost": "100%", "X-Dollar": "$$5", "X-Who": "${pomerium.jwt}"}

    made = rendered(route_document("r", to=["http://u"], set_request_headers=headers))

    route = made.route_configuration["virtual_hosts"][0]["routes"][-1]
    assert [one["header"] for one in route["request_headers_to_add"]] == [
        {"key": "X-Cost", "value": "100%%"},
        {"key": "X-Dollar", "value": "$5"},
    ]
    assert b'"exact":"x-who"' in json.dumps(made.listener).replace(" ", "").encode()
