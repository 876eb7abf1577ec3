"""Client certificates: whose count for a route, and whether a presented one is valid.

The proxy asks for certificates and passes on what it was given; whether that was
issued by somebody who counts is decided here, for each route.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from cryptography import x509
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from policies.language.facts import ClientCertificate

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gateway.snapshot import RouteDocument, Snapshot

ROUTE_KEY: Final = "tls_downstream_client_ca"
GLOBAL_KEY: Final = "downstream_mtls"
POLICY_ONLY: Final = "policy"
MAX_REMEMBERED: Final = 2048
MAX_LENGTH: Final = 64 * 1024
NOTHING_PRESENTED: Final = ClientCertificate()
UNVERIFIED: Final = ClientCertificate(presented=False, is_valid=False)


def _global_settings(snapshot: Snapshot) -> Mapping[str, Any]:
    found = snapshot.settings.get(GLOBAL_KEY)
    return found if isinstance(found, dict) else {}


def default_rule_applies(snapshot: Snapshot) -> bool:
    """Answer whether every route refuses invalid certificates by itself.

    It does once there is an authority anywhere, unless policies alone decide.
    """
    settings = _global_settings(snapshot)
    if settings.get("enforcement") == POLICY_ONLY:
        return False
    return bool(settings.get("ca")) or any(
        one.settings.get(ROUTE_KEY) for one in snapshot.routes.values()
    )


def authority_of(route: RouteDocument, snapshot: Snapshot) -> Authority | None:
    """Return who signs the certificates of a route's clients."""
    text = route.settings.get(ROUTE_KEY) or _global_settings(snapshot).get("ca")
    return Authority(str(text)) if text else None


class Authority:
    """The certificates that clients' certificates must lead to.

    One that can't be read makes every certificate invalid.
    """

    def __init__(self, text: str) -> None:
        self._store = _store_of(text)
        self._known: OrderedDict[tuple[bytes, bytes], datetime] = OrderedDict()

    def check(self, leaf: bytes, chain: bytes, *, now: datetime) -> ClientCertificate:
        """Return what policies may know of a certificate, given as the proxy has it."""
        if not leaf:
            return UNVERIFIED
        pem = unquote(leaf.decode("latin-1"))
        until = self._known.get((leaf, chain))
        is_valid = until is not None and now < until
        if not is_valid:
            until = self._verify(pem, unquote(chain.decode("latin-1")), now)
            is_valid = until is not None
            if until is not None:
                self._known[leaf, chain] = until
                while len(self._known) > MAX_REMEMBERED:
                    self._known.popitem(last=False)
        return ClientCertificate(presented=True, leaf=pem, is_valid=is_valid)

    def _verify(self, leaf: str, chain: str, now: datetime) -> datetime | None:
        """Return when a valid certificate ends, None for one that isn't valid."""
        if self._store is None or len(leaf) + len(chain) > MAX_LENGTH:
            return None
        try:
            own = x509.load_pem_x509_certificate(leaf.encode())
            between = x509.load_pem_x509_certificates(chain.encode()) if chain else []
            verifier = (
                PolicyBuilder()
                .store(self._store)
                .time(now.astimezone(UTC).replace(tzinfo=None))
                .extension_policies(
                    ca_policy=ExtensionPolicy.permit_all().require_present(
                        x509.BasicConstraints, Criticality.AGNOSTIC, None
                    ),
                    ee_policy=ExtensionPolicy.permit_all(),
                )
                .build_client_verifier()
            )
            found = verifier.verify(own, between)
        except (ValueError, VerificationError, TypeError):
            return None
        return min(one.not_valid_after_utc for one in found.chain)


def presented(leaf: bytes) -> ClientCertificate:
    """Return what policies may know of a certificate where no authority applies."""
    if not leaf:
        return NOTHING_PRESENTED
    return ClientCertificate(presented=True, leaf=unquote(leaf.decode("latin-1")))


def _store_of(text: str) -> Store | None:
    pem = text.encode()
    if b"-----BEGIN" not in pem:
        try:
            pem = base64.b64decode(pem, validate=False)
        except (ValueError, binascii.Error):
            return None
    try:
        return Store(x509.load_pem_x509_certificates(pem))
    except ValueError:
        return None
