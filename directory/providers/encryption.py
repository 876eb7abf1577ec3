"""TLS towards a provider: whom to trust there, and a certificate of our own to show."""

import os
import ssl
from collections.abc import Mapping

from directory.exceptions import CredentialRefusedError
from directory.providers.transport import GuardedTransport


def transport_for(options: Mapping[str, str]) -> GuardedTransport:
    """Return a transport by `ca_certificate`, `client_certificate` and `client_key`.

    An authority that is given is the only one to be trusted.

    Raises:
        CredentialRefusedError: one of them can't be read, or they don't fit together.
    """
    authority = options.get("ca_certificate")
    certificate, key = options.get("client_certificate"), options.get("client_key")
    if not (authority or certificate or key):
        return GuardedTransport()
    try:
        context = ssl.create_default_context(cadata=authority or None)
    except ssl.SSLError as error:
        raise CredentialRefusedError(
            "the certificates to trust can't be read"
        ) from error
    if certificate or key:
        if not (certificate and key):
            raise CredentialRefusedError(
                "a client certificate takes a certificate and its key; one is missing"
            )
        _show(context, certificate, key)
    return GuardedTransport(verify=context)


def _show(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Load a certificate with its key, which Python reads from files only.

    The file is in memory: a key that was sealed is not written to a disk.
    """
    descriptor = os.memfd_create("client-certificate")
    try:
        os.write(descriptor, f"{certificate.strip()}\n{key.strip()}\n".encode())
        # Without a password given, OpenSSL would ask for one at the terminal.
        context.load_cert_chain(f"/proc/self/fd/{descriptor}", password="")
    except (ssl.SSLError, ValueError) as error:
        raise CredentialRefusedError(
            "the client certificate can't be read, or the key is not its own"
        ) from error
    finally:
        os.close(descriptor)
