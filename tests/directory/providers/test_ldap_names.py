"""Distinguished names are the same however they are spelled, and only then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.providers.ldap_names import Entry, dn_key
from directory.providers.reading import UnreadableError

SAME = [
    ("CN=Ada,DC=Acme", "cn=ada,dc=acme"),
    ("cn=ada, dc=acme", "cn=ada,dc=acme"),
    ("cn = ada,dc=acme", "cn=ada,dc=acme"),
    (r"cn=Doe\, Ada,dc=a", r"cn=Doe\2C Ada,dc=a"),
    ('cn="Doe, Ada",dc=a', r"cn=Doe\, Ada,dc=a"),
    ("cn=Ada  Doe,dc=a", "cn=ada doe,dc=a"),
    ("cn=ada+uid=1,dc=a", "UID=1+CN=ada,dc=a"),
    (r"cn=M\C3\BCller,dc=a", "cn=Müller,dc=a"),
]
OTHERS = [
    (r"cn=a\,dc=b,dc=c", "cn=a,dc=b,dc=c"),
    ("cn=a,dc=b", "cn=a,dc=bc"),
    (r"cn=a\+uid=1,dc=b", "cn=a+uid=1,dc=b"),
    ("cn=a", "uid=a"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_a_name_are_the_same(one: str, other: str) -> None:
    assert dn_key(one) == dn_key(other)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_names_are_not_the_same(one: str, other: str) -> None:
    assert dn_key(one) != dn_key(other)


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert dn_key(text) == dn_key(text)


def escaped(value: str) -> str:
    """Write a value as RFC 4514 has it, all of it in hexadecimal."""
    return "".join(f"\\{byte:02x}" for byte in value.encode())


@given(
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12),
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12),
)
def test_names_are_the_same_exactly_when_their_values_are(one: str, other: str) -> None:
    same = one.casefold() == other.casefold()

    assert (dn_key(f"cn={escaped(one)},o=a") == dn_key(f"cn={escaped(other)},o=a")) is (
        same
    )


@pytest.mark.parametrize("value", [b"", b" x", b"a\nb", b"\xff", b"x" * 300])
def test_refuses_what_is_no_id(value: bytes) -> None:
    with pytest.raises(UnreadableError):
        Entry("cn=a", {"uid": [value]}).key("uid")


def test_refuses_a_part_of_members_that_is_not_whole() -> None:
    with pytest.raises(UnreadableError, match="2 values"):
        Entry("cn=a", {"member;range=0-4": [b"a", b"b"]}).ranged("member")
