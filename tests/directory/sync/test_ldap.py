"""Runs that read a server of LDAP: written whole, or not at all."""

import pytest

from directory.models import SyncState
from namespaces.selectors import get_root
from tests.directory.providers.fakes.ldap import FAULTS, FakeActiveDirectory
from tests.directory.providers.fakes.server import SMALL
from tests.directory.sync.running import connect, rows, run
from tests.factories import grant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


def test_fills_an_empty_directory() -> None:
    with FakeActiveDirectory() as fake:
        ended = run(connect(fake))

    assert ended.state == SyncState.APPLIED, ended.failure
    assert {one for one, *_ in rows()["people"]} - {"keeper"} == set(SMALL.people)
    assert rows()["memberships"] == {
        (one, group) for group, members in SMALL.members.items() for one in members
    }


@pytest.mark.parametrize("fault", [one for one in FAULTS if one != "time-out"])
def test_changes_nothing_when_a_page_fails(fault: str) -> None:
    with FakeActiveDirectory() as fake:
        directory = connect(fake)
        run(directory)
        before = rows()
        fake.pages = 0
        fake.faults = dict.fromkeys(range(5, 99), fault)
        ended = run(directory)

    assert ended.state == SyncState.FAILED
    assert ended.failed_page.startswith("groups, page")
    assert rows() == before
