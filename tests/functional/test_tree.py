"""The tree in a browser: moving by mouse and by keyboard, enforcing, deleting."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from namespaces.models import Namespace
from policies.models import NamespacePolicy
from routes.models import Route
from tests.browser import SignIn, inspect
from tests.factories import make_namespace, make_policy, make_route
from tests.people import Cast

pytestmark = pytest.mark.functional


@pytest.fixture
def wiki(cast: Cast) -> Route:
    """A route deep in Web, in which the team lets its own people in."""
    shop = make_namespace("Shop", parent=cast.web)
    staff = make_policy("Staff", namespace=cast.web)
    return make_route("wiki", staff, namespace=shop)


def row(page: Page, name: str) -> str:
    return f'tr[data-label="{name}"]'


def parent_of(cast: Cast) -> Namespace | None:
    return Namespace.objects.get(pk=cast.web.pk).parent


def test_a_namespace_is_dragged_onto_another_and_moved_once_it_was_seen(
    cast: Cast, wiki: Route, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.root)
    page.goto(f"{live_server.url}/namespaces/")

    page.drag_and_drop(row(page, "Web"), row(page, "Finance"))

    expect(page.get_by_role("heading", name="To Global/Finance")).to_be_visible()
    expect(page.get_by_text("Admin → no role")).to_be_visible()
    assert parent_of(cast) == cast.engineering, "nothing moves by dragging alone"
    inspect(page, "namespace-move-previewed")
    page.get_by_role("button", name="Move it").click()
    expect(page.get_by_text("Web is now in Finance.")).to_be_visible()
    assert parent_of(cast) == cast.finance


def test_a_namespace_is_moved_by_keyboard_alone(
    cast: Cast, wiki: Route, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.root)
    page.goto(f"{live_server.url}/namespaces/")
    keys = page.keyboard
    page.locator(row(page, "Global")).focus()

    keys.type("we")  # type-ahead
    expect(page.locator(row(page, "Web"))).to_be_focused()
    keys.press("Control+x")
    keys.press("Home")
    keys.type("fi")
    expect(page.locator(row(page, "Finance"))).to_be_focused()
    keys.press("Control+v")

    expect(page.get_by_role("heading", name="To Global/Finance")).to_be_visible()
    page.get_by_role("button", name="Move it").focus()
    keys.press("Enter")
    expect(page.get_by_text("Web is now in Finance.")).to_be_visible()
    assert parent_of(cast) == cast.finance


def test_what_is_folded_is_fetched_and_takes_a_move(
    cast: Cast,
    sign_in: SignIn,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.ui.namespaces.tree.MOST_ROWS", 3)
    monkeypatch.setattr("console.ui.namespaces.picking.MOST_CHOICES", 3)
    payroll = make_namespace("Payroll", parent=cast.finance)
    page = sign_in(cast.root)
    page.goto(f"{live_server.url}/namespaces/")
    keys = page.keyboard
    expect(page.locator(row(page, "Web"))).to_have_count(0)

    page.locator(row(page, "Engineering")).focus()
    keys.press("ArrowRight")
    expect(page.locator(row(page, "Web"))).to_be_visible()
    keys.press("ArrowDown")
    expect(page.locator(row(page, "Web"))).to_be_focused()
    keys.press("Control+x")
    page.locator(row(page, "Finance")).get_by_role("button", name="unfold").click()
    inspect(page, "namespace-tree-unfolded")
    page.locator(row(page, "Payroll")).focus()
    keys.press("Control+v")
    expect(page.get_by_role("heading", name="Finance/Payroll")).to_be_visible()

    keys.press("Escape")
    page.get_by_role("button", name="Namespace:").click()
    picker = page.get_by_role("tree", name="Namespaces")
    expect(picker.get_by_role("treeitem", name="Finance")).to_be_visible()
    page.get_by_label("Find a namespace").fill("payr")
    expect(picker.get_by_role("treeitem", name="Payroll")).to_be_visible()
    page.get_by_label("Find a namespace").fill("")
    expect(picker.get_by_role("treeitem", name="Payroll")).to_have_count(0)
    picker.get_by_role("treeitem", name="Finance").focus()
    keys.press("ArrowRight")
    expect(picker.get_by_role("treeitem", name="Payroll")).to_be_visible()
    inspect(page, "namespace-picker-unfolded")
    picker.get_by_role("treeitem", name="Payroll").click()
    expect(page).to_have_url(f"{live_server.url}/namespaces/{payroll.pk}/")


def test_a_place_is_found_by_typing_and_chosen_by_keyboard(
    cast: Cast, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.root)
    page.goto(f"{live_server.url}/namespaces/{cast.web.pk}/move")
    field = page.get_by_role("combobox", name="New parent")

    field.fill("fin")
    expect(page.get_by_role("option", name="Finance")).to_be_visible()
    inspect(page, "combobox-open")
    field.press("Enter")
    expect(field).to_have_value("Global/Finance")
    field.press("Enter")

    expect(page.get_by_role("heading", name="To Global/Finance")).to_be_visible()


def test_an_enforced_policy_arrives_on_a_route_below(
    cast: Cast, wiki: Route, sign_in: SignIn, live_server: LiveServer
) -> None:
    ceiling = make_policy("Only from here", namespace=cast.engineering)
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/policies/{ceiling.pk}/attach")
    page.get_by_role("combobox", name="Namespace").fill("Engin")
    page.get_by_role("option", name="Engineering").click()
    page.get_by_label("Enforced:").check()
    page.get_by_role("button", name="Show what changes").click()

    expect(page.get_by_text("only whom Only from here allows")).to_be_visible()
    assert not NamespacePolicy.objects.exists()
    inspect(page, "policy-attach-previewed")
    page.get_by_role("button", name="Attach", exact=True).click()
    expect(page.get_by_text("counts as enforced on every route")).to_be_visible()

    page.goto(f"{live_server.url}/routes/{wiki.pk}/")
    expect(page.get_by_role("link", name="Only from here").first).to_be_visible()


def test_a_namespace_is_deleted_with_everything_and_brought_back(
    cast: Cast, wiki: Route, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/namespaces/{cast.web.pk}/delete")
    expect(page.get_by_text("https://wiki.example.com")).to_be_visible()
    inspect(page, "namespace-delete-previewed")
    page.get_by_label("Type Web to confirm").fill("Web")
    page.get_by_role("button", name="Delete namespace").click()
    expect(page.get_by_text("Web is deleted.")).to_be_visible()
    assert not Route.objects.exists()

    page.get_by_role("button", name="Undo").click()

    expect(page.get_by_text("Web is back.")).to_be_visible()
    assert Route.objects.get().pk == wiki.pk
    page.goto(f"{live_server.url}/namespaces/{cast.web.pk}/roles/")
    expect(page.get_by_role("link", name="Ben", exact=True)).to_be_visible()
    inspect(page, "namespace-roles-people")
