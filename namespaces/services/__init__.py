"""Writes to the tree and to role bindings.

Each function is one use: it takes the writers' lock, checks, writes, and records.
"""

from namespaces.services.accounts import (
    IssuedToken,
    create_api_account,
    record_token_use,
    revoke_api_account,
    rotate_api_account,
    update_api_account,
)
from namespaces.services.bindings import (
    change_role,
    check_root_keeps_an_admin,
    grant_role,
    revoke_role,
)
from namespaces.services.deletion import (
    check_deletion,
    delete_namespace,
    restore_namespace,
)
from namespaces.services.tree import (
    create_namespace,
    ensure_root,
    move_namespace,
    update_namespace,
)
from namespaces.services.undoing import undo

__all__ = [
    "IssuedToken",
    "change_role",
    "check_deletion",
    "check_root_keeps_an_admin",
    "create_api_account",
    "create_namespace",
    "delete_namespace",
    "ensure_root",
    "grant_role",
    "move_namespace",
    "record_token_use",
    "restore_namespace",
    "revoke_api_account",
    "revoke_role",
    "rotate_api_account",
    "undo",
    "update_api_account",
    "update_namespace",
]
