"""What an event of the audit log says, in words for the overview."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext, gettext_lazy

if TYPE_CHECKING:
    from console.core.models import AuditEvent

# By what stands before the dot of an event's action.
KINDS = {
    "attestation_root": gettext_lazy("Root of authenticators"),
    "certificate": gettext_lazy("Certificate"),
    "cluster": gettext_lazy("Cluster"),
    "configuration": gettext_lazy("Configuration"),
    "connection": gettext_lazy("Connection"),
    "credential": gettext_lazy("Credential"),
    "data_source": gettext_lazy("External data source"),
    "deployment": gettext_lazy("Deployment"),
    "device": gettext_lazy("Device"),
    "device_rules": gettext_lazy("Rules for devices"),
    "device_type": gettext_lazy("Device type"),
    "directory": gettext_lazy("Directory"),
    "enrollment_link": gettext_lazy("Enrollment link"),
    "fetched_address": gettext_lazy("Address for Rego policies"),
    "host": gettext_lazy("Host"),
    "host-delegation": gettext_lazy("Delegation of a host"),
    "import": gettext_lazy("Import"),
    "namespace": gettext_lazy("Namespace"),
    "person": gettext_lazy("Person"),
    "policy": gettext_lazy("Policy"),
    "pushed-group": gettext_lazy("Pushed group"),
    "pushed-person": gettext_lazy("Pushed person"),
    "request": gettext_lazy("Request"),
    "role": gettext_lazy("Role"),
    "route": gettext_lazy("Route"),
    "saved-filter": gettext_lazy("Saved filter"),
    "scim-token": gettext_lazy("SCIM token"),
    "service-account": gettext_lazy("Service account"),
    "session": gettext_lazy("Session at a route"),
    "settings": gettext_lazy("Settings of the gateway"),
    "sign-in-settings": gettext_lazy("Settings of sign-in"),
    "upstream": gettext_lazy("Upstream"),
    "upstream-consent": gettext_lazy("Consent to an upstream"),
}

# By what stands behind it.
VERBS = {
    "alarm-over": gettext_lazy("alarm over"),
    "alarm-raised": gettext_lazy("alarm raised"),
    "applied": gettext_lazy("applied"),
    "asked": gettext_lazy("asked"),
    "attached": gettext_lazy("attached"),
    "began": gettext_lazy("began"),
    "changed": gettext_lazy("changed"),
    "confirmed": gettext_lazy("confirmed"),
    "copied": gettext_lazy("copied"),
    "created": gettext_lazy("created"),
    "deleted": gettext_lazy("deleted"),
    "denied": gettext_lazy("denied"),
    "detached": gettext_lazy("detached"),
    "ended": gettext_lazy("ended"),
    "enrolled": gettext_lazy("enrolled"),
    "exported": gettext_lazy("exported"),
    "granted": gettext_lazy("granted"),
    "held": gettext_lazy("held"),
    "issued": gettext_lazy("issued"),
    "linked": gettext_lazy("linked"),
    "listed": gettext_lazy("listed"),
    "moved": gettext_lazy("moved"),
    "openid-refused": gettext_lazy("openid refused"),
    "published": gettext_lazy("published"),
    "quarantined": gettext_lazy("quarantined"),
    "read": gettext_lazy("read"),
    "read-failed": gettext_lazy("read failed"),
    "recovery-token-minted": gettext_lazy("recovery token minted"),
    "recovery-token-used": gettext_lazy("recovery token used"),
    "refused": gettext_lazy("refused"),
    "registered": gettext_lazy("registered"),
    "released": gettext_lazy("released"),
    "removed": gettext_lazy("removed"),
    "renewed": gettext_lazy("renewed"),
    "requested": gettext_lazy("requested"),
    "restored": gettext_lazy("restored"),
    "reverted": gettext_lazy("reverted"),
    "revoked": gettext_lazy("revoked"),
    "rolled-back": gettext_lazy("rolled back"),
    "rotated": gettext_lazy("rotated"),
    "run-asked": gettext_lazy("run asked"),
    "run-discarded": gettext_lazy("run discarded"),
    "run-held": gettext_lazy("run held"),
    "run-released": gettext_lazy("run released"),
    "runs-forgotten": gettext_lazy("runs forgotten"),
    "sign-in-failed": gettext_lazy("sign in failed"),
    "sign-in-held-off": gettext_lazy("sign in held off"),
    "signed-in": gettext_lazy("signed in"),
    "signed-out-by-provider": gettext_lazy("signed out by provider"),
    "sync-failed": gettext_lazy("sync failed"),
    "synced": gettext_lazy("synced"),
    "tried": gettext_lazy("tried"),
    "unlisted": gettext_lazy("unlisted"),
    "updated": gettext_lazy("updated"),
    "uploaded": gettext_lazy("uploaded"),
    "used": gettext_lazy("used"),
    "withdrawn": gettext_lazy("withdrawn"),
}


def sentence_of(event: "AuditEvent") -> str:
    """Return what happened to what, as "Deployment published: 12"."""
    kind, _, verb = event.action.partition(".")
    said = gettext("%(kind)s %(verb)s") % {
        "kind": KINDS.get(kind, kind.capitalize()),
        "verb": VERBS.get(verb, verb.replace("-", " ")),
    }
    return f"{said}: {event.target_label}" if event.target_label else said
