"""External data in a browser: tried, added, read, searched, held and released."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from directory import services
from directory.models import DataRun, ExternalDataSource, Trial
from tests.browser import SignIn, inspect
from tests.directory.external.serving import Served, serve
from tests.people import Cast

pytestmark = pytest.mark.functional


@pytest.fixture
def served() -> Iterator[Served]:
    """A server of records."""
    with serve() as served:
        yield served


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes jobs but the test itself, which is the worker."""
    monkeypatch.setattr(
        "console.core.jobs.current_app.send_task", lambda *_, **__: None
    )


MANY = [{"id": f"person{number}", "score": number} for number in range(40)]


def run_now(page: Page, server: LiveServer, source: ExternalDataSource) -> None:
    """Press the button, and be the worker."""
    page.goto(f"{server.url}/data-sources/{source.pk}/")
    page.get_by_role("button", name="Run now").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    run = DataRun.objects.latest("created_at")
    services.run_read(run.pk, clock=timezone.now)


def add(page: Page, server: LiveServer, served: Served) -> ExternalDataSource:
    """Fetch once, look at what came, and save."""
    page.goto(f"{server.url}/data-sources/")
    page.get_by_role("link", name="New source").first.click()
    page.get_by_label("Type of records").fill("example.com/risk")
    page.get_by_label("Address").fill(served.url)
    page.get_by_role("button", name="Fetch it once").click()
    expect(page.get_by_text("A worker is trying it")).to_be_visible()
    services.make_trial(Trial.objects.get().pk, clock=timezone.now)
    expect(page.get_by_text("It can be read")).to_be_visible()
    expect(page.get_by_role("cell", name="person1", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="score number")).to_be_visible()
    inspect(page, "external-data-tried")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="example.com/risk")).to_be_visible()
    return ExternalDataSource.objects.get()


def test_from_the_first_try_to_a_failure(
    cast: Cast, sign_in: SignIn, live_server: LiveServer, served: Served
) -> None:
    page = sign_in(cast.root)
    served.put(MANY)
    source = add(page, live_server, served)
    run_now(page, live_server, source)
    expect(page.get_by_text("What differs from before")).to_be_visible()

    page.goto(f"{live_server.url}/data-sources/{source.pk}/records?q=person39")
    expect(page.get_by_role("cell", name="person39", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="person1", exact=True)).to_have_count(0)

    served.put(MANY[:3])
    run_now(page, live_server, source)
    expect(page.get_by_text("37 of 40 records are gone")).to_be_visible()
    page.get_by_role("button", name="Release these changes").click()
    expect(page.get_by_text("The records are in force.")).to_be_visible()
    assert source.records.count() == 3

    served.put("<html>Sign in here", "text/html")
    run_now(page, live_server, source)
    expect(page.get_by_text("The answer is a web page, not data")).to_be_visible()
    expect(page.get_by_text("<html>Sign in here")).to_be_visible()
    page.goto(live_server.url)
    expect(page.get_by_text("data source needs you")).to_be_visible()
