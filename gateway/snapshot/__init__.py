"""A deployment as data: what is enforced, whole, in a form that never changes.

Pure Python: neither Django nor the database is known here, because what reads a
snapshot decides over requests and must need neither.
"""

from .documents import (
    CertificateDocument,
    NamespaceDocument,
    PolicyDocument,
    RouteDocument,
    Snapshot,
    SnapshotError,
)
from .encoding import canonical_bytes, content_hash, sign, verify
from .scoped import own_settings, put_together, settings_at

__all__ = [
    "CertificateDocument",
    "NamespaceDocument",
    "PolicyDocument",
    "RouteDocument",
    "Snapshot",
    "SnapshotError",
    "canonical_bytes",
    "content_hash",
    "own_settings",
    "put_together",
    "settings_at",
    "sign",
    "verify",
]
