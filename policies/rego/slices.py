"""Slices of arrays between places that aren't written out, made as OPA makes them.

OPA takes whole numbers only, where the engine cuts off what follows the point. What
is written out is left to the engine, which is quicker. Runs inside a worker.
"""

from __future__ import annotations

from typing import Any, Final

from .syntax import Node, as_node, path_of, walk

SLICE: Final = "postern_slice"
_NAME: Final = ("array", "slice")
_ARGUMENTS: Final = 3


def rewrite(source: str, tree: Any) -> str:
    """Return a text whose slices are made here, unless their places are written out."""
    text = source.encode()
    found = [node for node in walk(tree) if _is_unsure(node)]
    functions = [node.child("fcn") for node in found]
    spans = sorted((one.start, one.end) for one in functions if one is not None)
    for start, end in reversed(spans):
        text = text[:start] + SLICE.encode() + text[end:]
    return text.decode()


def _is_unsure(node: Node) -> bool:
    if node.kind != "Call" or path_of(node.child("fcn")) != _NAME:
        return False
    params = [as_node(one) for one in node.fields["params"]]
    return len(params) == _ARGUMENTS and not all(map(_is_whole, params[1:]))


def _is_whole(param: Node | None) -> bool:
    return param is not None and isinstance(_number(param), int)


def _number(param: Node) -> Any:
    return param.fields.get("value") if param.kind == "Number" else None


def cut(values: Any, start: Any, stop: Any) -> list[Any]:
    """Return what an array holds from one place to before another."""
    if not isinstance(values, list):
        raise TypeError("no array")
    if type(start) is not int or type(stop) is not int:
        raise TypeError("no whole number")
    start = max(0, start)
    return values[start : max(start, stop)]
