"""Certificates that proxies show: uploaded, renewed in place, and removed."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from console.core import audit, outbox, secrets
from console.core.actor import Actor
from console.core.audit import Change
from console.core.exceptions import ConflictError, ValidationFailedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import Certificate, CertificateHost
from gateway.validation import CertificateError, ReadCertificate, read_certificate
from namespaces import access
from namespaces.permissions import Permission
from routes import services as route_services

if TYPE_CHECKING:
    from namespaces.models import Namespace

TOPIC = "certificates"
MAX_NAME = 200


class CertificateOverlapError(ConflictError):
    """Another certificate is for one of the hosts."""

    code = "certificate_overlap"


@writing()
def upload_certificate(
    *,
    namespace_id: UUID | str,
    chain: str,
    key: str,
    actor: Actor,
    now: datetime,
    name: str = "",
    reason: str = "",
) -> Certificate:
    """Let proxies show a certificate; it replaces the namespace's one for its hosts.

    One that is for all the hosts of an older one of the same namespace takes its
    place, under its id, so that a renewal is an upload.

    Raises:
        ValidationFailedError: certificate or key can't be used.
        HostOwnedError: one of its hosts belongs to another namespace.
        CertificateOverlapError: another certificate is for one of the hosts.
    """
    namespace = access.check_can(actor, Permission.CERTIFICATE_EDIT, namespace_id)
    read = _read(chain, key, now=now)
    route_services.check_hosts_within(read.hosts, namespace, actor=actor)
    before = _replaced(read.hosts, namespace, actor=actor)
    row = before or Certificate(id=uuid4(), namespace=namespace, created_at=now)
    state = _state(before) if before else None
    row.name = (name.strip() or row.name or read.hosts[0])[:MAX_NAME]
    _fill(row, read, now=now)
    row.save()
    row.covered.all().delete()
    CertificateHost.objects.bulk_create(
        CertificateHost(host=host, certificate=row) for host in read.hosts
    )
    done = "renewed" if before else "uploaded"
    record(done, row, actor=actor, now=now, reason=reason, before=state)
    return row


@writing()
def remove_certificate(
    certificate_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> None:
    """Take a certificate away from proxies; its hosts are served without one.

    Raises:
        NotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor is no admin of its namespace.
    """
    row = selectors.get_certificate(certificate_id, actor=actor)
    access.check_can(actor, Permission.CERTIFICATE_EDIT, row.namespace_id)
    record("removed", row, actor=actor, now=now, reason=reason)
    row.delete()


def _read(chain: str, key: str, *, now: datetime) -> ReadCertificate:
    try:
        return read_certificate(chain, key, now=now)
    except CertificateError as error:
        text = str(error)
        raise ValidationFailedError(text, fields={error.field: [text]}) from error


def _replaced(
    hosts: Sequence[str], namespace: "Namespace", *, actor: Actor
) -> Certificate | None:
    """Return the certificate that one for these hosts would take the place of."""
    rows = CertificateHost.objects.filter(host__in=hosts)
    found = {
        row.certificate_id: row.certificate
        for row in rows.select_related("certificate__namespace")
    }
    for other in found.values():
        is_same = other.namespace_id == namespace.pk
        if len(found) == 1 and is_same and set(other.host_list) <= set(hosts):
            return other
        shared = sorted(set(other.host_list) & set(hosts))
        seen = access.can(actor, Permission.CERTIFICATE_VIEW, other.namespace)
        label = f"the certificate `{other.name}`" if seen else "another certificate"
        text = f"{label} is for `{shared[0]}` already; remove it first"
        raise CertificateOverlapError(text, fields={"chain": [text]})
    return None


def _fill(row: Certificate, read: ReadCertificate, *, now: datetime) -> None:
    row.hosts = f" {' '.join(read.hosts)} "
    row.chain = read.chain
    row.sealed_key = secrets.seal(read.key)
    row.issuer = read.issuer
    row.fingerprint = read.fingerprint
    row.starts_at, row.ends_at = read.starts_at, read.ends_at
    row.modified_at = now


def _state(row: Certificate) -> dict[str, Any]:
    """Return what the audit log keeps: all but the key."""
    return {
        "name": row.name,
        "namespace_id": str(row.namespace_id),
        "hosts": row.host_list,
        "issuer": row.issuer,
        "fingerprint": row.fingerprint,
        "ends_at": row.ends_at.isoformat(),
    }


def record(
    done: str,
    row: Certificate,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    before: dict[str, Any] | None = None,
) -> None:
    """Write down what was done to a certificate, for people and for proxies."""
    is_gone = done == "removed"
    event = audit.record(
        Change(
            action=f"certificate.{done}",
            target_type="certificate",
            target_id=row.pk,
            target_label=row.name,
            namespace_id=row.namespace_id,
            before=_state(row) if is_gone else before,
            after=None if is_gone else _state(row),
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
    outbox.enqueue(TOPIC, {"id": str(row.pk)}, event=event, now=now)
