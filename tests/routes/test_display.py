"""Settings as people read them."""

from typing import Any

import pytest

from routes.settings_table import BY_KEY
from routes.validation import validate
from routes.views.display import Shown, shown, shown_sections
from tests.routes.certificates import make_pair
from tests.routes.test_forms import BASE, RICH


def read(key: str, value: Any) -> Shown:
    return shown(BY_KEY[key], value)


@pytest.mark.parametrize(
    ("key", "value", "lines"),
    [
        ("tls_skip_verify", True, ("Yes",)),
        ("pass_identity_headers", False, ("No",)),
        ("jwt_issuer_format", "uri", ("An address: https://host/",)),
        ("timeout", "5s", ("5s",)),
        ("to", ["http://a", "http://b,2"], ("http://a", "http://b,2")),
        ("allow_upgrades", [], ("None at all",)),
        ("idp_client_secret", "sealed:abc", ("set, fingerprint abc",)),
        (
            "set_request_headers",
            {"X-A": "1", "Cookie": "sealed:abc"},
            ("X-A: 1", "Cookie: set, fingerprint abc"),
        ),
        (
            "tls_custom_ca",
            "bm90IGEgY2VydGlmaWNhdGU=",
            ("A certificate that can't be read",),
        ),
        ("description", "two\nlines", ("two", "lines")),
    ],
)
def test_a_value_is_told_in_words(key: str, value: Any, lines: tuple[str, ...]) -> None:
    assert read(key, value).lines == lines


def test_a_certificate_is_told_by_its_subject_and_end() -> None:
    certificate, _ = make_pair()
    settings = validate(BASE | {"tls_custom_ca": certificate}).settings

    found = read("tls_custom_ca", settings["tls_custom_ca"])

    assert found.lines == ("CN=postern test, until 1 Jan 2036",)


def test_objects_are_told_field_by_field() -> None:
    found = read("health_checks", RICH["health_checks"])

    first, second = found.parts
    assert [one.label for one in first] == [
        "Timeout",
        "Interval",
        "HTTP",
        "Keep the connection",
    ]
    assert [one.lines for one in second] == [("1s",), ("5s",), ("Yes",)]


def test_sections_hold_what_is_set_and_no_more() -> None:
    found = shown_sections(BASE | RICH, without=frozenset({"name", "from", "to"}))

    labels = [section.label for section in found]
    assert labels == [
        "General",
        "Path matching",
        "Rewriting",
        "TLS",
        "Timeouts & upgrades",
        "Headers",
        "Load balancing",
        "Identity",
        "MCP",
        "SSH & tunnels",
    ]
    assert sum(len(section.settings) for section in found) == len(RICH)
