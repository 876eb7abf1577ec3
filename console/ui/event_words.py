"""What an event of the audit log says, in words for the overview."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from console.core.models import AuditEvent

# By what stands before the dot of an event's action.
KINDS = {
    "attestation_root": gettext_lazy("Root of authenticators"),
    "certificate": "Certificate",
    "cluster": "Cluster",
    "configuration": "Configuration",
    "connection": "Connection",
    "credential": "Credential",
    "data_source": gettext_lazy("External data source"),
    "deployment": "Deployment",
    "device": "Device",
    "device_rules": gettext_lazy("Rules for devices"),
    "device_type": gettext_lazy("Device type"),
    "directory": "Directory",
    "enrollment_link": gettext_lazy("Enrollment link"),
    "fetched_address": gettext_lazy("Address for Rego policies"),
    "host": "Host",
    "host-delegation": gettext_lazy("Delegation of a host"),
    "import": "Import",
    "namespace": "Namespace",
    "person": "Person",
    "policy": "Policy",
    "pushed-group": gettext_lazy("Pushed group"),
    "pushed-person": gettext_lazy("Pushed person"),
    "request": "Request",
    "role": "Role",
    "route": "Route",
    "saved-filter": gettext_lazy("Saved filter"),
    "scim-token": gettext_lazy("SCIM token"),
    "service-account": gettext_lazy("Service account"),
    "session": gettext_lazy("Session at a route"),
    "settings": gettext_lazy("Settings of the gateway"),
    "sign-in-settings": gettext_lazy("Settings of sign-in"),
    "upstream": "Upstream",
    "upstream-consent": gettext_lazy("Consent to an upstream"),
}


def sentence_of(event: "AuditEvent") -> str:
    """Return what happened to what, as "Deployment published: 12"."""
    kind, _, verb = event.action.partition(".")
    said = f"{KINDS.get(kind, kind.capitalize())} {verb.replace('-', ' ')}"
    return f"{said}: {event.target_label}" if event.target_label else said
