"""What a run says of whom and what it changes."""

from collections import Counter
from dataclasses import replace

import pytest

from namespaces.selectors import get_root
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.server import SMALL
from tests.directory.sync.running import connect, run
from tests.factories import grant, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keeper(db: None) -> None:
    """Somebody is admin of the root, or nobody could be taken away."""
    grant("admin", get_root(), user=make_user("keeper"))


@pytest.mark.parametrize("is_dry_run", [False, True])
def test_says_who_and_what_differs(is_dry_run: bool) -> None:
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory)
        people = {**SMALL.people, "u6": "Somebody New", "u1": "Another Name"}
        del people["u5"]
        members = {**SMALL.members, "g2": ("u3", "u6"), "g3": ("u1", "u2", "u3")}
        fake.company = replace(SMALL, people=people, members=members)
        ended = run(directory, is_dry_run=is_dry_run)
        again = run(directory, is_dry_run=is_dry_run)

    told = {(one["what"], one["id"], one["name"]) for one in ended.differences}
    assert told == {
        ("new_people", "u6", "Somebody New"),
        ("changed_people", "u1", "Another Name"),
        ("gone_people", "u5", "Person 5"),
        ("added", "u6", "Somebody New"),
        ("removed", "u4", "Person 4"),
        ("removed", "u5", "Person 5"),
    }
    groups = {
        (one["group_id"], one["group"]) for one in ended.differences if "group" in one
    }
    assert groups == {("g2", "Sales"), ("g3", "Everybody")}
    assert again.differences == (ended.differences if is_dry_run else [])


def test_names_the_first_of_each_kind() -> None:
    people = {f"u{number}": "Somebody" for number in range(70)}
    everybody = {"g1": tuple(people), "g2": (), "g3": ()}
    with FakeOkta(replace(SMALL, people=people, members=everybody)) as fake:
        fake.page_size = 100
        ended = run(connect(fake))

    kinds = Counter(one["what"] for one in ended.differences)
    assert kinds == {"new_people": 50, "new_groups": 3, "added": 50}


def test_says_what_a_group_was_called_before() -> None:
    with FakeOkta() as fake:
        directory = connect(fake)
        run(directory)
        fake.company = replace(
            SMALL, groups={**SMALL.groups, "g2": "Sales and support"}
        )
        ended = run(directory)

    assert ended.differences == [
        {
            "what": "changed_groups",
            "id": "g2",
            "name": "Sales and support",
            "former": "Sales",
        }
    ]
