"""Whatever fails, on whichever page of a server of LDAP: nothing is taken away.

Result codes, cut and silent connections also come from Debian's slapd itself, and from
what lies between; without it these are skipped.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from directory.models import Directory, RunState, SyncRun
from directory.providers.base import Limits
from directory.services import syncing
from namespaces.selectors import get_root
from tests.directory.providers.fakes.ldap import FAULTS, FakeActiveDirectory
from tests.directory.providers.fakes.server import SMALL
from tests.directory.providers.slapd import (
    REFUSING,
    SLAPD,
    Slapd,
    Tree,
    person_dn,
    running_slapd,
)
from tests.directory.sync.running import Clock, connect, rows, run
from tests.factories import grant, make_user

pytestmark = pytest.mark.django_db
needs_slapd = pytest.mark.skipif(SLAPD is None, reason="slapd is not installed")

QUICK = ("reset", "truncated", "HTML", "empty", "result 80", "busy")
LEFT = {one: name for one, name in SMALL.people.items() if one not in {"u4", "u5"}}
PEOPLE = [f"u{number:05}" for number in range(1205)]
TREE = Tree(people=PEOPLE, members={"all": PEOPLE, "some": PEOPLE[:600]})
GONE = PEOPLE[-3:]
ENOUGH = 10  # places, to break off in each list


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody is admin of the root, and nobody waits for long."""
    grant("admin", get_root(), user=make_user("keeper"))
    limits = Limits(read_seconds=0.5, connect_seconds=5, tries=1)
    monkeypatch.setattr(syncing, "Limits", lambda: limits)


def check_failed(ended: SyncRun, before: Any, what: object) -> None:
    """Look whether a run failed, says where, and changed nothing."""
    assert ended.state == RunState.FAILED, what
    assert ended.failed_page, what
    assert ended.failed_page in ended.failure
    assert rows() == before, what


def fail_each_page(faults: list[str]) -> None:
    """Fail each page, in turn by each fault of a list, and look at what is left."""
    with FakeActiveDirectory() as fake:
        directory = connect(fake)
        assert run(directory).state == RunState.APPLIED
        before = rows()
        members = {
            group: tuple(one for one in some if one in LEFT)
            for group, some in SMALL.members.items()
        }
        fake.company = replace(SMALL, people=LEFT, members=members)
        Directory.objects.update(compared_at=None)  # so that each run reads everything
        fake.pages = 0
        assert run(directory, is_dry_run=True).counts["removed"]
        named = []
        for number in range(1, fake.pages + 1):
            fault = faults[number % len(faults)]
            fake.pages, fake.faults = 0, {number: fault}
            ended = run(directory)
            check_failed(ended, before, (number, fault))
            named.append(ended.failed_page)
        assert len(set(named)) == len(named)
        assert {one.partition(",")[0] for one in named} >= {"people", "groups"}
        fake.faults = {}
        assert run(directory).state == RunState.APPLIED


def test_takes_nothing_away_whichever_page_fails() -> None:
    fail_each_page(list(QUICK))


@pytest.mark.nightly
@pytest.mark.parametrize("fault", FAULTS)
def test_takes_nothing_away_by_any_fault_of_any_page(fault: str) -> None:
    fail_each_page([fault])


