"""Namespaces and role bindings over REST."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from directory.models import User
from namespaces.models import Namespace, RoleBinding
from tests.people import Cast

URL = "/api/v1/namespaces/"
ROLES = "/api/v1/role-bindings/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def send(
    client: Client, method: str, url: str, body: Any = None, version: int | None = None
) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return client.generic(
        method,
        url,
        data="" if body is None else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


class TestNamespaces:
    def test_lists_what_the_caller_sees_with_names(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get(URL).json()

        assert [row["names"] for row in answer["results"]] == [
            ["Global", "Engineering"],
            ["Global", "Engineering", "Web"],
        ]

    def test_gives_the_names_above_in_the_tree_and_nothing_more(
        self, cast: Cast
    ) -> None:
        rows = client_of(cast.mia).get(f"{URL}tree/").json()

        assert [(row["name"], row["visible"]) for row in rows] == [
            ("Global", False),
            ("Engineering", False),
            ("Web", True),
        ]

    def test_creates_below_where_the_caller_may(self, cast: Cast) -> None:
        answer = send(
            client_of(cast.mia), "POST", URL, {"parent": str(cast.web.id), "name": "X"}
        )

        assert answer.status_code == 201
        assert answer["ETag"] == '"1"'
        assert Namespace.objects.get(pk=answer.json()["id"]).parent_id == cast.web.id

    def test_takes_a_hidden_parent_for_one_that_is_not_there(self, cast: Cast) -> None:
        client = client_of(cast.mia)

        hidden, missing = (
            send(client, "POST", URL, {"parent": str(one), "name": "X"})
            for one in (cast.finance.id, uuid4())
        )

        assert hidden.status_code == missing.status_code == 400
        assert hidden.json() == missing.json()

    def test_answers_hidden_and_missing_ones_alike(self, cast: Cast) -> None:
        client = client_of(cast.mia)

        hidden, missing = (
            client.get(f"{URL}{one}/") for one in (cast.finance.id, uuid4())
        )

        assert hidden.status_code == missing.status_code == 404
        assert hidden.content == missing.content

    def test_changes_the_version_that_the_caller_saw(self, cast: Cast) -> None:
        client, url = client_of(cast.ada), f"{URL}{cast.web.id}/"

        assert send(client, "PATCH", url, {"name": "Site"}).status_code == 428
        assert send(client, "PATCH", url, {"name": "Site"}, 7).status_code == 412
        changed = send(client, "PATCH", url, {"name": "Site"}, 1)

        assert changed.status_code == 200
        assert changed["ETag"] == '"2"'

    @pytest.mark.parametrize(
        "name", ["id", "version", "path", "depth", "number", "parent", "created_at"]
    )
    def test_refuses_what_can_not_be_set(self, cast: Cast, name: str) -> None:
        answer = send(
            client_of(cast.ada), "PATCH", f"{URL}{cast.web.id}/", {name: "9"}, 1
        )

        assert answer.status_code == 400
        assert answer.json()["fields"] == {name: ["can't be set here"]}

    def test_moves_between_places_of_the_caller(self, cast: Cast) -> None:
        answer = send(
            client_of(cast.root),
            "POST",
            f"{URL}{cast.web.id}/move/",
            {"under": str(cast.finance.id)},
            1,
        )

        assert answer.json()["names"] == ["Global", "Finance", "Web"]

    def test_tells_what_is_in_the_way_of_a_deletion(self, cast: Cast) -> None:
        answer = send(
            client_of(cast.root), "DELETE", f"{URL}{cast.engineering.id}/", None, 1
        )

        assert answer.status_code == 409
        assert answer.json()["holds"] == ["1 namespace"]

    def test_deletes_an_empty_one(self, cast: Cast) -> None:
        answer = send(client_of(cast.ada), "DELETE", f"{URL}{cast.web.id}/", None, 1)

        assert answer.status_code == 204
        assert not Namespace.objects.filter(pk=cast.web.id).exists()


class TestRoleBindings:
    def test_grants_to_one_subject(self, cast: Cast) -> None:
        answer = send(
            client_of(cast.ada),
            "POST",
            ROLES,
            {"namespace": str(cast.web.id), "role": "viewer", "user": str(cast.cyd.id)},
        )

        assert answer.status_code == 201
        assert answer.json()["role"] == "viewer"

    @pytest.mark.parametrize("subject", [{}, {"user": "self", "group": "web"}])
    def test_refuses_none_or_two(self, cast: Cast, subject: dict[str, str]) -> None:
        known = {"self": str(cast.cyd.id), "web": str(cast.web_group.id)}
        body = {name: known[value] for name, value in subject.items()}

        answer = send(
            client_of(cast.ada),
            "POST",
            ROLES,
            {"namespace": str(cast.web.id), "role": "viewer"} | body,
        )

        assert answer.status_code == 400

    def test_refuses_a_person_who_is_not_there(self, cast: Cast) -> None:
        answer = send(
            client_of(cast.ada),
            "POST",
            ROLES,
            {"namespace": str(cast.web.id), "role": "viewer", "user": str(uuid4())},
        )

        assert answer.status_code == 400
        assert answer.json()["fields"] == {"user_id": ["unknown id"]}

    def test_changes_and_revokes_by_version(self, cast: Cast) -> None:
        url = f"{ROLES}{RoleBinding.objects.get(user=cast.mia).pk}/"
        client = client_of(cast.ada)

        changed = send(client, "PATCH", url, {"role": "viewer"}, 1)
        stale = send(client, "DELETE", url, None, 1)
        gone = send(client, "DELETE", url, None, 2)

        assert changed.json()["role"] == "viewer"
        assert (stale.status_code, gone.status_code) == (412, 204)

    def test_hides_the_bindings_of_other_places(self, cast: Cast) -> None:
        url = f"{ROLES}{RoleBinding.objects.get(user=cast.root).pk}/"
        client = client_of(cast.ada)

        assert client.get(url).status_code == 404
        assert send(client, "DELETE", url, None, 1).status_code == 404

    def test_shows_but_does_not_let_a_manager_touch(self, cast: Cast) -> None:
        url = f"{ROLES}{RoleBinding.objects.get(group=cast.web_group).pk}/"
        client = client_of(cast.mia)

        assert client.get(url).status_code == 200
        assert send(client, "DELETE", url, None, 1).status_code == 403
