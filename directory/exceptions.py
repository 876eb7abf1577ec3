"""What can go wrong with people, groups and sign-in."""

from django.utils.translation import gettext_noop

from console.core.exceptions import ConsoleError, ValidationFailedError


class SignInFailedError(ConsoleError):
    code = "sign_in_failed"
    http_status = 401
    is_about_input = False
    default_message = gettext_noop("this address and password don't belong together")


class TooManyFailuresError(ConsoleError):
    code = "too_many_failures"
    http_status = 429
    default_message = gettext_noop(
        "too many failed sign-ins; wait a quarter of an hour"
    )


class PasswordRefusedError(ValidationFailedError):
    code = "password_refused"


class RecoveryRefusedError(ConsoleError):
    code = "recovery_refused"
    http_status = 401
    is_about_input = False
    default_message = gettext_noop("this recovery token is unknown, used up or too old")


class CredentialExpiredError(ConsoleError):
    code = "credential_expired"
    http_status = 409
    default_message = gettext_noop(
        "this service account has expired; give it a new secret"
    )


class ProviderError(ConsoleError):
    """A directory can't be read. Nothing is changed by what was read so far.

    `page` names the page that failed, "" where none was asked for yet.
    """

    code = "provider_failed"
    http_status = 502
    default_message = gettext_noop("the provider can't be read")

    def __init__(self, message: str = "", *, page: str = "") -> None:
        self.page = page
        super().__init__(message, details={"page": page} if page else None)


class CredentialRefusedError(ProviderError):
    code = "credential_refused"
    default_message = gettext_noop("the provider refuses the credential")


class DestinationRefusedError(ProviderError):
    code = "destination_refused"
    default_message = gettext_noop("the console does not connect to this address")


class PageFailedError(ProviderError):
    code = "page_failed"
    default_message = gettext_noop("a page can't be read")


class GoneError(PageFailedError):
    """What was asked about is not there."""

    code = "page_gone"


class ExpiredMarkError(PageFailedError):
    """The provider no longer knows since when it is asked for changes."""

    code = "mark_expired"


class LeaseLostError(Exception):
    """Another worker has taken what is read; it is told to nobody."""


class ProviderUnavailableError(ConsoleError):
    code = "provider_unavailable"
    http_status = 503
    default_message = gettext_noop("the identity provider can't be reached")


class ProviderMisconfiguredError(ConsoleError):
    code = "provider_misconfigured"
    http_status = 502
    default_message = gettext_noop(
        "what the identity provider says of itself can't be used"
    )


class TokenRefusedError(ConsoleError):
    """The message is for administrators; people at the sign-in page see the code."""

    code = "token_refused"
    http_status = 400
    default_message = gettext_noop("the identity provider's answer can't be believed")


class SignInRefusedError(ConsoleError):
    code = "sign_in_refused"
    http_status = 403
    default_message = gettext_noop(
        "the console does not know you; ask an administrator"
    )
