"""What can go wrong with policies."""

from django.utils.translation import gettext_noop

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)


class PolicyNotFoundError(NotFoundError):
    code = "policy_not_found"
    default_message = gettext_noop("there is no such policy, or you may not see it")


class PolicyVersionNotFoundError(NotFoundError):
    code = "policy_version_not_found"
    default_message = gettext_noop("this policy has no such version")


class AttachmentNotFoundError(NotFoundError):
    code = "policy_attachment_not_found"
    default_message = gettext_noop("the policy is not attached there")


class ExampleNotFoundError(NotFoundError):
    code = "policy_example_not_found"
    default_message = gettext_noop("this policy has no such example")


class ExampleNameTakenError(ConflictError):
    code = "policy_example_name_taken"


class TooManyExamplesError(ConflictError):
    code = "policy_too_many_examples"


class PolicyNameTakenError(ConflictError):
    code = "policy_name_taken"


class PolicyInUseError(ConflictError):
    """Something is attached to the policy; `details` lists where."""

    code = "policy_in_use"


class PolicyOutOfReachError(ConflictError):
    """A policy is seen in its namespace and below, and is wanted elsewhere."""

    code = "policy_out_of_reach"


class FetchedAddressNotFoundError(NotFoundError):
    code = "fetched_address_not_found"
    default_message = gettext_noop("there is no such address")


class PolicyTextError(ValidationFailedError):
    """The text can't be saved; `details["problems"]` holds all that is wrong."""

    code = "policy_text"


class OpenToAnyoneError(PermissionDeniedError):
    code = "open_to_anyone"
    is_about_input = True
    default_message = gettext_noop(
        "this policy can let in somebody who has not signed in; only an "
        "admin may save or attach such a policy"
    )


class EnforcedPolicyError(PermissionDeniedError):
    code = "policy_enforced"
    is_about_input = True
    default_message = gettext_noop(
        "this policy is enforced; only an admin of each namespace that "
        "enforces it may change it"
    )
