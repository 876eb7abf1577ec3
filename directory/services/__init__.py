"""Writes about people: accounts, sign-in, snapshots of directories."""

from directory.services.people import (
    change_password,
    ensure_bootstrap_admin,
)
from directory.services.sign_in import (
    check_demo_sign_in,
    check_password,
    check_recovery_token,
    mint_recovery_token,
    record_failed_sign_in,
    record_sign_in,
)
from directory.services.snapshots import (
    load_snapshot,
)

__all__ = [
    "change_password",
    "check_demo_sign_in",
    "check_password",
    "check_recovery_token",
    "ensure_bootstrap_admin",
    "load_snapshot",
    "mint_recovery_token",
    "record_failed_sign_in",
    "record_sign_in",
]
