"""Reads of deployments, of what they are built from, and of the stream beside them."""

from gateway.selectors.building import (
    Build,
    BuiltChunk,
    build,
    list_namespace_ids,
    read_against_now,
)
from gateway.selectors.certificates import (
    WARN_BEFORE,
    get_certificate,
    list_certificate_documents,
    list_certificates,
)
from gateway.selectors.clusters import (
    check_may_edit_clusters,
    get_cluster,
    is_cluster_due,
    list_clusters,
    list_due_clusters,
    list_namespaces_below,
)
from gateway.selectors.comparing import (
    Difference,
    compare,
)
from gateway.selectors.contents import (
    Contents,
)
from gateway.selectors.decisions import (
    check_reads_decisions,
    find_route,
    find_shown_route,
    get_decision,
    list_decisions,
    list_recorders_in_trouble,
)
from gateway.selectors.deployments import (
    cause_of_changes,
    check_sees_deployments,
    count_drifted,
    describe_proxies,
    find_before,
    find_newest,
    get_deployment,
    has_changes,
    is_held,
    list_changes,
    list_deployments,
    list_differences,
    list_differences_from_now,
    list_proxies,
    read_deployer,
    sees_deployments,
    tell_progress,
)
from gateway.selectors.past import read_past
from gateway.selectors.sessions import (
    VIEW_SESSIONS,
    Sessions,
    get_session,
    list_own_sessions,
    list_sessions,
    sees_sessions,
)
from gateway.selectors.stream import (
    DatabaseSource,
)
from gateway.selectors.traffic import PERIODS, Point, Traffic, read_traffic

__all__ = [
    "PERIODS",
    "VIEW_SESSIONS",
    "WARN_BEFORE",
    "Build",
    "BuiltChunk",
    "Contents",
    "DatabaseSource",
    "Difference",
    "Point",
    "Sessions",
    "Traffic",
    "build",
    "cause_of_changes",
    "check_may_edit_clusters",
    "check_reads_decisions",
    "check_sees_deployments",
    "compare",
    "count_drifted",
    "describe_proxies",
    "find_before",
    "find_newest",
    "find_route",
    "find_shown_route",
    "get_certificate",
    "get_cluster",
    "get_decision",
    "get_deployment",
    "get_session",
    "has_changes",
    "is_cluster_due",
    "is_held",
    "list_certificate_documents",
    "list_certificates",
    "list_changes",
    "list_clusters",
    "list_decisions",
    "list_deployments",
    "list_differences",
    "list_differences_from_now",
    "list_due_clusters",
    "list_namespace_ids",
    "list_namespaces_below",
    "list_own_sessions",
    "list_proxies",
    "list_recorders_in_trouble",
    "list_sessions",
    "read_against_now",
    "read_deployer",
    "read_past",
    "read_traffic",
    "sees_deployments",
    "sees_sessions",
    "tell_progress",
]
