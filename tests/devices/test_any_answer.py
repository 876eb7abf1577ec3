"""Whatever is sent as the answer of a device: no failure, and nothing is accepted.

The long size runs for FUZZING_SECONDS, half an hour unless told.
"""

import os
import time
from dataclasses import dataclass
from typing import Any

import cbor2
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.models import AttestationRoot, DeviceCredential, DeviceType
from tests.devices import damaging
from tests.devices.authenticator import Authenticator, Said, decode, encode
from tests.devices.authorities import Authority
from tests.devices.people import challenge_in
from tests.factories import NOW, make_user

SECONDS = float(os.environ.get("FUZZING_SECONDS", "1800"))
ENROLL, PROVE = "/api/v1/me/devices/enroll/", "/api/v1/me/devices/prove/"
ORIGIN = "http://testserver"
AUTHORITY = Authority()
FORMS = ("packed", "fido-u2f", "tpm", "apple", "android-key", "packed-self")
SIGNED = frozenset({"packed", "fido-u2f", "tpm", "apple", "android-key"})
REFUSED = range(400, 500)
PIECES = (
    b"",
    b"\x00",
    b"\xff",
    b"\xa0",
    b"\x9f",
    b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\xc2\x58\xff",
    b"\xd8\x1c\x81",
    b"\xf9\x7e\x00",
    b"\x81" * 500,
    b"{",
    b'"',
    b"\x00" * 70_000,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from([encode(b"x" * 40), "A", "=", "\0", "é"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["id", "rawId", "type", "response", "clientDataJSON", "signature", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
# Where the damage is, how many bytes go, and what comes instead.
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 8),
        st.binary(max_size=6) | st.sampled_from(PIECES),
    ),
    min_size=1,
    max_size=3,
)
OTHER = st.one_of(JSON, st.text(max_size=80), st.just("A" * 50_000))


@dataclass
class Bench:
    """A person with a session, and a device that they have enrolled."""

    client: Client
    device: Authenticator

    def ask(self, url: str, body: Any = None) -> Any:
        return self.client.post(
            url, body if body is not None else {}, content_type="application/json"
        )

    def said(self, url: str, body: Any = None) -> Said:
        options = self.ask(url, body).json()["options"]
        return Said(challenge_in(options), origin=ORIGIN, host="testserver")


@pytest.fixture
def bench(db: None) -> Bench:
    user = make_user("cyd")
    client = Client(raise_request_exception=True)
    client.force_login(user)
    AttestationRoot.objects.create(
        name="Maker",
        pem=AUTHORITY.pem.decode(),
        fingerprint="x",
        expires_at=NOW,
        created_at=NOW,
        modified_at=NOW,
    )
    DeviceType.objects.filter(code="any").update(attestation="verified")
    bench = Bench(client, Authenticator("packed", authority=AUTHORITY))
    made = bench.device.make(bench.said(ENROLL, {"type": "any"}))
    assert bench.ask(f"{ENROLL}finish/", {"credential": made}).status_code == 201
    return bench


def damaged(data: bytes, damage: list[tuple[float, int, bytes]]) -> bytes:
    for where, size, piece in damage:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + size :]
    return data


def means_the_same(left: bytes, right: bytes) -> bool:
    """Answer whether two attestation objects differ in their spelling only."""
    try:
        return bool(cbor2.loads(left) == cbor2.loads(right))
    except Exception:  # noqa: BLE001 - what can't be read means nothing
        return False


def try_registration(
    bench: Bench, form: str, part: str, damage: list[tuple[float, int, bytes]]
) -> None:
    device = Authenticator(form, authority=AUTHORITY)
    fmt = form.removesuffix("-self")
    made = device.make(bench.said(ENROLL, {"type": "any"}), form=fmt)
    before = decode(made["response"][part])
    after = damaged(before, damage)
    made["response"][part] = encode(after)

    answer = bench.ask(f"{ENROLL}finish/", {"credential": made})

    is_same = after == before
    if part == "attestationObject":
        is_same = is_same or means_the_same(before, after)
    if answer.status_code == 201:
        assert is_same
        assert form in SIGNED
        DeviceCredential.objects.filter(pk=answer.json()["id"]).delete()
    else:
        assert answer.status_code in REFUSED


def try_proof(bench: Bench, part: str, damage: list[tuple[float, int, bytes]]) -> None:
    proof = bench.device.prove(bench.said(PROVE))
    before = decode(proof["response"][part])
    after = damaged(before, damage)
    proof["response"][part] = encode(after)

    answer = bench.ask(f"{PROVE}finish/", {"credential": proof})

    if answer.status_code == 200:
        assert after == before
    else:
        assert answer.status_code in REFUSED


def try_anything(bench: Bench, url: str, body: Any) -> None:
    for sent in (body, {"credential": body}, {"credential": {"response": body}}):
        assert bench.ask(url, sent).status_code in REFUSED


FINISHES = st.sampled_from([f"{ENROLL}finish/", f"{PROVE}finish/"])
REGISTRATIONS = {
    "form": st.sampled_from(FORMS),
    "part": st.sampled_from(["attestationObject", "clientDataJSON"]),
    "damage": DAMAGE,
}
PROOFS = {
    "part": st.sampled_from(["authenticatorData", "clientDataJSON", "signature"]),
    "damage": DAMAGE,
}
SHORT = settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = settings(SHORT, max_examples=2000, database=None)


class TestAnyAnswer:
    @SHORT
    @given(**REGISTRATIONS)
    def test_of_a_damaged_registration_is_refused(
        self, bench: Bench, **how: Any
    ) -> None:
        try_registration(bench, **how)

    @SHORT
    @given(**PROOFS)
    def test_of_a_damaged_proof_is_refused(self, bench: Bench, **how: Any) -> None:
        try_proof(bench, **how)

    @SHORT
    @given(url=FINISHES, body=OTHER)
    def test_of_another_shape_is_refused(
        self, bench: Bench, url: str, body: Any
    ) -> None:
        try_anything(bench, url, body)


@pytest.mark.nightly
def test_any_answer_for_as_long_as_told(bench: Bench) -> None:
    count = 0

    @LONG
    @given(
        first=st.fixed_dictionaries(REGISTRATIONS), second=st.fixed_dictionaries(PROOFS)
    )
    def damage(first: dict[str, Any], second: dict[str, Any]) -> None:
        nonlocal count
        if time.monotonic() > end:
            return
        count += 2
        try_registration(bench, **first)
        try_proof(bench, **second)

    @LONG
    @given(url=FINISHES, body=OTHER)
    def anything(url: str, body: Any) -> None:
        nonlocal count
        if time.monotonic() > end:
            return
        count += 3
        try_anything(bench, url, body)

    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        damage()
        anything()
    print(f"{count} answers were refused in {SECONDS:.0f} s")  # noqa: T201 - the size
    assert count


def test_damage_that_reaches_only_the_checks_is_refused_as_well() -> None:
    counts = damaging.run(2000, seed=59)

    assert sum(counts[form] for form in (*damaging.FORMS, "proof")) == 2000
