"""Challenges and what answers them: enrolling a device, proving to have it."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from console.core.actor import system
from console.core.exceptions import ConsoleError, NotFoundError
from console.core.models import AuditEvent, OutboxEntry
from devices import selectors, services
from devices.exceptions import (
    CeremonyRefusedError,
    ChallengeRefusedError,
    CopiedKeyError,
    CredentialTakenError,
    DeviceTypeNotFoundError,
)
from devices.models import DeviceCeremony, DeviceCredential, DeviceEnrollment, Status
from tests.devices.authenticator import BE, UP, UV, Authenticator, Said, encode
from tests.devices.authorities import new_key
from tests.devices.people import (
    PARTY,
    SESSION,
    asked,
    decide,
    enroll,
    finish,
    proof_asked,
    prove,
)
from tests.factories import NOW
from tests.people import Cast, actor_of

LATER = NOW + timedelta(minutes=5)


class TestEnroll:
    def test_leaves_the_device_waiting(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd, label="  My\nphone ")

        assert enrollment.status == Status.WAITING
        assert [one.label for one in selectors.list_credentials_of(cast.cyd.id)] == [
            "My phone"
        ]

    def test_is_recorded_and_told_to_enforcement(self, cast: Cast) -> None:
        enrollment = enroll(cast.cyd)

        event = AuditEvent.objects.get(action="device.enrolled")
        assert event.target_id == str(enrollment.credential_id)
        assert event.actor_label == cast.cyd.email
        assert OutboxEntry.objects.filter(
            topic="devices", audit_sequence=event.sequence
        ).exists()

    def test_keeps_no_challenge_in_clear(self, cast: Cast) -> None:
        said = asked(cast.cyd)

        ceremony = DeviceCeremony.objects.get()
        assert ceremony.challenge_hash == hashlib.sha256(said.challenge).hexdigest()

    def test_refuses_a_challenge_that_was_answered(self, cast: Cast) -> None:
        said = asked(cast.cyd)
        finish(cast.cyd, Authenticator().make(said))

        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, Authenticator().make(said))

    def test_uses_a_challenge_up_by_a_wrong_answer_too(self, cast: Cast) -> None:
        said = asked(cast.cyd)
        device = Authenticator()
        with pytest.raises(CeremonyRefusedError):
            finish(cast.cyd, device.make(Said(said.challenge, origin="https://a.test")))

        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, device.make(said))

    def test_refuses_a_challenge_of_five_minutes_ago(self, cast: Cast) -> None:
        said = asked(cast.cyd)

        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, Authenticator().make(said), now=LATER)

    def test_refuses_the_challenge_of_somebody_else(self, cast: Cast) -> None:
        said = asked(cast.cyd)

        with pytest.raises(ChallengeRefusedError):
            finish(cast.ben, Authenticator().make(said))
        finish(cast.cyd, Authenticator().make(said))

    def test_refuses_the_challenge_of_another_session(self, cast: Cast) -> None:
        said = asked(cast.cyd)

        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, Authenticator().make(said), session="another")

    def test_refuses_the_challenge_for_a_proof(self, cast: Cast) -> None:
        enroll(cast.cyd)
        said = proof_asked(cast.cyd)

        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, Authenticator().make(said))

    def test_takes_two_tabs_side_by_side(self, cast: Cast) -> None:
        first, second = asked(cast.cyd), asked(cast.cyd)

        finish(cast.cyd, Authenticator().make(second))
        finish(cast.cyd, Authenticator().make(first))

        assert DeviceCredential.objects.count() == 2

    def test_keeps_only_so_many_challenges(self, cast: Cast) -> None:
        first = asked(cast.cyd)
        for _ in range(20):
            last = asked(cast.cyd)

        assert DeviceCeremony.objects.count() == 20
        finish(cast.cyd, Authenticator().make(last))
        with pytest.raises(ChallengeRefusedError):
            finish(cast.cyd, Authenticator().make(first))

    @pytest.mark.parametrize("who", ["cyd", "ben"])
    def test_refuses_a_key_that_anybody_has_enrolled(
        self, cast: Cast, who: str
    ) -> None:
        device = Authenticator()
        enroll(cast.cyd, device)
        again = getattr(cast, who)

        with pytest.raises(CredentialTakenError):
            finish(again, device.make(asked(again)))

    def test_refuses_a_type_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(DeviceTypeNotFoundError):
            asked(cast.cyd, device_type="unheard-of")

    def test_refuses_what_its_type_does_not_allow(self, cast: Cast) -> None:
        said = asked(cast.cyd, device_type="enclave_only")

        with pytest.raises(CeremonyRefusedError, match="manufacturer"):
            finish(cast.cyd, Authenticator().make(said))
        assert not DeviceCredential.objects.exists()

    def test_is_for_people_only(self, cast: Cast) -> None:
        with pytest.raises(NotFoundError):
            asked(system("robot"))

    def test_tells_browsers_which_keys_are_enrolled(self, cast: Cast) -> None:
        device = Authenticator()
        revoked = enroll(cast.cyd, device)
        decide(revoked, "revoke", cast.root)

        options = services.begin_registration(
            party=PARTY,
            session=SESSION,
            device_type="any",
            actor=actor_of(cast.cyd),
            now=NOW,
        )

        assert [one["id"] for one in options["excludeCredentials"]] == [
            encode(device.id)
        ]


class TestProve:
    def test_notes_counter_and_time(self, cast: Cast) -> None:
        device = Authenticator()
        enroll(cast.cyd, device)

        known = prove(
            cast.cyd, device.prove(proof_asked(cast.cyd), user=cast.cyd.id.bytes)
        )

        known.refresh_from_db()
        assert (known.sign_count, known.last_used_at) == (1, NOW)

    @pytest.mark.parametrize("steps", [0, -1])
    def test_suspends_a_device_whose_counter_does_not_go_up(
        self, cast: Cast, steps: int
    ) -> None:
        device = Authenticator()
        device.counter = 7
        enrollment = enroll(cast.cyd, device)
        decide(enrollment, "approve", cast.root)
        device.counter += steps

        with pytest.raises(CopiedKeyError):
            prove(cast.cyd, device.prove(proof_asked(cast.cyd), counts=False))

        enrollment.refresh_from_db()
        assert enrollment.status == Status.SUSPENDED
        assert AuditEvent.objects.filter(action="device.copied").count() == 1
        assert not selectors.list_counting(cast.cyd.id).exists()

    def test_takes_a_device_without_a_counter_again_and_again(self, cast: Cast) -> None:
        device = Authenticator()
        enroll(cast.cyd, device)

        for _ in range(3):
            prove(cast.cyd, device.prove(proof_asked(cast.cyd), counts=False))

    def test_needs_no_counter_of_a_forger(self, cast: Cast) -> None:
        device = Authenticator()
        device.counter = 7
        enrollment = enroll(cast.cyd, device)
        device.key, device.counter = new_key(), 1

        with pytest.raises(CeremonyRefusedError):
            prove(cast.cyd, device.prove(proof_asked(cast.cyd)))

        enrollment.refresh_from_db()
        assert enrollment.status == Status.WAITING

    @pytest.mark.parametrize("action", ["reject", "suspend", "revoke"])
    def test_refuses_a_device_that_counts_no_more(
        self, cast: Cast, action: str
    ) -> None:
        device = Authenticator()
        enrollment = enroll(cast.cyd, device)
        said = proof_asked(cast.cyd)
        decide(enrollment, action, cast.root)

        with pytest.raises(CeremonyRefusedError):
            prove(cast.cyd, device.prove(said))

    def test_refuses_who_has_no_device(self, cast: Cast) -> None:
        with pytest.raises(NotFoundError):
            proof_asked(cast.cyd)

    def test_refuses_a_proof_that_was_given(self, cast: Cast) -> None:
        device = Authenticator()
        enroll(cast.cyd, device)
        proof = device.prove(proof_asked(cast.cyd))
        prove(cast.cyd, proof)

        with pytest.raises(ChallengeRefusedError):
            prove(cast.cyd, proof)


def _with(name: str, value: str) -> Callable[[Any, Said], dict[str, Any]]:
    def make(device: Authenticator, said: Said) -> dict[str, Any]:
        proof = device.prove(said)
        proof["response"][name] = value
        return proof

    return make


def _said(**changes: Any) -> Callable[[Any, Said], dict[str, Any]]:
    def make(device: Authenticator, said: Said) -> dict[str, Any]:
        return device.prove(Said(said.challenge, **changes))

    return make


def _over_other_data(device: Authenticator, said: Said) -> dict[str, Any]:
    proof = device.prove(said)
    signed = device.key.sign(b"other data", ec.ECDSA(hashes.SHA256()))
    proof["response"]["signature"] = encode(signed)
    return proof


def _of_another(device: Authenticator, said: Said) -> dict[str, Any]:
    return device.prove(said, user=b"somebody else")


def _under_another_id(device: Authenticator, said: Said) -> dict[str, Any]:
    return device.prove(said) | {"id": encode(b"other"), "rawId": encode(b"other")}


WRONG_PROOFS: dict[str, Callable[[Any, Said], dict[str, Any]]] = {
    "another origin": _said(origin="https://localhost:8000"),
    "another port": _said(origin="http://localhost:8001"),
    "a sub-domain": _said(origin="http://a.localhost:8000"),
    "another host": _said(host="example.com"),
    "a registration": _said(type="webauthn.create"),
    "nobody present": _said(flags=UV),
    "a frame of another site": _said(more_client_data={"crossOrigin": True}),
    "a key that may be copied": _said(flags=UP | UV | BE),
    "no signature": _with("signature", encode(b"x")),
    "no data": _with("authenticatorData", encode(b"x")),
    "a signature over something else": _over_other_data,
    "somebody else's handle": _of_another,
    "somebody else's key": _under_another_id,
}


@pytest.mark.parametrize("fault", WRONG_PROOFS)
def test_a_wrong_proof_is_refused(cast: Cast, fault: str) -> None:
    device = Authenticator()
    enrollment = enroll(cast.cyd, device)

    with pytest.raises(CeremonyRefusedError):
        prove(cast.cyd, WRONG_PROOFS[fault](device, proof_asked(cast.cyd)))

    enrollment.refresh_from_db()
    assert (enrollment.status, enrollment.credential.last_used_at) == ("waiting", None)


def test_a_type_may_ask_at_each_proof_that_the_owner_is_recognized(cast: Cast) -> None:
    device = Authenticator()
    enrollment = enroll(cast.cyd, device)
    kind = enrollment.credential.device_type
    kind.user_verification = "required"
    kind.save()

    with pytest.raises(CeremonyRefusedError):
        prove(cast.cyd, device.prove(Said(proof_asked(cast.cyd).challenge, flags=UP)))


def test_nothing_is_done_by_an_empty_answer(cast: Cast) -> None:
    asked(cast.cyd)

    nothings: list[object] = [None, {}, [], "", {"response": {}}]
    for nothing in nothings:
        with pytest.raises(ConsoleError):
            finish(cast.cyd, nothing)
        with pytest.raises(ConsoleError):
            prove(cast.cyd, nothing)

    assert not DeviceEnrollment.objects.exists()
