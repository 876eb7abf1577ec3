"""Certificates that people upload, and what deployments make of them."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from console.core import audit, secrets
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.models import AuditEvent, AuditHead, OutboxEntry
from gateway import selectors, services
from gateway.models import Certificate, CertificateHost
from gateway.snapshot import SnapshotError
from gateway.validation import CertificateError, read_certificate
from namespaces import services as namespace_services
from routes.exceptions import HostOwnedError, WildcardHostError
from tests.factories import NOW, make_namespace, make_route
from tests.gateway.certificates import TEST, authority, make_certificate, make_pair
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast, actor_of


def pem_of(key: Any, password: bytes | None = None) -> str:
    sealing: Any = serialization.NoEncryption()
    if password:
        sealing = serialization.BestAvailableEncryption(password)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(encoding, form, sealing).decode())


class TestReadCertificate:
    def test_reads_names_times_and_issuer_in_canonical_form(self) -> None:
        chain, key = make_pair("WIKI.example.com", "*.apps.example.com", "10.1.2.3")

        read = read_certificate(f"text before\n{chain}", key, now=NOW)

        assert read.hosts == ("wiki.example.com", "*.apps.example.com", "10.1.2.3")
        assert read.issuer == "CN=Postern local authority"
        assert read.ends_at - NOW == timedelta(days=365)
        assert read.chain.count("BEGIN CERTIFICATE") == 2
        assert "text before" not in read.chain

    @pytest.mark.parametrize(
        ("change", "field", "message"),
        [
            ({"chain": "no"}, "chain", "no readable certificate"),
            ({"key": "no"}, "key", "no readable private key"),
            ({"key": make_pair("b.example.com")[1]}, "key", "does not belong"),
            ({"now": NOW + timedelta(days=400)}, "chain", "ended on 2027-03-04"),
            ({"now": NOW - timedelta(days=1)}, "chain", "begins on 2026-03-04"),
            ({"key": pem_of(ed25519.Ed25519PrivateKey.generate())}, "key", "kind of"),
            ({"key": pem_of(ec.generate_private_key(ec.SECP256K1()))}, "key", "kind"),
            (
                {"key": pem_of(ec.generate_private_key(ec.SECP256R1()), b"secret")},
                "key",
                "has a password",
            ),
            ({"chain": "x" * 300_000}, "chain", "too long"),
        ],
        ids=[
            *("certificate", "key", "another-key", "ended", "not-begun", "kind-of-key"),
            *("curve", "password", "length"),
        ],
    )
    def test_refuses_what_clients_or_proxies_would(
        self, change: dict[str, Any], field: str, message: str
    ) -> None:
        chain, key = make_pair("a.example.com")

        with pytest.raises(CertificateError, match=message) as caught:
            read_certificate(**{"chain": chain, "key": key, "now": NOW, **change})

        assert caught.value.field == field

    def test_refuses_short_keys(self) -> None:
        chain, _ = make_pair("a.example.com")
        key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - to be refused

        with pytest.raises(CertificateError, match="too short"):
            read_certificate(chain, pem_of(key), now=NOW)

    def test_refuses_an_authority_and_a_client_and_a_wrong_order(self) -> None:
        chain, key = make_pair("a.example.com")
        client = authority().issue(["ada"], now=NOW, for_clients=True)

        with pytest.raises(CertificateError, match="an authority's"):
            read_certificate(authority().pem, pem_of(authority().key), now=NOW)
        with pytest.raises(CertificateError, match="not meant for servers"):
            read_certificate(client.chain, client.key, now=NOW)
        with pytest.raises(CertificateError, match="did not issue"):
            read_certificate(chain + make_pair("b.example.com")[0], key, now=NOW)

    @pytest.mark.parametrize("name", ["*.com", "a.*.example.com", "*"])
    def test_refuses_names_that_no_route_can_have(self, name: str) -> None:
        chain, key = make_pair(name)

        with pytest.raises(CertificateError, match="names"):
            read_certificate(chain, key, now=NOW)


@pytest.mark.django_db
class TestUpload:
    def test_is_for_admins_and_seals_the_key(self, cast: Cast) -> None:
        chain, key = make_pair("wiki.example.com")
        given: dict[str, Any] = {
            "namespace_id": cast.engineering.pk,
            "chain": chain,
            "key": key,
        }

        made = services.upload_certificate(**given, actor=actor_of(cast.ada), now=NOW)

        assert made.host_list == ["wiki.example.com"]
        assert key not in made.sealed_key
        assert secrets.unseal(made.sealed_key) == key
        event = AuditEvent.objects.latest("sequence")
        assert event.action == "certificate.uploaded"
        assert "PRIVATE KEY" not in str(event.after)
        assert OutboxEntry.objects.filter(topic="certificates").count() == 1
        with pytest.raises((PermissionDeniedError, NotFoundError)):
            services.upload_certificate(**given, actor=actor_of(cast.ben), now=NOW)

    def test_says_at_which_field_something_is_wrong(self, cast: Cast) -> None:
        chain, _ = make_pair("wiki.example.com")

        with pytest.raises(ValidationFailedError) as caught:
            services.upload_certificate(
                namespace_id=cast.engineering.pk,
                chain=chain,
                key="none",
                actor=actor_of(cast.ada),
                now=NOW,
            )

        assert list(caught.value.fields) == ["key"]

    def test_refuses_a_host_that_another_certificate_is_for(self, cast: Cast) -> None:
        make_certificate("a.example.com", "b.example.com", namespace=cast.engineering)
        chain, key = make_pair("b.example.com", "c.example.com")

        for place in (cast.engineering, cast.web):
            with pytest.raises(ConflictError, match="is for `b"):
                services.upload_certificate(
                    namespace_id=place.pk, chain=chain, key=key, actor=TEST, now=NOW
                )

        assert CertificateHost.objects.count() == 2

    def test_takes_the_place_of_one_for_the_same_hosts(self, cast: Cast) -> None:
        old = make_certificate("a.example.com", namespace=cast.engineering)
        later = NOW + timedelta(days=300)
        chain, key = make_pair("a.example.com", "b.example.com", now=later)

        new = services.upload_certificate(
            namespace_id=cast.engineering.pk,
            chain=chain,
            key=key,
            actor=TEST,
            now=later,
        )

        assert new.pk == old.pk
        assert new.ends_at > old.ends_at
        assert Certificate.objects.count() == 1
        assert AuditEvent.objects.latest("sequence").action == "certificate.renewed"

    def test_refuses_hosts_of_others_and_wildcards_that_nobody_lent(
        self, cast: Cast
    ) -> None:
        sales = make_namespace("Sales")
        make_route("shop", namespace=sales)
        refused: list[tuple[str, type[Exception]]] = [
            ("shop.example.com", HostOwnedError),
            ("*.example.com", WildcardHostError),
        ]

        for host, error in refused:
            chain, key = make_pair(host)
            with pytest.raises(error):
                services.upload_certificate(
                    namespace_id=cast.engineering.pk,
                    chain=chain,
                    key=key,
                    actor=actor_of(cast.ada),
                    now=NOW,
                )


@pytest.mark.django_db
class TestRemove:
    def test_is_for_admins_and_leaves_the_hosts_free(self, cast: Cast) -> None:
        made = make_certificate("a.example.com", namespace=cast.engineering)

        with pytest.raises((PermissionDeniedError, NotFoundError)):
            services.remove_certificate(made.pk, actor=actor_of(cast.ben), now=NOW)
        services.remove_certificate(made.pk, actor=actor_of(cast.ada), now=NOW)

        assert not CertificateHost.objects.exists()
        assert AuditEvent.objects.latest("sequence").action == "certificate.removed"
        events = AuditEvent.objects.order_by("sequence")
        assert audit.first_broken(events, AuditHead.objects.get()) is None

    def test_goes_with_its_namespace_and_comes_back_unless_it_is_taken(
        self, cast: Cast
    ) -> None:
        place = make_namespace("Short-lived")
        make_certificate("a.example.com", namespace=place)
        namespace_services.delete_namespace(
            place.pk, with_contents=True, actor=TEST, now=NOW
        )
        assert not Certificate.objects.exists()
        other = make_certificate("a.example.com", namespace=cast.engineering)

        with pytest.raises(ConflictError, match="another certificate"):
            namespace_services.restore_namespace(place.pk, actor=TEST, now=NOW)
        services.remove_certificate(other.pk, actor=TEST, now=NOW)
        namespace_services.restore_namespace(place.pk, actor=TEST, now=NOW)

        assert Certificate.objects.get().host_list == ["a.example.com"]


@pytest.mark.django_db
class TestDeployments:
    def test_hold_certificates_and_change_with_them(self, cast: Cast) -> None:
        services.deploy_changes(now=NOW)
        made = make_certificate("a.example.com", namespace=cast.engineering)

        services.deploy_changes(now=NOW)

        held = snapshot_of(follow()).certificates[str(made.pk)]
        assert held.hosts == ("a.example.com",)
        assert held.sealed_key == made.sealed_key
        services.remove_certificate(made.pk, actor=TEST, now=NOW)
        services.deploy_changes(now=NOW)
        assert not snapshot_of(follow()).certificates

    def test_that_were_tampered_with_are_refused(self, cast: Cast) -> None:
        make_certificate("a.example.com", namespace=cast.engineering)
        services.deploy_changes(now=NOW)
        follower = follow()
        assert not issubclass(SnapshotError, ConflictError)

        documents = selectors.list_certificate_documents()

        assert snapshot_of(follower).certificates == {one.id: one for one in documents}
