"""A snapshot of a directory becomes rows."""

import pytest

from console.core.actor import system
from console.core.models import AuditEvent
from directory import services
from directory.models import Directory, Group, Membership, User
from directory.sync.snapshot import GroupRecord, PersonRecord, Snapshot
from namespaces.exceptions import LastAdminError
from namespaces.selectors import get_root
from tests.factories import NOW, grant
from tests.people import Cast

WEB = GroupRecord(id="g-web", name="Web team")
OPS = GroupRecord(id="g-ops", name="Operations")


def person(name: str, *groups: str) -> PersonRecord:
    return PersonRecord(
        id=name,
        email=f"{name}@example.com",
        display_name=name.title(),
        group_ids=frozenset(groups),
    )


def load(*people: PersonRecord, groups: tuple[GroupRecord, ...] = (WEB, OPS)) -> None:
    services.load_snapshot(
        Snapshot(people=people, groups=groups),
        name="acme",
        provider="test",
        actor=system("test"),
        now=NOW,
    )


def memberships() -> set[tuple[str, str]]:
    return set(
        Membership.objects.filter(group__directory__name="acme").values_list(
            "user__external_id", "group__external_id"
        )
    )


class TestLoadSnapshot:
    def test_makes_the_rows_equal_to_the_snapshot(self, cast: Cast) -> None:
        load(person("eve", "g-web"), person("fin", "g-web", "g-ops"))
        load(person("eve", "g-ops"), person("gil"))

        assert memberships() == {("eve", "g-ops")}
        active = User.objects.filter(directory__name="acme", is_active=True)
        assert {row.external_id for row in active} == {"eve", "gil"}

    def test_brings_back_who_had_vanished_as_the_same_person(self, cast: Cast) -> None:
        load(person("eve"))
        before = User.objects.get(external_id="eve").pk
        load()
        load(person("eve", "g-web"))

        eve = User.objects.get(external_id="eve")
        assert (eve.pk, eve.is_active) == (before, True)

    def test_renames_a_group_without_losing_its_members(self, cast: Cast) -> None:
        load(person("eve", "g-web"))
        load(
            person("eve", "g-web"), groups=(GroupRecord(id="g-web", name="Storefront"),)
        )

        assert Group.objects.get(external_id="g-web").name == "Storefront"
        assert not Group.objects.get(external_id="g-ops").is_active
        assert memberships() == {("eve", "g-web")}

    def test_records_what_it_changed(self, cast: Cast) -> None:
        load(person("eve", "g-web"))

        event = AuditEvent.objects.get(action="directory.synced")
        assert event.after == {
            "people": 1,
            "groups": 2,
            "memberships_added": 1,
            "memberships_removed": 0,
        }
        assert Directory.objects.get(name="acme").complete_at == NOW

    def test_refuses_to_take_the_last_admin_away(self, cast: Cast) -> None:
        load(person("eve", "g-ops"))
        grant("admin", get_root(), group=Group.objects.get(external_id="g-ops"))
        cast.root.role_bindings.all().delete()

        with pytest.raises(LastAdminError):
            load()

        assert memberships() == {("eve", "g-ops")}


class TestSnapshot:
    def test_refuses_an_id_that_stands_twice(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            Snapshot(people=(person("eve"), person("eve")), groups=())

    def test_refuses_a_membership_of_an_unknown_group(self) -> None:
        with pytest.raises(ValueError, match="unknown groups"):
            Snapshot(people=(person("eve", "g-web"),), groups=())
