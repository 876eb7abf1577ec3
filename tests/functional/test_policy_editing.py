"""The life of a policy in a browser: written, mended, tried, compared, undone."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from directory.models import Directory
from policies import services
from policies.models import Policy
from tests.browser import SignIn, inspect
from tests.factories import NOW, make_group, make_policy, make_user
from tests.people import Cast, actor_of
from tests.policies.texts import ADMINS, EMPLOYEES

pytestmark = pytest.mark.functional

PAYLOAD = "<img src=x onerror=document.title='hit'>"


def replace_text(page: Page, text: str) -> None:
    """Put another text into the editor, without its help with brackets.

    Emptied first: Chromium would otherwise carry over the look of what was selected
    by an inline style, which the Content Security Policy refuses.
    """
    page.get_by_role("tab", name="Editor").click()
    editor = page.locator(".cm-content").first
    editor.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


def saved_policy() -> Policy:
    return Policy.objects.get()


class TestAPolicy:
    def test_is_written_mended_tried_compared_deleted_and_taken_back(
        self, sign_in: SignIn, live_server: LiveServer, cast: Cast
    ) -> None:
        Directory.objects.update(complete_at=timezone.now())
        eve = make_user("eve", directory=Directory.objects.get())
        page = sign_in(cast.mia)
        page.goto(f"{live_server.url}/policies/new?namespace={cast.web.pk}")

        # A typo is underlined, and mended by its own fix.
        page.get_by_role("textbox", name="Name", exact=True).fill("Employees")
        replace_text(page, EMPLOYEES.replace("domain", "domian"))
        problem = page.get_by_role("button", name="unknown criterion")
        expect(problem).to_be_visible()
        expect(page.locator(".cm-lintRange-error")).to_have_text("domian")
        page.get_by_role("button", name="Write `domain`").click()
        expect(page.locator(".cm-lintRange-error")).to_have_count(0)
        expect(page.get_by_text("No problems")).to_be_visible()

        # The draft is tried before it is saved.
        page.get_by_label("Find a person").or_(page.locator("#try-who")).fill("eve")
        page.get_by_role("radio", name=re.compile("eve@example.com")).check()
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#trial")).to_contain_text("Allowed")
        expect(page.locator("#trial")).to_contain_text("domain-ok")
        assert not Policy.objects.exists()

        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Employees")
        expect(page.get_by_text("Allow when the email domain is")).to_be_visible()
        assert saved_policy().source == EMPLOYEES
        assert eve.email == "eve@example.com"

        # A change is compared with what was there.
        page.get_by_role("link", name="Edit", exact=True).click()
        replace_text(page, ADMINS)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved as version 2.")).to_be_visible()
        page.get_by_role("link", name="History", exact=True).click()
        words = page.get_by_role("region", name="Changes: In words")
        expect(words.locator(".diff__line--removed")).to_contain_text("example.com")
        text = page.get_by_role("region", name="Changes: Version 1 and 2")
        expect(text.locator(".diff__line--removed")).to_have_count(2)
        expect(text.locator(".diff__line--added")).to_contain_text("admins")

        # Deleting can be undone.
        page.goto(f"{live_server.url}/policies/{saved_policy().pk}/delete")
        page.get_by_role("button", name="Delete policy").click()
        expect(page.get_by_text("Employees is deleted.")).to_be_visible()
        assert not Policy.objects.exists()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Employees")
        assert saved_policy().version == 2

    def test_is_not_saved_with_problems_and_says_which(
        self, sign_in: SignIn, live_server: LiveServer, cast: Cast
    ) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)
        page = sign_in(cast.mia)
        page.goto(f"{live_server.url}/policies/{policy.pk}/edit")

        replace_text(page, EMPLOYEES.replace("domain", "domian"))
        page.get_by_role("button", name="Save").click()

        summary = page.get_by_role("alert")
        expect(summary).to_contain_text("unknown criterion `domian`")
        expect(page.locator(".cm-content").first).to_contain_text("domian")

    def test_that_somebody_else_saved_shows_their_change(
        self, sign_in: SignIn, live_server: LiveServer, cast: Cast
    ) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)
        page = sign_in(cast.mia)
        page.goto(f"{live_server.url}/policies/{policy.pk}/edit")
        services.update_policy(
            policy.pk, version=1, source=ADMINS, actor=actor_of(cast.ada), now=NOW
        )

        page.get_by_role("tab", name="General").click()
        page.get_by_role("textbox", name="Name", exact=True).fill("Mine")
        page.get_by_role("button", name="Save").click()

        expect(page.get_by_text("Somebody saved first")).to_be_visible()
        theirs = page.get_by_role("region", name="Changes: their change")
        expect(theirs.locator(".diff__line--added")).to_contain_text("admins")
        expect(page.locator("[data-merge-state]")).to_contain_text("Nothing is left")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Mine")
        policy.refresh_from_db()
        assert (policy.version, policy.source) == (3, ADMINS)

    def test_shows_scripts_in_its_texts_as_texts(
        self, sign_in: SignIn, live_server: LiveServer, cast: Cast
    ) -> None:
        policy = make_policy(
            PAYLOAD,
            namespace=cast.web,
            source=f"# {PAYLOAD}\n{EMPLOYEES}",
            description=PAYLOAD,
            explanation=PAYLOAD,
            reason=PAYLOAD,
        )
        page = sign_in(cast.mia)

        for place in ("", f"{policy.pk}/", f"{policy.pk}/edit", f"{policy.pk}/history"):
            page.goto(f"{live_server.url}/policies/{place}")
            page.wait_for_load_state("networkidle")
            expect(page).not_to_have_title(re.compile("hit$"))
            assert page.locator("img[src=x]").count() == 0


class TestPages:
    @pytest.fixture
    def policy(self, cast: Cast) -> Policy:
        Directory.objects.update(complete_at=timezone.now())
        eve = make_user("eve", directory=Directory.objects.get())
        make_group("staff", eve, directory=Directory.objects.get())
        policy = make_policy(
            "Staff but not from outside",
            namespace=cast.web,
            source=(
                "# who works here\n"
                "allow:\n  and:\n    - groups: {has: id-staff}\n"
                "    - domain: example.com\n"
                "deny:\n  not:\n    - source_ip: 10.0.0.0/8\n"
            ),
            description="For everything that only staff may see.",
            explanation="Only staff may come in, and only from the office.",
            remediation="Come to the office.",
        )
        make_policy("Employees", namespace=cast.web, source=EMPLOYEES)
        services.update_policy(
            policy.pk,
            version=1,
            source=policy.source.replace("10.0.0.0/8", "[10.0.0.0/8, 192.0.2.0/24]"),
            actor=actor_of(cast.ada),
            now=NOW,
            reason="the new office",
        )
        services.attach_to_namespace(
            policy.pk,
            namespace_id=cast.web.pk,
            mode="inherited",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        return policy

    @pytest.mark.parametrize(
        "name",
        ["list", "detail", "edit", "uses", "history", "attach", "move", "delete"],
    )
    def test_fit_and_are_accessible(
        self,
        name: str,
        sign_in: SignIn,
        live_server: LiveServer,
        cast: Cast,
        policy: Policy,
    ) -> None:
        page = sign_in(cast.ada)
        paths = {"list": "", "detail": f"{policy.pk}/"}
        path = paths.get(name, f"{policy.pk}/{name}")
        page.goto(f"{live_server.url}/policies/{path}")

        inspect(page, f"policy-{name}")

    def test_fit_and_are_accessible_with_an_answer(
        self, sign_in: SignIn, live_server: LiveServer, cast: Cast, policy: Policy
    ) -> None:
        page = sign_in(cast.ada)
        page.goto(f"{live_server.url}/policies/{policy.pk}/")
        page.get_by_role("radio", name=re.compile("eve@example.com")).check()
        page.get_by_role("button", name="Try it").click()
        expect(page.locator("#trial")).to_contain_text("Denied")
        expect(page.locator("#trial")).to_contain_text("It would be allowed if")

        inspect(page, "policy-try")