class Relay:
    """Hands on what a server and its clients say, until the server has said so much.

    From then on it breaks connections, or keeps them and says nothing.
    """

    def __init__(self, port: int) -> None:
        self.most = 0
        self.is_silent = False
        self.said = 0
        self._target = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def until(self, most: int, *, is_silent: bool = False) -> None:
        """Begin to count anew; 0 hands on everything."""
        self.said, self.most, self.is_silent = 0, most, is_silent

    def close(self) -> None:
        """End it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for one in self._open:
            one.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            self._open += [near, far]
            for ends in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pump, args=ends, daemon=True).start()

    def _pump(self, here: socket.socket, there: socket.socket, is_server: bool) -> None:
        try:
            while data := here.recv(4096):
                if is_server:
                    room = self.most - self.said if self.most else len(data)
                    self.said += len(data)
                    if room < len(data):
                        there.sendall(data[: max(room, 0)])
                        if self.is_silent:
                            continue
                        linger = struct.pack("ii", 1, 0)
                        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                        break
                there.sendall(data)
        except OSError:
            pass
        finally:
            there.close()
            here.close()


@contextmanager
def relayed(server: Slapd) -> Iterator[Relay]:
    """Put something between the console and a server."""
    relay = Relay(server.port)
    try:
        yield relay
    finally:
        relay.close()


@dataclass
class Source:
    """A server of LDAP as `connect` takes it."""

    options: dict[str, str]
    code: str = "ldap"
    url: str = "slapd"


def connect_slapd(server: Slapd, port: int) -> Directory:
    """Make a directory that reads a server through a port, and read it once."""
    given = server.options(url=f"ldap://localhost:{port}")
    source: Any = Source(given)
    directory = connect(source)
    ended = run(directory)
    assert ended.state == RunState.APPLIED, ended.failure
    return directory


def take_away(server: Slapd) -> None:
    """Delete people at the server, which a run that went through would show."""
    with server.writing() as connection:
        for one in GONE:
            gone: Any = connection
            assert gone.delete(person_dn(one))


def break_off(folder: Path, places: int, *, is_silent: bool) -> None:
    """Break connections at so many places of a reading, and look at what is left."""
    with running_slapd(folder, TREE) as server, relayed(server) as relay:
        directory = connect_slapd(server, relay.port)
        take_away(server)
        before = rows()
        Directory.objects.update(compared_at=None)
        relay.until(0)
        assert run(directory, is_dry_run=True).counts["gone_people"] == len(GONE)
        whole = relay.said
        found = set()
        for place in range(places):
            relay.until(1 + whole * place // places, is_silent=is_silent)
            ended = run(directory, Clock())
            check_failed(ended, before, (place, places))
            found.add(ended.failed_page.partition(",")[0])
        relay.until(0)
        assert run(directory).state == RunState.APPLIED
        assert found >= {"people", "members"} or places < ENOUGH


@needs_slapd
def test_takes_nothing_away_when_the_connection_breaks_off(tmp_path: Path) -> None:
    break_off(tmp_path, 12, is_silent=False)


@needs_slapd
def test_takes_nothing_away_when_the_server_falls_silent(tmp_path: Path) -> None:
    break_off(tmp_path, 4, is_silent=True)


@needs_slapd
@pytest.mark.nightly
@pytest.mark.parametrize("is_silent", [False, True])
def test_takes_nothing_away_wherever_the_connection_breaks_off(
    tmp_path: Path, is_silent: bool
) -> None:
    break_off(tmp_path, 100, is_silent=is_silent)


@needs_slapd
@pytest.mark.parametrize(
    ("code", "name"),
    [
        (3, "timeLimitExceeded"),
        (4, "sizeLimitExceeded"),
        (11, "adminLimitExceeded"),
        (51, "busy"),
        (52, "unavailable"),
        (80, "other"),
    ],
)
def test_takes_nothing_away_by_what_the_server_answers(
    tmp_path: Path, code: int, name: str
) -> None:
    ended = check_refusing(tmp_path, "groups", returns=f"{code:#x}")

    assert name in ended.failure


@needs_slapd
def test_takes_nothing_away_when_a_list_is_cut_at_a_limit(tmp_path: Path) -> None:
    check_refusing(tmp_path, "people, page 2", total="700")


def check_refusing(
    folder: Path, where: str, *, total: str = "unlimited", returns: str = ""
) -> SyncRun:
    """Read a server, then one like it that refuses, and look at what is left."""
    for name in ("good", "bad"):
        (folder / name).mkdir()
    with running_slapd(folder / "good", TREE) as good:
        directory = connect_slapd(good, good.port)
    before = rows()
    left = replace(TREE, people=PEOPLE[:-3], members={"all": PEOPLE[:-3]})
    with running_slapd(folder / "bad", left, total=total, returns=returns) as bad:
        account = directory.account
        assert account is not None
        account.settings |= {
            "url": f"ldap://localhost:{bad.port}",
            "ca_certificate": bad.ca,
        }
        account.save()
        if returns:
            directory.options |= {"groups_base": REFUSING}
            directory.save()
        ended = run(directory)

    check_failed(ended, before, ended.failure)
    assert ended.failed_page.startswith(where), ended.failure
    return ended
