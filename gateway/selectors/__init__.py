"""Reads of deployments, of what they are built from, and of the stream beside them."""

from gateway.selectors.building import Build, BuiltChunk, build
from gateway.selectors.deployments import (
    cause_of_changes,
    find_newest,
    has_changes,
    is_held,
    list_proxies,
    read_deployer,
)
from gateway.selectors.stream import DatabaseSource

__all__ = [
    "Build",
    "BuiltChunk",
    "DatabaseSource",
    "build",
    "cause_of_changes",
    "find_newest",
    "has_changes",
    "is_held",
    "list_proxies",
    "read_deployer",
]
