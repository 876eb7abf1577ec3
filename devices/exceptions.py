"""What can go wrong with devices."""

from django.utils.translation import gettext_noop

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)


class CredentialTakenError(ConflictError):
    code = "credential_taken"
    default_message = gettext_noop("this device is enrolled already")


class SelfApprovalError(PermissionDeniedError):
    code = "self_approval"
    default_message = gettext_noop(
        "nobody approves their own device; ask another admin"
    )


class DeviceNotFoundError(NotFoundError):
    code = "device_not_found"
    default_message = gettext_noop("there is no such device, or you may not see it")


class DeviceChangedError(ConflictError):
    code = "device_changed"
    default_message = gettext_noop(
        "the device changed since you looked at it; look again"
    )


class WrongStateError(ConflictError):
    code = "device_state"


class BulkRefusedError(ConflictError):
    code = "bulk_refused"
    default_message = gettext_noop("nothing was done: some devices stand in the way")


class TooManyDevicesError(ConflictError):
    code = "too_many_devices"


class CeremonyRefusedError(ValidationFailedError):
    code = "device_refused"
    default_message = gettext_noop("the response of the device does not hold")


class ChallengeRefusedError(ValidationFailedError):
    code = "challenge_refused"
    default_message = gettext_noop(
        "this challenge is unknown, too old, or used up; begin again from the page"
    )


class CopiedKeyError(ConflictError):
    code = "key_copied"
    default_message = gettext_noop(
        "the counter of this key did not go up, as if there were a copy "
        "of it; the device is suspended, and the admins are told"
    )


class LinkRefusedError(NotFoundError):
    code = "link_refused"
    default_message = gettext_noop(
        "this link is unknown, used up, too old, or was made for somebody else"
    )


class DeviceTypeNotFoundError(NotFoundError):
    code = "device_type_not_found"
    default_message = gettext_noop("there is no such device type")


class DeviceTypeInUseError(ConflictError):
    code = "device_type_in_use"
