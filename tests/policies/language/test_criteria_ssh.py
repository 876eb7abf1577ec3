"""SSH keys, certificates and user names."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import ssh

from policies.language import Mode
from policies.language.facts import Facts, Ssh

from .deciding import answer, signed_in
from .keys import NOW, PrivateKey, authorized_key, ssh_certificate, wire
from .reading import codes_of

KEY = ed25519.Ed25519PrivateKey.generate()
OTHER = ed25519.Ed25519PrivateKey.generate()
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
AUTHORITIES: list[PrivateKey] = [
    KEY,
    RSA,
    ec.generate_private_key(ec.SECP256R1()),
    ec.generate_private_key(ec.SECP384R1()),
    ec.generate_private_key(ec.SECP521R1()),
]
OK = (True, "ssh-publickey-ok")
UNAUTHORIZED = (False, "ssh-publickey-unauthorized")
NOW_SECONDS = int(NOW.timestamp())


def presenting(data: bytes | None, username: str | None = "ada") -> Facts:
    encoded = None if data is None else base64.b64encode(data).decode()
    return Facts(now=NOW, ssh=Ssh(username, encoded))


class TestPublicKey:
    @pytest.mark.parametrize(
        "text",
        [
            authorized_key(KEY),
            authorized_key(KEY) + " ada@laptop",
            'restrict,command="ls -l" ' + authorized_key(KEY),
            "no-pty \t " + authorized_key(KEY),
            "\\n# comment\\n\\n" + authorized_key(KEY) + "\\nrubbish",
        ],
    )
    def test_the_key_counts_and_nothing_around_it(self, text: str) -> None:
        quoted = '"' + text.replace('"', '\\"') + '"'

        assert answer(f"ssh_publickey: {quoted}", presenting(wire(KEY))) == OK

    def test_one_of_several_is_enough(self) -> None:
        keys = f"['{authorized_key(OTHER)}', '{authorized_key(KEY)}']"

        assert answer(f"ssh_publickey: {keys}", presenting(wire(KEY))) == OK
        assert answer(f"ssh_publickey: {keys}", presenting(wire(RSA))) == UNAUTHORIZED
        assert answer("ssh_publickey: []", presenting(wire(KEY))) == UNAUTHORIZED
        assert answer(f"ssh_publickey: {keys}", presenting(None)) == UNAUTHORIZED

    @pytest.mark.parametrize(
        "data",
        [
            "5",
            "null",
            "{is: x}",
            "[5]",
            "''",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 '*'",
            "'# only a comment'",
            "'no-pty \"unclosed'",
            f"'ssh-rsa {authorized_key(KEY).split()[1]}'",
        ],
    )
    def test_what_is_no_key_is_refused(self, data: str) -> None:
        assert codes_of(f"allow:\n  or:\n    - ssh_publickey: {data}") == ["not-a-key"]

    def test_an_empty_list_can_not_be_saved(self) -> None:
        assert codes_of("allow: {or: [ssh_ca: []]}", saving=True) == ["empty-list"]


def admitted(facts: Facts, authority: PrivateKey = KEY) -> tuple[bool | None, str]:
    return answer(f"ssh_ca: {authorized_key(authority)}", facts)


class TestCertificateAuthority:
    @pytest.mark.parametrize("authority", AUTHORITIES)
    def test_a_certificate_signed_by_it_is_admitted(
        self, authority: PrivateKey
    ) -> None:
        assert admitted(presenting(ssh_certificate(authority)), authority) == OK

    @pytest.mark.parametrize(
        ("options", "admits"),
        [
            ({}, True),
            ({"principals": ()}, True),
            ({"principals": ("ben", "ada")}, True),
            ({"principals": ("ben",)}, False),
            ({"after": NOW_SECONDS}, True),
            ({"after": NOW_SECONDS + 1}, False),
            ({"after": 2**63}, False),
            ({"before": NOW_SECONDS + 1}, True),
            ({"before": NOW_SECONDS}, False),
            ({"before": 2**64 - 2}, False),
            ({"kind": ssh.SSHCertificateType.HOST}, False),
            ({"critical": ((b"source-address", b"10.0.0.0/8"),)}, True),
            ({"critical": ((b"force-command", b"ls"),)}, False),
        ],
    )
    def test_a_certificate_must_be_for_the_name_and_in_its_time(
        self, options: dict[str, Any], admits: bool
    ) -> None:
        facts = presenting(ssh_certificate(KEY, **options))

        assert admitted(facts) == (OK if admits else UNAUTHORIZED)

    def test_a_certificate_of_another_authority_is_not(self) -> None:
        assert admitted(presenting(ssh_certificate(OTHER))) == UNAUTHORIZED

    def test_the_last_byte_of_the_signature_counts(self) -> None:
        for authority in AUTHORITIES:
            certificate = bytearray(ssh_certificate(authority))
            certificate[-1] ^= 1

            assert admitted(presenting(bytes(certificate)), authority) == UNAUTHORIZED

    @pytest.mark.parametrize("data", [None, b"", b"x", wire(KEY)])
    def test_a_plain_key_is_no_certificate(self, data: bytes | None) -> None:
        assert admitted(presenting(data)) == UNAUTHORIZED

    def test_without_a_name_nobody_is_admitted(self) -> None:
        assert admitted(presenting(ssh_certificate(KEY), None)) == UNAUTHORIZED
        facts = Facts(now=NOW, ssh=Ssh("ada", "no base64"))
        assert admitted(facts) == UNAUTHORIZED

    def test_without_a_clock_it_is_undecided(self) -> None:
        facts = Facts(ssh=presenting(ssh_certificate(KEY)).ssh)
        criterion = f"ssh_ca: {authorized_key(KEY)}"

        assert answer(criterion, facts) == (None, "time-data-unavailable")
        assert answer(criterion, facts, Mode.CORE_INTENDED) == UNAUTHORIZED
        assert answer("ssh_ca: []", facts) == UNAUTHORIZED


class TestUsername:
    def test_it_is_compared(self) -> None:
        facts = Facts(ssh=Ssh("ada"))

        assert answer("ssh_username: ada", facts) == (True, "ssh-username-ok")
        assert answer("ssh_username: {in: [root]}", facts) == (
            False,
            "ssh-username-unauthorized",
        )

    def test_without_one_only_the_empty_matcher_holds(self) -> None:
        assert answer("ssh_username: {not: root}", Facts())[0] is False
        assert answer("ssh_username: {}", Facts())[0] is True

    def test_it_may_have_to_be_that_of_the_address(self) -> None:
        criterion = "ssh_username_matches_email: true"

        assert answer(criterion, signed_in(ssh=Ssh("ada")))[0] is True
        assert answer(criterion, signed_in(ssh=Ssh("Ada")))[0] is False
        assert answer(criterion, signed_in("ada", ssh=Ssh("ada")))[0] is True
        assert answer(criterion, Facts(ssh=Ssh("")))[0] is True
        assert answer(criterion, Facts(ssh=Ssh("ada"))) == (
            False,
            "user-unauthenticated",
        )

    def test_it_may_have_to_be_in_a_claim(self) -> None:
        criterion = "ssh_username_matches_claim: logins"

        for claims, holds in (
            ({"logins": ["ada", "root"]}, True),
            ({"logins": {"main": "ada"}}, True),
            ({"logins": "ada"}, False),
            ({"logins": []}, False),
            ({}, False),
        ):
            facts = signed_in(claims=claims, ssh=Ssh("ada"))
            assert answer(criterion, facts)[0] is holds
        assert answer(criterion, Facts(ssh=Ssh("ada")))[1] == "user-unauthenticated"

    @pytest.mark.parametrize("data", ["5", "null", "[a]"])
    def test_the_name_of_a_claim_must_be_text(self, data: str) -> None:
        text = f"allow: {{or: [ssh_username_matches_claim: {data}]}}"

        assert codes_of(text) == ["not-a-text"]

    def test_the_name_of_a_claim_must_not_be_empty_when_saved(self) -> None:
        text = "allow: {or: [ssh_username_matches_claim: '']}"

        assert codes_of(text, saving=True) == ["empty-operand"]
