"""Nobody gives themselves a role, nor one to a group that they are in."""

from datetime import datetime, timedelta

import pytest

from directory.models import User
from namespaces import services
from namespaces.exceptions import RoleNotGrantableError
from namespaces.models import RoleBinding
from tests.factories import NOW, grant, make_group, make_user
from tests.people import Cast, actor_of


class TestRolesOfOnesOwnGroup:
    """Eve is admin of Web by a group, until a moment."""

    ENDS = NOW + timedelta(days=3650)

    @pytest.fixture
    def own(self, cast: Cast) -> RoleBinding:
        eve = make_user("eve")
        binding = grant("admin", cast.web, group=make_group("helpers", eve))
        RoleBinding.objects.filter(pk=binding.pk).update(expires_at=self.ENDS)
        binding.refresh_from_db()
        return binding

    def change(self, own: RoleBinding, role: str, ends: datetime | None) -> RoleBinding:
        eve = User.objects.get(email="eve@example.com")
        return services.change_role(
            own.pk,
            version=1,
            role=role,
            expires_at=ends,
            actor=actor_of(eve),
            now=NOW,
        )

    @pytest.mark.parametrize("later", [None, ENDS + timedelta(seconds=1)])
    def test_are_not_prolonged(self, own: RoleBinding, later: datetime | None) -> None:
        with pytest.raises(RoleNotGrantableError, match="in this group"):
            self.change(own, "admin", later)

        own.refresh_from_db()
        assert own.expires_at == self.ENDS

    def test_are_not_granted_by_a_further_group_either(
        self, own: RoleBinding, cast: Cast
    ) -> None:
        eve = User.objects.get(email="eve@example.com")
        other = make_group("others", eve)

        with pytest.raises(RoleNotGrantableError, match="in this group"):
            services.grant_role(
                namespace_id=cast.web.id,
                role="viewer",
                group_id=other.id,
                actor=actor_of(eve),
                now=NOW,
            )

    @pytest.mark.parametrize(
        ("role", "ends"),
        [("viewer", ENDS), ("admin", ENDS), ("admin", NOW + timedelta(days=1))],
    )
    def test_may_become_weaker_or_shorter(
        self, own: RoleBinding, role: str, ends: datetime
    ) -> None:
        changed = self.change(own, role, ends)

        assert (changed.permission.codename, changed.expires_at) == (role, ends)

    def test_are_granted_by_whoever_holds_as_much_anyway(self, cast: Cast) -> None:
        group = make_group("all", cast.ada)

        made = services.grant_role(
            namespace_id=cast.web.id,
            role="admin",
            group_id=group.id,
            actor=actor_of(cast.ada),
            now=NOW,
        )

        assert made.group == group
