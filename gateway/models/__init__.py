"""What was deployed, and who runs it."""

from gateway.models.certificates import Certificate, CertificateHost
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
    "Certificate",
    "CertificateHost",
    "Deployer",
    "Deployment",
    "DeploymentCause",
    "GatewaySession",
    "NamespaceChunk",
    "Proxy",
]
