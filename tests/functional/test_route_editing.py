"""A route from nothing to history, as the manager of a team goes through it."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routes.models import Route
from routes.selectors import policies_of, settings_of
from tests.browser import SignIn, assert_accessible, inspect
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.policies.texts import OPEN

pytestmark = pytest.mark.functional


@pytest.fixture
def routes(cast: Cast) -> None:
    """Some routes of the team, one of each kind that the list marks."""
    employees = make_policy("Employees", namespace=cast.engineering)
    make_policy("Administrators", namespace=cast.web, description="For dangerous parts")
    public = make_policy("Anybody", namespace=cast.web, source=OPEN)
    make_route("Status page", public, namespace=cast.web)
    make_route(
        "Wiki",
        employees,
        namespace=cast.web,
        description="All that we know, and some that we only believe",
        timeout="1m30s",
        allow_websockets=True,
        set_request_headers={"X-Team": "web", "Authorization": "Basic c2VjcmV0"},
        health_checks=[
            {
                "timeout": "1s",
                "interval": "10s",
                "http_health_check": {"path": "/healthz"},
            }
        ],
        to=["http://wiki-1.internal:8080,3", "http://wiki-2.internal:8080,1"],
    )
    make_route(
        "Wiki admin",
        namespace=cast.web,
        from_="https://wiki.example.com",
        prefix="/admin",
    )
    make_route(
        "Database",
        employees,
        namespace=cast.web,
        from_="tcp+https://db.example.com:5432",
        to=["tcp://db.internal:5432"],
    )


@pytest.mark.usefixtures("routes")
def test_a_route_is_made_changed_deleted_and_brought_back(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.mia)
    page.goto(f"{live_server.url}/routes/")
    make_it(page)
    route = Route.objects.get(name="Docs")
    assert settings_of(route)["set_request_headers"] == {"X-Team": "docs"}
    assert [one.name for one in policies_of(route).attached] == [
        "Administrators",
        "Employees",
    ]

    change_it(page)
    route.refresh_from_db()
    assert route.settings["idle_timeout"] == "5m"

    delete_it_and_take_that_back(page)
    assert Route.objects.filter(name="Docs").exists()


def make_it(page: Page) -> None:
    page.get_by_role("link", name="New route").click()
    page.get_by_label("Name", exact=True).first.fill("Docs")
    look_at_the_order(page)
    page.get_by_label("From", exact=True).fill("https://docs.example.com")
    page.get_by_label("Address").first.fill("http://docs.internal:8080")
    page.get_by_label("Find a policy").fill("employees")
    offers = page.locator("#offers")
    expect(offers.get_by_role("checkbox")).to_have_count(1)
    offers.get_by_role("checkbox", name="Employees").check()
    page.get_by_label("Find a policy").fill("dangerous")
    offers.get_by_role("checkbox", name="Administrators").check()
    page.get_by_role("button", name="Move Administrators up").click()
    headers = page.get_by_role("group", name="Set request headers")
    headers.get_by_role("button", name="Add a row").click()
    headers.get_by_label("Name").fill("X-Team")
    headers.get_by_label("Value").fill("docs")
    expect(page.locator("#preview")).to_contain_text("Nothing stands in the way")
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Docs", level=1)).to_be_visible()


def look_at_the_order(page: Page) -> None:
    """While the address is typed, the routes of its host are shown in their order."""
    page.get_by_label("From", exact=True).press_sequentially("https://wiki.example.com")
    order = page.locator("#preview .match-order")
    expect(page.locator("#preview")).to_contain_text("already has the address")
    page.locator("#id_prefix").press_sequentially("/admin/users")
    expect(order.locator("[aria-current]")).to_contain_text("/admin/users")
    expect(order).to_contain_text("is left what this route does not take")
    assert_accessible(page)
    page.locator("#id_prefix").fill("")


def change_it(page: Page) -> None:
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Idle timeout").fill("five minutes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("is not a duration").first).to_be_visible()
    page.get_by_label("Idle timeout").fill("5m")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="History").click()
    expect(page.locator(".history").get_by_text("5m")).to_be_visible()


def delete_it_and_take_that_back(page: Page) -> None:
    page.get_by_role("link", name="Route", exact=True).click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete route").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Docs", level=1)).to_be_visible()


PAGES = {
    "route-list": "/routes/",
    "route-detail": "/routes/{wiki}/",
    "route-edit": "/routes/{wiki}/edit",
    "route-create": "/routes/new",
    "route-history": "/routes/{wiki}/history",
    "route-try": "/routes/{wiki}/try",
    "route-move": "/routes/{wiki}/move",
    "route-delete": "/routes/{wiki}/delete",
    "route-deleted": "/routes/deleted/",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("routes")
def test_a_page_fits_and_is_accessible(
    cast: Cast, sign_in: SignIn, live_server: LiveServer, name: str
) -> None:
    page = sign_in(cast.mia)
    path = PAGES[name].format(wiki=Route.objects.get(name="Wiki").pk)
    page.goto(f"{live_server.url}{path}")
    page.wait_for_load_state("networkidle")

    inspect(page, name)
