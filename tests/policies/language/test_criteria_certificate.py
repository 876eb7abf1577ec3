"""The certificate a client presents, and whether it is valid."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives import serialization

from policies.language import Mode, compile_route, evaluate
from policies.language.certificates import read_certificate
from policies.language.facts import ClientCertificate, Facts

from .deciding import answer
from .keys import client_certificate, pem
from .reading import codes_of, problems_of

CERTIFICATE = client_certificate(
    dns=("a.example.com", "b.example.com"),
    email=("ada@example.com",),
    uri=("https://example.com/ada",),
)
DER = CERTIFICATE.public_bytes(serialization.Encoding.DER)
SHORT = hashlib.sha256(DER).hexdigest()
LONG = ":".join(SHORT[i : i + 2] for i in range(0, 64, 2)).upper()
SPKI = base64.b64encode(
    hashlib.sha256(
        CERTIFICATE.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    ).digest()
).decode()
PRESENTED = Facts(certificate=ClientCertificate(presented=True, leaf=pem(CERTIFICATE)))
OTHER = "0" * 64


@pytest.mark.parametrize(
    ("data", "holds"),
    [
        ("{}", True),
        (f"{{fingerprint: {SHORT}}}", True),
        (f"{{fingerprint: '{LONG}'}}", True),
        (f"{{fingerprint: ['{OTHER}', {SHORT}]}}", True),
        (f"{{fingerprint: '{OTHER}'}}", False),
        ("{fingerprint: []}", False),
        (f"{{spki_hash: {SPKI}}}", True),
        ("{spki_hash: []}", False),
        ("{san_dns: a.example.com}", True),
        ("{san_dns: {starts_with: a, contains: b.}}", True),
        ("{san_dns: {not: a.example.com}}", True),
        ("{san_dns: c.example.com}", False),
        ("{san_email: {ends_with: '@example.com'}}", True),
        ("{san_email: {not: ada@example.com}}", False),
        ("{san_uri: {starts_with: 'https://'}}", True),
        ("{san_uri: {}, san_dns: {}}", True),
        (f"{{fingerprint: {SHORT}, san_dns: c.example.com}}", False),
    ],
)
def test_everything_asked_for_must_hold(data: str, holds: bool) -> None:
    reason = "client-certificate-ok" if holds else "client-certificate-unauthorized"

    assert answer(f"client_certificate: {data}", PRESENTED) == (holds, reason)


def test_names_that_are_not_there_pass_only_the_empty_matcher() -> None:
    leaf = pem(client_certificate())
    facts = Facts(certificate=ClientCertificate(presented=True, leaf=leaf))

    assert answer("client_certificate: {san_dns: {}}", facts)[0] is True
    assert answer("client_certificate: {san_dns: {not: x}}", facts)[0] is False


def test_without_a_certificate_it_fails() -> None:
    unauthorized = (False, "client-certificate-unauthorized")

    assert answer("client_certificate: {}", Facts()) == unauthorized


def test_an_unreadable_certificate_is_undecided() -> None:
    facts = Facts(certificate=ClientCertificate(presented=True, leaf="garbage"))

    undecided = (None, "client-certificate-data-unavailable")
    assert answer("client_certificate: {}", facts) == undecided
    assert answer("client_certificate: {}", facts, Mode.CORE_INTENDED)[0] is False


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("x", "not-a-mapping"),
        ("null", "not-a-mapping"),
        ("{finger_print: x}", "unknown-matcher-operator"),
        ("{fingerprint: 5}", "not-a-text"),
        ("{fingerprint: {}}", "not-a-text"),
        ("{fingerprint: [{}]}", "not-a-text"),
        ("{fingerprint: ''}", "bad-fingerprint"),
        (f"{{fingerprint: '{LONG.lower()}'}}", "bad-fingerprint"),
        (f"{{fingerprint: '{SHORT.upper()}'}}", "bad-fingerprint"),
        ("{spki_hash: {}}", "not-a-text"),
        ("{spki_hash: VYby3BAoHawLLtsyckwo5Q==}", "bad-spki-hash"),
        ("{spki_hash: '*'}", "bad-spki-hash"),
        ("{san_dns: {has: x}}", "unknown-matcher-operator"),
        ("{san_dns: {not_in: [x]}}", "core-unsafe-variable"),
        ("{san_uri: {not_in: [x], is: y}}", "core-unsafe-variable"),
    ],
)
def test_what_can_not_be_compared_is_refused(data: str, code: str) -> None:
    assert codes_of(f"allow: {{or: [client_certificate: {data}]}}") == [code]


def test_a_fingerprint_in_the_wrong_case_comes_with_a_fix() -> None:
    text = f"allow: {{or: [client_certificate: {{fingerprint: '{LONG.lower()}'}}]}}"

    (problem,) = problems_of(text)

    assert problem.fix is not None
    assert LONG in problem.fix.apply(text)


@pytest.mark.parametrize(
    ("data", "code"), [("{}", "empty-matcher"), ("{fingerprint: []}", "empty-list")]
)
def test_what_means_nothing_can_not_be_saved(data: str, code: str) -> None:
    text = f"allow: {{or: [client_certificate: {data}]}}"

    assert codes_of(text, saving=True) == [code]


@pytest.mark.parametrize(
    ("certificate", "value", "reason"),
    [
        (ClientCertificate(), False, "valid-client-certificate"),
        (
            ClientCertificate(presented=False, is_valid=False),
            True,
            "client-certificate-required",
        ),
        (
            ClientCertificate(presented=True, is_valid=False),
            True,
            "invalid-client-certificate",
        ),
        (
            ClientCertificate(presented=None, is_valid=False),
            True,
            "invalid-client-certificate",
        ),
    ],
)
def test_invalid_client_certificate_tells_what_is_wrong(
    certificate: ClientCertificate, value: bool, reason: str
) -> None:
    facts = Facts(certificate=certificate)

    assert answer("invalid_client_certificate: true", facts) == (value, reason)


def test_the_default_rule_beats_every_allow() -> None:
    route = compile_route(default_client_certificate_rule=True)
    facts = Facts(certificate=ClientCertificate(presented=False, is_valid=False))

    decision = evaluate(route, facts)

    assert (decision.outcome, decision.status) == ("deny", 495)
    assert route.needs == {"certificate"}


def encoded(tag: int, body: bytes) -> bytes:
    size = len(body).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + body


class TestReading:
    def test_base64_of_der_is_read_as_well(self) -> None:
        found = read_certificate(base64.b64encode(DER).decode())

        assert found == read_certificate(pem(CERTIFICATE))
        assert found is not None
        assert found.fingerprint == SHORT

    def test_the_first_of_several_counts(self) -> None:
        chain = pem(CERTIFICATE) + pem(client_certificate())

        assert read_certificate(chain) == read_certificate(pem(CERTIFICATE))

    @pytest.mark.parametrize("cut", [1, 2, 10, 100, 200, -1])
    def test_a_truncated_certificate_is_unreadable(self, cut: int) -> None:
        assert read_certificate(base64.b64encode(DER[:cut]).decode()) is None

    @pytest.mark.parametrize(
        "der",
        [
            b"",
            b"\x31\x00",
            encoded(0x30, b"\x05\x00"),
            encoded(0x30, b"\x30\x00\x30\x00\x03\x00"),
            encoded(0x30, encoded(0x30, b"\x02\x00" * 7) + b"\x30\x00\x03\x00"),
            b"\x30\x80\x00\x00",
            b"\x30\x89" + b"\x00" * 20,
        ],
    )
    def test_other_structures_are_unreadable(self, der: bytes) -> None:
        assert read_certificate(base64.b64encode(der).decode()) is None

    @pytest.mark.parametrize(
        "text",
        [
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "not base64 at all",
            "A" * 100_000,
        ],
    )
    def test_other_texts_are_unreadable(self, text: str) -> None:
        assert read_certificate(text) is None

    @pytest.mark.parametrize(
        "extensions",
        [
            b"\x30\x02\x05\x00",
            b"\x30\x04\x30\x02\x05\x00",
            b"\x30\x07\x30\x05\x06\x03\x55\x1d\x11",
            b"\x30\x00\x30\x00",
            b"\x30\x0f\x30\x0d\x06\x03\x55\x1d\x11\x04\x06\x30\x04\x82\x02\xff\xff",
        ],
    )
    def test_broken_extensions_are_unreadable(self, extensions: bytes) -> None:
        fields = b"\x02\x01\x01" + b"\x30\x00" * 4 + b"\x30\x02\x05\x00"
        tbs = encoded(0x30, fields + encoded(0xA3, extensions))
        der = encoded(0x30, tbs + b"\x30\x00\x03\x01\x00")

        assert read_certificate(base64.b64encode(der).decode()) is None
