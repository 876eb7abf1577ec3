"""Imports and the export over REST."""

import json
from typing import Any
from uuid import uuid4

import pytest

from directory.models import User
from routes.models import ImportRun, Route
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.policies.browsers import client_of
from tests.routes.imports.running import WIKI

URL = "/api/v1/imports/"


def send(user: User, method: str, path: str = "", body: Any = None) -> Any:
    return client_of(user).generic(
        method,
        f"{URL}{path}",
        data="" if body is None else json.dumps(body),
        content_type="application/json",
    )


def create(user: User, cast: Cast, **values: Any) -> Any:
    body = {"namespace": str(cast.web.pk), "text": WIKI, "file_name": "c.yaml"}
    return send(user, "POST", body=body | values)


class TestCreate:
    def test_answers_with_the_plan(self, cast: Cast) -> None:
        answer = create(cast.mia, cast)

        plan = answer.json()["plan"]
        assert answer.status_code == 201
        assert answer.json()["status"] == "planned"
        assert [one["action"] for one in plan["routes"]] == ["create"]
        assert plan["routes"][0]["from"] == "https://wiki.example.com"
        assert not Route.objects.exists()

    def test_answers_with_problems_in_their_places(self, cast: Cast) -> None:
        answer = create(cast.mia, cast, text="routes:\n\t- x\n")

        (finding,) = answer.json()["plan"]["findings"]
        assert answer.status_code == 201
        assert answer.json()["status"] == "refused"
        assert (finding["line"], finding["severity"]) == (2, "problem")

    @pytest.mark.parametrize(
        ("name", "status"), [("ben", 403), ("cyd", 400), ("ada", 201)]
    )
    def test_needs_the_right_to_create_routes(
        self, cast: Cast, name: str, status: int
    ) -> None:
        assert create(getattr(cast, name), cast).status_code == status

    def test_refuses_a_body_that_is_too_large(self, cast: Cast) -> None:
        answer = client_of(cast.mia).post(
            URL,
            data="{}",
            content_type="application/json",
            headers={"Content-Length": str(65 * 1024 * 1024)},
        )

        assert answer.status_code == 413
        assert answer.json()["code"] == "too_large"

    def test_refuses_what_it_does_not_know(self, cast: Cast) -> None:
        assert create(cast.mia, cast, differing="perhaps").status_code == 400
        assert create(cast.mia, cast, other=1).status_code == 400


class TestApply:
    def test_starts_what_was_seen(self, cast: Cast) -> None:
        run = create(cast.mia, cast).json()

        answer = send(
            cast.mia,
            "POST",
            f"{run['id']}/apply/",
            {"fingerprint": run["plan"]["fingerprint"]},
        )

        assert answer.status_code == 202
        assert answer.json()["status"] == "queued"

    def test_refuses_what_was_not_seen(self, cast: Cast) -> None:
        run = create(cast.mia, cast).json()

        answer = send(cast.mia, "POST", f"{run['id']}/apply/", {"fingerprint": "x"})

        assert answer.status_code == 409
        assert answer.json()["code"] == "import_changed"

    def test_is_hidden_from_those_who_may_not_import(self, cast: Cast) -> None:
        run = create(cast.mia, cast).json()

        for user in (cast.ben, cast.cyd):
            answer = send(user, "POST", f"{run['id']}/apply/", {"fingerprint": "x"})
            assert answer.status_code == 404


def test_review_plans_with_other_options(cast: Cast) -> None:
    run = create(cast.mia, cast).json()

    answer = send(
        cast.mia,
        "POST",
        f"{run['id']}/review/",
        {"differing": "skip", "inherits": False},
    )

    assert answer.status_code == 200
    assert answer.json()["plan"]["options"] == {"differing": "skip", "inherits": False}


def test_reading_shows_what_the_caller_may_import(cast: Cast) -> None:
    run = create(cast.mia, cast).json()

    assert send(cast.ada, "GET", f"{run['id']}/").json()["plan"] == run["plan"]
    assert send(cast.ben, "GET", f"{run['id']}/").status_code == 404
    assert send(cast.ada, "GET", f"{uuid4()}/").status_code == 404
    (row,) = send(cast.ada, "GET").json()["results"]
    assert (row["id"], row["file_name"]) == (run["id"], "c.yaml")
    assert "plan" not in row
    assert send(cast.ben, "GET").json()["results"] == []


def test_a_large_file_has_no_plan_yet(cast: Cast) -> None:
    run = create(cast.mia, cast, text=WIKI + "#" * 300_000).json()

    assert (run["status"], run["plan"]) == ("reading", None)
    assert ImportRun.objects.get().status == "reading"


class TestExport:
    def url(self, cast: Cast, more: str = "") -> str:
        return f"/api/v1/export/?namespace={cast.web.pk}{more}"

    def test_answers_with_yaml(self, cast: Cast) -> None:
        make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)

        answer = client_of(cast.ben).get(self.url(cast))

        assert answer.status_code == 200
        assert answer["Content-Type"] == "application/yaml; charset=utf-8"
        assert "- name: Wiki\n" in answer.content.decode()

    def test_is_hidden_from_strangers(self, cast: Cast) -> None:
        assert client_of(cast.cyd).get(self.url(cast)).status_code == 404
        assert client_of(cast.ben).get("/api/v1/export/").status_code == 400

    def test_keeps_secrets_for_admins(self, cast: Cast) -> None:
        url = self.url(cast, "&with_secrets=true")

        assert client_of(cast.mia).get(url).status_code == 403
        assert client_of(cast.ada).get(url).status_code == 200
