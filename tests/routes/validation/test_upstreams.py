"""Where requests must not go, however it is spelled."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.validation import UnusableError
from routes.validation.upstreams import Allowlist, check_destination, parse_upstream

NOTHING = Allowlist()


def read(text: str, allowlist: Allowlist = NOTHING) -> str:
    return parse_upstream(text, allowlist=allowlist, tunneled=False).text


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "169.254.0.1",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "168.63.129.16",
        "100.100.100.200",
        "metadata.google.internal",
        "METADATA.google.internal.",
        "localhost",
        "LOCALHOST.",
        "localhost6.localdomain6",
        "db.localhost",
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "0x7f000001",
        "0X7F.1",
        "0177.0.0.1",
        "0x7f.0x0.0x0.0x1",
        "017700000001",
        "\uff11\uff12\uff17.0.0.1",
        "127\u30020\u30020\u30021",
        "0",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "0.0.0.1",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::7f00:1]",
        "[64:ff9b:1:7f00:0:100::]",
        "[64:ff9b:1:7f:0:1::]",
        "[64:ff9b:1:a9:fe:a9fe::]",
        "[64:ff9b:1:0:7f:0:100:0]",
        "[2002:7f00:1::]",
        "[2001:db8::5efe:127.0.0.1]",
        "[2001:db8::200:5efe:169.254.169.254]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "224.0.0.1",
        "[ff02::1]",
        "255.255.255.255",
    ],
)
def test_refuses_the_machine_itself_its_neighbors_and_metadata(host: str) -> None:
    with pytest.raises(UnusableError):
        read(f"http://{host}:8000")


@pytest.mark.parametrize(
    ("entry", "host"),
    [
        ("127.0.0.0/8", "127.0.0.1"),
        ("127.0.0.0/8", "localhost"),
        ("localhost", "localhost"),
        ("::1", "[::1]"),
        ("169.254.169.254", "169.254.169.254"),
    ],
)
def test_the_operator_may_list_an_address(entry: str, host: str) -> None:
    allowlist = Allowlist.of([entry])

    assert read(f"http://{host}:8000", allowlist) == f"http://{host}:8000"


def test_a_listed_network_does_not_open_another_spelling() -> None:
    with pytest.raises(UnusableError, match="plain IPv4"):
        read("http://2130706433", Allowlist.of(["127.0.0.0/8"]))


def test_refuses_sockets_unless_the_operator_lists_them() -> None:
    with pytest.raises(UnusableError, match="own machine"):
        read("unix:///var/run/docker.sock")

    allowlist = Allowlist.of(["unix:/run/app.sock"])
    assert read("unix:///run/app.sock", allowlist) == "unix:///run/app.sock"


def test_beyond_a_tunnel_loopback_is_the_other_machine() -> None:
    upstream = parse_upstream("http://localhost:8080", allowlist=NOTHING, tunneled=True)

    assert upstream.url == "http://localhost:8080"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("http://Wiki.Internal:8080", "http://wiki.internal:8080"),
        ("https://wiki.internal/base/,5", "https://wiki.internal/base/,5"),
        ("http://10.0.0.7:80", "http://10.0.0.7:80"),
        ("h2c://grpc:50051", "h2c://grpc:50051"),
        ("tcp://db.internal:5432", "tcp://db.internal:5432"),
        ("http://[2001:db8:0::7]:80", "http://[2001:db8::7]:80"),
    ],
)
def test_keeps_an_upstream_in_one_form(typed: str, stored: str) -> None:
    assert read(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "wiki.internal:8080",
        "ftp://wiki.internal",
        "http://",
        "http:///x",
        "http://ada:pw@wiki.internal",
        "http://wiki.internal?x=1",
        "http://wiki.internal#x",
        "http://wiki.internal,0",
        "http://wiki.internal,-1",
        "http://wiki.internal,many",
        "http://wiki internal",
        "file:///etc/passwd",
        "http://wiki.internal\\@127.0.0.1",
        "http://010.0.0.7",
    ],
)
def test_refuses_what_is_not_an_upstream(typed: str) -> None:
    with pytest.raises(UnusableError):
        read(typed)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[ipaddress.IPv4Address, str]:
    number = draw(st.integers(0, 2**32 - 1))
    address = ipaddress.IPv4Address(number)
    count = draw(st.integers(1, 4))
    octets = list(address.packed)
    parts = octets[: count - 1]
    rest = int.from_bytes(bytes(octets[count - 1 :]), "big")
    texts = [
        format(part, draw(st.sampled_from(["d", "#x"])))
        if draw(st.booleans()) or not part
        else f"0{part:o}"
        for part in (*parts, rest)
    ]
    return address, ".".join(texts) + draw(st.sampled_from(["", "."]))


@given(spellings())
def test_every_spelling_of_an_address_gets_the_answer_of_the_plain_one(
    pair: tuple[ipaddress.IPv4Address, str],
) -> None:
    address, spelled = pair

    def refused(host: str) -> bool:
        try:
            check_destination(host, NOTHING)
        except UnusableError:
            return True
        return False

    assert refused(spelled) == refused(str(address))
