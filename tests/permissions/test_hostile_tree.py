"""Section A of the hostile cases: roles and the tree. Each test says what it refuses.

Ids of siblings are next door (`test_hostile_siblings`).
Three cases are generated elsewhere: a URL without a row (`test_matrix`), lists that
show what detail pages don't (`tests/namespaces/test_list_equals_detail`), and keys that
nobody may set (`test_unsafe`).
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from console.core.actor import system
from console.core.exceptions import ConsoleError
from console.core.tokens import new_token
from directory.models import User
from namespaces import access, services
from namespaces.exceptions import LastAdminError, NamespaceCycleError
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from policies import services as policy_services
from routes.models import Route
from routes.selectors import policies_of
from tests.factories import (
    NOW,
    grant,
    make_group,
    make_namespace,
    make_policy,
    make_route,
    make_user,
)
from tests.people import Cast, actor_of

JSON = "application/json"
V1 = {"If-Match": '"1"'}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class TestGrantingAboveOnesRights:
    """Case 5."""

    @pytest.mark.parametrize(
        ("who", "where", "role"),
        [("mia", "web", "viewer"), ("ada", "everything", "viewer")],
    )
    def test_takes_an_admin_of_the_place(
        self, cast: Cast, who: str, where: str, role: str
    ) -> None:
        bindings = RoleBinding.objects.count()

        with pytest.raises(ConsoleError):
            services.grant_role(
                namespace_id=getattr(cast, where).pk,
                role=role,
                user_id=cast.cyd.pk,
                actor=actor_of(getattr(cast, who)),
                now=NOW,
            )

        assert RoleBinding.objects.count() == bindings

    def test_nobody_edits_their_own_role(self, cast: Cast) -> None:
        own = RoleBinding.objects.get(user=cast.ada)
        client = client_of(cast.ada)

        answers = [
            client.patch(
                f"/api/v1/role-bindings/{own.pk}/",
                {"role": "viewer"},
                content_type=JSON,
                headers=V1,
            ),
            client.delete(f"/api/v1/role-bindings/{own.pk}/", headers=V1),
        ]

        assert [one.status_code for one in answers] == [403, 403]


class TestMovingASubtree:
    """Case 7."""

    def test_needs_an_admin_of_both_ends_whatever_the_page_offers(
        self, cast: Cast
    ) -> None:
        shop = make_namespace("Shop", parent=cast.web)
        grant("admin", shop, user=cast.mia)
        grant("viewer", cast.finance, user=cast.mia)
        client = client_of(cast.mia)

        for url, body in (
            (f"/namespaces/{shop.pk}/move", {"under": cast.finance.pk, "version": 1}),
        ):
            assert client.post(url, body).status_code in {400, 403}
        answer = client.post(
            f"/api/v1/namespaces/{shop.pk}/move/",
            {"under": str(cast.finance.pk)},
            content_type=JSON,
            headers=V1,
        )

        assert answer.status_code == 403
        shop.refresh_from_db()
        assert shop.parent == cast.web

    def test_leaves_no_link_to_the_old_place_and_takes_on_the_new_one(
        self, cast: Cast
    ) -> None:
        root = actor_of(cast.root)
        route = make_route("wiki", namespace=cast.web)
        for place in (cast.engineering, cast.finance):
            policy = make_policy(f"Of {place.name}", namespace=place)
            policy_services.attach_to_namespace(
                policy.pk, namespace_id=place.pk, mode="enforced", actor=root, now=NOW
            )

        services.move_namespace(cast.web.pk, under=cast.finance.pk, actor=root, now=NOW)

        route = Route.objects.get(pk=route.pk)
        names = [one.policy.name for one in policies_of(route).enforced]
        assert names == ["Of Finance"]
        # Ada was admin by Engineering alone.
        assert client_of(cast.ada).get(f"/routes/{route.pk}/").status_code == 404


class TestCycles:
    """Case 9; the races are in the tests that need PostgreSQL."""

    def test_a_namespace_is_not_moved_below_itself(self, cast: Cast) -> None:
        root = actor_of(cast.root)
        for under in (cast.web, cast.engineering):
            with pytest.raises(NamespaceCycleError):
                services.move_namespace(
                    cast.engineering.pk, under=under.pk, actor=root, now=NOW
                )

    def test_of_two_moves_below_each_other_the_second_is_refused(
        self, cast: Cast
    ) -> None:
        root = actor_of(cast.root)
        ends = (cast.engineering.pk, cast.finance.pk)
        services.move_namespace(ends[0], under=ends[1], actor=root, now=NOW)

        with pytest.raises(NamespaceCycleError):
            services.move_namespace(ends[1], under=ends[0], actor=root, now=NOW)

    def test_nothing_is_created_in_what_is_gone(self, cast: Cast) -> None:
        services.delete_namespace(cast.web.pk, actor=actor_of(cast.ada), now=NOW)

        with pytest.raises(ConsoleError):
            make_namespace("Orphan", parent=cast.web)


class TestTheLastAdmin:
    """Case 10: of the root, by whatever way."""

    def _act(self, cast: Cast, way: str) -> None:
        binding = RoleBinding.objects.get(user=cast.root)
        told: dict[str, Any] = {"actor": system("test"), "now": NOW}
        if way == "revoke":
            services.revoke_role(binding.pk, **told)
        elif way == "demote":
            services.change_role(
                binding.pk, version=1, role="viewer", expires_at=None, **told
            )
        elif way == "let it end":
            later = NOW + timedelta(days=1)
            services.change_role(
                binding.pk, version=1, role="admin", expires_at=later, **told
            )
        elif way == "replace":
            services.grant_role(
                namespace_id=cast.everything.pk,
                role="manager",
                user_id=cast.root.pk,
                **told,
            )

    @pytest.mark.parametrize("way", ["revoke", "demote", "let it end", "replace"])
    def test_does_not_vanish(self, cast: Cast, way: str) -> None:
        with pytest.raises(LastAdminError):
            self._act(cast, way)

        grant("admin", cast.everything, user=cast.ada)
        self._act(cast, way)

    def test_an_empty_group_or_the_deactivated_are_none(self, cast: Cast) -> None:
        grant("admin", cast.everything, group=make_group("nobody"))
        grant("admin", cast.everything, user=make_user("gone", is_active=False))

        with pytest.raises(LastAdminError):
            self._act(cast, "revoke")


class TestRightsThatEnd:
    """Case 12 and 14."""

    def test_a_write_does_not_rest_on_rights_that_were_read_before(
        self, cast: Cast
    ) -> None:
        policy = make_policy("Staff", namespace=cast.web)
        actor = actor_of(cast.mia)
        assert access.grants_of(actor)
        RoleBinding.objects.filter(user=cast.mia).delete()

        for act in (
            lambda: policy_services.attach_to_namespace(
                policy.pk,
                namespace_id=cast.web.pk,
                mode="inherited",
                actor=actor,
                now=NOW,
            ),
            lambda: services.create_namespace(
                parent_id=cast.web.pk, name="New", actor=actor, now=NOW
            ),
            lambda: policy_services.delete_policy(
                policy.pk, version=1, actor=actor, now=NOW
            ),
        ):
            with pytest.raises(ConsoleError):
                act()

    def test_an_open_form_and_a_session_lose_a_role_at_once(self, cast: Cast) -> None:
        client = client_of(cast.mia)
        url = f"/namespaces/{cast.web.pk}/edit"
        assert client.get(url).status_code == 200

        RoleBinding.objects.filter(user=cast.mia).delete()

        form = {"name": "Mine", "description": "", "version": "1"}
        assert client.post(url, form).status_code == 404
        assert client.get(f"/namespaces/{cast.web.pk}/").status_code == 404

    def test_the_deactivated_are_nobody(self, cast: Cast) -> None:
        client = client_of(cast.root)
        User.objects.filter(pk=cast.root.pk).update(is_active=False)

        assert client.get("/api/v1/namespaces/").status_code == 401
        assert client.get(f"/api/v1/namespaces/{cast.web.pk}/").status_code == 401

    def test_no_right_survives_on_what_takes_a_place_anew(self, cast: Cast) -> None:
        old = make_namespace("Old", parent=cast.finance)
        grant("admin", old, user=cast.cyd)
        services.delete_namespace(old.pk, actor=system("test"), now=NOW)

        new = make_namespace("Old", parent=cast.finance)

        assert (new.path, new.name) == (old.path, old.name)
        assert client_of(cast.cyd).get(f"/namespaces/{new.pk}/").status_code == 404


class TestViewers:
    """Case 16: nothing that runs, spends or prepares anything."""

    def test_do_not_set_off_anything(self, cast: Cast) -> None:
        policy = make_policy("Staff", namespace=cast.web)
        route = make_route("wiki", policy, namespace=cast.web)
        web, v1 = cast.web.pk, "/api/v1"
        attachment = {"namespace": str(web), "mode": "inherited"}
        binding = RoleBinding.objects.get(user=cast.mia).pk
        client = client_of(cast.ben)

        for url, body in {
            f"{v1}/policies/{policy.pk}/try/": {},
            f"{v1}/routes/{route.pk}/try/": {},
            f"{v1}/policies/{policy.pk}/attachments/preview/": attachment,
            f"{v1}/namespaces/{web}/move/preview/": {"under": str(web)},
            f"{v1}/namespaces/{web}/inherit/preview/": {"inherits_policies": False},
            f"{v1}/namespaces/{web}/delete/preview/": {},
            f"{v1}/role-bindings/{binding}/revoke/preview/": {},
            f"{v1}/role-bindings/preview/": {
                "namespace": str(web),
                "role": "viewer",
                "user": str(cast.cyd.pk),
            },
        }.items():
            answer = client.post(url, body, content_type=JSON)
            assert answer.status_code == 403, (url, answer.content)


def test_case_18_no_answer_is_made_from_the_rights_of_another(cast: Cast) -> None:
    expected: dict[str, set[str]] = {}
    clients: dict[str, Client] = {}
    for name, place in (
        ("root", cast.everything),
        ("ada", cast.engineering),
        ("ben", cast.web),
    ):
        below = Namespace.objects.filter(path__startswith=place.path)
        expected[name] = {str(one.pk) for one in below}
        token, prefix, token_hash = new_token()
        account = ApiServiceAccount.objects.create(
            namespace=place,
            name=name,
            token_hash=token_hash,
            token_prefix=prefix,
            created_at=NOW,
            modified_at=NOW,
        )
        grant("viewer", place, service_account=account)
        clients[name] = Client(headers={"Authorization": f"Bearer {token}"})
        expected[f"{name} in a browser"] = expected[name]
        clients[f"{name} in a browser"] = client_of(getattr(cast, name))

    for _ in range(6):
        for name, client in clients.items():
            rows = client.get("/api/v1/namespaces/").json()["results"]
            assert {row["id"] for row in rows} == expected[name], name
