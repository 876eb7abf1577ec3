"""From rows to records: keys by which requests lead to them, and types of fields."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.external.fields import learn
from directory.external.problems import DataRefusedError
from directory.external.records import (
    FINGERPRINT,
    REQUEST_IP,
    USER_EMAIL,
    assemble,
)

HEX = "ab" * 32


def keys(rows: list[dict[str, Any]], foreign_key: str) -> list[tuple[str, str]]:
    found = assemble(rows, foreign_key=foreign_key, key_field="id")
    return [(one.key, one.network) for one in found.records.values()]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id": "10.1.2.3"}, ("10.1.2.3", "10.1.2.3/32")),
        ({"id": "10.1.2.3/8"}, ("10.0.0.0/8", "10.0.0.0/8")),
        ({"id": "hq", "$index": {"cidr": "10.0.0.0/24"}}, ("hq", "10.0.0.0/24")),
        ({"id": "office", "$index.cidr": "10.0.0.0/24"}, ("office", "10.0.0.0/24")),
        ({"$index": {"cidr": "2001:DB8::/32"}}, ("2001:db8::/32", "2001:db8::/32")),
        ({"id": "::ffff:10.0.0.1"}, ("10.0.0.1", "10.0.0.1/32")),
        ({"id": "10.0.0.9", "$index.cidr": "10.0.0.0/8"}, ("10.0.0.9", "10.0.0.0/8")),
    ],
)  # fmt: skip
def test_networks_are_keys_however_they_are_given(
    row: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert keys([row], REQUEST_IP) == [expected]


@pytest.mark.parametrize("text", ["office", "10.0.0.0/33", "fe80::1%eth0", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(DataRefusedError):
        keys([{"id": text}], REQUEST_IP)


def test_addresses_and_fingerprints_have_one_spelling() -> None:
    colons = ":".join(["AB"] * 32)

    assert keys([{"id": " Eve@Example.COM"}], USER_EMAIL) == [("eve@example.com", "")]
    assert keys([{"id": colons}], FINGERPRINT) == [(HEX, "")]
    with pytest.raises(DataRefusedError, match="SHA-256"):
        keys([{"id": "ab" * 20}], FINGERPRINT)


def test_types_are_learned_from_all_records() -> None:
    found = learn(
        [
            {"n": 1, "b": True, "d": "2026-03-04", "t": "x", "l": [1], "m": 1},
            {"n": 2.5, "b": None, "d": "2026-03-04T10:00:00Z", "t": "2026-03-04",
             "o": {}, "m": "one", "$index": {"cidr": "::/0"}},
        ]
    )  # fmt: skip

    learned = {
        one["name"]: (one["type"], one["example"], one["count"]) for one in found
    }
    assert learned == {
        "n": ("number", "1", 2),
        "b": ("boolean", "true", 1),
        "d": ("date", "2026-03-04", 2),
        "t": ("text", "x", 2),
        "l": ("list", "[1]", 1),
        "o": ("object", "{}", 1),
        "m": ("mixed", "1", 2),
    }  # fmt: skip


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NETWORKS = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=4, network="10.0.0.0/28").map(lambda one: f"{one}/29"),
    st.text(max_size=5),
)


ROWS = st.dictionaries(st.sampled_from(["id", "x", "$index"]), JSON | NETWORKS)


@given(st.lists(ROWS), st.sampled_from([REQUEST_IP, USER_EMAIL, "user.id"]))
def test_any_rows_are_records_or_problems(
    rows: list[dict[str, Any]], foreign_key: str
) -> None:
    try:
        found = assemble(rows, foreign_key=foreign_key, key_field="id")
    except DataRefusedError as error:
        assert error.remedy  # noqa: PT017 # the other outcome has more to say
        return

    assert len(found.records) + len(found.problems) == len(rows)
    assert all(
        key == one.key and one.data is not None for key, one in found.records.items()
    )
    for one in found.records.values():
        assert (foreign_key == REQUEST_IP) == bool(one.network)
        if one.network:
            assert str(ipaddress.ip_network(one.network)) == one.network
