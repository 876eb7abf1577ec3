"""Writes to routes. Each function is one use: lock, check, write, record."""

from routes.services.changing import attach_policy, set_route_policies, update_route
from routes.services.deletion import delete_route, delete_routes, restore_route
from routes.services.hosts import release_host
from routes.services.moving import leaving_policies, move_route, move_routes
from routes.services.preview import Preview, preview_route
from routes.services.saving import RouteDraft, create_route, create_routes
from routes.services.trial import RouteTrial, suggested_path, try_route

__all__ = [
    "Preview",
    "RouteDraft",
    "RouteTrial",
    "attach_policy",
    "create_route",
    "create_routes",
    "delete_route",
    "delete_routes",
    "leaving_policies",
    "move_route",
    "move_routes",
    "preview_route",
    "release_host",
    "restore_route",
    "set_route_policies",
    "suggested_path",
    "try_route",
    "update_route",
]
