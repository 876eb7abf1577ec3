"""What was deployed, and who runs it."""

from gateway.models.certificates import Certificate, CertificateHost
from gateway.models.clusters import Cluster, ClusterMode, Standing
from gateway.models.decisions import (
    NO_ID,
    Decision,
    DecisionRecorder,
    Outcomes,
    Span,
    TrafficCount,
)
from gateway.models.deployments import (
    Blob,
    Deployer,
    Deployment,
    DeploymentCause,
    NamespaceChunk,
    Proxy,
)
from gateway.models.sessions import GatewaySession
from gateway.models.settings import GatewaySettings

__all__ = [
    "NO_ID",
    "Blob",
    "Certificate",
    "CertificateHost",
    "Cluster",
    "ClusterMode",
    "Decision",
    "DecisionRecorder",
    "Deployer",
    "Deployment",
    "DeploymentCause",
    "GatewaySession",
    "GatewaySettings",
    "NamespaceChunk",
    "Outcomes",
    "Proxy",
    "Span",
    "Standing",
    "TrafficCount",
]
