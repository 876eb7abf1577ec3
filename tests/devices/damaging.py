"""Damaged answers of devices, at the checks themselves: millions of them.

    python -m tests.devices.damaging --inputs 10000000

`test_any_answer` sends damaged answers through the whole console; here there is nothing
but what reads and verifies them, and so a thousand times more can be tried.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

import cbor2

from devices.attestation import RefusedError, RelyingParty
from devices.attestation.assertions import verify_assertion
from devices.attestation.parties import Demands
from devices.attestation.registrations import verify_registration
from tests.devices.authenticator import Authenticator, Said, decode, encode
from tests.devices.authorities import Authority

FORMS: Final = ("packed", "fido-u2f", "tpm", "apple", "android-key")
CHALLENGE: Final = b"c" * 64
PARTY: Final = RelyingParty(id="localhost", origin="http://localhost:8000")
PIECES: Final = (
    b"",
    b"\x00",
    b"\xff",
    b"\xa0",
    b"\x9f",
    b"\xbf",
    b"\x5b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\xc2\x58\xff",
    b"\xd8\x1c\x81",
    b"\xf9\x7e\x00",
    b"\x81" * 300,
    b"{",
    b'"',
    b"\\ud800",
)


class Targets:
    """Valid answers of each format, and the checks that they pass."""

    def __init__(self) -> None:
        authority = Authority()
        self.demands = Demands(attestation=True, roots=(authority.pem,))
        self.made = {
            form: Authenticator(form, authority=authority).make(Said(CHALLENGE))
            for form in FORMS
        }
        device = Authenticator("packed", authority=authority)
        self.key = cbor2.dumps(device.cose)
        self.proof = device.prove(Said(CHALLENGE))
        for form in FORMS:
            self.register(self.made[form])
        self.prove(self.proof)

    def register(self, credential: Any) -> None:
        """Check an answer as enrolling does."""
        verify_registration(
            credential, challenge=CHALLENGE, party=PARTY, demands=self.demands
        )

    def prove(self, credential: Any) -> None:
        """Check an answer as proving a device does."""
        verify_assertion(
            credential,
            challenge=CHALLENGE,
            party=PARTY,
            public_key=self.key,
            sign_count=0,
            user_handle=b"user",
            backup_eligible=False,
        )


def damaged(data: bytes, luck: random.Random) -> bytes:
    """Return data with one to three places changed."""
    for _ in range(luck.randint(1, 3)):
        at = luck.randrange(len(data) + 1)
        piece = (
            luck.choice(PIECES)
            if luck.random() < 0.4
            else luck.randbytes(luck.randint(1, 4))
        )
        data = data[:at] + piece + data[at + luck.randint(0, 6) :]
    return data


def attempts(targets: Targets, luck: random.Random) -> Iterator[tuple[str, str, Any]]:
    """Yield format, damaged part and answer without end."""
    while True:
        form = luck.choice((*FORMS, "proof"))
        whole = deepcopy(targets.proof if form == "proof" else targets.made[form])
        part = luck.choice(sorted(set(whole["response"]) - {"transports"}))
        before = whole["response"][part]
        after = encode(damaged(decode(before), luck))
        if after != before:
            whole["response"][part] = after
            yield form, part, whole


def means_the_same(left: str, right: str) -> bool:
    """Answer whether two attestation objects differ in what nobody signed only.

    That is the spelling, and in format "fido-u2f" the flags and the counter, which a
    signature of U2F does not cover (FIDO U2F Raw Message Formats 4.3).
    """
    try:
        one, other = (cbor2.loads(decode(text)) for text in (left, right))
    except Exception:  # noqa: BLE001 - what can't be read means nothing
        return False
    if one["fmt"] == other.get("fmt") == "fido-u2f":
        for held in (one, other):
            held["authData"] = held["authData"][:32] + held["authData"][37:]
    return bool(one == other)


def run(inputs: int, seed: int) -> Counter[str]:
    """Try so many damaged answers; return how often each format was tried.

    Raises:
        AssertionError: one was accepted that says something else than before.
        Exception: one was not refused but broke a check.
    """
    targets, luck = Targets(), random.Random(seed)
    counts: Counter[str] = Counter()
    for (form, part, whole), _ in zip(
        attempts(targets, luck), range(inputs), strict=False
    ):
        counts[form] += 1
        try:
            (targets.prove if form == "proof" else targets.register)(whole)
        except RefusedError:
            continue
        before = targets.made[form]["response"] if form != "proof" else {}
        assert part == "attestationObject", whole
        assert means_the_same(before[part], whole["response"][part]), whole
        counts["means the same"] += 1
    return counts


def main() -> None:
    """Read the arguments, and run."""
    parser = argparse.ArgumentParser(description="Damage answers of devices.")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.perf_counter()
    counts = run(given.inputs, given.seed)
    took = time.perf_counter() - began
    print(f"{given.inputs} damaged answers in {took:.0f} s: {dict(counts)}")  # noqa: T201


if __name__ == "__main__":
    main()
