"""The pages and the API of directories that are pushed to, and of their tokens."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.core.models import AuditEvent
from directory.models import Directory, ScimToken
from tests.factories import make_pushed_directory, make_scim_token
from tests.people import Cast

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Okta push",
    "interval_seconds": "3600",
    "is_enabled": "on",
    "brake_percent": "20",
    "brake_count": "500",
    "options.person_id": "externalId",
    "options.group_id": "displayName",
}


@pytest.fixture
def client(cast: Cast) -> Client:
    """The browser of an admin of the root."""
    found = Client()
    found.force_login(cast.root)
    return found


def test_makes_a_directory_that_nobody_reads_until_something_was_pushed(
    client: Client,
) -> None:
    url = f"{reverse('directory:directory-create')}?push=1"
    assert "Test connection" not in client.get(url).content.decode()

    response = client.post(url, FORM, follow=True)

    made = Directory.objects.get(name="Okta push")
    assert (made.provider, made.account, made.next_run_at) == ("scim-push", None, None)
    assert made.options["group_id"] == "displayName"
    assert f"http://testserver/scim/v2/{made.pk}" in response.content.decode()


def test_shows_a_token_once_and_keeps_it_out_of_everything_else(
    client: Client,
) -> None:
    directory = make_pushed_directory()
    url = reverse("directory:scim-token-create", args=[directory.pk])
    day = (timezone.now() + timedelta(days=30)).date()

    response = client.post(url, {"name": "Okta", "ends_on": day.isoformat()})

    row = ScimToken.objects.get()
    token = response.context["token"]
    assert token in response.content.decode()
    assert row.expires_at is not None
    assert row.expires_at.date() == day + timedelta(days=1)
    page = client.get(reverse("directory:directory-detail", args=[directory.pk]))
    assert row.token_prefix in page.content.decode()
    assert token not in page.content.decode()
    assert token not in str(AuditEvent.objects.values())


def test_revokes_a_token(client: Client) -> None:
    token = make_scim_token(make_pushed_directory())

    client.post(reverse("directory:scim-token-revoke", args=[token.pk]))

    assert not ScimToken.objects.exists()
    assert AuditEvent.objects.filter(action="scim-token.revoked").exists()


def test_makes_lists_and_revokes_by_the_api(client: Client) -> None:
    made = client.post(
        "/api/v1/directories/",
        {"name": "Entra push"},
        content_type="application/json",
    ).json()
    address = f"/api/v1/directories/{made['id']}/scim-tokens/"
    issued = client.post(
        address, {"name": "Entra"}, content_type="application/json"
    ).json()
    listed = client.get(address).json()

    assert made["provider"] == "scim-push"
    assert issued["token"].startswith(listed[0]["token_prefix"])
    assert "token" not in listed[0]
    gone = client.delete(f"/api/v1/scim-tokens/{issued['id']}/")
    assert gone.status_code == 204
    assert client.get(address).json() == []
