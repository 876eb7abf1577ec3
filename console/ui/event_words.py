"""What an event of the audit log says, in words for the overview."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.core.models import AuditEvent

# By what stands before the dot of an event's action.
KINDS = {
    "attestation_root": "Root of authenticators",
    "certificate": "Certificate",
    "cluster": "Cluster",
    "configuration": "Configuration",
    "connection": "Connection",
    "credential": "Credential",
    "data_source": "External data source",
    "deployment": "Deployment",
    "device": "Device",
    "device_rules": "Rules for devices",
    "device_type": "Device type",
    "directory": "Directory",
    "enrollment_link": "Enrollment link",
    "fetched_address": "Address for Rego policies",
    "host": "Host",
    "host-delegation": "Delegation of a host",
    "import": "Import",
    "namespace": "Namespace",
    "person": "Person",
    "policy": "Policy",
    "pushed-group": "Pushed group",
    "pushed-person": "Pushed person",
    "request": "Request",
    "role": "Role",
    "route": "Route",
    "saved-filter": "Saved filter",
    "scim-token": "SCIM token",
    "service-account": "Service account",
    "session": "Session at a route",
    "settings": "Settings of the gateway",
    "sign-in-settings": "Settings of sign-in",
    "upstream": "Upstream",
    "upstream-consent": "Consent to an upstream",
}


def sentence_of(event: "AuditEvent") -> str:
    """Return what happened to what, as "Deployment published: 12"."""
    kind, _, verb = event.action.partition(".")
    said = f"{KINDS.get(kind, kind.capitalize())} {verb.replace('-', ' ')}"
    return f"{said}: {event.target_label}" if event.target_label else said
