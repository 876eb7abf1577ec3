"""Whatever fails, on whichever page, of whichever provider: nothing is taken away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from directory.models import Directory, RunState
from directory.providers import client, transport
from directory.providers.base import Limits
from namespaces.selectors import get_root
from tests.directory.providers.certificates import make_certificates
from tests.directory.providers.fakes import FAKES
from tests.directory.providers.fakes.server import FAULTS, SMALL, Fake
from tests.directory.sync.running import Clock, connect, rows, run
from tests.factories import grant, make_user

pytestmark = pytest.mark.django_db

QUICK = ("500", "reset", "truncated", "cut JSON", "HTML", "empty")
GONE = {"u5", "u4"}


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


def shrunk() -> dict[str, tuple[str, ...]]:
    """Return who is left, so that a run which went through would show."""
    return {
        group: tuple(one for one in members if one not in GONE)
        for group, members in SMALL.members.items()
    }


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A certificate for this machine, whose authority is trusted as any other is."""
    make_certificates(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    transport._usual_trust.cache_clear()
    yield tmp_path
    transport._usual_trust.cache_clear()


def made(kind: type[Fake], certificates: Path) -> Fake:
    """Return a provider of a kind; a domain of Auth0's is always https."""
    return kind(certificates=certificates) if kind.code == "auth0" else kind()


def check(kind: type[Fake], faults: list[str], certificates: Path) -> None:
    """Fail each page, in turn by each fault of a list, and look at what is left."""
    with made(kind, certificates) as fake:
        directory = connect(fake)
        assert run(directory).state == RunState.APPLIED
        before = rows()
        fake.begin_anew()
        Directory.objects.update(compared_at=None)  # so that each run reads everything
        people = {one: name for one, name in SMALL.people.items() if one not in GONE}
        fake.company = replace(SMALL, people=people, members=shrunk())
        assert run(directory, is_dry_run=True).counts["removed"]
        pages = list(dict.fromkeys(fake.order))
        for number, page in enumerate(pages):
            fault = faults[number % len(faults)]
            fake.begin_anew()
            fake.faults = {page: fault}
            ended = run(directory, Clock())
            assert ended.state == RunState.FAILED, (page, fault)
            assert ended.failed_page in ended.failure
            assert ended.failed_page
            assert rows() == before, (page, fault)
        directory.refresh_from_db()
        assert directory.lease_until is None


@pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.code)
def test_takes_nothing_away_whichever_page_of_a_provider_fails(
    kind: type[Fake], certificates: Path
) -> None:
    check(kind, list(QUICK), certificates)


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", FAKES, ids=lambda kind: kind.code)
def test_takes_nothing_away_by_any_fault_of_any_page(
    kind: type[Fake],
    fault: str,
    certificates: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fault == "time-out":
        limits = Limits(read_seconds=0.2, tries=2)
        monkeypatch.setattr(client, "Limits", lambda: limits)
    check(kind, [fault], certificates)
