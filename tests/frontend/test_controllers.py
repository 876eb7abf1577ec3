"""What the controllers do for people, by mouse and by keyboard."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

pytestmark = [pytest.mark.functional, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


class TestTheme:
    def test_follows_the_system_until_one_is_chosen_and_remembers_it(
        self, gallery: str, page: Page
    ) -> None:
        page.emulate_media(color_scheme="dark")
        page.goto(f"{gallery}/lists/")
        html = page.locator("html")
        expect(html).to_have_attribute("data-bs-theme", "dark")

        page.get_by_role("button", name="Theme: system").click()
        expect(html).to_have_attribute("data-bs-theme", "light")

        page.reload()
        expect(html).to_have_attribute("data-bs-theme", "light")


class TestNamespacePicker:
    def test_finds_by_typing_and_opens_by_keyboard(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/lists/")

        page.keyboard.press("n")
        expect(page.get_by_label("Find a namespace")).to_be_focused()
        page.keyboard.type("WEB")
        expect(page.get_by_role("treeitem", name="Finance")).to_be_hidden()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("treeitem", name="Web")).to_be_focused()
        page.keyboard.press("Enter")

        expect(page).to_have_url(f"{gallery}/lists/#web")

    def test_moves_and_folds_with_the_arrow_keys(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/lists/")
        page.get_by_role("button", name="Namespace").click()
        page.get_by_role("treeitem", name="Web").focus()

        page.keyboard.press("ArrowLeft")
        engineering = page.get_by_role("treeitem", name="Engineering")
        expect(engineering).to_be_focused()
        page.keyboard.press("ArrowLeft")
        expect(engineering).to_have_attribute("aria-expanded", "false")
        expect(page.get_by_role("treeitem", name="Web")).to_be_hidden()
        page.keyboard.press("f")
        expect(page.get_by_role("treeitem", name="Finance")).to_be_focused()

        page.keyboard.press("Escape")
        expect(page.get_by_role("tree")).to_be_hidden()
        expect(page.get_by_role("button", name="Namespace")).to_be_focused()


class TestTables:
    def test_selects_a_range_asks_and_says_what_was_done(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/lists/")
        page.get_by_label("Select intranet").check()
        page.get_by_label("Select payroll").click(modifiers=["Shift"])
        expect(page.get_by_text("4 selected")).to_be_visible()

        page.get_by_role("button", name="Delete", exact=True).click()
        question = page.get_by_role("dialog", name="Please confirm")
        expect(question).to_contain_text("Delete the selected routes?")
        question.get_by_role("button", name="Delete").click()

        message = page.get_by_role("region", name="Messages")
        expect(message).to_contain_text("Done: delete 1, 2, 3, 4.")
        message.get_by_role("button", name="Undo").click()
        expect(message).to_contain_text("Done: undo.")

    def test_a_row_has_actions_of_its_own(self, gallery: str, page: Page) -> None:
        page.goto(f"{gallery}/lists/")
        page.get_by_label("Select payroll").check()

        page.get_by_role("button", name="Actions for wiki").click()
        page.get_by_role("button", name="Delete", exact=True).last.click()
        question = page.get_by_role("dialog", name="Please confirm")
        expect(question).to_contain_text("Delete wiki?")
        question.get_by_role("button", name="Delete").click()

        expect(page.get_by_text("Done: 2.")).to_be_visible()

    def test_filters_in_place_and_keeps_the_address_clean(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/lists/")

        page.get_by_role("searchbox", name="Find a route").press_sequentially("wiki")

        expect(page).to_have_url(f"{gallery}/lists/?q=wiki")

    def test_folds_a_tree_of_rows_and_remembers_it(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/lists/")
        page.locator("tr[data-label=Engineering]").focus()

        page.keyboard.press("ArrowLeft")
        expect(page.locator("tr[data-label=Web]")).to_be_hidden()

        page.reload()
        expect(page.locator("tr[data-label=Web]")).to_be_hidden()


class TestForms:
    def test_guards_what_is_not_saved(self, gallery: str, page: Page) -> None:
        page.goto(f"{gallery}/forms/")
        page.get_by_role("textbox", name="Name").fill("wiki")
        expect(page.get_by_text("Unsaved changes")).to_be_visible()

        page.get_by_role("link", name="Namespaces").click()
        question = page.get_by_role("dialog", name="Leave without saving?")
        question.get_by_role("button", name="Stay").click()
        expect(page).to_have_url(f"{gallery}/forms/")

        page.on("dialog", lambda dialog: dialog.accept())
        page.get_by_role("link", name="Namespaces").click()
        question.get_by_role("button", name="Leave").click()
        expect(page).to_have_url(f"{gallery}/facts/")

    def test_adds_moves_and_removes_rows_by_keyboard(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/forms/")
        rows = page.get_by_label("Upstream", exact=True)

        page.get_by_role("button", name="Add upstream").press("Enter")
        page.keyboard.type("http://new")
        page.keyboard.press("Alt+ArrowUp")
        expect(rows.nth(1)).to_have_value("http://new")
        expect(rows.nth(1)).to_have_attribute("name", "to-1-url")
        expect(rows.nth(1)).to_be_focused()

        page.get_by_role("button", name="Remove").first.press("Enter")
        expect(rows).to_have_count(2)
        expect(page.locator("[name=to-TOTAL_FORMS]")).to_have_value("2")
        expect(rows.first).to_have_attribute("name", "to-0-url")

    def test_wants_the_name_typed_before_it_deletes(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/forms/")
        page.get_by_role("link", name="Delete").click()
        delete = page.get_by_role("button", name="Delete route")
        expect(delete).to_be_disabled()

        page.get_by_label("Type intranet to confirm").fill("intranet")
        delete.click()

        expect(page.get_by_text("Done: delete.")).to_be_visible()

    def test_takes_a_file_into_the_text_field_and_refuses_a_large_one(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/forms/")
        upload = page.get_by_label("Upload a file")

        upload.set_input_files(
            {"name": "a.yaml", "mimeType": "text/yaml", "buffer": b"routes: []"}
        )
        expect(page.get_by_label("Configuration")).to_have_value("routes: []")

        upload.set_input_files(
            {"name": "b.yaml", "mimeType": "text/yaml", "buffer": b"x" * 1001}
        )
        expect(page.get_by_text("at most 1 kB can be read")).to_be_visible()


class TestShortcuts:
    def test_lists_the_keys_and_lets_them_be_switched_off(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/facts/")
        page.keyboard.press("?")
        help_dialog = page.get_by_role("dialog", name="Keyboard")
        expect(help_dialog).to_contain_text("Go to Routes")
        help_dialog.get_by_label("Use single keys as shortcuts").uncheck()
        page.keyboard.press("Escape")

        page.keyboard.press("/")
        expect(page.locator(".topbar__search input")).not_to_be_focused()

    def test_goes_to_a_page_by_two_keys(self, gallery: str, page: Page) -> None:
        page.goto(f"{gallery}/facts/")

        page.keyboard.press("g")
        page.keyboard.press("r")

        expect(page).to_have_url(f"{gallery}/lists/")


class TestSmallScreens:
    def test_the_menu_is_a_panel_that_escape_closes(
        self, gallery: str, page: Page
    ) -> None:
        page.set_viewport_size({"width": 360, "height": 700})
        page.goto(f"{gallery}/lists/")
        menu = page.get_by_role("navigation", name="Main")
        expect(menu).to_be_hidden()

        page.get_by_role("button", name="Menu", exact=True).click()
        expect(menu.get_by_role("link", name="Routes")).to_be_focused()

        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()


class TestTabs:
    def test_shows_one_panel_and_moves_by_arrow_keys(
        self, gallery: str, page: Page
    ) -> None:
        page.goto(f"{gallery}/facts/")
        page.get_by_role("tab", name="Builder").focus()

        page.keyboard.press("ArrowRight")

        expect(page.get_by_role("tabpanel", name="Editor")).to_be_visible()
        expect(page.get_by_text("The first panel.")).to_be_hidden()


class TestWithoutScripts:
    def test_pages_are_links_and_forms(self, gallery: str, browser: Browser) -> None:
        context = browser.new_context(java_script_enabled=False)
        plain = context.new_page()
        plain.goto(f"{gallery}/lists/")

        plain.get_by_label("Select intranet").check()
        plain.get_by_role("button", name="Move").click()

        expect(plain.get_by_text("Done: move 1.")).to_be_visible()
        context.close()
