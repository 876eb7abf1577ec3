"""What changes deployments, sessions, certificates, and what proxies are given."""

from gateway.exceptions import (
    DeployerBusyError,
)
from gateway.services.authorizing import (
    console_url,
    run_authorizer,
)
from gateway.services.certificates import (
    CertificateOverlapError,
    remove_certificate,
    upload_certificate,
)
from gateway.services.cluster_settings import change_cluster_settings
from gateway.services.clusters import (
    create_cluster,
    delete_cluster,
    request_publishing,
    update_cluster,
)
from gateway.services.core_runs import publish_cluster, start_due_publishing
from gateway.services.deploying import (
    LEASE,
    deploy_changes,
    make_deployment,
)
from gateway.services.deployment_effect import (
    DeploymentEffect,
    effect_of_deployment,
)
from gateway.services.explaining import (
    Explained,
    explain_decision,
)
from gateway.services.following import (
    make_follower,
    record_proxy,
)
from gateway.services.keeping import (
    merge_figures,
    prune_decisions,
)
from gateway.services.keys import (
    public_text,
    signing_key,
    trusted_keys,
)
from gateway.services.pruning import (
    prune_changes,
    prune_deployments,
)
from gateway.services.publishing import (
    MAX_NUMBER,
    MAX_REASON,
    check_may_publish,
    hold_changes,
    publish_now,
    release_changes,
)
from gateway.services.rolling_back import (
    roll_back,
)
from gateway.services.sessions import (
    end_sessions_with,
    forget_sessions,
    note_use,
    revoke_session,
    revoke_sessions_of,
)
from gateway.services.settings import change_settings
from gateway.services.signing_in import (
    begin_session,
    check_return_address,
    promise_session,
)

__all__ = [
    "LEASE",
    "MAX_NUMBER",
    "MAX_REASON",
    "CertificateOverlapError",
    "DeployerBusyError",
    "DeploymentEffect",
    "Explained",
    "begin_session",
    "change_cluster_settings",
    "change_settings",
    "check_may_publish",
    "check_return_address",
    "console_url",
    "create_cluster",
    "delete_cluster",
    "deploy_changes",
    "effect_of_deployment",
    "end_sessions_with",
    "explain_decision",
    "forget_sessions",
    "hold_changes",
    "make_deployment",
    "make_follower",
    "merge_figures",
    "note_use",
    "promise_session",
    "prune_changes",
    "prune_decisions",
    "prune_deployments",
    "public_text",
    "publish_cluster",
    "publish_now",
    "record_proxy",
    "release_changes",
    "remove_certificate",
    "request_publishing",
    "revoke_session",
    "revoke_sessions_of",
    "roll_back",
    "run_authorizer",
    "signing_key",
    "start_due_publishing",
    "trusted_keys",
    "update_cluster",
    "upload_certificate",
]
