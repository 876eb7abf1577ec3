"""The configuration of an Envoy, made from a snapshot. Pure: no Django, no files.

`render` turns routes into Envoy's resources; what can't be rendered is left closed
and named, so that one bad route doesn't take the others with it. Writing files,
validating them and running Envoy is the business of `gateway.services`.
"""

from .coverage import AUTHORIZER_KEYS, RENDERED_KEYS
from .options import ClientAuthority, Enforcement, Options, ServerCertificate
from .rendering import ADMIN_SOCKET, Problem, Rendered, render

__all__ = [
    "ADMIN_SOCKET",
    "AUTHORIZER_KEYS",
    "RENDERED_KEYS",
    "ClientAuthority",
    "Enforcement",
    "Options",
    "Problem",
    "Rendered",
    "ServerCertificate",
    "render",
]
