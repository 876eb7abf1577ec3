"""Every page of the demo organization, found by its address, as an admin sees it.

Each is looked at wide and light, and narrow and dark (nightly in all four looks): it
fits, axe-core finds nothing grave, no script fails, its scripts are few, and the
Content-Security-Policy refuses nothing. A new page is in here as soon as it has an
address.
"""

from collections.abc import Sequence

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from directory.models import User
from namespaces.models import RoleBinding
from tests.browser import (
    BRIEFLY,
    EVERY_LOOK,
    Look,
    SignIn,
    assert_scripts_small,
    inspect,
)
from tests.factories import make_user
from tests.functional.pages import address_of, list_areas, name_of
from tests.functional.world import load_everything

pytestmark = pytest.mark.functional

AREAS = list_areas()


@pytest.fixture
def admin(transactional_db: None) -> User:
    """The demo is loaded, an import is planned; returns an admin of all of it."""
    load_everything()
    binding = RoleBinding.objects.filter(
        content_object__depth=0, user__isnull=False
    ).first()
    assert binding is not None
    return User.objects.get(pk=binding.user_id)


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
        assert_scripts_small(page)
    except AssertionError as error:
        return [str(error)]
    return []
