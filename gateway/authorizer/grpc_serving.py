"""The authorizer over gRPC, beside the one over HTTP: the same app decides.

It has a thread and an event loop of its own, so that whoever asks over HTTP does not
wait for it. Imported only where gRPC is wanted: its libraries take 25 MB of memory.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

import grpc
import grpc.aio

from . import grpc_wire
from .app import BAD_REQUEST, FAULT
from .serving import GRACE, AddressError
from .wire import TOKEN, BadRequestError

if TYPE_CHECKING:
    from .answers import Answer
    from .app import App

MAX_MESSAGE: Final = 1024 * 1024
START_SECONDS: Final = 10

logger = logging.getLogger(__name__)


class GrpcServer:
    """Answers `envoy.service.auth.v3.Authorization/Check` at an address."""

    def __init__(self, app: App, proxy_token: bytes, address: str) -> None:
        self._app = app
        self._token = proxy_token
        self._address = address
        self._started = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="grpc", daemon=True)
        self.port = 0

    def start(self) -> None:
        """Begin to answer; `port` says where, also for an address with port 0.

        Raises:
            AddressError: the address can't be had.
        """
        self._thread.start()
        self._started.wait(START_SECONDS)
        if self._error is not None or not self._started.is_set():
            raise AddressError(f"{self._address!r}: {self._error}") from self._error

    def stop(self) -> None:
        """End, after the requests under way."""
        if self._loop is not None and self._ended is not None:
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._error = error
            logger.exception("gRPC can't be served at %s", self._address)
        finally:
            self._started.set()

    async def _serve(self) -> None:
        server = grpc.aio.server(
            options=[("grpc.max_receive_message_length", MAX_MESSAGE)]
        )
        handler = grpc.unary_unary_rpc_method_handler(
            self._check,
            request_deserializer=grpc_wire.CheckRequest.FromString,
            response_serializer=grpc_wire.CheckResponse.SerializeToString,
        )
        server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler(
                    grpc_wire.SERVICE, {grpc_wire.METHOD: handler}
                ),
            )
        )
        self.port = server.add_insecure_port(self._address)
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        await server.start()
        self._started.set()
        await self._ended.wait()
        await server.stop(GRACE)

    async def _check(self, question: Any, context: Any) -> Any:
        metadata = dict(context.invocation_metadata() or ())
        given = metadata.get(TOKEN.decode(), "")
        token = given if isinstance(given, bytes) else given.encode()
        if not compare_digest(token, self._token):
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, "no proxy")
        return grpc_wire.write(await self._answer(question))

    async def _answer(self, question: Any) -> Answer:
        try:
            return await self._app.decide(grpc_wire.read(question))
        except BadRequestError:
            return BAD_REQUEST
        except Exception:
            logger.exception("a check could not be answered")
            return FAULT
