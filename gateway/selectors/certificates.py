"""Reads of certificates: for people, for deployments, and what is wrong with them."""

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from console.core.actor import Actor
from console.core.exceptions import NotFoundError
from gateway.models import Certificate
from gateway.snapshot import CertificateDocument
from namespaces.permissions import Permission

WARN_BEFORE = timedelta(days=30)


def list_certificates(actor: Actor) -> QuerySet[Certificate]:
    """Return the certificates of the namespaces that the actor sees."""
    rows: QuerySet[Certificate] = Certificate.objects.visible_to(
        actor, Permission.CERTIFICATE_VIEW
    )
    return rows.select_related("namespace")


def get_certificate(certificate_id: UUID | str, *, actor: Actor) -> Certificate:
    """Return a certificate that the actor sees.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
    """
    found = list_certificates(actor).filter(pk=certificate_id).first()
    if found is None:
        raise NotFoundError
    return found


def list_certificate_documents() -> list[CertificateDocument]:
    """Return all certificates as deployments hold them, in one order."""
    rows = Certificate.objects.order_by("pk")
    return [
        CertificateDocument(
            id=str(row.pk),
            namespace_id=str(row.namespace_id),
            hosts=tuple(row.host_list),
            chain=row.chain,
            sealed_key=row.sealed_key,
        )
        for row in rows
    ]
