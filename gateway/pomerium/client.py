"""Calls to the databroker of a Core, over gRPC."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import grpc
from google.protobuf import empty_pb2

from . import schema
from .tokens import call_token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SERVICE: Final = "databroker.DataBrokerService"
TOKEN: Final = "jwt"  # noqa: S105 - a header's name
MAX_MESSAGE: Final = 64 * 1024 * 1024  # of an answer
DEFAULT_PORTS: Final = {"http": 5443, "https": 443}
_WORDS: Final = {
    grpc.StatusCode.UNAVAILABLE: "it can't be reached",
    grpc.StatusCode.DEADLINE_EXCEEDED: "it did not answer in time",
    grpc.StatusCode.UNAUTHENTICATED: "it refuses the shared secret",
    grpc.StatusCode.PERMISSION_DENIED: "it refuses the shared secret",
    grpc.StatusCode.UNIMPLEMENTED: "there is no databroker at this address",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "it finds a message too large",
    grpc.StatusCode.ABORTED: "its storage was replaced meanwhile",
}


class BrokerError(Exception):
    """A databroker that doesn't do what it is asked; the text is for people."""


class BrokerReplacedError(BrokerError):
    """Another storage answers than at the beginning: everything is to be sent anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a databroker is, and how to know that it is the one.

    Attributes:
        url: `http://host:port` without encryption, `https://host:port` with TLS.
        authorities: PEM of who vouches for it; "" for the well-known ones.
        server_name: the name in its certificate, where that isn't the host.
        connect_to: the IP address to use, so that the one that was looked at counts.
    """

    url: str
    authorities: str = ""
    server_name: str = ""
    connect_to: str = ""

    @property
    def port(self) -> int:
        """Return the port, Core's usual one if none is given."""
        parts = urlsplit(self.url)
        return parts.port or DEFAULT_PORTS[parts.scheme]

    @property
    def host(self) -> str:
        """Return the host, without brackets."""
        return urlsplit(self.url).hostname or ""


class Broker:
    """A connection to a databroker; close it.

    `server_version` is what the databroker called its storage when it last said so.
    """

    def __init__(self, address: Address, key: bytes, *, seconds: float = 30) -> None:
        self._key = key
        self._seconds = seconds
        self._channel = _channel(address)
        self.server_version = 0

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def greet(self) -> int:
        """Return the version of the storage; it may be another than before.

        Raises:
            BrokerError: it doesn't answer, or not to us.
        """
        call = self._unary("ServerInfo", empty_pb2.Empty, schema.ServerInfoResponse)
        with _in_words():
            answer = call(empty_pb2.Empty(), **self._options())
        self.server_version = int(answer.server_version)
        return self.server_version

    def read(self, record_type: str) -> Iterator[Any]:
        """Yield all records of a type.

        Raises:
            BrokerError: it doesn't answer to the end.
            BrokerReplacedError: the storage is another one than it was.
        """
        call = self._channel.unary_stream(
            f"/{SERVICE}/SyncLatest",
            request_serializer=schema.SyncLatestRequest.SerializeToString,
            response_deserializer=schema.SyncLatestResponse.FromString,
        )
        is_complete = False
        with _in_words():
            request = schema.SyncLatestRequest(type=record_type)
            for one in call(request, **self._options()):
                if one.HasField("record"):
                    yield one.record
                elif one.HasField("versions"):
                    is_complete = True
                    self._check(int(one.versions.server_version))
        if not is_complete:
            raise BrokerError("it ended a list before saying that it was whole")

    def put(self, records: Iterable[Any]) -> None:
        """Write records, all of them or none; those with `deleted_at` are removed.

        Raises:
            BrokerError: it didn't take them.
            BrokerReplacedError: the storage is another one than it was.
        """
        call = self._unary("Put", schema.PutRequest, schema.PutResponse)
        with _in_words():
            answer = call(schema.PutRequest(records=records), **self._options())
        self._check(int(answer.server_version))

    def _check(self, server_version: int) -> None:
        if server_version != self.server_version:
            raise BrokerReplacedError(_WORDS[grpc.StatusCode.ABORTED])

    def _unary(self, name: str, request: Any, response: Any) -> Any:
        return self._channel.unary_unary(
            f"/{SERVICE}/{name}",
            request_serializer=request.SerializeToString,
            response_deserializer=response.FromString,
        )

    def _options(self) -> dict[str, Any]:
        token = call_token(self._key, now=time.time())
        return {"metadata": ((TOKEN, token),), "timeout": self._seconds}


def _channel(address: Address) -> Any:
    host = address.connect_to or address.host
    target = f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
    options: list[tuple[str, Any]] = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.default_authority", address.host),
        ("grpc.enable_retries", 0),
        ("grpc.enable_http_proxy", 0),
        # A connection that failed in an earlier run is not waited for in this one.
        ("grpc.use_local_subchannel_pool", 1),
    ]
    if address.url.startswith("http:"):
        return grpc.insecure_channel(target, options=options)
    name = address.server_name or address.host
    options.append(("grpc.ssl_target_name_override", name))
    trusted = address.authorities.encode() or None
    credentials = grpc.ssl_channel_credentials(root_certificates=trusted)
    return grpc.secure_channel(target, credentials, options=options)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what went wrong in words."""
    try:
        yield
    except grpc.RpcError as error:
        code = error.code() if isinstance(error, grpc.Call) else None
        details = (error.details() or "") if isinstance(error, grpc.Call) else ""
        words = _WORDS.get(code, "") or f"it answers {code.name if code else 'nothing'}"
        text = f"{words} ({details[:300]})" if details else words
        if code is grpc.StatusCode.ABORTED:
            raise BrokerReplacedError(text) from error
        raise BrokerError(text) from error
