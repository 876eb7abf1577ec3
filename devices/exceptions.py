"""What can go wrong with devices."""

from console.core.exceptions import ConflictError, PermissionDeniedError


class CredentialTakenError(ConflictError):
    code = "credential_taken"
    default_message = "this device is enrolled already"


class SelfApprovalError(PermissionDeniedError):
    code = "self_approval"
    default_message = "nobody approves their own device; ask another admin"
