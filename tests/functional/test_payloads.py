"""What people write stays text in a real browser, on every page that shows it.

Each name, description and reason of the demo organization is one of forty payloads.
The page fixture fails when a script failed or the Content Security Policy refused
something; here also when a script ran, an element came to be, or a file was asked for
elsewhere.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from directory.models import User
from namespaces.models import RoleBinding
from tests.browser import SignIn
from tests.console.payloads import PAYLOADS
from tests.factories import (
    make_bare_route,
    make_credential,
    make_group,
    make_policy,
    make_service_account,
    make_user,
)
from tests.functional.pages import ROWS, address_of, list_areas
from tests.functional.world import load_everything

pytestmark = pytest.mark.functional

AREAS = list_areas()
TEXTS = (models.CharField, models.TextField)
OUR_APPS = ("console", "namespaces", "directory", "devices", "policies", "routes")
# Columns that hold what people or their identity provider wrote, wherever they are.
WRITTEN = frozenset(
    {
        "name",
        "description",
        "display_name",
        "explanation",
        "remediation",
        "reason",
        "label",
        "actor_label",
        "on_behalf_of",
        "target_label",
        "token_label",
        "file_name",
        "given_name",
        "family_name",
        "model_name",
        "user_agent",
    }
)
HIT = """
window.alert = window.confirm = window.prompt = () => { window.wasHit = true; };
"""
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"
FOREIGN = "iframe, object, embed, base, math, video, [onerror], [onload], [onmouseover]"


def written_columns() -> Iterator[tuple[Any, list[str]]]:
    for model in apps.get_models():
        if model._meta.app_label in OUR_APPS:
            names = [
                field.name
                for field in model._meta.concrete_fields
                if field.name in WRITTEN
                and isinstance(field, models.CharField | models.TextField)
            ]
            if names:
                yield model, names


def write_payloads() -> None:
    """Put a payload into each written column of each row."""
    for model, columns in written_columns():
        for number, key in enumerate(model.objects.values_list("pk", flat=True)):
            values = {
                column: fit(model._meta.get_field(column), number + offset)
                for offset, column in enumerate(columns)
            }
            model.objects.filter(pk=key).update(**values)


def fit(field: Any, number: int) -> str:
    """Return a payload: unique, and cut where the column is short."""
    text = PAYLOADS[number % len(PAYLOADS)]
    room = (field.max_length or 1000) - 6
    return f"{text[:room]} {number}"


@pytest.fixture
def admin(transactional_db: None) -> User:
    """Forty of each, under hostile names; returns an admin of all of it."""
    load_everything()
    for _ in PAYLOADS:
        policy = make_policy()
        make_bare_route(policy)
        make_group("", make_user())
    make_credential()
    make_service_account()
    binding = RoleBinding.objects.filter(
        content_object__depth=0, user__isnull=False
    ).first()
    assert binding is not None
    write_payloads()
    return User.objects.get(pk=binding.user_id)


def test_payloads_are_written_into_every_kind_of_row_that_people_name() -> None:
    named = {model.__name__ for model, _ in written_columns()}

    assert named >= {
        "ApiServiceAccount",
        "AuditEvent",
        "DeviceCredential",
        "Directory",
        "Group",
        "ImportRun",
        "Namespace",
        "Policy",
        "Route",
        "ServiceAccount",
        "UpstreamConsent",
        "User",
    }


@pytest.mark.parametrize("area", sorted(AREAS))
def test_no_payload_becomes_part_of_a_page(
    area: str, admin: User, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(admin)
    page.add_init_script(HIT)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for path in AREAS[area]:
        look_at(page, f"{live_server.url}/{address_of(path, area)}")

    assert [url for url in asked if not url.startswith(live_server.url)] == []


@pytest.mark.nightly
@pytest.mark.parametrize("area", sorted(ROWS))
def test_no_payload_becomes_part_of_any_page(
    area: str, admin: User, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(admin)
    page.add_init_script(HIT)

    for path in AREAS[area]:
        for row in range(min(len(PAYLOADS), ROWS[area][0].objects.count())):
            look_at(page, f"{live_server.url}/{address_of(path, area, row)}")


def look_at(page: Page, url: str) -> None:
    """Load a page, if it is one, and fail when a payload took effect."""
    answer = page.request.get(url, max_redirects=0)
    assert answer.status < 500, url
    if answer.status != 200 or "<html" not in answer.text():
        return
    page.goto(url)
    page.evaluate(OPEN_ALL)
    assert not page.evaluate("Boolean(window.wasHit)"), url
    assert page.locator(FOREIGN).count() == 0, url
