"""What the tests need beside Python: a PostgreSQL server and a Chromium browser.

`python -m tests.services` provides both and runs the suite; nothing here is a test.
"""


class UnavailableError(Exception):
    """A service can't be provided here; the text says what to install."""
