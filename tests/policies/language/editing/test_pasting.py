"""Parts of other texts and certificates, brought into a policy."""

import pytest

from policies.language.certificates import read_certificate
from policies.language.editing import EditingError, edit
from tests.policies.language.editing.texts import make_pem

TEXT = "# ours\nallow:\n  and:\n    - domain: example.com # us\n"
CERTIFICATE = "allow:\n  and:\n    - client_certificate:\n        fingerprint: ''\n"


def paste(pasted: str, into: str = "", text: str = TEXT) -> str:
    request = {"edit": "paste", "pasted": pasted, "action": "deny", "into": into}
    return edit(text, request).text


@pytest.fixture(scope="module")
def pem() -> str:
    """A certificate as somebody pastes it."""
    return make_pem()


@pytest.mark.parametrize(
    ("pasted", "added"),
    [
        ("deny:\n  or:\n    - user: x\n", "deny:\n  or:\n    - user: x\n"),
        ("- deny:\n    or:\n      - user: x\n", "deny:\n  or:\n    - user: x\n"),
        ("# theirs\nor:\n  - user: x\n", "deny:\n  or:\n    - user: x\n"),
        (
            "    - user: x\n    - user: y",
            "deny:\n  and:\n    - user: x\n    - user: y\n",
        ),
        ("user: x", "deny:\n  and:\n    - user: x\n"),
    ],
)
def test_whatever_part_is_pasted_becomes_a_block(pasted: str, added: str) -> None:
    assert paste(pasted) == TEXT + added


def test_criteria_go_into_the_block_that_is_chosen() -> None:
    assert paste("or:\n  - user: x\n", into="0/and") == f"{TEXT}    - user: x\n"


@pytest.mark.parametrize(
    ("pasted", "into", "said"),
    [
        ("or:\n  user: x", "", "line 2 of what is pasted: `or` must hold a list"),
        ("user: x\nemail: y", "", "line 1 of what is pasted: a criterion has exactly"),
        ("- user: [", "", "of what is pasted: not valid YAML"),
        ("# nothing", "", "of what is pasted"),
        ("deny:\n  or: []", "", "there is no criterion in what is pasted"),
        ("or:\n  - user: x\nnot:\n  - user: y", "0/and", "has 2 blocks"),
    ],
)
def test_what_cannot_be_pasted_is_refused_with_its_line(
    pasted: str, into: str, said: str
) -> None:
    with pytest.raises(EditingError) as refusal:
        paste(pasted, into)

    assert said in str(refusal.value)


@pytest.mark.parametrize("pin", ["fingerprint", "spki_hash"])
def test_a_certificate_is_pinned_as_it_is_or_by_its_key(pem: str, pin: str) -> None:
    request = {"edit": "add-certificate", "at": "0/and/0", "pem": pem, "pin": pin}
    known = read_certificate(pem)
    assert known is not None

    first = edit(CERTIFICATE, request).text
    again = edit(first, request).text

    assert getattr(known, pin) in first
    assert again == first


def test_a_second_certificate_joins_the_first(pem: str) -> None:
    text = CERTIFICATE.replace("''", "aa" * 32)
    request = {"edit": "add-certificate", "at": "0/and/0", "pem": pem}

    changed = edit(text, request | {"pin": "fingerprint"}).text

    assert "aa" * 32 in changed
    known = read_certificate(pem)
    assert known is not None
    assert known.fingerprint in changed


def test_what_is_no_certificate_is_refused_with_a_remedy() -> None:
    request = {"edit": "add-certificate", "at": "0/and/0", "pem": "hello"}

    with pytest.raises(EditingError, match="from `-----BEGIN CERTIFICATE-----` on"):
        edit(CERTIFICATE, request | {"pin": "fingerprint"})
    with pytest.raises(EditingError, match="`pin` must be one of"):
        edit(CERTIFICATE, request | {"pin": "serial"})
