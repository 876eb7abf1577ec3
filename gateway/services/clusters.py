"""The Cores that we publish to: added, changed, deleted, asked to run."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from console.core import audit, destinations, jobs, secrets
from console.core.actor import Actor
from console.core.audit import Change
from console.core.checks import is_loopback
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from gateway import selectors
from gateway.models import Cluster, ClusterMode, Standing
from gateway.pomerium.tokens import SecretError, read_secret
from namespaces import selectors as namespace_selectors
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.selectors import get_root

SECRET = "shared_secret"  # noqa: S105 - a field's name
DESTINATION = ("url", "authorities", "server_name")
TEXTS = {"name": 200, "server_name": 255}
MAX_PEM = 256 * 1024
FIELDS = frozenset({*DESTINATION, "name", "namespace_id", "mode", "status_url", SECRET})


@writing()
def create_cluster(
    *,
    name: str,
    namespace_id: UUID | str,
    url: str,
    shared_secret: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **more: Any,
) -> Cluster:
    """Add a Core; what is deployed is published to it at once.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ValidationFailedError: says what is wrong with each field.
    """
    selectors.check_may_edit_clusters(actor)
    row = Cluster(id=uuid4(), created_at=now, modified_at=now, asked_at=now)
    values = {"name": name, "namespace_id": namespace_id, "url": url, **more}
    _set(row, values | {SECRET: shared_secret}, actor)
    row.save(force_insert=True)
    _record("created", row, actor=actor, now=now, reason=reason)
    transaction.on_commit(wake, robust=True)
    return row


@writing()
def update_cluster(
    cluster_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
    **changes: Any,
) -> Cluster:
    """Change a Core. Where the secret goes changes only together with the secret.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError
        StaleVersionError: somebody saved since.
        ValidationFailedError: says what is wrong with each field.
    """
    row = _locked(cluster_id, version, actor)
    before = _state(row)
    if not changes.get(SECRET):
        changes.pop(SECRET, None)
    _set(row, changes, actor)
    after = _state(row)
    diverted = any(before[name] != after[name] for name in DESTINATION)
    if diverted and SECRET not in changes:
        text = "the Core is found elsewhere now; give its shared secret again"
        raise ValidationFailedError(text, fields={SECRET: [text]})
    if before == after:
        return row
    row.version += 1
    row.modified_at = now
    row.asked_at, row.next_run_at, row.failures = now, None, 0
    if diverted:
        row.deployment, row.change, row.standing = 0, -1, Standing.WAITING
        row.published_at, row.server_version = None, ""
    row.save()
    _record("updated", row, actor=actor, now=now, reason=reason, before=before)
    transaction.on_commit(wake, robust=True)
    return row


@writing()
def delete_cluster(
    cluster_id: UUID | str,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    """Forget a Core. What it was told stays in force there, unless withdrawn before.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError
        StaleVersionError: somebody saved since.
    """
    row = _locked(cluster_id, version, actor)
    _record("deleted", row, actor=actor, now=now, reason=reason)
    row.delete()


@writing()
def request_publishing(
    cluster_id: UUID | str, *, actor: Actor, now: datetime, reason: str = ""
) -> Cluster:
    """Have a worker bring a Core up to date now.

    Raises:
        NamespaceNotFoundError, PermissionDeniedError: not for the actor.
        ClusterNotFoundError
        ValidationFailedError: the Core is left as it is.
    """
    row = selectors.get_cluster(cluster_id, actor=actor)
    if row.mode == ClusterMode.PAUSED:
        raise ValidationFailedError(
            gettext("publishing is paused; edit the cluster first")
        )
    Cluster.objects.filter(pk=row.pk).update(asked_at=now)
    _record("asked", row, actor=actor, now=now, reason=reason)
    transaction.on_commit(wake, robust=True)
    return row


def wake() -> None:
    """Have the Cores looked at that are due; a job does so every few seconds too."""
    jobs.run_now("gateway.deploy")


def _locked(cluster_id: UUID | str, version: int, actor: Actor) -> Cluster:
    row = selectors.get_cluster(cluster_id, actor=actor)
    if row.version != version:
        raise StaleVersionError(details={"current": audit.plain(_state(row))})
    return row


def _set(row: Cluster, values: dict[str, Any], actor: Actor) -> None:
    """Set fields of a row that is not saved yet.

    Raises:
        ValidationFailedError: says what is wrong with each.
    """
    problems: dict[str, list[str]] = {}
    for name, value in values.items():
        if name not in FIELDS:
            problems[name[:100]] = ["there is no such field"]
            continue
        try:
            _set_one(row, name, value, actor)
        except ValidationFailedError as error:
            problems[name.removesuffix("_id")] = [error.message]
    others = Cluster.objects.exclude(pk=row.pk)
    if "name" not in problems and others.filter(name__iexact=row.name).exists():
        problems["name"] = ["there is a cluster of this name"]
    if "url" not in problems and others.filter(url=row.url).exists():
        problems["url"] = ["this Core is published to already"]
    if row.authorities and row.url.startswith("http:"):
        problems["authorities"] = ["there is nothing to vouch for without TLS"]
    if problems:
        raise ValidationFailedError(fields=problems)


def _set_one(row: Cluster, name: str, value: Any, actor: Actor) -> None:
    if name in TEXTS:
        setattr(row, name, _line(str(value), TEXTS[name], needed=name == "name"))
    elif name == "namespace_id":
        row.namespace = _namespace(value, actor)
    elif name == "mode":
        if value not in ClusterMode.values:
            known = ", ".join(ClusterMode.values)
            raise ValidationFailedError(gettext("one of %(known)s") % {"known": known})
        row.mode = value
    elif name == "url":
        row.url = clean_broker_url(str(value))
    elif name == "status_url":
        row.status_url = clean_status_url(str(value)) if value else ""
    elif name == "authorities":
        row.authorities = _authorities(str(value))
    else:
        _set_secret(row, str(value))


def _set_secret(row: Cluster, text: str) -> None:
    try:
        read_secret(text)
    except SecretError as error:
        raise ValidationFailedError(str(error)) from error
    row.sealed_secret = secrets.seal(text.strip())
    row.secret_mark = secrets.fingerprint(text.strip())


def _line(text: str, most: int, *, needed: bool) -> str:
    text = text.strip()
    if needed and not text:
        raise ValidationFailedError(gettext("this is needed"))
    if len(text) > most or not text.isprintable():
        raise ValidationFailedError(
            gettext("at most %(most)s characters in one line") % {"most": most}
        )
    return text


def _namespace(value: Any, actor: Actor) -> Any:
    try:
        return namespace_selectors.get_namespace(value, actor=actor)
    except NamespaceNotFoundError as error:
        raise ValidationFailedError(gettext("there is no such namespace")) from error


def _authorities(text: str) -> str:
    text = text.strip()
    if not text:
        return ""
    if len(text) > MAX_PEM:
        raise ValidationFailedError(
            gettext("at most %(max_pem)s KiB") % {"max_pem": MAX_PEM // 1024}
        )
    try:
        x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValidationFailedError(
            gettext(
                "paste certificates in PEM, from `-----BEGIN CERTIFICATE-----` "
                "to the end"
            )
        ) from error
    return f"{text}\n"


def clean_broker_url(text: str) -> str:
    """Return the address of a databroker, once it is one that may be used.

    Without encryption, routes and their secrets could be read and changed on the way:
    that is for this machine, and for hosts that the operator lists.

    Raises:
        ValidationFailedError: it is no such address, or may not be used.
    """
    url = _clean(text)
    parts = urlsplit(url)
    if parts.path or parts.query:
        raise ValidationFailedError(gettext("write scheme, host and port, and no path"))
    return url


def clean_status_url(text: str) -> str:
    """Return the address of Core's health, once it is one that may be used.

    Raises:
        ValidationFailedError: it is no such address, or may not be used.
    """
    return _clean(text)


def _clean(text: str) -> str:
    parts = urlsplit(text.strip())
    host = (parts.hostname or "").lower()
    listed = {entry.lower() for entry in settings.UPSTREAM_ALLOWLIST}
    if parts.scheme != "http" or is_loopback(host) or host not in listed:
        try:
            return destinations.clean_url(text)
        except ValidationFailedError as error:
            if "not encrypted" not in error.message:
                raise
            raise ValidationFailedError(
                gettext(
                    "`http` is not encrypted; use `https`, or have the operator list "
                    "the host in POSTERN_UPSTREAM_ALLOWLIST"
                )
            ) from error
    # What is listed may be asked without encryption; the rest is the same.
    return destinations.clean_url(f"https{text.strip()[4:]}").replace(
        "https", "http", 1
    )


def _state(row: Cluster) -> dict[str, Any]:
    """Return what the audit log keeps: of the secret, whether it is the same."""
    namespace = row.namespace
    return {
        "name": row.name,
        "namespace": namespace.name if namespace else None,
        "namespace_id": str(row.namespace_id) if row.namespace_id else None,
        "mode": row.mode,
        "url": row.url,
        "authorities": row.authorities,
        "server_name": row.server_name,
        "status_url": row.status_url,
        SECRET: row.secret_mark,
    }


def _record(
    verb: str,
    row: Cluster,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    before: dict[str, Any] | None = None,
) -> None:
    is_gone = verb == "deleted"
    asked = {"published": True} if verb == "asked" else _state(row)
    audit.record(
        Change(
            action=f"cluster.{verb}",
            target_type="cluster",
            target_id=row.pk,
            target_label=row.name,
            namespace_id=get_root().id,
            before=_state(row) if is_gone else before,
            after=None if is_gone else asked,
        ),
        actor=actor,
        now=now,
        reason=reason,
    )
