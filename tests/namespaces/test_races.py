"""Hostile cases 9 and 10: two at the same instant keep the tree, and an admin."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from console.core.actor import system
from console.core.exceptions import ConsoleError
from namespaces import services
from namespaces.exceptions import LastAdminError, NamespaceCycleError
from namespaces.models import Namespace, RoleBinding
from namespaces.selectors import get_root
from tests.factories import NOW, grant, make_namespace, make_user
from tests.races import ON_POSTGRESQL, ROUNDS, Racers

pytestmark = ON_POSTGRESQL
TOLD: dict[str, Any] = {"actor": system("test"), "now": NOW}


@pytest.fixture
def racers(transactional_db: None) -> Iterator[Racers]:
    """Two who act at the same instant; somebody is admin of the root."""
    grant("admin", get_root(), user=make_user("keeper"))
    found = Racers()
    yield found
    found.close()


def check_tree() -> None:
    """Every namespace leads to the root by the path that it says."""
    rows = {row.pk: row for row in Namespace.objects.all()}
    for row in rows.values():
        if row.parent_id is None:
            assert row.depth == 0
            continue
        parent = rows[row.parent_id]
        assert row.path == f"{parent.path}{row.number}/"
        assert row.depth == parent.depth + 1


def move(one: Namespace, under: Namespace) -> Callable[[], Namespace]:
    return partial(services.move_namespace, one.pk, under=under.pk, **TOLD)


@ROUNDS
def test_of_two_moves_into_each_other_one_wins(racers: Racers, rounds: int) -> None:
    first, second = make_namespace("First"), make_namespace("Second")
    root = get_root()

    for _ in range(rounds):
        outcomes = racers.together(move(first, second), move(second, first))

        kinds = sorted(isinstance(one, NamespaceCycleError) for one in outcomes)
        assert kinds == [False, True]
        check_tree()
        for one in (first, second):
            one.refresh_from_db()
            if one.parent_id != root.pk:
                move(one, root)()


@ROUNDS
def test_of_two_last_admins_who_go_one_stays(racers: Racers, rounds: int) -> None:
    root = get_root()
    RoleBinding.objects.all().delete()
    people = [make_user("first"), make_user("second")]

    for _ in range(rounds):
        held = [
            RoleBinding.objects.filter(user=one).first()
            or grant("admin", root, user=one)
            for one in people
        ]

        outcomes = racers.together(
            *(partial(services.revoke_role, one.pk, **TOLD) for one in held)
        )

        kinds = sorted(isinstance(one, LastAdminError) for one in outcomes)
        assert kinds == [False, True]
        assert RoleBinding.objects.filter(content_object=root).count() == 1


@ROUNDS
def test_no_child_outlives_its_parent(racers: Racers, rounds: int) -> None:
    for number in range(rounds):
        parent = make_namespace(f"Parent {number}")

        outcomes = racers.together(
            partial(services.delete_namespace, parent.pk, **TOLD),
            partial(
                services.create_namespace, parent_id=parent.pk, name="Child", **TOLD
            ),
        )

        assert sum(isinstance(one, ConsoleError) for one in outcomes) == 1
        children = Namespace.objects.filter(parent_id=parent.pk)
        is_there = Namespace.objects.filter(pk=parent.pk).exists()
        assert children.exists() == is_there
    check_tree()
