"""A whole route: values in their stored form, and every problem at once."""

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.settings_table import BY_KEY
from routes.validation import Allowlist, Problem, validate
from tests.routes.certificates import make_pair

BASE = {
    "name": "Wiki",
    "from": "https://wiki.example.com",
    "to": "http://wiki.internal:8080",
}


def problems(**settings: Any) -> list[Problem]:
    return list(validate(BASE | settings).problems)


def keys(**settings: Any) -> list[str]:
    return [problem.key for problem in problems(**settings)]


def stored(**settings: Any) -> dict[str, Any]:
    result = validate(BASE | settings)
    assert not result.problems
    return {key: value for key, value in result.settings.items() if key not in BASE}


def test_a_minimal_route_is_fine() -> None:
    result = validate(BASE)

    assert result.problems == ()
    assert result.settings == BASE | {"to": ["http://wiki.internal:8080"]}


def test_reports_all_problems_together_with_remedies() -> None:
    found = validate(
        {
            "name": "",
            "from": "https://wiki.example.com/x",
            "to": ["http://a.internal", "tcp://127.0.0.1:1"],
            "timeout": "soon",
            "regex": "(",
            "emial": 1,
        }
    ).problems

    assert {problem.key for problem in found} >= {
        "name",
        "from",
        "to[1]",
        "timeout",
        "regex",
        "emial",
    }
    assert all(problem.remedy for problem in found)


def test_says_nothing_of_what_says_nothing() -> None:
    assert (
        stored(
            tls_custom_ca="",
            tls_skip_verify=False,
            remove_request_headers=[],
            set_request_headers={},
            timeout=None,
        )
        == {}
    )


def test_keeps_an_empty_list_that_says_something() -> None:
    assert stored(idp_access_token_allowed_audiences=[], allow_upgrades=[]) == {
        "idp_access_token_allowed_audiences": [],
        "allow_upgrades": [],
    }


def test_keeps_false_where_unset_means_something_else() -> None:
    assert stored(pass_identity_headers=False) == {"pass_identity_headers": False}


