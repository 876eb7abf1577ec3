"""Reads of deployments, of what they are built from, and of the stream beside them."""

from gateway.selectors.building import Build, BuiltChunk, build
from gateway.selectors.certificates import (
    WARN_BEFORE,
    get_certificate,
    list_certificate_documents,
    list_certificates,
)
from gateway.selectors.deployments import (
    cause_of_changes,
    find_newest,
    has_changes,
    is_held,
    list_proxies,
    read_deployer,
)
from gateway.selectors.sessions import (
    VIEW_SESSIONS,
    Sessions,
    get_session,
    list_own_sessions,
    list_sessions,
    sees_sessions,
)
from gateway.selectors.stream import DatabaseSource

__all__ = [
    "VIEW_SESSIONS",
    "WARN_BEFORE",
    "Build",
    "BuiltChunk",
    "DatabaseSource",
    "Sessions",
    "build",
    "cause_of_changes",
    "find_newest",
    "get_certificate",
    "get_session",
    "has_changes",
    "is_held",
    "list_certificate_documents",
    "list_certificates",
    "list_own_sessions",
    "list_proxies",
    "list_sessions",
    "read_deployer",
    "sees_sessions",
]
