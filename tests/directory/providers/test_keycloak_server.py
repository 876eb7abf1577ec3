"""Keycloak itself: https://www.keycloak.org; skipped where no distribution is named.

POSTERN_TEST_KEYCLOAK names the folder of one; it needs Java.
"""

from pathlib import Path

import pytest

from directory.exceptions import CredentialRefusedError
from directory.providers import BY_CODE, open_client
from directory.providers.base import Limits, Options
from directory.providers.engine import enumerate_all
from directory.sync.assembly import Assembly
from tests.openid.keycloak import KEYCLOAK, Keycloak, running_keycloak

PROVIDER = BY_CODE["keycloak"]
COUNT = 104  # two pages, of people and of members

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not KEYCLOAK, reason="POSTERN_TEST_KEYCLOAK names no Keycloak"),
]


def read(server: Keycloak, **changes: str) -> tuple[Assembly, int]:
    """Read all of it; return what came, and in how many pages."""
    options: Options = PROVIDER.with_defaults({**server.options(), **changes})
    assembly, pages = Assembly(), 0
    with open_client(PROVIDER, options, limits=Limits(tries=1)) as client:
        for batch in enumerate_all(PROVIDER, options, client):
            assembly.add(batch.records)
            pages += 1
    return assembly, pages


def test_reads_people_groups_in_groups_and_members(tmp_path: Path) -> None:
    with running_keycloak(tmp_path) as server:
        server.add_realm("https://console.example.com/sign-in/openid/callback")
        top = server.add_group("engineering")
        deep = server.add_group("frontend", server.add_group("web", top))
        people = server.add_people(COUNT)
        inner = server.add_person("deep", emailVerified=False)
        outside = server.add_person("outside")
        server.add_person("off", enabled=False)
        for person in people:
            server.join(person, top)
        server.join(inner, deep)
        assembly, pages = read(server)
        with pytest.raises(CredentialRefusedError):
            read(server, client_secret="wrong")

    found = assembly.finish()
    groups = {
        found.ids[number]: {found.groups[found.group_ids[one]].name for one in of}
        for number, of in found.edges.of(found.present())
    }
    assert found.problems == ()
    assert pages > 5
    assert set(groups) == {*people, inner, outside}  # their ids are what `sub` says
    assert {one.name for one in found.groups.values()} == {
        "engineering",
        "engineering/web",
        "engineering/web/frontend",
    }
    assert groups[people[0]] == groups[people[-1]] == {"engineering"}
    assert groups[inner] == {one.name for one in found.groups.values()}
    assert groups[outside] == set()
    emails = {found.ids[one]: found.record(one).email for one in found.present()}
    assert (emails[outside], emails[inner]) == ("outside@example.com", "")
