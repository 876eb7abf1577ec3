"""Writes about people, sign-in, directories and their credentials."""

from directory.services.alarms import watch_directories
from directory.services.data_runs import (
    discard_data_run,
    start_due_reads,
    start_read,
)
from directory.services.data_sources import (
    create_data_source,
    delete_data_source,
    update_data_source,
)
from directory.services.directories import (
    create_directory,
    update_directory,
)
from directory.services.identities import link_identity, unlink_identity
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
from directory.services.reading import release_data_run, run_read
from directory.services.retention import forget_runs
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
from directory.services.trials import (
    forget_trials,
    make_trial,
    try_data_source,
    try_directory,
)

__all__ = [
    "Credential",
    "IssuedScimToken",
    "Pushed",
    "SignedIn",
    "change_password",
    "check_demo_sign_in",
    "check_password",
    "check_recovery_token",
    "create_data_source",
    "create_directory",
    "create_scim_token",
    "create_service_account",
    "delete_data_source",
    "delete_pushed",
    "delete_service_account",
    "discard_data_run",
    "discard_run",
    "end_openid_sessions",
    "ensure_bootstrap_admin",
    "forget_runs",
    "forget_trials",
    "link_identity",
    "load_snapshot",
    "make_trial",
    "mint_recovery_token",
    "open_secret",
    "push_resource",
    "record_effect",
    "record_failed_sign_in",
    "record_refused_identity",
    "record_scim_token_use",
    "record_sign_in",
    "release_data_run",
    "release_run",
    "revoke_scim_token",
    "run_read",
    "run_sync",
    "save_identity_provider",
    "sign_in_by_identity",
    "start_due_reads",
    "start_due_syncs",
    "start_read",
    "start_sync",
    "try_data_source",
    "try_directory",
    "try_identity_provider",
    "unlink_identity",
    "update_data_source",
    "update_directory",
    "update_service_account",
    "watch_directories",
]
