"""The pages of the console by their addresses, as tests walk through them."""

import re
from typing import Any

from console.core.checks import url_patterns
from devices.models import DeviceCredential, DeviceType
from directory.models import (
    DataRun,
    Directory,
    ExternalDataSource,
    Group,
    ScimToken,
    ServiceAccount,
    SyncRun,
    Trial,
    User,
)
from gateway.models import Certificate, Cluster, GatewaySession
from namespaces.models import ApiServiceAccount, Namespace
from policies.models import FetchedAddress, Policy
from routes.models import (
    HostClaim,
    HostDelegation,
    ImportRun,
    Route,
    UpstreamClaim,
    UpstreamConsent,
)

# What the key in an address is of, and the order in which its rows are stable.
ROWS: dict[str, tuple[Any, str]] = {
    ".pomerium": (DeviceCredential, "label"),
    "certificates": (Certificate, "name"),
    "clusters": (Cluster, "name"),
    "devices": (DeviceCredential, "label"),
    "devices/types": (DeviceType, "code"),
    "directories": (Directory, "name"),
    "directory-runs": (SyncRun, "created_at"),
    "data-sources": (ExternalDataSource, "record_type"),
    "data-runs": (DataRun, "created_at"),
    "scim-tokens": (ScimToken, "created_at"),
    "credentials": (ServiceAccount, "name"),
    "namespaces": (Namespace, "name"),
    "groups": (Group, "name"),
    "hosts": (HostClaim, "host"),
    "hosts/consents": (UpstreamConsent, "created_at"),
    "hosts/delegations": (HostDelegation, "host"),
    "hosts/upstreams": (UpstreamClaim, "target"),
    "import": (ImportRun, "created_at"),
    "people": (User, "email"),
    "policies": (Policy, "name"),
    "policies/addresses": (FetchedAddress, "url"),
    "routes": (Route, "name"),
    "service-accounts": (ApiServiceAccount, "name"),
    "trials": (Trial, "created_at"),
    "settings/gateway": (Namespace, "depth"),
    "sessions": (GatewaySession, "began_at"),
}
KEY = re.compile(r"<uuid:\w+>")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Not pages: files, fragments, answers for machines.
OTHER = re.compile(r"^(api|scim/|healthz|readyz|metrics|words)|export|download|\^")


def list_areas() -> dict[str, list[str]]:
    """Return the addresses of pages by their first word."""
    areas: dict[str, list[str]] = {}
    for path, _ in url_patterns():
        if not OTHER.search(path) and "<" not in KEY.sub("", path, count=1):
            areas.setdefault(path.partition("/")[0], []).append(path)
    return areas


def address_of(path: str, area: str, row: int = 0) -> str:
    """Return the address of a page, about a row of the database where it needs one."""
    if "<" not in path:
        return path
    before = path.partition("<")[0].rstrip("/")
    model, order = ROWS[before] if before in ROWS else ROWS[area]
    return KEY.sub(str(model.objects.order_by(order)[row].pk), path)


def name_of(address: str) -> str:
    """Return a file name for a page, without the key in its address."""
    return UUID.sub("one", address).strip("/").replace("/", "-") or "overview"