@pytest.mark.parametrize(
    ("given_settings", "expected"),
    [
        ({"allow_renegotiation": True}, {"tls_upstream_allow_renegotiation": True}),
        (
            {"lb_policy": "least_request"},
            {"load_balancing_policy": "LEAST_REQUEST"},
        ),
        (
            {"load_balancing_policy": "LOAD_BALANCING_POLICY_MAGLEV"},
            {"load_balancing_policy": "MAGLEV"},
        ),
        ({"jwt_issuer_format": "IssuerURI"}, {"jwt_issuer_format": "uri"}),
        ({"bearer_token_format": "JWT"}, {"bearer_token_format": "jwt"}),
        ({"timeout": 0}, {"timeout": "0s"}),
        ({"timeout": "1m30s"}, {"timeout": "1m30s"}),
        ({"jwt_groups_filter": "admins"}, {"jwt_groups_filter": ["admins"]}),
        (
            {"depends_on": ["https://API.example.com/x", "b.example.com:8443"]},
            {"depends_on": ["api.example.com", "b.example.com:8443"]},
        ),
        (
            {
                "health_checks": {
                    "timeout": "500ms",
                    "interval": "1m",
                    "httpHealthCheck": {"path": "/healthz"},
                }
            },
            {
                "health_checks": [
                    {
                        "timeout": "0.5s",
                        "interval": "60s",
                        "http_health_check": {"path": "/healthz"},
                    }
                ]
            },
        ),
        ({"mcp": {"server": {}}}, {"mcp": {"server": {}}}),
    ],
)
def test_older_and_looser_spellings_become_the_stored_form(
    given_settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert stored(**given_settings) == expected


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"to": None}, "to"),
        ({"redirect": {"https_redirect": True}}, "redirect"),
        ({"prefix": "/a", "path": "/b"}, "path"),
        ({"prefix": "admin"}, "prefix"),
        ({"prefix": "/a?b"}, "prefix"),
        ({"regex": "(?=a)"}, "regex"),
        ({"regex": "a{1001}"}, "regex"),
        ({"regex_priority_order": 1}, "regex_priority_order"),
        (
            {"prefix_rewrite": "/", "regex_rewrite_pattern": "a"},
            "regex_rewrite_pattern",
        ),
        (
            {"regex_rewrite_pattern": "(a)", "regex_rewrite_substitution": "\\2"},
            "regex_rewrite_substitution",
        ),
        ({"regex_rewrite_substitution": "x"}, "regex_rewrite_substitution"),
        ({"host_rewrite": "a", "preserve_host_header": True}, "host_rewrite"),
        ({"to": ["http://a", "http://b,2"]}, "to"),
        ({"to": ["tcp://a:1", "udp://b:1"]}, "to"),
        ({"to": "tcp://a:1"}, "to"),
        ({"depends_on": list("abcdef")}, "depends_on"),
        ({"mcp": {}}, "mcp.server"),
        ({"mcp": {"server": {}, "client": {}}}, "mcp.client"),
        (
            {"mcp": {"server": {"authorization_server_url": "http://as.example"}}},
            "mcp.server.authorization_server_url",
        ),
        ({"redirect": {"response_code": 300}, "to": None}, "redirect.response_code"),
        ({"redirect": {"response_code": 301}, "to": None}, "redirect"),
        ({"response": {"body": "x"}, "to": None}, "response.status"),
        ({"tls_client_cert": make_pair()[0]}, "tls_client_cert"),
        ({"tls_client_key": "nonsense"}, "tls_client_key"),
        ({"tls_custom_ca": base64.b64encode(b"x").decode()}, "tls_custom_ca"),
        (
            {
                "kubernetes_service_account_token": "a",
                "kubernetes_service_account_token_file": "/b",
            },
            "kubernetes_service_account_token_file",
        ),
        ({"set_request_headers": {"X-A": "a\r\nX-B: b"}}, "set_request_headers.X-A"),
        ({"set_request_headers": {"X A": "a"}}, "set_request_headers.X A"),
        ({"set_request_headers": {"X-A": "1", "x-a": "2"}}, "set_request_headers.x-a"),
        ({"set_request_headers": {"X": "${pomerium.jvt}"}}, "set_request_headers.X"),
        ({"set_response_headers": {"X": "a\u0000"}}, "set_response_headers.X"),
        ({"remove_request_headers": ["X:"]}, "remove_request_headers[0]"),
        ({"timeout": "-1s"}, "timeout"),
        ({"timeout": 30}, "timeout"),
        ({"tls_skip_verify": "maybe"}, "tls_skip_verify"),
        ({"healthy_panic_threshold": 101}, "healthy_panic_threshold"),
        ({"healthy_panic_threshold": True}, "healthy_panic_threshold"),
        ({"healthy_panic_threshold": 1.5}, "healthy_panic_threshold"),
        ({"health_checks": [{"interval": "1s"}]}, "health_checks[0].timeout"),
        ({"logo_url": "javascript:alert(1)"}, "logo_url"),
        ({"name": "a\u0000b"}, "name"),
        ({"description": "a\u0000b"}, "description"),
        ({"description": "a" * 4001}, "description"),
        ({"policy": []}, "policy"),
        ({"set_authorization_header": "x"}, "set_authorization_header"),
        ({"upstream_tunnel": {}}, "upstream_tunnel.ssh_policy"),
        (
            {"upstream_tunnel": {"ssh_policy": [{"allow": {"and": [{"emial": "x"}]}}]}},
            "upstream_tunnel.ssh_policy",
        ),
        ({"upstream_tunnel": {"ssh_policy": "allow: ["}}, "upstream_tunnel.ssh_policy"),
        ({"from": "ssh://wiki"}, "to"),
        ({"from": "tcp+https://wiki.example.com:1", "prefix": "/x"}, "prefix"),
    ],
)
def test_refuses(settings: dict[str, Any], key: str) -> None:
    assert key in keys(**settings)


def test_a_client_certificate_needs_its_own_key() -> None:
    certificate, key = make_pair()
    _, other = make_pair()

    assert keys(tls_client_cert=certificate, tls_client_key=other) == ["tls_client_key"]
    held = stored(tls_client_cert=certificate, tls_client_key=key)
    assert base64.b64decode(held["tls_client_cert"]).startswith(b"-----BEGIN")


def test_messages_do_not_repeat_a_secret() -> None:
    found = problems(tls_client_key="hunter2 " * 3, tls_client_cert="x")

    assert found
    assert not any("hunter2" in problem.sentence for problem in found)


def test_the_operators_list_reaches_the_upstreams() -> None:
    result = validate(
        BASE | {"to": "http://127.0.0.1:9"}, allowlist=Allowlist.of(["127.0.0.0/8"])
    )

    assert result.problems == ()


@given(
    st.dictionaries(
        st.sampled_from([*BY_KEY, "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
    )
)
def test_whatever_is_given_is_read_or_refused(settings: dict[str, Any]) -> None:
    result = validate(settings)

    again = validate(result.settings)
    if not result.problems:
        assert again.settings == result.settings
        assert again.problems == ()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/token", "https://[::ffff:a9fe:a9fe]/"]
)
def test_the_proxy_is_not_made_to_ask_itself_or_a_metadata_service(url: str) -> None:
    oauth2 = {"client_id": "a", "endpoint": {"token_url": url}}

    assert problems(mcp={"server": {"upstream_oauth2": oauth2}})
    assert problems(mcp={"server": {"authorization_server_url": url}})
    allowed = Allowlist.of(["127.0.0.0/8", "169.254.169.254"])
    settings = BASE | {"mcp": {"server": {"upstream_oauth2": oauth2}}}
    assert not validate(settings, allowlist=allowed).problems
