"""Writes to routes. Each function is one use: lock, check, write, record."""

from routes.services.changing import (
    attach_policy,
    detach_policy,
    set_route_policies,
    update_route,
)
from routes.services.delegations import (
    delegate_host,
    preview_revocation,
    restore_delegation,
    revoke_delegation,
)
from routes.services.deletion import (
    delete_route,
    delete_routes,
    restore_route,
    restore_routes,
)
from routes.services.effect import Effect, Some, effect_of, name_some
from routes.services.exporting import export_configuration
from routes.services.hosts import REST as HOST_REST
from routes.services.hosts import check_hosts_within, may_release, release_host
from routes.services.import_planning import (
    begin_import,
    preview_import,
    read_import,
    review_import,
)
from routes.services.import_running import (
    apply_import,
    fail_stalled_imports,
    perform_import,
    start_import,
)
from routes.services.moving import leaving_policies, move_route, move_routes
from routes.services.preview import Preview, preview_route
from routes.services.reach import MAX_ROUTES as MAX_REACH_ROUTES
from routes.services.reach import Reach, preview_sync, reach_of
from routes.services.reaching import (
    OwnAnswer,
    Reachable,
    decide_own,
    known_route,
    list_reachable,
)
from routes.services.saving import RouteDraft, create_route, create_routes
from routes.services.trial import RouteTrial, suggested_path, try_route
from routes.services.undoing import undo
from routes.services.upstreams import (
    decide_consent,
    preview_upstream,
    register_upstream,
    release_upstream,
    request_consent,
)

__all__ = [
    "HOST_REST",
    "MAX_REACH_ROUTES",
    "Effect",
    "OwnAnswer",
    "Preview",
    "Reach",
    "Reachable",
    "RouteDraft",
    "RouteTrial",
    "Some",
    "apply_import",
    "attach_policy",
    "begin_import",
    "check_hosts_within",
    "create_route",
    "create_routes",
    "decide_consent",
    "decide_own",
    "delegate_host",
    "delete_route",
    "delete_routes",
    "detach_policy",
    "effect_of",
    "export_configuration",
    "fail_stalled_imports",
    "known_route",
    "leaving_policies",
    "list_reachable",
    "may_release",
    "move_route",
    "move_routes",
    "name_some",
    "perform_import",
    "preview_import",
    "preview_revocation",
    "preview_route",
    "preview_sync",
    "preview_upstream",
    "reach_of",
    "read_import",
    "register_upstream",
    "release_host",
    "release_upstream",
    "request_consent",
    "restore_delegation",
    "restore_route",
    "restore_routes",
    "review_import",
    "revoke_delegation",
    "set_route_policies",
    "start_import",
    "suggested_path",
    "try_route",
    "undo",
    "update_route",
]
