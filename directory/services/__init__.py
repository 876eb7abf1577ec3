"""Writes about people, sign-in, directories and their credentials."""

from directory.services.directories import (
    check_connection,
    create_directory,
    update_directory,
)
from directory.services.identity_provider import (
    save_identity_provider,
    try_identity_provider,
)
from directory.services.openid import (
    SignedIn,
    end_openid_sessions,
    record_refused_identity,
    sign_in_by_identity,
)
from directory.services.people import (
    change_password,
    ensure_bootstrap_admin,
)
from directory.services.pushes import Pushed, delete_pushed, push_resource
from directory.services.scim_tokens import (
    IssuedScimToken,
    create_scim_token,
    record_scim_token_use,
    revoke_scim_token,
)
from directory.services.service_accounts import (
    Credential,
    create_service_account,
    delete_service_account,
    open_secret,
    update_service_account,
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
from directory.services.sync_runs import (
    discard_run,
    record_effect,
    start_due_syncs,
    start_sync,
)
from directory.services.syncing import release_run, run_sync

__all__ = [
    "Credential",
    "IssuedScimToken",
    "Pushed",
    "SignedIn",
    "change_password",
    "check_connection",
    "check_demo_sign_in",
    "check_password",
    "check_recovery_token",
    "create_directory",
    "create_scim_token",
    "create_service_account",
    "delete_pushed",
    "delete_service_account",
    "discard_run",
    "end_openid_sessions",
    "ensure_bootstrap_admin",
    "load_snapshot",
    "mint_recovery_token",
    "open_secret",
    "push_resource",
    "record_effect",
    "record_failed_sign_in",
    "record_refused_identity",
    "record_scim_token_use",
    "record_sign_in",
    "release_run",
    "revoke_scim_token",
    "run_sync",
    "save_identity_provider",
    "sign_in_by_identity",
    "start_due_syncs",
    "start_sync",
    "try_identity_provider",
    "update_directory",
    "update_service_account",
]
