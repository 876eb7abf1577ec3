"""Bearer tokens: made once, shown once, stored hashed."""

import hashlib
import secrets

TOKEN_MARK = "postern_"  # noqa: S105 - the public prefix by which scanners find tokens
PREFIX_LENGTH = 16


def new_token() -> tuple[str, str, str]:
    """Make a bearer token; return it with its prefix for display and its hash."""
    token = TOKEN_MARK + secrets.token_urlsafe(32)
    return token, token[:PREFIX_LENGTH], hash_token(token)


def hash_token(token: str) -> str:
    """Return the form in which a token is stored (SHA-256, hex)."""
    return hashlib.sha256(token.encode()).hexdigest()
