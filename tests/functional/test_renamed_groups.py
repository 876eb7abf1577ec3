"""A group gets another name at its provider; somebody looks at a policy of it."""

from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import SignIn, inspect
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import SMALL
from tests.directory.sync.running import Clock, connect, run
from tests.factories import make_policy
from tests.people import Cast

pytestmark = pytest.mark.functional


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes jobs but the test itself, which is the worker."""
    monkeypatch.setattr(
        "console.core.jobs.current_app.send_task", lambda *_, **__: None
    )


def test_a_renamed_group_is_flagged_until_somebody_confirms_the_policy(
    sign_in: SignIn, live_server: LiveServer, cast: Cast
) -> None:
    key, name = next(iter(SMALL.groups.items()))
    clock = Clock(timezone.now())
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory, clock)
        source = f"# {name} and nobody else\nallow: {{or: [{{groups: {key}}}]}}"
        policy = make_policy("Shared", namespace=cast.web, source=source)
        fake.company = replace(SMALL, groups={**SMALL.groups, key: "Everybody"})
        clock.now = timezone.now()
        run(directory, clock)
    page = sign_in(cast.mia)

    page.goto(f"{live_server.url}/policies/")
    expect(page.get_by_text("1 group was renamed")).to_be_visible()
    page.get_by_role("link", name="Shared", exact=True).click()
    told = page.get_by_text(f"The group “{name}” is called “Everybody” since")
    expect(told).to_be_visible()
    expect(told).to_contain_text("The text still says the former name.")
    inspect(page, "policy-renamed-group")
    page.get_by_role("button", name="It is right as it is").click()

    expect(page.get_by_text("Shared stays as it is.")).to_be_visible()
    expect(page.get_by_text("is called “Everybody” since")).to_have_count(0)
    policy.refresh_from_db()
    assert policy.version == 2
