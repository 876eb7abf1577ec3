"""What was deployed, and who runs it."""

from gateway.models.deployments import (
    Blob,
    Deployer,
    Deployment,
    DeploymentCause,
    NamespaceChunk,
    Proxy,
)

__all__ = [
    "Blob",
    "Deployer",
    "Deployment",
    "DeploymentCause",
    "NamespaceChunk",
    "Proxy",
]
