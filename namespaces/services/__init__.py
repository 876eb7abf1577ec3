"""Writes to the tree and to role bindings.

Each function is one use: it takes the writers' lock, checks, writes, and records.
"""

from namespaces.services.bindings import (
    change_role,
    check_root_keeps_an_admin,
    grant_role,
    revoke_role,
)
from namespaces.services.deletion import delete_namespace, restore_namespace
from namespaces.services.tree import (
    create_namespace,
    ensure_root,
    move_namespace,
    update_namespace,
)

__all__ = [
    "change_role",
    "check_root_keeps_an_admin",
    "create_namespace",
    "delete_namespace",
    "ensure_root",
    "grant_role",
    "move_namespace",
    "restore_namespace",
    "revoke_role",
    "update_namespace",
]
