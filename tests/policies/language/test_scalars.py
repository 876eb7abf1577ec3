"""Plain scalars mean what Core's YAML decoder makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language.scalars import ScalarError, resolve_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("off", "off"),
        ("y", "y"),
        ("~", None),
        ("", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("17:00", "17:00"),
        ("2:20:00", "2:20:00"),
        ("017", 15),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("-0b11", -3),
        ("1_000", 1000),
        ("1_", 1),
        ("+1", 1),
        ("-", "-"),
        ("08", 8),
        ("0x", "0x"),
        ("1.0", 1),
        ("1.10", 1.1),
        (".5", 0.5),
        ("._5", "._5"),
        ("1e3", 1000),
        ("1e400", "1e400"),
        (".5e999", ".5e999"),
        ("18446744073709551615", 2**64 - 1),
        ("+18446744073709551615", 1.8446744073709552e19),
        ("-9223372036854775808", -(2**63)),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ("9" * 400, "9" * 400),
        ("٣", "٣"),
    ],
)
def test_plain_text_has_the_value_of_the_dialect(text: str, value: Any) -> None:
    found = resolve_scalar(text, None)[1]

    assert found == value
    assert isinstance(found, bool) is isinstance(value, bool)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2001-12-14", "2001-12-14T00:00:00Z"),
        ("2001-1-4", "2001-01-04T00:00:00Z"),
        ("2020-01-02 16:20:00", "2020-01-02T16:20:00Z"),
        ("2020-01-02 16:20:00.120", "2020-01-02T16:20:00.12Z"),
        ("2020-01-02T16:20:00Z", "2020-01-02T16:20:00Z"),
        ("2020-01-02t6:2:0-05:00", "2020-01-02T06:02:00-05:00"),
        ("2020-01-02T16:20:00+00:00", "2020-01-02T16:20:00Z"),
        ("2020-01-02T16:20:00,1234567891Z", "2020-01-02T16:20:00.123456789Z"),
        ("0000-02-29", "0000-02-29T00:00:00Z"),
        ("2020-01-02T16:20:00", "2020-01-02T16:20:00"),
        ("2020-01-02 16:20:00Z", "2020-01-02 16:20:00Z"),
        ("2020-01-02 16:20", "2020-01-02 16:20"),
        ("2021-02-29", "2021-02-29"),
        ("2021-13-01", "2021-13-01"),
        ("2021-01-01T25:00:00Z", "2021-01-01T25:00:00Z"),
        ("2021-01-01T00:00:00+24:00", "2021-01-01T00:00:00+24:00"),
        ("20211-01-01", "20211-01-01"),
    ],
)
def test_plain_dates_become_rfc_3339_text(text: str, value: str) -> None:
    assert resolve_scalar(text, None)[1] == value


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("123", "!!str", "123"),
        ("aGVs\nbG8=", "!!binary", "hello"),
        ("3", "!!int", 3),
        ("3", "!!float", 3.0),
        ("2001-12-14", "!!timestamp", "2001-12-14T00:00:00Z"),
        ("12", "!unknown", "12"),
        ("12", "!!set", "12"),
        ("", "!!null", None),
    ],
)
def test_a_tag_says_how_to_read(text: str, tag: str, value: Any) -> None:
    long_tag = tag.replace("!!", "tag:yaml.org,2002:")

    assert resolve_scalar(text, long_tag)[1] == value


@pytest.mark.parametrize(
    ("text", "tag"),
    [("abc", "int"), ("1.5", "int"), ("yes", "bool"), ("x", "null"), ("a", "binary")],
)
def test_a_tag_that_does_not_fit_is_refused(text: str, tag: str) -> None:
    with pytest.raises(ScalarError):
        resolve_scalar(text, f"tag:yaml.org,2002:{tag}")
