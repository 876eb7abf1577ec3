"""The form in which names and texts of policies are stored. Pure.

What a policy's text means is not looked at here; that is `policies.language`.
"""

import unicodedata

from django.utils.translation import gettext

from console.core.exceptions import ValidationFailedError

MAX_NAME_LENGTH = 200
MAX_NOTE_LENGTH = 4000
MAX_REASON_LENGTH = 500

# Invisible characters that scripts and emoji need; all others of the category can
# turn a name around or make two of them look the same.
JOINERS = frozenset("\u200c\u200d")


def clean_name(name: str) -> str:
    """Return a name with single spaces, and without any around it.

    Raises:
        ValidationFailedError: it is empty, too long, or has invisible characters.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_LENGTH:
        raise _refused("name", f"give 1 to {MAX_NAME_LENGTH} characters")
    if any(_is_hidden(char) for char in name):
        raise _refused("name", "this has invisible characters; type it anew")
    return name


def clean_note(field: str, text: str, *, limit: int = MAX_NOTE_LENGTH) -> str:
    """Return a description, explanation, remediation or reason as it is stored.

    Raises:
        ValidationFailedError: it is too long, or has control characters.
    """
    text = normalize_newlines(text).strip()
    if len(text) > limit:
        raise _refused(field, f"at most {limit} characters")
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in _words(text)):
        raise _refused(field, "this has control characters; type it anew")
    return text


def clean_source(source: str) -> str:
    r"""Return a policy's text exactly as written, but for line ends, which are \n."""
    return normalize_newlines(source)


def normalize_newlines(text: str) -> str:
    """Return the text with line ends as databases, diffs and editors agree on."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cs", "Cf"} and char not in JOINERS


def _words(text: str) -> str:
    return text.replace("\n", "").replace("\t", "")


def _refused(field: str, text: str) -> ValidationFailedError:
    return ValidationFailedError(
        gettext("the %(field)s can't be used") % {"field": field},
        fields={field: [text]},
    )
