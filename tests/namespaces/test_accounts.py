"""API service accounts: what a token may do, for how long, and who makes it."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from console.core.actor import Actor, system
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from directory.models import User
from namespaces import access, services
from namespaces.exceptions import RoleNotGrantableError
from namespaces.models import ApiServiceAccount, RoleBinding
from namespaces.permissions import Permission
from namespaces.services import IssuedToken
from tests.factories import NOW, grant, make_group, make_service_account
from tests.people import Cast, actor_of

LATER = NOW + timedelta(days=365_000)


def mint(cast: Cast, by: User, *, role: str = "viewer", **values: Any) -> IssuedToken:
    defaults: dict[str, Any] = {
        "namespace_id": cast.web.id,
        "name": "robot",
        "role": role,
        "actor": actor_of(by),
        "now": NOW,
    }
    return services.create_api_account(**defaults | values)


def call(token: str, path: str = "/api/v1/namespaces/", **more: Any) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {token}"}, **more)


def names_seen(token: str) -> list[str]:
    answer = call(token)
    assert answer.status_code == 200
    return sorted(row["name"] for row in answer.json()["results"])


def machine(issued: IssuedToken) -> Actor:
    return Actor(service_account_id=issued.account.pk)


class TestToken:
    def test_is_stored_hashed_and_named_by_its_first_letters(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)

        row = json.dumps(list(ApiServiceAccount.objects.values()), default=str)
        events = json.dumps(list(AuditEvent.objects.values()), default=str)
        assert issued.token not in row + events
        assert issued.token.startswith(issued.account.token_prefix)
        assert hashlib.sha256(issued.token.encode()).hexdigest() in row
        assert issued.token not in repr(issued)

    def test_works_in_its_namespace_and_below(self, cast: Cast) -> None:
        issued = mint(cast, cast.root, role="admin", namespace_id=cast.engineering.id)

        assert names_seen(issued.token) == ["Engineering", "Web"]

    def test_is_named_in_the_events_of_what_it_does(self, cast: Cast) -> None:
        issued = mint(cast, cast.root, role="admin", namespace_id=cast.engineering.id)

        answer = Client().post(
            "/api/v1/namespaces/",
            {"parent": str(cast.engineering.id), "name": "By a robot"},
            content_type="application/json",
            headers={"Authorization": f"Bearer {issued.token}"},
        )

        assert answer.status_code == 201
        event = AuditEvent.objects.get(target_label="By a robot")
        assert event.token_label == issued.account.token_prefix
        assert event.actor_label == "service account robot"
        assert event.on_behalf_of == cast.root.email

    def test_notes_its_use_at_most_once_a_minute(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)
        assert issued.account.last_used_at is None

        services.record_token_use(issued.account.pk, now=NOW)
        services.record_token_use(issued.account.pk, now=NOW + timedelta(seconds=59))

        issued.account.refresh_from_db()
        assert issued.account.last_used_at == NOW
        call(issued.token)
        issued.account.refresh_from_db()
        assert issued.account.last_used_at != NOW

    @pytest.mark.parametrize(
        "header",
        [
            "Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJvdGhlciJ9.c2ln",
            "Bearer postern_unknown",
            "Bearer ",
            "Basic cG9zdGVybjpzZWNyZXQ=",
            "postern",
            "Token x",
        ],
    )
    def test_of_another_client_is_refused_and_makes_nobody(
        self, cast: Cast, header: str
    ) -> None:
        before = User.objects.count()

        answer = Client().get("/api/v1/me/", headers={"Authorization": header})

        assert answer.status_code == 401
        assert User.objects.count() == before

    def test_that_is_wrong_too_often_is_held_off_and_a_neighbor_is_not(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("directory.authentication.MAX_WRONG_TOKENS", 3)
        issued = mint(cast, cast.mia)

        answers = [call(f"postern_{number}").status_code for number in range(5)]

        assert answers == [401, 401, 401, 429, 429]
        assert call(issued.token).status_code == 200


class TestRights:
    """A token's rights are its own and its owner's, at that moment (case 93)."""

    def test_never_exceed_the_minter_s(self, cast: Cast) -> None:
        with pytest.raises(RoleNotGrantableError):
            mint(cast, cast.mia, role="admin")
        with pytest.raises(PermissionDeniedError):
            mint(cast, cast.ben)
        with pytest.raises(NotFoundError):
            mint(cast, cast.mia, namespace_id=cast.finance.id)
        with pytest.raises(ValidationFailedError):
            mint(cast, cast.ada, role="owner")

        assert mint(cast, cast.mia, role="manager").account.owner == cast.mia

    def test_follow_a_demotion_at_once(self, cast: Cast) -> None:
        issued = mint(cast, cast.ada, role="admin", namespace_id=cast.engineering.id)
        binding = RoleBinding.objects.get(user=cast.ada)

        services.change_role(
            binding.pk,
            version=1,
            role="viewer",
            expires_at=None,
            actor=system("test"),
            now=NOW,
        )

        role = access.role_at(access.read_grants(machine(issued)), cast.web.path)
        assert role is not None
        assert role.code == "viewer"
        services.revoke_role(binding.pk, actor=system("test"), now=NOW)
        assert access.read_grants(machine(issued)) == ()

    def test_are_those_of_the_owner_further_down(self, cast: Cast) -> None:
        issued = mint(cast, cast.ada, role="admin", namespace_id=cast.engineering.id)
        services.revoke_role(
            RoleBinding.objects.get(user=cast.ada).pk, actor=system("test"), now=NOW
        )
        grant("manager", cast.web, user=cast.ada)

        assert names_seen(issued.token) == ["Web"]
        assert not access.can(machine(issued), Permission.POLICY_ENFORCE, cast.web)
        assert access.can(machine(issued), Permission.POLICY_EDIT, cast.web)

    @pytest.mark.parametrize("how", ["deactivated", "deleted"])
    def test_end_with_the_owner(self, cast: Cast, how: str) -> None:
        issued = mint(cast, cast.mia)
        assert names_seen(issued.token) == ["Web"]

        if how == "deactivated":
            User.objects.filter(pk=cast.mia.pk).update(is_active=False)
            assert names_seen(issued.token) == []
        else:
            cast.mia.delete()
            assert call(issued.token).status_code == 401

    def test_end_in_the_middle_of_a_request(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)
        actor = machine(issued)
        assert access.read_grants(actor)

        ApiServiceAccount.objects.update(expires_at=NOW)
        assert access.read_grants(actor) == ()
        ApiServiceAccount.objects.update(expires_at=None)
        services.revoke_api_account(
            issued.account.pk, version=1, actor=actor_of(cast.mia), now=NOW
        )

        assert access.read_grants(actor) == ()
        assert call(issued.token).status_code == 401

    def test_of_an_expired_token_are_none(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia, expires_at=LATER)
        assert call(issued.token).status_code == 200

        ApiServiceAccount.objects.update(expires_at=NOW)

        assert call(issued.token).status_code == 401

    def test_are_not_given_on_by_tokens(self, cast: Cast) -> None:
        issued = mint(cast, cast.ada, role="admin", namespace_id=cast.engineering.id)

        with pytest.raises(PermissionDeniedError):
            services.create_api_account(
                namespace_id=cast.engineering.id,
                name="child",
                role="viewer",
                actor=machine(issued),
                now=NOW,
            )
        with pytest.raises(PermissionDeniedError):
            services.rotate_api_account(
                issued.account.pk, version=1, actor=machine(issued), now=NOW
            )

    def test_give_their_keeper_no_role(self, cast: Cast) -> None:
        issued = mint(cast, cast.ada, role="admin", namespace_id=cast.engineering.id)
        helpers = make_group("helpers", cast.ada)
        RoleBinding.objects.filter(user=cast.ada).update(expires_at=LATER)

        subjects: list[dict[str, Any]] = [
            {"user_id": cast.ada.pk},
            {"group_id": helpers.pk},
        ]
        for subject in subjects:
            with pytest.raises(RoleNotGrantableError):
                services.grant_role(
                    namespace_id=cast.web.id,
                    role="admin",
                    actor=machine(issued),
                    now=NOW,
                    **subject,
                )

    def test_are_not_taken_over_by_the_weaker(self, cast: Cast) -> None:
        issued = mint(cast, cast.ada, role="admin")

        for change in (services.rotate_api_account, services.update_api_account):
            with pytest.raises(RoleNotGrantableError):
                change(issued.account.pk, version=1, actor=actor_of(cast.mia), now=NOW)

    def test_of_an_account_bound_above_its_home_are_compared_at_home(
        self, cast: Cast
    ) -> None:
        account, _ = make_service_account(namespace=cast.web)
        grant("admin", cast.everything, service_account=account)

        with pytest.raises(RoleNotGrantableError):
            services.rotate_api_account(
                account.pk, version=1, actor=actor_of(cast.mia), now=NOW
            )
        services.rotate_api_account(
            account.pk, version=1, actor=actor_of(cast.ada), now=NOW
        )


class TestAccount:
    def test_gets_another_token_and_owner_and_the_old_one_is_dead(
        self, cast: Cast
    ) -> None:
        issued = mint(cast, cast.mia)

        again = services.rotate_api_account(
            issued.account.pk,
            version=1,
            actor=actor_of(cast.ada),
            now=NOW,
            expires_at=LATER,
        )

        assert call(issued.token).status_code == 401
        assert call(again.token).status_code == 200
        assert (again.account.owner, again.account.expires_at) == (cast.ada, LATER)

    def test_changes_name_end_and_role(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)

        changed = services.update_api_account(
            issued.account.pk,
            version=1,
            name="Renamed",
            expires_at=LATER,
            role="manager",
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert (changed.name, changed.version) == ("Renamed", 2)
        binding = RoleBinding.objects.get(service_account=changed)
        assert binding.permission.codename == "manager"
        actions = AuditEvent.objects.values_list("action", flat=True)[:2]
        assert set(actions) == {"role.changed", "service-account.changed"}

    def test_is_not_written_where_nothing_changes(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)
        before = AuditEvent.objects.count()

        services.update_api_account(
            issued.account.pk,
            version=1,
            role="viewer",
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert AuditEvent.objects.count() == before

    def test_has_a_name_of_its_own_and_a_future(self, cast: Cast) -> None:
        issued = mint(cast, cast.mia)

        with pytest.raises(ConflictError):
            mint(cast, cast.mia, name="ROBOT")
        wrongs: list[dict[str, Any]] = [
            {"name": ""},
            {"description": "x" * 5001},
            {"expires_at": NOW},
        ]
        for wrong in wrongs:
            with pytest.raises(ValidationFailedError):
                mint(cast, cast.mia, **{"name": "other", **wrong})
        with pytest.raises(StaleVersionError):
            services.revoke_api_account(
                issued.account.pk, version=7, actor=actor_of(cast.mia), now=NOW
            )


class TestPages:
    def test_show_a_token_once(self, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.mia)
        form = {
            "namespace": str(cast.web.id),
            "name": "robot",
            "role": "manager",
            "ends_on": "2126-01-31",
        }

        made = client.post("/service-accounts/new", form)

        token = made.context["token"]
        assert token in made.content.decode()
        assert "no-store" in made["Cache-Control"]
        account = ApiServiceAccount.objects.get()
        url = f"/service-accounts/{account.pk}/"
        for address in ("/service-accounts/", url, f"{url}edit", f"{url}rotate"):
            page = client.get(address)
            assert page.status_code == 200
            assert token not in page.content.decode()
        again = client.post(f"{url}rotate", {"version": "1"}).context["token"]
        assert call(token).status_code == 401
        assert call(again).status_code == 200
        stale = client.post(f"{url}rotate", {"version": "1"})
        assert stale.status_code == 412
        edit = {"name": "Renamed", "role": "viewer", "version": "2"}
        assert client.post(f"{url}edit", edit)["Location"] == url
        gone = client.post(f"{url}revoke", {"version": "3"})
        assert gone["Location"] == "/service-accounts/"
        assert call(again).status_code == 401

    def test_say_what_is_wrong(self, cast: Cast) -> None:
        mint(cast, cast.mia)
        client = Client()
        client.force_login(cast.mia)
        form = {"namespace": str(cast.web.id), "name": "robot", "role": "viewer"}

        assert client.post("/service-accounts/new", form).status_code == 409
        elsewhere = form | {"namespace": str(cast.finance.id)}
        assert client.post("/service-accounts/new", elsewhere).status_code == 422
