"""What a screen reader is told of builder, editor, effect and the form of a route.

Asked of Chromium's accessibility tree: names as they are computed, not as the markup
intends them.
"""

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn
from tests.factories import make_policy, make_route
from tests.functional.builder import COMMENTED, open_policy
from tests.functional.test_policy_editing import replace_text
from tests.people import Cast

pytestmark = pytest.mark.functional

CONTROLS = frozenset(
    {"button", "checkbox", "combobox", "link", "listbox", "menuitem", "option"}
    | {"radio", "searchbox", "slider", "spinbutton", "switch", "tab", "textbox"}
)
WRONG = COMMENTED.replace("domain:", "domian:")


def tree_of(page: Page) -> dict[str, dict[str, Any]]:
    """Return the nodes that a screen reader meets, by their id."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return {node["nodeId"]: node for node in nodes}


def value_of(node: dict[str, Any], key: str) -> str:
    return str(node.get(key, {}).get("value", ""))


def unnamed(page: Page) -> list[str]:
    """Return the roles of controls that have no name."""
    return [
        role
        for node in tree_of(page).values()
        if not node.get("ignored")
        and (role := value_of(node, "role")) in CONTROLS
        and not value_of(node, "name").strip()
    ]


def announced(page: Page) -> str:
    """Return what stands in live regions."""
    nodes = tree_of(page)
    said: list[str] = []

    def read(node: dict[str, Any]) -> None:
        if value_of(node, "role") == "StaticText":
            said.append(value_of(node, "name"))
        for child in node.get("childIds", ()):
            if child in nodes:
                read(nodes[child])

    for node in nodes.values():
        live = [one for one in node.get("properties", ()) if one["name"] == "live"]
        if live and live[0]["value"]["value"] != "off":
            read(node)
    return " ".join(said)


def test_builder_editor_and_effect(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    policy = make_policy("Tools", namespace=cast.web, source=COMMENTED)
    make_route("Wiki", policy, namespace=cast.web)
    page = sign_in(cast.mia)

    open_policy(page, live_server, policy)
    expect(page.locator("#effect-state")).to_contain_text("Nobody gains or loses")
    assert unnamed(page) == []
    assert "Nobody gains or loses access" in announced(page)

    page.get_by_role("tab", name="Editor").click()
    replace_text(page, WRONG)
    expect(page.locator(".cm-lintRange").first).to_be_visible()
    expect(page.locator("#effect-state")).to_contain_text("has problems")
    assert unnamed(page) == []
    assert "unknown criterion" in announced(page)
    assert "The text has problems" in announced(page)

    page.get_by_role("tab", name="Builder").click()
    assert unnamed(page) == []


def test_the_form_of_a_route(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    make_route("Wiki", namespace=cast.web, prefix="/admin")
    page = sign_in(cast.mia)

    page.goto(f"{live_server.url}/routes/new?namespace={cast.web.pk}")
    page.get_by_label("Name", exact=True).first.fill("All")
    page.get_by_label("From", exact=True).fill("https://wiki.example.com")
    page.get_by_label("Address", exact=True).first.fill("http://wiki.internal")
    page.get_by_label("Path begins with").first.fill("/admin/users")
    page.get_by_label("Path begins with").first.blur()
    expect(page.get_by_text("Order of matching")).to_be_visible()

    assert unnamed(page) == []
    assert "asked first and takes some requests" in announced(page)
    assert "Order of matching" in announced(page)


def test_what_has_no_name_is_found(sign_in: SignIn, cast: Cast) -> None:
    page = sign_in(cast.mia)

    page.set_content("<button></button><p role='status'>Saved</p><p>Shown</p>")

    assert unnamed(page) == ["button"]
    assert announced(page) == "Saved"
