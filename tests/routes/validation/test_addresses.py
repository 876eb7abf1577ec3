"""`from` has one form, and much that looks like it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.validation import UnusableError, parse_from

LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("https://app.corp.com", "https://app.corp.com"),
        ("HTTPS://APP.corp.com.", "https://app.corp.com"),
        ("https://app.corp.com:443/", "https://app.corp.com"),
        ("http://app.corp.com:80", "http://app.corp.com"),
        ("https://app.corp.com:8443", "https://app.corp.com:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://XN--BCHER-KVA.example", "https://xn--bcher-kva.example"),
        ("https://\uff41\uff50\uff50.example", "https://app.example"),
        ("https://*.apps.example.com", "https://*.apps.example.com"),
        ("tcp+https://db.corp.com:05432", "tcp+https://db.corp.com:5432"),
        (
            "tcp+https://proxy.corp.com/DB.internal:5432",
            "tcp+https://proxy.corp.com/db.internal:5432",
        ),
        ("udp+https://time.corp.com:13", "udp+https://time.corp.com:13"),
        ("ssh://ssh.corp.com:22", "ssh://ssh.corp.com"),
        ("ssh://prod-server", "ssh://prod-server"),
        ("https://[2001:DB8:0::1]", "https://[2001:db8::1]"),
    ],
)
def test_all_spellings_of_an_address_become_one(typed: str, canonical: str) -> None:
    assert parse_from(typed).url == canonical


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JavaScript://app.corp.com/%0aalert(1)",
        "data:text/html,x",
        "ftp://app.corp.com",
        "app.corp.com",
        "https://",
        "https:app.corp.com",
        "https:///app.corp.com",
        "https://ada@app.corp.com",
        "https://ada:pw@app.corp.com",
        "https://app.corp.com/admin",
        "https://app.corp.com?x=1",
        "https://app.corp.com/?",
        "https://app.corp.com#top",
        "https://app.corp.com:0",
        "https://app.corp.com:65536",
        "https://app.corp.com:²",
        "https://app..corp.com",
        "https://.corp.com",
        "https://-app.corp.com",
        "https://app.corp.com..",
        "https://app corp.com",
        "https://app.corp.com\t",
        "https://app.corp.com\n",
        "https://app\u0000.corp.com",
        "https://app\u202e.corp.com",
        "https://app\u200b.corp.com",
        "https:\\\\app.corp.com",
        "https://app.corp.com\\@evil.com",
        "https://app.corp%2ecom",
        "https://127.1",
        "https://2130706433",
        "https://0x7f.0.0.1",
        "https://[fe80::1%25eth0]",
        "https://[::1",
        "tcp+https://db.corp.com",
        "tcp+https://proxy.corp.com/db.internal",
        "https://xn--zzzzzz99999.example",
        "https://" + "a" * 64 + ".example",
        "https://" + "a." * 130 + "example",
    ],
)
def test_refuses_what_is_not_a_route_address(typed: str) -> None:
    with pytest.raises(UnusableError) as caught:
        parse_from(typed)

    assert caught.value.remedy
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "host",
    [
        "*",
        "*.com",
        "*.co.uk",
        "*.github.io",
        "a.*.com",
        "*.*.corp.com",
        "*corp.com",
        "app*.corp.com",
        "**.corp.com",
        "*.",
        "*.1.2.3",
    ],
)
def test_refuses_a_wildcard_that_reaches_over_others(host: str) -> None:
    with pytest.raises(UnusableError, match=r"wildcard|other organizations"):
        parse_from(f"https://{host}")


def test_a_tunnel_takes_the_hosts_of_its_targets_too() -> None:
    address = parse_from("tcp+https://proxy.corp.com/app.corp.com:443/db.internal:22")

    assert address.hosts == ("proxy.corp.com", "app.corp.com", "db.internal")


@given(
    st.sampled_from(["https", "HTTP", "tcp+https", "udp+https", "ssh"]),
    st.lists(LABEL, min_size=1, max_size=5),
    st.sampled_from(["", "."]),
    st.integers(1, 65535),
)
def test_the_canonical_form_is_its_own(
    scheme: str, labels: list[str], dot: str, port: int
) -> None:
    typed = f"{scheme}://{'.'.join(labels)}{dot}:{port}"
    try:
        address = parse_from(typed)
    except UnusableError:
        return  # a last label of digits, or `ab--c`, is no host name

    assert parse_from(address.url) == address
    assert parse_from(typed.swapcase()) == address


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        address = parse_from(text)
    except UnusableError:
        return

    assert parse_from(address.url) == address
