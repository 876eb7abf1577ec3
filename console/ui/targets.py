"""From an audit event to the page of what it is about."""

from typing import TYPE_CHECKING

from django.urls import NoReverseMatch, reverse

if TYPE_CHECKING:
    from console.core.models import AuditEvent

PAGES = {
    "namespace": "namespaces:namespace-detail",
    "policy": "policies:policy-detail",
    "route": "routes:route-detail",
    "person": "directory:person-detail",
    "group": "directory:group-detail",
    "device": "devices:device-detail",
    "device_type": "devices:type-edit",
    "service-account": "accounts:service-account-detail",
    "cluster": "gateway:cluster-detail",
    "data_source": "directory:data-source-detail",
    "directory": "directory:directory-detail",
    "credential": "directory:credential-detail",
}


def target_url(event: "AuditEvent") -> str:
    """Return the page of the event's target, "" when it has none or is gone."""
    if event.action.endswith(".deleted"):
        return ""
    if event.target_type == "deployment":
        return _deployment_url(event.target_id)
    if event.target_type == "role_binding" and event.namespace_id:
        return reverse("namespaces:namespace-roles", args=[event.namespace_id])
    try:
        return reverse(PAGES[event.target_type], args=[event.target_id])
    except (KeyError, NoReverseMatch):
        return ""


def _deployment_url(number: str) -> str:
    """Return the page of a deployment; before the first one there is none."""
    if number.isdecimal() and int(number):
        return reverse("gateway:deployment-detail", args=[int(number)])
    return reverse("gateway:deployment-list")
