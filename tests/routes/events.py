"""What the audit log says last."""

from typing import Any

from console.core.models import AuditEvent


def newest_event() -> Any:
    """Return the newest event."""
    return AuditEvent.objects.latest("sequence")
