"""Which port to serve on, and whether something answers there."""

import http.client
import socket
from contextlib import suppress

HIGHEST_PORT = 65535
TRIED_PORTS = 100


class NoFreePortError(Exception):
    """Every port that was tried is taken."""


def is_free(address: str, port: int) -> bool:
    """Answer whether a server may listen there."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do it: a port that rests after its last connection is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def find_free_port(address: str, wanted: int) -> int:
    """Return the wanted port, or the next one above it that is free.

    Raises:
        NoFreePortError: none of the hundred above is.
    """
    for port in range(wanted, min(wanted + TRIED_PORTS, HIGHEST_PORT + 1)):
        if is_free(address, port):
            return port
    raise NoFreePortError


def answers(address: str, port: int) -> bool:
    """Answer whether a web server replies there, with whatever."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    connection = http.client.HTTPConnection(host, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        with suppress(OSError):
            connection.close()
    return True
