"""A configuration on its way into the console, in a browser."""

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routes import services
from routes.models import ImportRun, Route
from tests.browser import SignIn, inspect
from tests.people import Cast, make_cast
from tests.routes.imports.reading import SAMPLES
from tests.routes.imports.running import WIKI

pytestmark = pytest.mark.functional

BROKEN = "routes:\n  - from: https://wiki.example.com\n    too: http://wiki.internal\n"
DROP = """([zone, name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name, {type: "application/yaml"}));
    zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
}"""


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()


@pytest.fixture
def wizard(
    cast: Cast,
    sign_in: SignIn,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Page:
    """The start of the wizard, as Ada sees it. Jobs wait until `work` is called."""
    monkeypatch.setattr("console.core.jobs.current_app.send_task", wait)
    page = sign_in(cast.ada)
    page.goto(f"{live_server.url}/import/?namespace={cast.web.pk}")
    return page


def wait(_name: str, **_: object) -> None:
    """Leave the job to `work`."""


def work() -> None:
    """Do what a worker would do."""
    for run in ImportRun.objects.filter(status="queued"):
        services.perform_import(run.pk, now=timezone.now())


def show_plan(page: Page) -> None:
    page.get_by_role("button", name="Show what would happen").click()
    page.wait_for_url("**/import/*-*/")


def test_pasted_text_is_looked_at_imported_and_found(
    wizard: Page, live_server: LiveServer
) -> None:
    inspect(wizard, "import-start")
    wizard.get_by_label("Configuration").fill(WIKI)
    show_plan(wizard)
    inspect(wizard, "import-plan")
    expect(wizard.get_by_text("1 policy to create; 1 route to create.")).to_be_visible()

    wizard.get_by_role("button", name="Import", exact=True).click()
    expect(wizard.get_by_text("Waiting for a worker")).to_be_visible()
    inspect(wizard, "import-waiting")
    work()

    expect(wizard.get_by_text("Everything in the file is here now.")).to_be_visible()
    inspect(wizard, "import-done")
    wizard.get_by_role("link", name="wiki", exact=True).click()
    wizard.wait_for_url(f"{live_server.url}/routes/{Route.objects.get().pk}/")


def test_a_chosen_file_shows_its_policies_and_what_is_left_alone(wizard: Page) -> None:
    wizard.get_by_label("Or choose a file").set_input_files(
        SAMPLES / "whole_configuration.yaml"
    )
    said = wizard.locator(".drop-zone__said")
    expect(said).to_contain_text("whole_configuration.yaml")
    show_plan(wizard)

    wizard.get_by_role("link", name="Policies").last.click()
    wizard.get_by_text("Text").first.click()
    expect(wizard.get_by_text("# Whoever has an address of ours.")).to_be_visible()
    inspect(wizard, "import-policies")
    wizard.get_by_role("link", name="Left alone").click()
    expect(wizard.get_by_text("cookie_secret")).to_be_visible()
    inspect(wizard, "import-left-alone")


def test_a_dropped_file_with_problems_says_where_and_what_to_do(wizard: Page) -> None:
    zone = wizard.locator(".drop-zone").element_handle()
    wizard.evaluate(DROP, [zone, "broken.yaml", BROKEN])
    expect(wizard.get_by_label("Configuration")).to_have_value(BROKEN)
    show_plan(wizard)

    expect(wizard.get_by_text("Unknown setting `too`.")).to_be_visible()
    expect(wizard.get_by_text("Did you mean `to`?")).to_be_visible()
    expect(wizard.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    inspect(wizard, "import-problems")


def test_what_differs_is_decided_by_the_person(wizard: Page, cast: Cast) -> None:
    wizard.get_by_label("Configuration").fill(WIKI)
    show_plan(wizard)
    wizard.get_by_role("button", name="Import", exact=True).click()
    expect(wizard.get_by_text("Waiting for a worker")).to_be_visible()
    work()
    expect(wizard.get_by_text("Everything in the file is here now.")).to_be_visible()
    wizard.get_by_role("link", name="Another file").click()

    wizard.get_by_role("combobox", name="Into namespace").fill("Web")
    wizard.get_by_role("option", name="Web").click()
    wizard.get_by_label("Configuration").fill(
        WIKI.replace("wiki.internal", "new.internal")
    )
    show_plan(wizard)
    expect(wizard.get_by_text("`wiki` is there and differs in `to`")).to_be_visible()
    inspect(wizard, "import-differs")
    wizard.get_by_label("Update it, as the file has it").check()
    wizard.get_by_role("button", name="Show what would happen").click()

    expect(wizard.get_by_text("1 route to update")).to_be_visible()


def test_an_export_is_downloaded(wizard: Page, tmp_path: Path) -> None:
    wizard.get_by_role("link", name="Export").click()
    inspect(wizard, "export")

    with wizard.expect_download() as download:
        wizard.get_by_role("button", name="Download").click()

    path = tmp_path / "export.yaml"
    download.value.save_as(path)
    assert download.value.suggested_filename == "pomerium-routes.yaml"
    assert path.read_text().endswith("routes: []\n")
