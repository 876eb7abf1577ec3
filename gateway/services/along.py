"""What becomes of certificates when a namespace goes with everything, or comes back.

Receivers of `namespaces.services.signals`; connected when the app is ready.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.burial import Burial
from gateway.models import Certificate, CertificateHost
from gateway.services.certificates import CertificateOverlapError, record

LET_GO = frozenset({"gateway.Certificate", "gateway.CertificateHost"})


def let_go(sender: Any, **_: Any) -> frozenset[str]:
    """Answer which kinds may go: certificates."""
    return LET_GO


def record_going(
    sender: Any, *, going: Burial, actor: Actor, now: datetime, reason: str, **_: Any
) -> None:
    """Record which certificates go."""
    rows: list[Certificate] = going.of("gateway.Certificate")
    for row in sorted(rows, key=lambda one: one.name):
        record("removed", row, actor=actor, now=now, reason=reason)


def check_hosts_are_free(sender: Any, *, coming: Burial, **_: Any) -> None:
    """Refuse certificates to come back for hosts that others are for by now.

    Raises:
        CertificateOverlapError: there is such a host.
    """
    hosts = [row.host for row in coming.of("gateway.CertificateHost")]
    taken = CertificateHost.objects.filter(host__in=hosts).order_by("host").first()
    if taken is not None:
        raise CertificateOverlapError(
            gettext("another certificate is for `%(host)s` by now; remove it first")
            % {"host": taken.host}
        )


def record_back(
    sender: Any, *, coming: Burial, actor: Actor, now: datetime, reason: str, **_: Any
) -> None:
    """Record the certificates that came back."""
    rows: list[Certificate] = coming.of("gateway.Certificate")
    for row in sorted(rows, key=lambda one: one.name):
        record("uploaded", row, actor=actor, now=now, reason=reason)
