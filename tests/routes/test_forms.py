"""The form of a route: from settings to fields and back, without loss."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import example, given
from hypothesis import strategies as st

from routes.exceptions import RouteSettingsError
from routes.forms import RouteForm
from routes.forms.yaml_text import YamlTextError, read_yaml, write_yaml
from routes.validation import Problem, validate

BASE = {
    "name": "Wiki",
    "from": "https://wiki.example.com",
    "to": ["http://a.internal,2", "http://b.internal:81/x,1"],
}
RICH: dict[str, Any] = {
    "description": "Two\nlines",
    "depends_on": ["api.example.com", "b.example.com:8443"],
    "regex": "/a/[0-9]+",
    "regex_priority_order": -3,
    "regex_rewrite_pattern": "^/a(/.*)$",
    "regex_rewrite_substitution": "\\1 ",
    "tls_skip_verify": True,
    "timeout": "1m30s",
    "allow_upgrades": [],
    "set_request_headers": {"X-B": "two", "X-A": "", "Authorization": "Basic x"},
    "remove_request_headers": ["X-Debug"],
    "rewrite_response_headers": [
        {"header": "Location", "prefix": "http://a/", "value": "https://b/"},
        {"header": "Link"},
    ],
    "load_balancing_policy": "MAGLEV",
    "health_checks": [
        {
            "timeout": "0.5s",
            "interval": "60s",
            "http_health_check": {
                "path": "/healthz",
                "expected_statuses": [{"start": 200, "end": 300}],
                "receive": [{"text": "50"}],
            },
            "reuse_connection": False,
        },
        {"timeout": "1s", "interval": "5s", "tcp_health_check": {}},
    ],
    "healthy_panic_threshold": 0,
    "outlier_detection": {
        "consecutive_5xx": 7,
        "split_external_local_origin_errors": True,
    },
    "pass_identity_headers": False,
    "jwt_issuer_format": "uri",
    "idp_access_token_allowed_audiences": ["a"],
    "idp_client_secret": "sealed:0123456789ab",
    "mcp": {
        "server": {
            "upstream_oauth2": {
                "client_id": "x",
                "scopes": ["read", "write"],
                "authorization_url_params": {"prompt": "NO", "n": "1e3"},
            }
        }
    },
    "upstream_tunnel": {
        "ssh_policy": [{"allow": {"and": [{"email": {"is": "ada@example.com"}}]}}],
        "ssh_policy_rego": ["package a\n\nallow := true\n", "package b"],
    },
    "session_recording": {"enabled": True},
}


def blank(settings: dict[str, Any]) -> RouteForm:
    return RouteForm(settings=settings, actor=None, initial={"version": 1})


def sent(form: RouteForm) -> QueryDict:
    """Return what a browser would send for the form as it is shown."""
    data = QueryDict(mutable=True)
    for name in form.fields:
        field = form[name]
        value = field.value()
        if field.field.__class__.__name__ == "BooleanField":
            if value:
                data[name] = "on"
        elif isinstance(value, list):
            data.setlist(name, value)
        else:
            data[name] = "" if value is None else str(value)
    return data


def again(settings: dict[str, Any], **changes: str) -> RouteForm:
    data = sent(blank(settings))
    for name, value in changes.items():
        data[name] = value
    return RouteForm(data, settings=settings, actor=None, initial={"version": 1})


class TestRoundTrip:
    @pytest.mark.parametrize("key", RICH)
    def test_a_setting_comes_back_as_it_was(self, key: str) -> None:
        settings = validate(BASE | {key: RICH[key]}).settings

        form = again(settings)

        assert form.is_valid(), form.errors
        assert validate(form.cleaned_data["settings"]).settings == settings

    def test_so_do_all_together_in_their_order(self) -> None:
        settings = BASE | RICH

        form = again(settings)

        assert form.is_valid(), form.errors
        found = form.cleaned_data["settings"]
        assert found.keys() == settings.keys()
        assert list(found["set_request_headers"]) == ["X-B", "X-A", "Authorization"]

    @pytest.mark.parametrize(
        "settings",
        [{"mcp": {"client": {}}}, {"mcp": {"server": {}}}, {"allow_upgrades": []}],
    )
    def test_what_is_empty_and_says_something_stays(self, settings: Any) -> None:
        form = again(BASE | settings)

        assert form.is_valid()
        assert form.cleaned_data["settings"] == BASE | settings

    def test_a_new_form_holds_nothing(self) -> None:
        form = again({})

        assert form.is_valid()
        assert form.cleaned_data["settings"] == {}


class TestShowing:
    def test_opens_what_is_set_and_folds_the_rest(self) -> None:
        form = blank(BASE | {"jwt_issuer_format": "uri"})

        panel = next(p for p in form.panels if p.section.code == "identity")
        assert "jwt_issuer_format" in [node.setting.key for node in panel.shown]
        assert "idp_client_id" in [node.setting.key for node in panel.more]
        assert panel.set_count == 1

    def test_every_setting_has_its_field(self) -> None:
        form = blank({})

        names = set(form.fields)
        for node in form.nodes:
            assert set(node.names()) <= names

    def test_a_route_that_is_there_keeps_its_namespace(self) -> None:
        form = RouteForm(settings=BASE, actor=None, initial={"version": 4})

        assert "namespace" not in form.fields
        assert form["version"].value() == 4


class TestProblems:
    @pytest.mark.parametrize(
        ("path", "name"),
        [
            (("from",), "from"),
            (("to",), "to-0-url"),
            (("to", 1), "to-1-url"),
            (("redirect", "port_redirect"), "redirect.port_redirect"),
            (("set_request_headers", "X-A"), "set_request_headers-1-name"),
            (("set_request_headers", "gone"), "set_request_headers-0-name"),
            (("health_checks", 1, "interval"), "health_checks-1-interval"),
            (
                ("health_checks", 0, "http_health_check", "path"),
                "health_checks-0-http_health_check.path",
            ),
            (("mcp", "server"), "mcp.server.there"),
            ((), "__all__"),
            (("unheard-of",), "__all__"),
        ],
    )
    def test_are_shown_next_to_their_field(self, path: Any, name: str) -> None:
        form = again(BASE | RICH)
        assert form.is_valid()

        form.add_problems(
            RouteSettingsError([(0, Problem(path, "it is wrong", "do better"))])
        )

        assert list(form.errors) == [name]
        assert form.errors[next(iter(form.errors))] == ["It is wrong; do better"]

    def test_rows_that_are_empty_do_not_shift_the_others(self) -> None:
        form = again(BASE, **{"to-0-url": "", "to-0-weight": ""})
        assert form.is_valid()
        assert form.cleaned_data["settings"]["to"] == BASE["to"][1:]

        form.add_problems(RouteSettingsError([(0, Problem(("to", 0), "wrong"))]))

        assert list(form.errors) == ["to-1-url"]

    def test_a_header_twice_is_refused(self) -> None:
        form = again(BASE | RICH, **{"set_request_headers-1-name": "X-B"})

        assert not form.is_valid()
        assert list(form.errors) == ["set_request_headers-1-name"]

    @pytest.mark.parametrize(
        "text", ["{", "a: &x 1\nb: *x", "a: 1\n---\nb: 2", "[" * 900, "\t"]
    )
    def test_a_structure_that_is_no_plain_yaml_is_refused(self, text: str) -> None:
        form = again(BASE, **{"upstream_tunnel.ssh_policy": text})

        if form.is_valid():
            assert "upstream_tunnel" not in form.cleaned_data["settings"]
        else:
            assert list(form.errors) == ["upstream_tunnel.ssh_policy"]

    def test_more_rows_than_there_may_be_are_not_made(self) -> None:
        form = again(BASE, **{"to-TOTAL_FORMS": "100000000"})

        assert len(form.fields) < 1000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON)
@example({"\n\x85": None})
@example(["a\n\u2028b", "a\r\nb"])
def test_a_structure_survives_being_written_as_yaml(value: Any) -> None:
    text = write_yaml(value)

    try:
        assert read_yaml(text) == value
    except YamlTextError:
        # Core's YAML has characters that it does not take at all.
        assert (
            not str(value).isprintable()
            or "\\x" in repr(value)
            or not text.isprintable()
        )
