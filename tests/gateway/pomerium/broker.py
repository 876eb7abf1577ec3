"""A databroker for tests: Core's protocol over real gRPC, with faults on demand."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Self

import grpc
from google.protobuf import empty_pb2

from gateway.pomerium import schema
from gateway.pomerium.client import Address, Broker

KEY = b"s" * 32
SECRET = base64.b64encode(KEY).decode()
MAX_MESSAGE = 4 * 1024 * 1024  # what Core's gRPC takes
Fault = Callable[[str, Any], None]


class FakeBroker:
    """Holds records in memory, as Core does without storage of its own.

    With a `pair` of a chain and a key, in PEM, it speaks TLS.

    Attributes:
        records: by type and id.
        calls: the name of each call that was let in, with its request.
        fault: called before each answer with the call's name and its context.
    """

    def __init__(self, pair: tuple[str, str] | None = None) -> None:
        self.records: dict[tuple[str, str], Any] = {}
        self.calls: list[tuple[str, Any]] = []
        self.fault: Fault = lambda name, context: None
        self.server_version = 7
        self._version = 0
        self._server = grpc.server(
            ThreadPoolExecutor(2),
            options=[("grpc.max_receive_message_length", MAX_MESSAGE)],
        )
        self._server.add_generic_rpc_handlers((self._handlers(),))
        self._scheme = "http" if pair is None else "https"
        place = "127.0.0.1:0"
        if pair is None:
            self.port = self._server.add_insecure_port(place)
        else:
            chain, key = pair[0].encode(), pair[1].encode()
            credentials = grpc.ssl_server_credentials([(key, chain)])
            self.port = self._server.add_secure_port(place, credentials)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(None).wait()

    @property
    def url(self) -> str:
        """Return where it is."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    @property
    def puts(self) -> list[list[str]]:
        """Return the types of the records of each write."""
        return [
            [one.type for one in request.records]
            for name, request in self.calls
            if name == "Put"
        ]

    def ids(self, record_type: str) -> set[str]:
        """Return the ids of a type."""
        return {pk for kind, pk in self.records if kind == record_type}

    def restart(self) -> None:
        """Lose everything, as a Core does whose records are in memory."""
        self.records.clear()
        self.server_version += 1

    def store(self, record: Any) -> None:
        """Take a record as somebody else's write."""
        self._version += 1
        record.version = self._version
        key = (record.type, record.id)
        if record.HasField("deleted_at"):
            self.records.pop(key, None)
        else:
            self.records[key] = record

    def _handlers(self) -> Any:
        def unary(name: str, request: Any, answer: Callable[[Any], Any]) -> Any:
            def handle(question: Any, context: Any) -> Any:
                self._let_in(name, question, context)
                return answer(question)

            return grpc.unary_unary_rpc_method_handler(
                handle,
                request_deserializer=request.FromString,
                response_serializer=lambda one: one.SerializeToString(),
            )

        def sync_latest(question: Any, context: Any) -> Iterator[Any]:
            self._let_in("SyncLatest", question, context)
            yield from self._latest(question)

        methods = {
            "ServerInfo": unary("ServerInfo", empty_pb2.Empty, self._info),
            "Put": unary("Put", schema.PutRequest, self._put),
            "SyncLatest": grpc.unary_stream_rpc_method_handler(
                sync_latest,
                request_deserializer=schema.SyncLatestRequest.FromString,
                response_serializer=lambda one: one.SerializeToString(),
            ),
        }
        return grpc.method_handlers_generic_handler(
            "databroker.DataBrokerService", methods
        )

    def _let_in(self, name: str, question: Any, context: Any) -> None:
        token = dict(context.invocation_metadata()).get("jwt", "")
        if not is_signed(token):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "invalid JWT")
        self.fault(name, context)
        self.calls.append((name, question))

    def _info(self, _: Any) -> Any:
        return schema.ServerInfoResponse(
            server_version=self.server_version, latest_record_version=self._version
        )

    def _put(self, question: Any) -> Any:
        for record in question.records:
            self.store(record)
        return schema.PutResponse(
            server_version=self.server_version, records=question.records
        )

    def _latest(self, question: Any) -> Iterator[Any]:
        for (kind, _), record in list(self.records.items()):
            if kind == question.type:
                yield schema.SyncLatestResponse(record=record)
        versions = schema.MESSAGES["Versions"](
            server_version=self.server_version, latest_record_version=self._version
        )
        yield schema.SyncLatestResponse(versions=versions)


def is_signed(token: str) -> bool:
    """Answer as Core does: signed with the secret, one claim, and that is the end."""
    try:
        head, body, signature = token.split(".")
        claims = json.loads(_decoded(body))
    except ValueError:
        return False
    expected = hmac.new(KEY, f"{head}.{body}".encode(), hashlib.sha256).digest()
    is_ours = hmac.compare_digest(_decoded(signature), expected)
    return is_ours and list(claims) == ["exp"] and claims["exp"] > time.time()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@contextmanager
def connected(
    broker: FakeBroker, *, key: bytes = KEY, seconds: float = 30
) -> Iterator[Broker]:
    """Give a connection to a databroker."""
    made = Broker(Address(url=broker.url), key, seconds=seconds)
    try:
        yield made
    finally:
        made.close()
