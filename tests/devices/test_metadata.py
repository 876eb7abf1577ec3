"""What the FIDO Alliance lists: names, roots for their own model, and reports."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from devices.attestation import Demands, Model, RefusedError, describe, find_model
from devices.attestation.certificates import readable
from devices.attestation.metadata import PROBLEMS
from tests.devices.authenticator import MODEL_TEXT
from tests.devices.authorities import Authority
from tests.devices.test_attestation import ROOTS, made, verify

WINDOWS_HELLO = "08987058-cadc-4b81-b6e1-30de50dcbe96"
REVOKED = "ba86dc56-635f-4141-aef6-00227b1b9af6"


class Listed:
    """A list that holds one model."""

    def __init__(self, aaguid: str, *, roots: tuple[bytes, ...], problem: str = ""):
        self.aaguid = aaguid
        self.model = Model(name="Key One", level="1", problem=problem, roots=roots)

    def __call__(self, aaguid: str, leaf: x509.Certificate | None) -> Model | None:
        return self.model if aaguid == self.aaguid else None


def demands(aaguid: str = MODEL_TEXT, **listed: str) -> Demands:
    found = Listed(aaguid, roots=ROOTS, **listed)
    return Demands(attestation=True, find_listed=found)


def test_listed_roots_vouch_for_their_model() -> None:
    assert verify(made("packed"), demands()).trust == "trusted"


def test_listed_roots_do_not_vouch_for_another_model() -> None:
    with pytest.raises(RefusedError, match="manufacturer"):
        verify(made("packed"), demands(WINDOWS_HELLO))


def test_another_root_in_the_list_vouches_for_nobody() -> None:
    other = Listed(MODEL_TEXT, roots=(Authority().pem,))

    found = verify(made("packed"), Demands(find_listed=other))

    assert found.trust == "unknown"


@pytest.mark.parametrize("problem", PROBLEMS.values())
def test_no_root_vouches_for_a_model_whose_statements_prove_nothing(
    problem: str,
) -> None:
    listed = Listed(MODEL_TEXT, roots=ROOTS, problem=problem)

    found = verify(made("packed"), Demands(roots=ROOTS, find_listed=listed))

    assert found.trust == "unknown"


def test_a_listed_certificate_may_be_the_attestation_certificate_itself() -> None:
    seen: list[bytes] = []

    def note(aaguid: str, leaf: x509.Certificate | None) -> Model | None:
        assert leaf is not None
        pem = leaf.public_bytes(Encoding.PEM)
        seen.append(pem)
        return Model(name="Key One", level="", problem="", roots=(pem,))

    assert verify(made("packed"), Demands(find_listed=note)).trust == "trusted"
    assert seen


def test_the_list_names_windows_hello_with_the_roots_of_its_chips() -> None:
    model = find_model(WINDOWS_HELLO)

    assert model is not None
    assert "Windows Hello" in model.name
    assert model.roots
    assert len(readable(model.roots)) == len(model.roots)


def test_a_root_that_can_not_be_read_vouches_for_nobody() -> None:
    damaged = ROOTS[0].replace(b"\nMII", b"\nMIJ")

    found = verify(
        made("packed"),
        Demands(find_listed=Listed(MODEL_TEXT, roots=(damaged, b"none"))),
    )

    assert found.trust == "unknown"


def test_the_list_knows_whom_not_to_believe() -> None:
    model = find_model(REVOKED)

    assert model is not None
    assert model.problem == PROBLEMS["REVOKED"]


def test_a_model_that_nobody_listed_is_not_found() -> None:
    assert find_model(MODEL_TEXT) is None
    assert find_model("00000000-0000-0000-0000-000000000000") is None
    assert find_model("") is None


def words(aaguid: str, trust: str) -> str:
    return " ".join(
        describe(
            form="packed",
            trust=trust,
            aaguid=aaguid,
            user_verified=True,
            backup_eligible=False,
            backed_up=False,
        )
    )


def test_what_nobody_vouches_for_is_only_a_claim() -> None:
    assert "It calls itself what the FIDO Alliance lists" in words(
        WINDOWS_HELLO, "none"
    )
    assert "This is what the FIDO Alliance lists" in words(WINDOWS_HELLO, "trusted")


def test_whoever_decides_reads_what_was_reported() -> None:
    assert "Take care: the FIDO Alliance has revoked this model." in words(
        REVOKED, "unknown"
    )
    assert "FIDO" not in words(MODEL_TEXT, "trusted")
