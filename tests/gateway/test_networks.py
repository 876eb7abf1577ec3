"""The index of networks finds what a look through all of them finds."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from gateway.stream.networks import NetworkIndex
from policies.language.networks import parse_address, parse_network

# Few bits that differ, so that networks lie within each other and meet addresses.
ADDRESSES = st.one_of(
    st.integers(0, 255).map(lambda low: str(ipaddress.IPv4Address(0x0A000000 + low))),
    st.integers(0, 255).map(lambda low: str(ipaddress.IPv6Address((1 << 125) + low))),
    st.integers(0, 255).map(lambda low: f"::ffff:10.0.0.{low}"),
)
CIDRS = st.one_of(
    st.tuples(ADDRESSES, st.integers(0, 128)).map(lambda one: f"{one[0]}/{one[1]}"),
    ADDRESSES,
    st.sampled_from(["", "nonsense", "10.0.0.0/33", "fe80::1%eth0/64", "10.0.0/8"]),
)


def through_all(networks: list[str], address: str) -> str | None:
    best, longest = None, -1
    wanted = parse_address(address)
    for cidr in networks:
        network = parse_network(cidr)
        if (
            network is not None
            and wanted is not None
            and wanted in network
            and network.prefixlen > longest
        ):
            best, longest = cidr, network.prefixlen
    return best


@given(st.lists(CIDRS, max_size=30), ADDRESSES)
def test_finds_the_smallest_network_around_an_address(
    networks: list[str], address: str
) -> None:
    index = NetworkIndex((one, one) for one in networks)

    assert index.find(address) == through_all(networks, address)


def test_finds_nothing_for_what_is_no_address() -> None:
    index = NetworkIndex([("0.0.0.0/0", "everything"), ("::/0", "everything")])

    assert index.find("nowhere") is None
    assert index.find("192.0.2.1") == "everything"
