"""What may be known of external data, by whom, and how records are found."""

import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from directory import selectors
from directory.models import ExternalDataSource, ExternalRecord
from tests.factories import NOW, make_data_source
from tests.people import Cast, actor_of

FIELDS = [
    {"name": "country", "type": "text", "example": "NL", "count": 3},
    {"name": "score", "type": "number", "example": "7", "count": 2},
]


class TestListRecordTypes:
    def test_names_types_and_fields_for_authors_of_policies(self, cast: Cast) -> None:
        make_data_source("example.com/risk", fields=FIELDS)
        make_data_source("example.com/geo", foreign_key="request.ip")

        by_actor = {
            name: selectors.list_record_types(actor_of(user))
            for name, user in vars(cast).items()
            if name in {"root", "ben", "cyd"}
        }

        assert [one.name for one in by_actor["root"]] == [
            "example.com/geo",
            "example.com/risk",
        ]
        assert by_actor["root"][0].foreign_key == "request.ip"
        shown = by_actor["root"][1].fields
        assert [(one.name, one.type, one.example) for one in shown] == [
            ("country", "text", "NL"),
            ("score", "number", "7"),
        ]
        hidden = by_actor["ben"][1].fields
        assert [(one.name, one.type, one.example) for one in hidden] == [
            ("country", "text", ""),
            ("score", "number", ""),
        ]
        assert by_actor["cyd"] == []


# Few bits that differ, so that networks lie within each other and meet addresses.
LOW = st.integers(0, 63)
V4 = LOW.map(lambda low: ipaddress.ip_address(0x0A000000 + low))
V6 = LOW.map(lambda low: ipaddress.ip_address((1 << 125) + low))
ADDRESSES = st.one_of(V4, V6)


class TestNetworkRecords(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(ADDRESSES, st.integers(0, 128)), max_size=12), ADDRESSES)
    def test_the_smallest_network_around_an_address_counts(self, given, address):  # type: ignore[no-untyped-def]
        source = make_data_source(f"of {ExternalDataSource.objects.count()}")
        networks = {
            ipaddress.ip_network((one, min(length, one.max_prefixlen)), strict=False)
            for one, length in given
        }
        ExternalRecord.objects.bulk_create(
            ExternalRecord(
                source=source,
                record_id=f"number {number}",
                network=str(one),
                data={"net": str(one)},
            )
            for number, one in enumerate(networks)
        )
        around = [one for one in networks if address in one]

        found = selectors.find_network_record(source, str(address))

        best = max(around, key=lambda one: one.prefixlen, default=None)
        assert (found and found["net"]) == (best and str(best))


def test_an_address_of_its_own_comes_before_its_network(cast: Cast) -> None:
    source = make_data_source("example.com/geo", foreign_key="request.ip")
    for key, network in (("10.0.0.1", "10.0.0.0/8"), ("office", "10.0.0.0/24")):
        ExternalRecord.objects.create(
            source=source, record_id=key, network=network, data={"is": key}
        )

    found = {
        address: selectors.find_network_record(source, address)
        for address in ("10.0.0.1", "10.0.0.2", "::ffff:10.9.9.9", "nowhere")
    }

    assert found == {
        "10.0.0.1": {"is": "10.0.0.1"},
        "10.0.0.2": {"is": "office"},
        "::ffff:10.9.9.9": {"is": "10.0.0.1"},
        "nowhere": None,
    }


@pytest.mark.parametrize("key", ["request.ip", "user.id"])
def test_a_record_is_found_by_its_id(cast: Cast, key: str) -> None:
    source = make_data_source("example.com/leave", foreign_key=key)
    assert source.complete_at == NOW
    ExternalRecord.objects.create(source=source, record_id="eve", data={"away": True})

    assert selectors.find_record(source, "eve") == {"away": True}
    assert selectors.find_record(source, "Eve") is None
