"""Certificates as people upload them."""

from datetime import datetime
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from console.core.actor import system
from gateway import services
from gateway.models import Certificate
from gateway.services.local_authority import LocalAuthority, make_authority
from namespaces.models import Namespace
from tests.factories import NOW

TEST = system("test")


@cache
def authority() -> LocalAuthority:
    """Return an authority that all tests of a run share."""
    return make_authority(ec.generate_private_key(ec.SECP256R1()), now=NOW)


def make_pair(*hosts: str, now: datetime = NOW) -> tuple[str, str]:
    """Return a chain and its key, both in PEM, for hosts."""
    issued = authority().issue(hosts, now=now)
    return issued.chain + authority().pem, issued.key


def make_certificate(*hosts: str, namespace: Namespace) -> Certificate:
    """Upload a certificate for hosts."""
    chain, key = make_pair(*hosts)
    return services.upload_certificate(
        namespace_id=namespace.pk, chain=chain, key=key, actor=TEST, now=NOW
    )
