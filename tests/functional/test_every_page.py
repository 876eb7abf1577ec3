"""Every page of the demo organization, found by its address, as an admin sees it.

Each is looked at wide and light, and narrow and dark (nightly in all four looks): it
fits, axe-core finds nothing grave, no script fails, and the Content-Security-Policy
refuses nothing. A new page is in here as soon as it has an address.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from console.core.actor import system
from console.demo.load import load_demo
from directory.models import User
from namespaces.models import Namespace, RoleBinding
from namespaces.selectors import get_root
from routes import services
from tests.browser import BRIEFLY, EVERY_LOOK, Look, SignIn, inspect
from tests.factories import make_credential, make_service_account, make_user
from tests.functional.pages import address_of, list_areas, name_of
from tests.routes.imports.reading import SAMPLES
from tests.routes.imports.running import begin

pytestmark = pytest.mark.functional

AREAS = list_areas()


@pytest.fixture
def admin(transactional_db: None) -> User:
    """The demo is loaded, an import is planned; returns an admin of all of it."""
    load_demo(actor=system("test"), now=timezone.now(), say=lambda _: None)
    begin((SAMPLES / "older_keys.yaml").read_bytes(), get_root(), actor=system("test"))
    make_credential()
    make_service_account()
    make_ownership()
    binding = RoleBinding.objects.filter(
        content_object__depth=0, user__isnull=False
    ).first()
    assert binding is not None
    return User.objects.get(pk=binding.user_id)


def make_ownership() -> None:
    """Delegate a zone, register an upstream, and ask for consent to it."""
    root, web = get_root(), Namespace.objects.get(name="Web")
    told: dict[str, Any] = {"actor": system("test"), "now": timezone.now()}
    services.delegate_host(host="*.apps.example.com", namespace_id=web.pk, **told)
    services.register_upstream(namespace_id=web.pk, target="10.1.0.0/16", **told)
    services.request_consent(
        namespace_id=root.pk, upstream="10.1.2.3", reason="a report", **told
    )


@pytest.mark.parametrize(
    "looks", [BRIEFLY, pytest.param(EVERY_LOOK, marks=pytest.mark.nightly)], ids=len
)
@pytest.mark.parametrize("area", sorted(AREAS))
def test_every_page_is_in_order(
    area: str,
    looks: Sequence[Look],
    admin: User,
    sign_in: SignIn,
    live_server: LiveServer,
) -> None:
    page = sign_in(admin)

    faults = [
        fault
        for path in AREAS[area]
        for fault in look_at(page, live_server.url, address_of(path, area), looks)
    ]

    assert not faults, "\n".join(faults)


def test_somebody_without_roles_is_told_so_in_order(
    sign_in: SignIn, live_server: LiveServer, transactional_db: None
) -> None:
    page = sign_in(make_user("cyd"))

    page.goto(live_server.url)

    inspect(page, "without-roles")


def look_at(page: Page, root: str, address: str, looks: Sequence[Look]) -> list[str]:
    """Return what is wrong with a page; nothing for what is no page by itself."""
    answer = page.request.get(f"{root}/{address}", max_redirects=0)
    is_page = answer.status == 200 and "<html" in answer.text()
    if answer.status >= 500:
        return [f"{address}: {answer.status}"]
    if not is_page:
        return []
    page.goto(f"{root}/{address}")
    try:
        inspect(page, name_of(address), looks)
    except AssertionError as error:
        return [str(error)]
    return []
