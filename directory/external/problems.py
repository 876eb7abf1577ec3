"""What is wrong with the data of a source, with what to do about it."""

from directory.exceptions import (
    CredentialRefusedError,
    DestinationRefusedError,
    PageFailedError,
    ProviderError,
)

FILE = "the file"  # its name in messages
STATUSES = (
    ("answered 404", "Look whether the address is still right."),
    ("answered 5", "The server is in trouble; ask those who run it."),
    ("redirects", "Write the address that it leads to: secrets go nowhere else."),
    ("in time", "Look whether the server is up, and lets the console in."),
    ("connection", "Look whether the server is up, and lets the console in."),
    ("too slowly", "Ask for less: a file for this purpose, without what nobody needs."),
    ("too large", "Ask for less: a file for this purpose, without what nobody needs."),
    ("holds us off", "Fetch less often, or ask for a higher limit there."),
)


class DataRefusedError(ProviderError):
    """The answer came, and can't be taken for the data of the source."""

    code = "data_refused"
    default_message = "the answer can't be read"

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message, page=FILE)
        self.remedy = remedy


def storable(text: str) -> str:
    """Return a text without what no database keeps: NUL, and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def remedy_of(error: ProviderError) -> str:
    """Return what whoever looks at a failed reading can do."""
    if isinstance(error, DataRefusedError):
        return error.remedy
    if isinstance(error, CredentialRefusedError):
        return "Look at the account that it is fetched with: secrets, certificate, end."
    if isinstance(error, DestinationRefusedError):
        return (
            "Use an address outside of this machine; the operator may list one in "
            "POSTERN_UPSTREAM_ALLOWLIST."
        )
    if isinstance(error, PageFailedError):
        for words, remedy in STATUSES:
            if words in error.message:
                return remedy
    return "Look at the beginning of the answer below, and at the address."
