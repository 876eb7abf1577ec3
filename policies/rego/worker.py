"""The process that evaluates Rego: reads requests from one socket until it closes.

It is started with an empty environment, loads everything that it will ever need,
and then gives up its rights (`sandbox`). Nothing of Django is here.
"""

from __future__ import annotations

import gc
import json
import resource
import signal
import socket
import sys
import time
from collections import OrderedDict
from typing import Any, Final

from policies import texts

from . import protocol, sandbox
from .engine import CompileError, FailedError, Host, Module

MAX_MODULES: Final = 64
MAX_SOURCE_IN_CACHE: Final = 1 * 1024 * 1024
_WARMING: Final = """
allow { contains(lower(input.http.method), "g"); regex.match("^g", "g") }
deny = [false, {"x"}] { to_number(input.http.method) == 1 }

"""


class Worker:
    """Modules by their key, the least lately used of which is forgotten first."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.host = Host(self._ask)
        self.modules: OrderedDict[str, Module] = OrderedDict()
        self.cached = 0

    def _ask(self, what: str, arguments: list[Any]) -> Any:
        protocol.send(self.channel, {"ask": what, "arguments": arguments})
        return protocol.receive(self.channel)["answer"]

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do what a message asks for."""
        if message["op"] == "check":
            return self._check(message)
        if message["op"] == "load":
            return self._load(message)
        module = self.modules.get(message["key"])
        if module is None:
            return {"unknown": True}
        self.modules.move_to_end(message["key"])
        return self._evaluate(module, message)

    def _load(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            module = Module(message["source"], self.host)
        except CompileError as error:
            return {"error": "compile", "message": str(error)}
        self._keep(message["key"], module)
        return {}

    def _keep(self, key: str, module: Module) -> None:
        self.modules[key] = module
        self.cached += len(module.source)
        while len(self.modules) > 1 and (
            len(self.modules) > MAX_MODULES or self.cached > MAX_SOURCE_IN_CACHE
        ):
            _, oldest = self.modules.popitem(last=False)
            self.cached -= len(oldest.source)

    def _evaluate(self, module: Module, message: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = module.evaluate(message, covers=message.get("covers", False))
        except FailedError as error:
            return {"error": error.kind, "message": str(error), "place": error.place}
        if any(value == [] for value in answer["values"].values()):
            answer["kinds"] = module.kinds
        return answer

    def _check(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            module = Module(message["source"], self.host)
        except CompileError as error:
            return {"problems": _packed(error.problems), "kinds": {}}
        problems = module.check(
            fetched=frozenset(message["fetched"]),
            record_types=frozenset(message["record_types"]),
        )
        return {"problems": _packed(problems), "kinds": module.kinds}


def _packed(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return problems whose texts can be said in other languages behind the socket."""
    return [
        {key: texts.packed(value) for key, value in one.items()} for one in problems
    ]


def main() -> None:
    """Serve one socket, on file descriptor 0, until the other side closes it."""
    memory, without = int(sys.argv[1]), tuple(filter(None, sys.argv[2].split(",")))
    channel = socket.socket(fileno=0)
    _warm_up()
    gc.freeze()
    try:
        protocol.send(channel, sandbox.enter(memory=memory, without=without))
        _serve(channel)
    except (protocol.ProtocolError, OSError):
        return


def _serve(channel: socket.socket) -> None:
    worker = Worker(channel)
    while True:
        message = protocol.receive(channel)
        peak = _peak()
        began = time.perf_counter_ns()
        # The system ends the process when it has used this much of the processor.
        signal.setitimer(signal.ITIMER_PROF, message["cpu"])
        try:
            answer = worker.answer(message)
            json.dumps(answer["values"]) if "values" in answer else None
        except MemoryError:
            answer = {"error": "memory"}
        except RecursionError:
            answer = {"error": "failed", "message": "too deep"}
        except Exception as error:  # noqa: BLE001 - a fault of ours is no strike of theirs
            answer = {"error": "failed", "message": type(error).__name__}
        signal.setitimer(signal.ITIMER_PROF, 0)
        answer["elapsed_us"] = (time.perf_counter_ns() - began) // 1000
        answer["memory_kib"] = _peak() - peak
        protocol.send(channel, answer)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _warm_up() -> None:
    """Run what every policy runs, so that all that is loaded late is loaded now."""
    host = Host(lambda *_: {"known": True, "record": None})
    module = Module(_WARMING, host)
    module.check(fetched=frozenset(), record_types=frozenset())
    module.evaluate({"input": {"http": {"method": "GET"}}, "now_ns": 0}, covers=True)
    module.evaluate({"input": {}, "now_ns": 0})
