"""All criteria, in the order in which the documentation and the builder list them.

A new criterion is a `Criterion` entry in the module of its family, listed here.
"""

from __future__ import annotations

from . import certificate, identity, request, ssh, time
from .constant import ACCEPT, REJECT
from .device import DEVICE
from .mcp import MCP_TOOL
from .record import RECORD
from .registry import (
    Anonymous,
    Condition,
    Criterion,
    Finding,
    Group,
    MatcherKind,
    Need,
    Registry,
    Widget,
)

CRITERIA = Registry.of(
    ACCEPT,
    REJECT,
    *identity.ALL,
    *request.ALL,
    *certificate.ALL,
    DEVICE,
    *ssh.ALL,
    MCP_TOOL,
    *time.ALL,
    RECORD,
)

__all__ = [
    "CRITERIA",
    "Anonymous",
    "Condition",
    "Criterion",
    "Finding",
    "Group",
    "MatcherKind",
    "Need",
    "Registry",
    "Widget",
]
