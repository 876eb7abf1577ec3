"""Who may do what where."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.core.actor import ANONYMOUS, Actor, system
from console.core.exceptions import PermissionDeniedError
from namespaces import access, selectors, services
from namespaces.exceptions import NamespaceNotFoundError, RoleNotGrantableError
from namespaces.models import ApiServiceAccount
from namespaces.permissions import Permission
from namespaces.roles import VIEWER
from tests.factories import NOW, grant, make_user
from tests.people import Cast, actor_of


class TestCan:
    def test_a_role_counts_in_its_namespace_and_below(self, cast: Cast) -> None:
        ada = actor_of(cast.ada)

        assert access.can(ada, Permission.ROUTE_EDIT, cast.engineering)
        assert access.can(ada, Permission.ROUTE_EDIT, cast.web)
        assert not access.can(ada, Permission.ROUTE_VIEW, cast.finance)
        assert not access.can(ada, Permission.ROUTE_VIEW, cast.everything)

    def test_a_group_gives_its_members_the_role(self, cast: Cast) -> None:
        ben = actor_of(cast.ben)

        assert access.can(ben, Permission.ROUTE_VIEW, cast.web)
        assert not access.can(ben, Permission.ROUTE_EDIT, cast.web)

    def test_the_strongest_role_wins(self, cast: Cast) -> None:
        services.grant_role(
            namespace_id=cast.engineering.id,
            role="viewer",
            user_id=cast.mia.id,
            actor=system("test"),
            now=NOW,
        )

        assert access.can(actor_of(cast.mia), Permission.ROUTE_EDIT, cast.web)

    @pytest.mark.parametrize("actor", [ANONYMOUS, Actor(label="nobody")])
    def test_nobody_may_nothing(self, cast: Cast, actor: Actor) -> None:
        assert not access.can(actor, Permission.NAMESPACE_VIEW, cast.everything)
        assert not access.can_anywhere(actor, Permission.NAMESPACE_VIEW)

    def test_a_deactivated_person_may_nothing(self, cast: Cast) -> None:
        cast.ada.is_active = False
        cast.ada.save()

        assert access.read_grants(actor_of(cast.ada)) == ()

    def test_an_expired_role_allows_nothing(self, cast: Cast) -> None:
        user = make_user()
        services.grant_role(
            namespace_id=cast.web.id,
            role="admin",
            user_id=user.id,
            actor=system("test"),
            now=NOW,
            expires_at=timezone.now() - timedelta(seconds=1),
        )

        assert access.read_grants(actor_of(user)) == ()


class TestCheckCan:
    def test_hides_what_may_not_be_seen(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotFoundError):
            access.check_can(actor_of(cast.ada), Permission.ROUTE_EDIT, cast.finance.id)

    def test_refuses_what_may_be_seen_but_not_done(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            access.check_can(actor_of(cast.ben), Permission.ROUTE_EDIT, cast.web.id)

    def test_reads_rights_anew(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        assert access.can(mia, Permission.ROUTE_EDIT, cast.web)
        cast.mia.role_bindings.all().delete()

        with pytest.raises(NamespaceNotFoundError):
            access.check_can(mia, Permission.ROUTE_EDIT, cast.web.id)


class TestNamespaceFilter:
    def test_keeps_the_subtrees_of_all_grants(self, cast: Cast) -> None:
        visible = selectors.list_namespaces(actor_of(cast.ada))

        assert {row.name for row in visible} == {"Engineering", "Web"}

    def test_does_not_take_a_number_for_its_prefix(self, cast: Cast) -> None:
        # "1/2/" must not cover "1/20/".
        for _ in range(20):
            services.create_namespace(
                parent_id=cast.everything.id,
                name=f"sibling {_}",
                actor=system("test"),
                now=NOW,
            )

        assert selectors.list_namespaces(actor_of(cast.ada)).count() == 2

    def test_costs_two_queries(self, cast: Cast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        with django_assert_num_queries(2):
            list(selectors.list_namespaces(actor_of(cast.ben)))


class TestExplainAccess:
    def test_names_the_binding_that_decided(self, cast: Cast) -> None:
        answer = access.explain_access(
            actor_of(cast.ben), Permission.ROUTE_VIEW, cast.web
        )

        assert answer.allowed
        assert answer.role is VIEWER
        assert answer.grants[0].group_id == cast.web_group.id

    def test_says_that_nothing_is_held(self, cast: Cast) -> None:
        answer = access.explain_access(
            actor_of(cast.cyd), Permission.ROUTE_VIEW, cast.web
        )

        assert not answer.allowed
        assert answer.role is None
        assert answer.grants == ()


class TestServiceAccounts:
    @pytest.fixture
    def robot(self, cast: Cast) -> ApiServiceAccount:
        return ApiServiceAccount.objects.create(
            namespace=cast.engineering,
            name="robot",
            token_hash="x",
            token_prefix="postern_x",
            created_at=NOW,
            modified_at=NOW,
        )

    def test_do_not_change_their_own_role(
        self, cast: Cast, robot: ApiServiceAccount
    ) -> None:
        binding = grant("admin", cast.engineering, service_account=robot)
        actor = Actor(service_account_id=robot.id, label="robot")

        with pytest.raises(RoleNotGrantableError):
            services.grant_role(
                namespace_id=cast.web.id,
                role="admin",
                service_account_id=robot.id,
                actor=actor,
                now=NOW,
            )
        with pytest.raises(RoleNotGrantableError):
            services.revoke_role(binding.pk, actor=actor, now=NOW)

    @pytest.mark.parametrize(
        ("granted_on", "works_in"),
        [
            ("everything", {"Engineering", "Web"}),
            ("engineering", {"Engineering", "Web"}),
            ("web", {"Web"}),
            ("finance", set()),
        ],
    )
    def test_work_where_they_live_and_below_whatever_was_granted(
        self, cast: Cast, robot: ApiServiceAccount, granted_on: str, works_in: set[str]
    ) -> None:
        grant("manager", getattr(cast, granted_on), service_account=robot)

        actor = Actor(service_account_id=robot.id)

        assert {row.name for row in selectors.list_namespaces(actor)} == works_in

    def test_hold_nothing_once_they_are_deactivated(
        self, cast: Cast, robot: ApiServiceAccount
    ) -> None:
        grant("admin", cast.engineering, service_account=robot)
        ApiServiceAccount.objects.update(is_active=False)

        assert access.read_grants(Actor(service_account_id=robot.id)) == ()
