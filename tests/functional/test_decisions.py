"""The decision log in a browser: from the list to why one was decided so."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from gateway.models import TrafficCount
from tests.browser import BRIEFLY, SignIn, inspect
from tests.factories import make_group, make_policy, make_route
from tests.gateway.deciding import Deciding
from tests.people import make_cast

pytestmark = pytest.mark.functional
SOURCE = """\
allow:
  and:
    - groups: {has: id-staff}
deny:
  or:
    - http_path: {starts_with: /admin}
"""


def test_a_refusal_is_found_and_explained(
    transactional_db: None, sign_in: SignIn, live_server: LiveServer
) -> None:
    cast = make_cast()
    group = make_group("staff", cast.cyd)
    cast.cyd.directory = group.directory
    cast.cyd.save()
    policy = make_policy("Staff only", namespace=cast.web, source=SOURCE)
    wiki = make_route("wiki", policy, namespace=cast.web)
    deciding = Deciding("edge-1 127.0.0.1:8008")
    cookie = deciding.sign_in(cast.cyd, wiki.host)
    for path in ("/", "/docs?page=2", "/admin/users?token=secret"):
        deciding.ask(wiki, path, cookie=cookie, x_request_id=f"trace-{len(path)}")
    deciding.ask(wiki, accept="text/html")
    deciding.write()
    page = sign_in(cast.ada)

    page.goto(f"{live_server.url}/traffic/")
    expect(page.get_by_text("No requests")).to_be_visible()
    TrafficCount.objects.update(start=timezone.now() - timedelta(minutes=5))
    page.goto(f"{live_server.url}/traffic/?period=1h")
    page.get_by_text("The numbers of the chart").click()
    inspect(page, "traffic", BRIEFLY)
    page.goto(f"{live_server.url}/decisions/?since=2026-01-01")
    inspect(page, "decisions", BRIEFLY)
    page.goto(f"{live_server.url}/decisions/?outcome=deny")
    rows = page.locator("#decisions tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link").first.click()

    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    expect(page.get_by_text("/admin/users?token=…")).to_be_visible()
    expect(page.get_by_text("is the same as then")).to_be_visible()
    inspect(page, "decisions-one", BRIEFLY)
