"""The API as a whole: who gets in, what it says of itself, the audit log."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from console.core.models import AuditEvent
from tests.people import Cast


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


class TestSignIn:
    @pytest.mark.parametrize(
        "url", ["me/", "audit/", "people/", "namespaces/", "schema/", "role-bindings/"]
    )
    def test_is_asked_for_with_problem_details(self, db: None, url: str) -> None:
        answer = Client().get(f"/api/v1/{url}")

        assert answer.status_code == 401
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_a_session_writes_with_the_token_against_forgery_only(
        self, cast: Cast
    ) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(cast.root)

        answer = client.post(
            "/api/v1/namespaces/", {"name": "x"}, content_type="application/json"
        )

        assert answer.status_code == 403


class TestMe:
    def test_says_which_roles_the_caller_holds(self, cast: Cast) -> None:
        me = client_of(cast.ben).get("/api/v1/me/").json()

        (role,) = me["roles"]
        assert me["kind"] == "person"
        assert role["role"] == "viewer"
        assert role["namespace_names"] == ["Global", "Engineering", "Web"]
        assert role["group"] == str(cast.web_group.id)


class TestAudit:
    def test_shows_the_events_of_the_readers_namespaces(self, cast: Cast) -> None:
        answer = client_of(cast.ada).get("/api/v1/audit/?page_size=500").json()

        places = {row["namespace_id"] for row in answer["results"]}
        assert places == {str(cast.engineering.id), str(cast.web.id)}

    def test_shows_everything_to_the_root(self, cast: Cast) -> None:
        answer = client_of(cast.root).get("/api/v1/audit/").json()

        assert answer["count"] == AuditEvent.objects.count()

    def test_shows_nothing_to_guests(self, cast: Cast) -> None:
        assert client_of(cast.cyd).get("/api/v1/audit/").json()["count"] == 0

    def test_hides_single_events_as_well(self, cast: Cast) -> None:
        event = AuditEvent.objects.filter(namespace_id=cast.finance.id)[0]
        url = f"/api/v1/audit/{event.sequence}/"

        assert client_of(cast.ada).get(url).status_code == 404
        assert client_of(cast.root).get(url).json()["hash"] == event.hash

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("kind=namespace", 3),
            ("action=role.granted", 4),
            ("q=engineering", 1),
            ("since=2026-03-04&until=2026-03-04", 7),
            ("since=2026-03-05", 0),
            ("until=2026-03-04T12:00:00Z", 0),
        ],
    )
    def test_filters(self, cast: Cast, query: str, count: int) -> None:
        answer = client_of(cast.root).get(f"/api/v1/audit/?{query}").json()

        assert answer["count"] == count

    @pytest.mark.parametrize(
        "query", ["since=yesterday", "namespace=7", "sort=x", "since=9999-12-31T24"]
    )
    def test_refuses_what_makes_no_sense(self, cast: Cast, query: str) -> None:
        answer = client_of(cast.root).get(f"/api/v1/audit/?{query}")

        assert answer.status_code == 400
        assert list(answer.json()["fields"]) == [query.partition("=")[0]]


class TestExplainAccess:
    def ask(self, cast: Cast, reader: object, **query: str) -> dict[str, object]:
        defaults = {
            "person": str(cast.ben.id),
            "permission": "route:view",
            "namespace": str(cast.web.id),
        }
        answer = client_of(reader).get("/api/v1/explain-access/", defaults | query)
        body: dict[str, object] = answer.json()
        return body

    def test_names_role_place_and_group(self, cast: Cast) -> None:
        answer = self.ask(cast, cast.ada)

        assert answer["allowed"] is True
        assert answer["held"] == [
            {
                "role": "viewer",
                "namespace": str(cast.web.id),
                "namespace_names": ["Global", "Engineering", "Web"],
                "group": str(cast.web_group.id),
                "expires_at": None,
                "suffices": True,
            }
        ]

    def test_says_which_roles_would_do(self, cast: Cast) -> None:
        answer = self.ask(cast, cast.ada, permission="route:edit")

        assert answer["allowed"] is False
        assert answer["sufficient"] == ["manager", "admin"]

    def test_keeps_to_itself_what_is_held_out_of_sight(self, cast: Cast) -> None:
        answer = self.ask(cast, cast.mia, person=str(cast.root.id))

        assert answer["allowed"] is True
        assert answer["held"] == [
            {
                "role": None,
                "namespace": None,
                "namespace_names": [],
                "group": None,
                "expires_at": None,
                "suffices": True,
            }
        ]

    def test_tells_nothing_of_namespaces_out_of_sight(self, cast: Cast) -> None:
        answer = self.ask(cast, cast.mia, namespace=str(cast.finance.id))

        assert answer["status"] == 404


def test_the_description_has_no_gaps(db: None) -> None:
    complaints = StringIO()

    call_command(
        "spectacular",
        "--validate",
        "--fail-on-warn",
        stdout=StringIO(),
        stderr=complaints,
    )

    assert complaints.getvalue() == ""


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            "[" * 100_000,
            '{"a":' * 100_000,
            '{"\\ud800": 1}',
            '{"name": "\\udfff"}',
            '{"name": NaN}',
            '{"name": ' + "1" * 5000 + "}",
            b'{"name": "\xff"}',
            "{",
        ],
    )
    def test_that_nothing_could_keep_are_refused(
        self, cast: Cast, body: str | bytes
    ) -> None:
        answer = client_of(cast.root).post(
            "/api/v1/namespaces/", body, content_type="application/json"
        )

        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
