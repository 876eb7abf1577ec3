"""What every page's frame needs: navigation, and who is signed in."""

from typing import Any

from django.http import HttpRequest

from console.core.actor import ANONYMOUS


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context."""
    return {"actor": getattr(request, "actor", ANONYMOUS)}
