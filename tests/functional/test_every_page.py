"""Every page of the demo organization, found by its address, as an admin sees it.

Each is looked at wide and light, and narrow and dark: it fits, axe-core finds nothing
grave, no script fails, and the Content-Security-Policy refuses nothing. A new page is
in here as soon as it has an address.
"""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from console.core.checks import url_patterns
from console.demo.load import load_demo
from directory.models import Group, User
from namespaces.models import Namespace, RoleBinding
from namespaces.selectors import get_root
from policies.models import Policy
from routes.models import ImportRun, Route
from tests.browser import BRIEFLY, SignIn, inspect
from tests.factories import make_user
from tests.routes.imports.reading import SAMPLES
from tests.routes.imports.running import begin

pytestmark = pytest.mark.functional

ROWS: dict[str, Any] = {
    "namespaces": Namespace,
    "groups": Group,
    "import": ImportRun,
    "people": User,
    "policies": Policy,
    "routes": Route,
}
KEY = re.compile(r"<uuid:\w+>")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
# Not pages: files, fragments, answers for machines.
OTHER = re.compile(r"^(api|healthz|readyz|metrics)|export|download|\^")


def list_areas() -> dict[str, list[str]]:
    """Return the addresses of pages by their first word."""
    areas: dict[str, list[str]] = {}
    for path, _ in url_patterns():
        if not OTHER.search(path) and "<" not in KEY.sub("", path, count=1):
            areas.setdefault(path.partition("/")[0], []).append(path)
    return areas


AREAS = list_areas()


@pytest.fixture
def admin(transactional_db: None) -> User:
    """The demo is loaded, an import is planned; returns an admin of all of it."""
    load_demo(actor=system("test"), now=timezone.now(), say=lambda _: None)
    begin((SAMPLES / "older_keys.yaml").read_bytes(), get_root(), actor=system("test"))
    binding = RoleBinding.objects.filter(
        content_object__depth=0, user__isnull=False
    ).first()
    assert binding is not None
    return User.objects.get(pk=binding.user_id)


@pytest.mark.parametrize("area", sorted(AREAS))
def test_every_page_is_in_order(
    area: str, admin: User, sign_in: SignIn, live_server: LiveServer
) -> None:
    page = sign_in(admin)

    faults = [
        fault
        for path in AREAS[area]
        for fault in look_at(page, live_server.url, address_of(path, area))
    ]

    assert not faults, "\n".join(faults)


def test_somebody_without_roles_is_told_so_in_order(
    sign_in: SignIn, live_server: LiveServer, transactional_db: None
) -> None:
    page = sign_in(make_user("cyd"))

    page.goto(live_server.url)

    inspect(page, "without-roles")


def address_of(path: str, area: str) -> str:
    """Return the address of a page, about a row of the demo where it needs one."""
    if "<" not in path:
        return path
    row = ROWS[area].objects.order_by("pk").first()
    assert row is not None
    return KEY.sub(str(row.pk), path)


def look_at(page: Page, root: str, address: str) -> list[str]:
    """Return what is wrong with a page; nothing for what is no page by itself."""
    answer = page.request.get(f"{root}/{address}", max_redirects=0)
    is_page = answer.status == 200 and "<html" in answer.text()
    if answer.status >= 500:
        return [f"{address}: {answer.status}"]
    if not is_page:
        return []
    page.goto(f"{root}/{address}")
    name = UUID.sub("one", address).strip("/").replace("/", "-") or "overview"
    try:
        inspect(page, name, BRIEFLY)
    except AssertionError as error:
        return [str(error)]
    return []
