"""What every page's frame needs: navigation, namespace picker, who is signed in."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from console.core import http
from console.ui import navigation
from namespaces import access
from namespaces.permissions import Permission


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's context; for those outside and for fragments, next to none."""
    actor = http.actor_of(request)
    if actor.is_anonymous or http.is_fragment(request):
        return {"actor": actor}
    namespace = navigation.chosen_namespace(request, actor)
    here = urlencode({"at": request.get_full_path()})
    picker = reverse("namespaces:namespace-picker")
    sees_tree = access.can_anywhere(actor, Permission.NAMESPACE_VIEW)
    return {
        "actor": actor,
        "person": {"name": str(request.user), "email": actor.label},
        "navigation": navigation.rail(request, actor, namespace),
        "current_namespace": namespace,
        "namespace_picker_url": (f"{picker}?{here}" if sees_tree else ""),
        "search_url": reverse("search"),
        "palette_url": reverse("palette"),
        "account_url": reverse("account"),
        "sign_out_url": reverse("sign-out"),
    }
