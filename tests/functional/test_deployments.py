"""The history of deployments in a browser: look, roll back, hold."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from gateway import services
from policies import services as policy_services
from routes.models import Route
from tests.browser import SignIn, inspect
from tests.factories import NOW, make_policy, make_route
from tests.people import make_cast

pytestmark = pytest.mark.functional


def test_a_change_is_looked_at_and_rolled_back(
    transactional_db: None, sign_in: SignIn, live_server: LiveServer
) -> None:
    cast = make_cast()
    staff = make_policy("Staff")
    services.deploy_changes(now=NOW)
    make_route("Wiki", staff, namespace=cast.web)
    source = "allow:\n  or:\n    - domain: example.com\n    - domain: corp.example\n"
    policy_services.update_policy(
        staff.pk,
        version=1,
        source=source,
        reason="the company has another name",
        actor=system("Ada"),
        now=timezone.now(),
    )
    services.deploy_changes(now=timezone.now())
    for name, number, problem in (
        ("edge-1:9000", 2, ""),
        ("edge-2:9000", 1, "the deployment was not signed by a key that is trusted"),
    ):
        services.record_proxy(
            name,
            kind="authorizer",
            deployment=number,
            problem=problem,
            started_at=NOW,
            now=timezone.now() - timedelta(seconds=20),
        )
    services.hold_changes(
        until=timezone.now() + timedelta(hours=3),
        reason="until the release is out",
        actor=system("Ada"),
        now=timezone.now(),
    )
    page = sign_in(cast.root)

    page.goto(f"{live_server.url}/deployments/")
    inspect(page, "deployments-history")
    page.get_by_role("link", name="2", exact=True).first.click()
    expect(page.get_by_text("https://wiki.example.com is published.")).to_be_visible()
    inspect(page, "deployments-one")
    page.get_by_role("link", name="Who gained, who lost").click()
    expect(page.get_by_role("heading", name="Effect of deployment 2")).to_be_visible()
    expect(page.get_by_text("Gained access: 5")).to_be_visible()
    expect(page.get_by_role("cell", name="Wiki")).to_be_visible()
    inspect(page, "deployments-effect")
    page.goto(f"{live_server.url}/proxies/")
    inspect(page, "deployments-proxies")
    page.goto(f"{live_server.url}/deployments/1/roll-back")
    inspect(page, "deployments-roll-back")
    page.get_by_label("Reason").fill("too early")
    page.get_by_role("button", name="Roll back").click()

    expect(page.get_by_text("Everything is as in deployment 1.")).to_be_visible()
    assert not Route.objects.exists()
