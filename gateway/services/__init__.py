"""What changes deployments, sessions, certificates, and what proxies are given."""

from gateway.services.deploying import (
    LEASE,
    DeployerBusyError,
    deploy_changes,
    make_deployment,
)
from gateway.services.following import make_follower, record_proxy
from gateway.services.keys import public_text, signing_key, trusted_keys

__all__ = [
    "LEASE",
    "DeployerBusyError",
    "deploy_changes",
    "make_deployment",
    "make_follower",
    "public_text",
    "record_proxy",
    "signing_key",
    "trusted_keys",
]
