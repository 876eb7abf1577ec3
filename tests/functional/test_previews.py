"""Acts on policies, inheriting and roles: each is shown before it is done."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from namespaces.models import Namespace, RoleBinding
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from tests.browser import BRIEFLY, SignIn, inspect
from tests.factories import NOW, make_group, make_policy, make_route
from tests.people import Cast

pytestmark = pytest.mark.functional


@pytest.fixture
def staff(cast: Cast) -> Policy:
    """A policy that every route in Engineering and below inherits; one in Web does."""
    policy = make_policy("Staff", namespace=cast.engineering)
    policy_services.attach_to_namespace(
        policy.pk,
        namespace_id=cast.engineering.pk,
        mode="inherited",
        actor=system("test"),
        now=NOW,
    )
    make_route("wiki", namespace=cast.web)
    return policy


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_taking_policies_off_shows_the_routes_that_lose_them(
    cast: Cast, staff: Policy, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/namespaces/{cast.web.pk}/")

    page.get_by_role("link", name="Stop inheriting").click()
    expect(page.get_by_text("lets nobody in any more")).to_be_visible()
    inspect(page, "inherit-off-previewed", BRIEFLY)
    assert Namespace.objects.get(pk=cast.web.pk).inherits_policies
    press(page, "Stop inheriting")
    expect(page.get_by_text("Inherited policies no longer count here.")).to_be_visible()
    page.get_by_role("link", name="Inherit again").click()
    expect(page.get_by_text("lets in whom Staff allows")).to_be_visible()
    press(page, "Inherit again")
    expect(page.get_by_text("Policies from above count here again.")).to_be_visible()

    page.goto(f"{live_server.url}/policies/{staff.pk}/uses")
    page.get_by_role("link", name="Detach").click()
    expect(page.get_by_text("no longer lets in whom only Staff")).to_be_visible()
    inspect(page, "policy-detach-previewed", BRIEFLY)
    assert NamespacePolicy.objects.exists()
    press(page, "Detach")
    expect(page.get_by_text("Attached to no namespace")).to_be_visible()
    assert not NamespacePolicy.objects.exists()


def test_roles_show_whose_rights_they_change(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    admins = make_group("operators", cast.cyd)
    page = sign_in(cast.ada)
    roles = f"{live_server.url}/namespaces/{cast.web.pk}/roles/"

    page.goto(f"{roles}new?subject=group:{admins.pk}")
    page.get_by_role("radio", name="Manager").check()
    press(page, "Show what changes")
    gain = page.locator('[data-code="people_gain"]')
    expect(gain.get_by_text("Cyd")).to_be_visible()
    inspect(page, "role-grant-previewed", BRIEFLY)
    assert not RoleBinding.objects.filter(group=admins).exists()
    press(page, "Save")
    expect(page.get_by_text(f"{admins} is Manager here now.")).to_be_visible()

    binding = RoleBinding.objects.get(group=admins)
    page.goto(f"{roles}{binding.pk}/revoke")
    lose = page.locator('[data-code="people_lose"]')
    expect(lose.get_by_text("Cyd")).to_be_visible()
    press(page, "Take the role away")
    expect(page).to_have_url(roles)
    assert not RoleBinding.objects.filter(group=admins).exists()
