"""What can go wrong with namespaces and roles."""

from django.utils.translation import gettext_noop

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)


class NamespaceNotFoundError(NotFoundError):
    code = "namespace_not_found"
    default_message = gettext_noop("there is no such namespace, or you may not see it")


class NamespaceNameTakenError(ConflictError):
    code = "namespace_name_taken"


class NamespaceCycleError(ConflictError):
    code = "namespace_cycle"
    default_message = gettext_noop("a namespace can't be moved below itself")


class NamespaceTooDeepError(ValidationFailedError):
    code = "namespace_too_deep"


class NamespaceNotEmptyError(ConflictError):
    code = "namespace_not_empty"


class RootNamespaceError(ConflictError):
    code = "namespace_is_root"
    default_message = gettext_noop(
        "the root namespace can't be moved, renamed or deleted"
    )


class LastAdminError(ConflictError):
    code = "last_admin"
    default_message = gettext_noop(
        "the root namespace must keep at least one active admin"
    )


class RoleNotGrantableError(PermissionDeniedError):
    code = "role_not_grantable"


class SubjectNotFoundError(ValidationFailedError):
    code = "subject_not_found"
    default_message = gettext_noop("there is no such person, group or service account")
