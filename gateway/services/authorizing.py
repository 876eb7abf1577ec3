"""An authorizer with everything that it needs of the console, put together."""

import gc
import importlib
import logging
import os
import socket
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone

from console.core import secrets
from gateway.authorizer import serving
from gateway.authorizer.app import App, Options
from gateway.authorizer.engine import Engine
from gateway.authorizer.identity import Identity
from gateway.authorizer.offences import Offence
from gateway.authorizer.own_paths import OwnPaths
from gateway.authorizer.recording import Recorder
from gateway.authorizer.signing import Signer
from gateway.services.console_side import DatabaseSide
from gateway.services.following import make_follower
from gateway.services.recording import DecisionWriter
from gateway.services.sessions import note_use
from gateway.services.streaming import make_sinks
from gateway.stream import Follower
from policies import selectors as policy_selectors
from policies import services as policy_services

if TYPE_CHECKING:
    from gateway.authorizer.grpc_serving import GrpcServer

PURPOSE = b"postern statements to upstreams"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
KEY_BYTES = 48
SETTLED_WITHIN = 600.0  # seconds for the first reading
THRESHOLDS = (20_000, 20, 20)  # objects more than before; collections of the younger
TELL_EVERY = 1.0  # seconds to wait for what there is to tell
NOTE_EVERY = 60.0  # seconds between two notes of which sessions were used

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """An authorizer that is being fed, and what feeds it."""

    app: App
    engine: Engine
    follower: Follower
    writer: DecisionWriter


def console_url() -> str:
    """Return the address at which people sign in, as far as the settings say."""
    return settings.PUBLIC_URL or f"http://localhost:{settings.PORT}"


def make_authorizer(*, name: str, console: str) -> Running:
    """Put an authorizer together. Its follower is not started yet.

    `name` is how the page of proxies calls it; `console` is where people sign in.
    """
    engine = Engine(rego=policy_selectors.get_engine())
    follower = make_follower(name=name, kind="authorizer", on_snapshot=engine.replace)
    engine.follow(follower)
    identity = Identity(Signer(statement_keys()), secrets.unseal)
    options = Options(proxy_token=settings.PROXY_TOKEN.encode(), console_url=console)
    own_paths = OwnPaths(engine, identity, DatabaseSide(), console_url=console)
    recorder = Recorder(engine.sampling)
    app = App(engine, identity, options, own_paths=own_paths, recorder=recorder)
    sinks = make_sinks(
        settings.DECISION_STREAM,
        settings.DECISION_OTLP_URL,
        settings.DECISION_OTLP_HEADERS,
    )
    writer = DecisionWriter(recorder, name=name, sinks=sinks)
    return Running(app, engine, follower, writer)


def run_authorizer(
    address: str,
    *,
    console: str,
    grpc_address: str = "",
    number: int = 0,
    ends_with_input: bool = False,
) -> None:
    """Answer proxies at an address until told to stop, over gRPC too at another one.

    `number` tells processes at one address apart. With `ends_with_input` it stops when
    its standard input ends, which is when the process that started it is gone.

    Raises:
        AddressError, OSError: it can't listen there.
    """
    name = f"{socket.gethostname()} {address}" + (f" #{number}" if number else "")
    listening = serving.listen(address)
    running = make_authorizer(name=name, console=console)
    over_grpc = _start_grpc(running.app, grpc_address) if grpc_address else None
    running.follower.start()
    running.writer.start()
    ended = threading.Event()
    settler = threading.Thread(target=_settle, args=[running.follower], daemon=True)
    settler.start()
    keeper = threading.Thread(target=_keep_used, args=[running.app, ended], daemon=True)
    keeper.start()
    teller = threading.Thread(target=_tell, args=[running.engine, ended], daemon=True)
    teller.start()

    def watch(server: serving.Server) -> None:
        if ends_with_input:
            threading.Thread(target=_end_with_input, args=[server], daemon=True).start()

    try:
        serving.serve(running.app, listening, watch=watch)
    finally:
        if over_grpc is not None:
            over_grpc.stop()
        ended.set()
        running.follower.stop()
        running.writer.stop()
        keeper.join()
        teller.join()
        connections.close_all()


def _settle(follower: Follower) -> None:
    """Have what was read at the start looked through for garbage never again.

    Requests would wait for that, a sixth of a second each time, and nearly all of it
    stays. What comes later is looked through less often than is usual: what a request
    leaves behind ends with it, but for its note, which the log takes away.
    """
    if follower.wait(SETTLED_WITHIN):
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)


def _start_grpc(app: App, address: str) -> "GrpcServer":
    # By name: its libraries take 25 MB, which whoever asks over HTTP need not pay.
    module = importlib.import_module("gateway.authorizer.grpc_serving")
    server: GrpcServer = module.GrpcServer(app, settings.PROXY_TOKEN.encode(), address)
    server.start()
    return server


def _keep_used(app: App, ended: threading.Event) -> None:
    """Put off the end of sessions that are used, away from the path of requests."""
    while not ended.wait(NOTE_EVERY):
        used = app.take_used()
        try:
            if used:
                note_use(used, now=timezone.now())
        except Exception:
            # They end earlier than they should; nobody is let in by that.
            logger.exception("the use of %d sessions was not noted", len(used))
        finally:
            connection.close()


def _tell(engine: Engine, ended: threading.Event) -> None:
    """Tell the console what policies in Rego did wrong; no request waits for it."""
    while not ended.is_set():
        offence = engine.offences.take(TELL_EVERY)
        if offence is None:
            continue
        try:
            tell_offence(offence, now=timezone.now())
            engine.offences.was_told(offence)
        except Exception:
            # It goes on counting in this process alone.
            logger.exception("the console did not hear of policy %s", offence.policy_id)
        finally:
            connection.close()


def tell_offence(offence: Offence, *, now: datetime) -> None:
    """Have the console count a strike, or keep which records were refused."""
    policy_id, source = UUID(offence.policy_id), offence.source
    if offence.kind:
        policy_services.record_strike(
            policy_id, kind=offence.kind, source=source, now=now
        )
    if offence.refused_types:
        policy_services.record_refused_types(
            policy_id, offence.refused_types, source=source, now=now
        )


def _end_with_input(server: serving.Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.should_exit = True


def statement_keys() -> tuple[ec.EllipticCurvePrivateKey, ...]:
    """Return the keys that sign statements to upstreams, the one in use first.

    They are derived from the data keys, so that all processes have the same and no
    table holds them; the former ones are published as long as they are given.
    """
    return _statement_keys(tuple(settings.DATA_KEYS))


@lru_cache(maxsize=4)
def _statement_keys(
    data_keys: tuple[str, ...],
) -> tuple[ec.EllipticCurvePrivateKey, ...]:
    return tuple(map(_derive, data_keys))


def _derive(data_key: str) -> ec.EllipticCurvePrivateKey:
    derivation = HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE
    )
    number = int.from_bytes(derivation.derive(data_key.encode()), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())
