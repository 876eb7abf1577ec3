"""Registrations: each format of attestation, good and broken, and WebAuthn 7.1."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from devices.attestation import (
    Demands,
    RefusedError,
    Registered,
    RelyingParty,
    verify_registration,
)
from devices.attestation.inputs import MAX_CREDENTIAL_BYTES, challenge_of
from tests.devices.authenticator import (
    BE,
    BS,
    ED,
    MODEL_TEXT,
    ORIGIN,
    UP,
    UV,
    Authenticator,
    Said,
    decode,
    encode,
)
from tests.devices.authorities import Authority
from tests.devices.statements import FAULTS

CHALLENGE = bytes(range(32))
PARTY = RelyingParty(id="localhost", origin=ORIGIN)
AUTHORITY = Authority()
ROOTS = (AUTHORITY.pem,)
TRUSTED = Demands(roots=ROOTS)
# The statement's name in the tests, and the format that it goes by.
FORMS = {form: "packed" if form == "packed-self" else form for form in FAULTS}


def device(form: str, **more: Any) -> Authenticator:
    return Authenticator(form, authority=AUTHORITY, **more)


def verify(credential: object, demands: Demands = TRUSTED) -> Registered:
    return verify_registration(
        credential, challenge=CHALLENGE, party=PARTY, demands=demands
    )


def made(form: str, said: Said | None = None, **changes: Any) -> dict[str, Any]:
    changes.setdefault("form", FORMS[form])
    return device(form).make(said or Said(CHALLENGE), **changes)


class TestGoodStatements:
    @pytest.mark.parametrize(
        ("form", "trust"),
        [
            ("none", "none"),
            ("packed", "trusted"),
            ("packed-self", "self"),
            ("fido-u2f", "trusted"),
            ("tpm", "trusted"),
            ("apple", "trusted"),
            ("android-key", "trusted"),
        ],
    )
    def test_hold_and_say_who_vouches(self, form: str, trust: str) -> None:
        found = verify(made(form))

        assert (found.format, found.trust) == (FORMS[form], trust)
        assert found.user_verified

    @pytest.mark.parametrize("form", ["packed", "fido-u2f", "tpm"])
    def test_of_a_maker_that_is_not_trusted_are_told_apart(self, form: str) -> None:
        assert verify(made(form), Demands()).trust == "unknown"
        assert verify(made(form), Demands(roots=(Authority().pem,))).trust == "unknown"

    @pytest.mark.parametrize("form", ["apple", "android-key"])
    def test_of_apple_and_android_need_their_own_roots(self, form: str) -> None:
        with pytest.raises(RefusedError):
            verify(made(form), Demands())

    def test_name_the_model(self) -> None:
        found = verify(made("packed"))

        assert (found.aaguid, found.model) == (MODEL_TEXT, "Maker Key One")


@pytest.mark.parametrize(
    ("form", "fault"),
    [(form, fault) for form, faults in FAULTS.items() for fault in faults],
)
def test_a_broken_statement_is_refused(form: str, fault: str) -> None:
    with pytest.raises(RefusedError):
        verify(made(form, broken=fault), Demands(attestation=False, roots=ROOTS))


@pytest.mark.parametrize("form", ["android-safetynet", "compound", "nonsense", 7, None])
def test_a_format_that_is_not_accepted_is_refused(form: object) -> None:
    with pytest.raises(RefusedError, match="format"):
        verify(device("none").make(Said(CHALLENGE), form=form))


class TestClientData:
    @pytest.mark.parametrize(
        "said",
        [
            Said(bytes(32)),
            Said(CHALLENGE, origin="https://localhost:8000"),
            Said(CHALLENGE, origin="http://localhost:8001"),
            Said(CHALLENGE, origin="http://localhost"),
            Said(CHALLENGE, origin="http://evil.localhost:8000"),
            Said(CHALLENGE, origin="http://localhost:8000/"),
            Said(CHALLENGE, host="example.com"),
            Said(CHALLENGE, host="sub.localhost"),
            Said(CHALLENGE, type="webauthn.get"),
            Said(CHALLENGE, more_client_data={"crossOrigin": True}),
            Said(CHALLENGE, more_client_data={"crossOrigin": "yes"}),
            Said(CHALLENGE, more_client_data={"topOrigin": "https://evil.example"}),
            Said(CHALLENGE, flags=UV),
            Said(CHALLENGE, flags=UP | UV | BS),
        ],
        ids=[
            "another challenge",
            "another scheme",
            "another port",
            "no port",
            "a sub-domain",
            "an address with a path",
            "another host",
            "the hash of a sub-domain",
            "an assertion",
            "a cross-origin frame",
            "a cross-origin frame in words",
            "a top origin",
            "nobody present",
            "a copy of what can't be copied",
        ],
    )
    def test_that_says_something_else_is_refused(self, said: Said) -> None:
        with pytest.raises(RefusedError):
            verify(made("none", said))

    def test_of_a_key_that_is_copied_is_noted(self) -> None:
        found = verify(made("none", Said(CHALLENGE, flags=UP | BE | BS)))

        assert (found.backup_eligible, found.backed_up) == (True, True)
        assert not found.user_verified


class TestKeys:
    @pytest.mark.parametrize(
        "cose",
        [
            {},
            {1: 2, 3: -7},
            {1: 2, 3: -7, -1: 1, -2: b"x", -3: b"y"},
            {1: 2, 3: -7, -1: 2, -2: bytes(48), -3: bytes(48)},
            {1: 2, 3: -47, -1: 8, -2: bytes(32), -3: bytes(32)},
            {1: 3, 3: -65535, -1: bytes(256), -2: b"\1\0\1"},
            {1: 4, 3: 5, -1: b"secret"},
            {1: 1, 3: -8, -1: 7, -2: bytes(57)},
            "no map",
            [1, 2, 3],
            7,
        ],
        ids=str,
    )
    def test_that_are_none_of_ours_are_refused(self, cose: object) -> None:
        with pytest.raises(RefusedError):
            verify(made("none", cose=cose))

    @pytest.mark.parametrize("family", ["P-384", "X25519"])
    def test_on_another_curve_are_refused(self, family: str) -> None:
        numbers = ec.generate_private_key(ec.SECP384R1()).public_key().public_numbers()
        point = [one.to_bytes(48, "big") for one in (numbers.x, numbers.y)]
        cose = {
            "P-384": {1: 2, 3: -7, -1: 2, -2: point[0], -3: point[1]},
            "X25519": {1: 1, 3: -8, -1: 4, -2: bytes(31) + b"\1"},
        }[family]

        with pytest.raises(RefusedError, match="curve"):
            verify(made("none", cose=cose))

    @pytest.mark.parametrize("size", [0, 1024, 4000])
    def test_with_an_id_of_another_size_are_refused(self, size: int) -> None:
        with pytest.raises(RefusedError):
            verify(made("none", id=bytes(size)))

    def test_with_the_longest_id_are_taken(self) -> None:
        assert len(decode(verify(made("none", id=b"x" * 1023)).credential_id)) == 1023

    def test_of_another_id_than_the_browser_says_are_refused(self) -> None:
        credential = made("none")
        credential["id"] = credential["rawId"] = encode(b"another")

        with pytest.raises(RefusedError):
            verify(credential)


class TestDemands:
    def test_a_type_may_ask_where_the_device_sits(self) -> None:
        asked = Demands(attachment="platform")
        roaming = device("none", attachment="cross-platform").make(Said(CHALLENGE))

        assert verify(made("none"), asked).attachment == "platform"
        with pytest.raises(RefusedError, match="built into"):
            verify(roaming, asked)

    def test_a_type_may_ask_that_the_owner_is_recognized(self) -> None:
        with pytest.raises(RefusedError):
            verify(
                made("none", Said(CHALLENGE, flags=UP)),
                Demands(user_verification=True),
            )

    @pytest.mark.parametrize("form", ["none", "packed-self"])
    def test_a_type_may_ask_that_a_trusted_maker_vouches(self, form: str) -> None:
        asked = Demands(attestation=True, roots=ROOTS)

        assert verify(made("packed"), asked).trust == "trusted"
        with pytest.raises(RefusedError, match="manufacturer"):
            verify(made(form), asked)

    def test_a_maker_of_whom_nobody_knows_is_not_trusted(self) -> None:
        with pytest.raises(RefusedError, match="manufacturer"):
            verify(made("packed"), Demands(attestation=True))

    def test_a_type_may_name_its_models(self) -> None:
        assert verify(made("packed"), Demands(models=(MODEL_TEXT,), roots=ROOTS))
        for model in ("00000000-0000-0000-0000-000000000000", MODEL_TEXT[::-1]):
            with pytest.raises(RefusedError, match="model"):
                verify(made("packed"), Demands(models=(model,), roots=ROOTS))
        with pytest.raises(RefusedError, match="model"):
            verify(
                made("fido-u2f"),
                Demands(models=("00000000-0000-0000-0000-000000000000",)),
            )


class TestShapes:
    @pytest.mark.parametrize(
        "credential",
        [
            None,
            [],
            "text",
            {},
            {"id": "x"},
            {"id": "x", "rawId": "x", "response": {}},
            {"id": 7, "rawId": 7, "response": {"clientDataJSON": 1}},
        ],
        ids=str,
    )
    def test_that_are_no_credential_are_refused(self, credential: object) -> None:
        with pytest.raises(RefusedError):
            verify(credential)

    def test_that_are_too_large_are_refused(self) -> None:
        credential = made("none")
        credential["response"]["attestationObject"] = "A" * MAX_CREDENTIAL_BYTES

        with pytest.raises(RefusedError, match="too large"):
            verify(credential)

    @pytest.mark.parametrize("challenge", [None, 7, ["x"], "no base64url"], ids=str)
    def test_that_answer_no_challenge_are_refused(self, challenge: object) -> None:
        said = encode(json.dumps({"challenge": challenge}).encode())

        with pytest.raises(RefusedError, match="answers no challenge"):
            challenge_of({"response": {"clientDataJSON": said}})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("clientDataJSON", ""),
            ("clientDataJSON", encode(b"[]")),
            ("clientDataJSON", encode(b"{")),
            ("clientDataJSON", encode(b'{"a":' * 5000)),
            ("clientDataJSON", encode(b"\xff\xfe")),
            ("clientDataJSON", "é"),
            ("attestationObject", encode(b"")),
            ("attestationObject", encode(b"\xa0")),
            ("attestationObject", encode(b"\x9f" * 20_000)),
            ("attestationObject", encode(b"\x81" * 20_000)),
            ("attestationObject", encode(b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff")),
            ("attestationObject", "A" * 10_000_000),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_with_a_damaged_part_are_refused(self, name: str, value: str) -> None:
        credential = made("none")
        credential["response"][name] = value

        with pytest.raises(RefusedError):
            verify(credential)

    def test_with_something_behind_the_data_are_refused(self) -> None:
        with pytest.raises(RefusedError):
            verify(made("none", extra=b"x"))

    def test_that_promise_extensions_have_them(self) -> None:
        with pytest.raises(RefusedError):
            verify(made("none", Said(CHALLENGE, flags=UP | ED)))

    def test_with_two_ids_are_refused(self) -> None:
        credential = made("none") | {"rawId": encode(b"another")}

        with pytest.raises(RefusedError, match="differ"):
            verify(credential)
