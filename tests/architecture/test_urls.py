"""Every address: named, in one form, and closed to whoever is not signed in."""

import re
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, reverse

from console.core.checks import url_patterns

SOMETHING = UUID("00000000-0000-4000-8000-000000000001")
CONVERTER = re.compile(r"<(?:(\w+):)?\w+>")
EXAMPLES = dict.fromkeys(("path", "slug", "str"), "some")
EXAMPLES |= {"uuid": str(SOMETHING), "int": "1"}
# What answers without sign-in, and why.
OPEN = {
    "healthz": "load balancers ask it",
    "readyz": "load balancers ask it",
    "metrics": "Prometheus asks it",
    "words": "texts of scripts, which the sign-in page has too",
    "sign-in": "the way in",
    "recovery": "the way in when all else fails",
    "openid-sign-in": "the way to the identity provider",
    "openid-callback": "the way back from it",
    "openid-backchannel-logout": "the identity provider's own, with a signed token",
    "openid-frontchannel-logout": "the identity provider's own, with its session's id",
    "demo-sign-in": "the way in of the demo; elsewhere there is none",
}
PATTERNS = [(path, pattern) for path, pattern in url_patterns() if "^" not in path]


def example_of(path: str) -> str:
    """Return an address that the pattern matches."""
    return "/" + CONVERTER.sub(lambda found: EXAMPLES[found[1] or "str"], path)


@pytest.mark.parametrize(
    ("path", "pattern"), PATTERNS, ids=[path or "/" for path, _ in PATTERNS]
)
def test_address_has_a_name_in_words_with_hyphens(
    path: str, pattern: URLPattern
) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", pattern.name or "")
    assert not re.search(r"[A-Z_]", CONVERTER.sub("", path))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "pattern"), PATTERNS, ids=[path or "/" for path, _ in PATTERNS]
)
def test_address_is_closed_to_whoever_is_not_signed_in(
    path: str, pattern: URLPattern, client: Client
) -> None:
    if pattern.name in OPEN:
        return

    for method in ("get", "post"):
        answer = getattr(client, method)(example_of(path))

        if path.startswith(("api/", "scim/")):
            assert answer.status_code in {401, 403, 405}, (method, path)
        elif answer.status_code != 405:
            assert answer.status_code == 302, (method, path)
            assert answer["Location"].startswith(reverse(settings.LOGIN_URL))
