"""Messages between the console and a worker: JSON after its length in four bytes.

Never pickle: a worker that is taken over must not be able to run anything here.
"""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from socket import socket

MAX_MESSAGE: Final = 16 * 1024 * 1024
MAX_ANSWER: Final = 2 * 1024 * 1024
_LENGTH: Final = struct.Struct(">I")


class ProtocolError(Exception):
    """The other side is gone, or says what it may not."""


def send(channel: socket, message: Any) -> None:
    """Write a message.

    Raises:
        OSError: nobody reads.
    """
    body = json.dumps(message, separators=(",", ":")).encode()
    channel.sendall(_LENGTH.pack(len(body)) + body)


def receive(channel: socket, *, most: int = MAX_MESSAGE) -> Any:
    """Return the next message.

    Raises:
        ProtocolError: the other side has gone, or the message is no good.
        TimeoutError: it took longer than the channel's time-out.
    """
    (length,) = _LENGTH.unpack(_read(channel, _LENGTH.size))
    if length > most:
        raise ProtocolError(f"a message of {length} bytes")
    try:
        return json.loads(_read(channel, length))
    except ValueError as error:
        raise ProtocolError("a message that is no JSON") from error


def receive_object(channel: socket) -> dict[str, Any]:
    """Return the next message of a worker, which is an object and not too long.

    Raises: as `receive` does.
    """
    message = receive(channel, most=MAX_ANSWER)
    if not isinstance(message, dict):
        raise ProtocolError("a message that is no object")
    return message


def _read(channel: socket, count: int) -> bytes:
    parts = []
    while count:
        try:
            part = channel.recv(count)
        except TimeoutError:
            raise
        except OSError as error:
            raise ProtocolError("the other side has gone") from error
        if not part:
            raise ProtocolError("the other side has gone")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
