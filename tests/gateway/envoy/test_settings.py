"""What Envoy is told of the gateway's settings."""

from dataclasses import replace
from typing import Any

from gateway.envoy import Options, render
from gateway.settings_table import TABLE, Honorer
from gateway.snapshot import put_together
from tests.gateway.envoy.documents import route_document, snapshot_of

OPTIONS = Options(folder="/run/envoy", authorizers=("127.0.0.1:9001",), proxy_token="t")
CLAIMS = {"X-Mail": "email"}
RENDERED = {
    *("default_upstream_timeout", "timeout_read", "timeout_write", "timeout_idle"),
    *("codec_type", "set_response_headers", "downstream_mtls"),
}


def rendered(*routes: Any, options: Options = OPTIONS, **settings: Any) -> Any:
    return render(snapshot_of(*routes, **settings), options, unseal=lambda text: text)


def routes_of(made: Any) -> dict[str, Any]:
    hosts = made.route_configuration["virtual_hosts"]
    return {route["name"]: route for host in hosts for route in host["routes"]}


def manager_of(made: Any) -> Any:
    [chain] = made.listener["filter_chains"]
    return chain["filters"][0]["typed_config"]


def test_every_setting_that_is_envoys_is_one_of_those_tested_here() -> None:
    envoys = {
        one.key for one in TABLE if one.honored_by in {Honorer.ENVOY, Honorer.PROXIES}
    }

    assert envoys == RENDERED


def test_a_route_has_the_timeout_and_headers_of_its_namespace() -> None:
    own: dict[str, dict[str, Any]] = {
        "root": {"default_upstream_timeout": "1m"},
        "n": {
            "default_upstream_timeout": "5s",
            "set_response_headers": {"X-Frame-Options": "DENY", "X-Team": "n"},
        },
    }
    settings = put_together("root", own, {"root": None, "n": "root"})
    here = route_document(
        "here", to="http://up:80", set_response_headers={"x-team": "mine"}
    )
    there = replace(route_document("there", to="http://up:80"), namespace_id="other")

    routes = routes_of(rendered(here, there, **settings))

    assert routes["here"]["route"]["timeout"] == "5s"
    assert routes["there"]["route"]["timeout"] == "60s"
    added = [one["header"] for one in routes["here"]["response_headers_to_add"]]
    assert {one["key"]: one["value"] for one in added} == {
        "X-Frame-Options": "DENY",
        "x-team": "mine",
    }
    assert "response_headers_to_add" not in routes["there"]


def test_headers_with_claims_are_the_authorizers_or_nobodys() -> None:
    told = route_document("told", to="http://up:80", pass_identity_headers=True)
    untold = route_document("untold", to="http://up:80")

    made = rendered(told, untold, jwt_claims_headers=CLAIMS)

    routes = routes_of(made)
    assert "X-Mail" in routes["untold"]["request_headers_to_remove"]
    assert "X-Mail" not in routes["told"]["request_headers_to_remove"]
    asking = manager_of(made)["http_filters"][0]["typed_config"]["http_service"]
    named = asking["authorization_response"]["allowed_upstream_headers"]["patterns"]
    assert {"exact": "x-mail", "ignore_case": True} in named


def test_the_listener_has_the_limits_of_its_options() -> None:
    options = replace(OPTIONS, idle="90s", request="10s", stream="60s", codec="HTTP1")

    manager = manager_of(rendered(options=options))

    common = manager["common_http_protocol_options"]
    assert (common["idle_timeout"], common["max_stream_duration"]) == ("90s", "60s")
    assert (manager["request_timeout"], manager["codec_type"]) == ("10s", "HTTP1")
    usual = manager_of(rendered())["common_http_protocol_options"]
    assert "max_stream_duration" not in usual
