"""Errors of the domain, which the edges translate to pages and to problem details.

    ConsoleError
    ├── NotFoundError            404  it isn't there, or may not be seen
    ├── PermissionDeniedError    403  it may be seen, but not done
    ├── ValidationFailedError    400  fields say what is wrong with each
    ├── ConflictError            409  the state of something else is in the way
    ├── StaleVersionError        412  somebody else saved first
    ├── VersionRequiredError     428  a write without the version that it saw
    └── TooLargeError            413  over a limit

Apps derive their own errors from these, named for the fact.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, gettext_noop


class ConsoleError(Exception):
    """Something that the caller can understand and act upon.

    Attributes:
        code: stable, lower case with underscores; part of the API.
        http_status: how the edges answer.
        message: lower case sentence without full stop; user input in backticks.
        fields: messages by name of the input field.
        details: further facts for the caller, JSON-able.
        is_about_input: a form shows it beside what was typed, whatever the status:
            somebody else may save this, or they may save something else.
    """

    code = "error"
    http_status = 400
    is_about_input = True
    default_message = gettext_noop("the request can't be carried out")

    def __init__(
        self,
        message: str = "",
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.message = message or gettext(self.default_message)
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        self.details = dict(details or {})
        super().__init__(self.message)


class NotFoundError(ConsoleError):
    is_about_input = False
    code = "not_found"
    http_status = 404
    default_message = gettext_noop("there is nothing here, or you may not see it")


class PermissionDeniedError(ConsoleError):
    is_about_input = False
    code = "permission_denied"
    http_status = 403
    default_message = gettext_noop("your role does not allow this")


class ValidationFailedError(ConsoleError):
    code = "invalid"
    http_status = 400
    default_message = gettext_noop("some values can't be accepted")


class ConflictError(ConsoleError):
    code = "conflict"
    http_status = 409
    default_message = gettext_noop("something else is in the way")


class StaleVersionError(ConsoleError):
    code = "stale_version"
    http_status = 412
    default_message = gettext_noop(
        "somebody else saved this first; look at their change"
    )


class VersionRequiredError(ConsoleError):
    code = "version_required"
    http_status = 428
    default_message = gettext_noop("say which version you saw, in If-Match")


class TooLargeError(ConsoleError):
    code = "too_large"
    http_status = 413
    default_message = gettext_noop("this is over the limit")
