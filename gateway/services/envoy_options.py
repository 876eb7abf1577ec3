"""What Envoy is told beside the routes: certificates, authorities, whom to ask."""

import base64
import binascii
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from console.core import secrets
from gateway.envoy import ClientAuthority, Enforcement, Options, ServerCertificate
from gateway.envoy.values import duration
from gateway.services.local_authority import CERTIFICATE
from gateway.services.local_certificates import local_certificates
from gateway.settings_table import DEFAULTS
from gateway.snapshot import Snapshot

AUTHORITIES = "authorities.pem"
PLACES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)


class SecretClosedError(ValueError):
    """An envelope can't be opened with the data keys given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where this Envoy runs: what does not depend on a deployment.

    Attributes:
        base: what is known of the options; the rest is filled in.
        folder: of the gateway's own files: authority, Envoy's configuration.
        is_plain: no TLS, since something in front of Envoy has it.
        has_local_authority: hosts without a certificate get one of this machine's.
    """

    base: Options
    folder: Path
    is_plain: bool = False
    has_local_authority: bool = False


def unseal(envelope: str) -> str:
    """Open an envelope.

    Raises:
        SecretClosedError: none of the data keys opens it.
    """
    try:
        return secrets.unseal(envelope)
    except secrets.SecretUnreadableError as error:
        raise SecretClosedError(error.message) from error


def options_for(snapshot: Snapshot, place: Place, *, now: datetime) -> Options:
    """Return the options for a snapshot; certificates are issued where they lack.

    Raises:
        SecretClosedError: the key of a certificate can't be opened.
    """
    if place.is_plain:
        certificates: tuple[ServerCertificate, ...] = ()
    else:
        certificates = _certificates(snapshot, place, now=now)
    held = {**DEFAULTS, **snapshot.settings}
    return replace(
        place.base,
        certificates=certificates,
        client_authority=_client_authority(snapshot),
        authorities=_authorities(place),
        idle=duration(held["timeout_idle"]),
        request=duration(held["timeout_read"]),
        stream=duration(held["timeout_write"]),
        codec=str(held["codec_type"]).upper(),
    )


def _certificates(
    snapshot: Snapshot, place: Place, *, now: datetime
) -> tuple[ServerCertificate, ...]:
    uploaded = tuple(
        ServerCertificate(name=one.id, chain=one.chain, key=unseal(one.sealed_key))
        for one in sorted(snapshot.certificates.values(), key=lambda one: one.id)
    )
    if not place.has_local_authority:
        return uploaded
    covered = {host for one in snapshot.certificates.values() for host in one.hosts}
    hosts = {
        host
        for route in snapshot.routes.values()
        for host in (route.host, *route.other_hosts)
        if not is_covered(host, covered)
    }
    # Without a route there is still something to connect to, which says 404.
    hosts = hosts or (set() if uploaded else {"localhost"})
    return (*uploaded, *local_certificates(hosts, folder=place.folder, now=now))


def is_covered(host: str, names: Iterable[str]) -> bool:
    """Answer whether a certificate for these names is one for the host."""
    return host in names or f"*.{host.partition('.')[2]}" in names


def _client_authority(snapshot: Snapshot) -> ClientAuthority | None:
    held = snapshot.settings.get("downstream_mtls") or {}
    if not held.get("ca"):
        return None
    enforcement = Enforcement(held.get("enforcement") or Enforcement.DEFAULT_DENY)
    return ClientAuthority(bundle=_pem(held["ca"]), enforcement=enforcement)


def _pem(text: str) -> str:
    if "-----BEGIN" in text:
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return text


def _authorities(place: Place) -> str:
    """Return the file with those who may vouch for upstreams, "" when there is none.

    On a machine with an authority of its own, that one is among them.
    """
    paths = (ssl.get_default_verify_paths().cafile, *PLACES)
    system = next((one for one in paths if one and Path(one).is_file()), "")
    own = place.folder / CERTIFICATE
    if not (place.has_local_authority and own.is_file()):
        return system
    held = Path(system).read_text(encoding="utf-8") if system else ""
    together = place.folder / AUTHORITIES
    text = f"{held}\n{own.read_text(encoding='ascii')}"
    if not together.is_file() or together.read_text(encoding="utf-8") != text:
        together.write_text(text, encoding="utf-8")
    return str(together)
