"""What was deployed, and who runs it."""

from gateway.models.deployments import (
    Blob,
    Deployer,
    Deployment,
    DeploymentCause,
    NamespaceChunk,
    Proxy,
)
from gateway.models.sessions import GatewaySession

__all__ = [
    "Blob",
    "Deployer",
    "Deployment",
    "DeploymentCause",
    "GatewaySession",
    "NamespaceChunk",
    "Proxy",
]
