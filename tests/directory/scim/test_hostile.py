"""Bad tokens and bad input: refused in the words of RFC 7644; nothing is changed."""

import json
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from console.core.exceptions import ConflictError, NotFoundError
from directory import services
from directory.models import ScimMember, ScimResource, ScimToken
from tests.directory.scim.pushing import ERROR, PATCH, USER, Answer, Pusher, make_pusher
from tests.directory.sync.running import TEST
from tests.factories import NOW, make_directory
from tests.people import Cast, actor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pusher() -> Pusher:
    """A directory to push to."""
    return make_pusher()


def state() -> Any:
    """Return all that pushes write."""
    documents = ScimResource.objects.order_by("pk").values("pk", "document", "revision")
    return list(documents), list(ScimMember.objects.values_list("group", "member"))


def is_refused(answer: Answer, *statuses: int) -> bool:
    """Answer whether it is an error as RFC 7644 has them, of one of the statuses."""
    body = answer.body
    return (
        answer.status in statuses
        and body["schemas"] == [ERROR]
        and body["status"] == str(answer.status)
        and bool(body["detail"])
    )


class TestTokens:
    def test_answers_nobody_without_the_directory_s_own_token(
        self, pusher: Pusher
    ) -> None:
        other = services.create_directory(name="other", options={}, actor=TEST, now=NOW)
        before = state()
        body = {"schemas": [USER], "userName": "mallory"}
        for directory, token in (
            (pusher.directory, ""),
            (pusher.directory, "postern_wrong"),
            (other, pusher.token),
        ):
            answer = Pusher(directory, token).ask("POST", "/Users", body)
            assert is_refused(answer, 401)
            assert "Bearer" in answer.headers["WWW-Authenticate"]

        assert state() == before

    def test_answers_the_same_of_a_directory_that_is_not_there(
        self, pusher: Pusher
    ) -> None:
        pusher.directory.pk = uuid4()

        assert is_refused(pusher.ask("GET", "/Users"), 401)

    def test_tells_everybody_only_how_to_sign_in(self, pusher: Pusher) -> None:
        response = Client().get(f"{pusher.root}/ServiceProviderConfig")

        assert response.status_code == 200
        assert Client().get(f"{pusher.root}/Schemas").status_code == 401

    def test_takes_no_session_for_a_token(self, pusher: Pusher, cast: Cast) -> None:
        client = Client()
        client.force_login(cast.ada)

        assert client.get(f"{pusher.root}/Users").status_code == 401

    def test_refuses_a_token_that_has_ended(self, pusher: Pusher) -> None:
        ScimToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

        assert is_refused(pusher.ask("GET", "/Users"), 401)

    def test_refuses_a_token_that_was_revoked(self, pusher: Pusher) -> None:
        token = ScimToken.objects.get()
        services.revoke_scim_token(token.pk, actor=TEST, now=NOW)

        assert is_refused(pusher.ask("GET", "/Users"), 401)

    def test_refuses_a_directory_that_is_switched_off(self, pusher: Pusher) -> None:
        pusher.directory.is_enabled = False
        pusher.directory.save()

        assert is_refused(pusher.ask("GET", "/Users"), 403)

    def test_answers_guessing_no_more_but_still_the_right_token(
        self, pusher: Pusher
    ) -> None:
        guess = Pusher(pusher.directory, "postern_guess")
        statuses = {guess.ask("GET", "/Users").status for _ in range(102)}

        assert statuses == {401, 429}
        assert pusher.ask("GET", "/Users").status == 200

    def test_keeps_the_token_hashed_and_notes_its_use(self, pusher: Pusher) -> None:
        pusher.ask("GET", "/Users")

        row = ScimToken.objects.values().get()
        assert pusher.token not in str(row)
        assert row["last_used_at"] is not None

    def test_makes_none_for_a_directory_that_is_read(self) -> None:
        with pytest.raises(ConflictError):
            services.create_scim_token(
                make_directory().pk, name="x", actor=TEST, now=NOW
            )

    def test_is_made_and_revoked_by_admins_of_the_root_only(
        self, pusher: Pusher, cast: Cast
    ) -> None:
        token = ScimToken.objects.get()
        with pytest.raises(NotFoundError):
            services.create_scim_token(
                pusher.directory.pk, name="x", actor=actor_of(cast.ben), now=NOW
            )
        with pytest.raises(NotFoundError):
            services.revoke_scim_token(token.pk, actor=actor_of(cast.ben), now=NOW)


BAD_BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b"{}",
    b"[" * 100_000,
    b'{"schemas": ["urn:none"], "userName": "x"}',
    b'{"schemas": "urn:ietf:params:scim:schemas:core:2.0:User", "userName": 7}',
]
BAD_USERS: list[dict[str, Any]] = [
    {},
    {"userName": None},
    {"userName": ""},
    {"userName": "  "},
    {"userName": ["x"]},
    {"userName": "x" * 400},
    {"userName": "x\0y"},
    {"userName": "x", "active": "perhaps"},
    {"userName": "x", "emails": "x@example.com"},
    {"userName": "x", "emails": [7]},
    {"userName": "x", "externalId": "y" * 300},
    {"userName": "x", "title": "y" * 70_000},
]
BAD_PATCHES: list[Any] = [
    {"op": "explode", "path": "title", "value": "x"},
    {"op": "remove"},
    {"op": "replace", "path": "title[", "value": "x"},
    {"op": "replace", "path": "emails[type eq ", "value": "x"},
    {"op": "replace", "path": "id", "value": "x"},
    {"op": "remove", "path": "userName"},
    {"op": "replace", "path": "active", "value": {"a": 1}},
    {"op": "add", "path": "userName", "value": {"x": 1}},
    {"path": "title", "value": "x"},
    "text",
    7,
]
BAD_QUERIES = [
    "filter=userName",
    "filter=userName%20eq",
    "filter=userName%20zz%20%22x%22",
    "filter=((userName%20eq%20%22x%22)",
    "filter=%00",
    "filter=nothing%20eq%20%22x%22",
    "startIndex=x",
    "count=x",
    "filter=" + "(" * 5000,
    "filter=" + "not%20(" * 2000,
]


class TestBadInput:
    @pytest.mark.parametrize("body", BAD_BODIES)
    def test_refuses_what_is_no_resource(self, pusher: Pusher, body: bytes) -> None:
        assert is_refused(pusher.ask("POST", "/Users", body), 400, 413)
        assert state() == ([], [])

    @pytest.mark.parametrize("body", BAD_USERS)
    def test_refuses_a_person_who_is_none(
        self, pusher: Pusher, body: dict[str, Any]
    ) -> None:
        answer = pusher.ask("POST", "/Users", {"schemas": [USER], **body})

        assert is_refused(answer, 400, 413)
        assert state() == ([], [])

    @pytest.mark.parametrize("operation", BAD_PATCHES)
    def test_refuses_a_patch_whole(self, pusher: Pusher, operation: Any) -> None:
        one = pusher.add_person("ada")
        before = state()
        good = {"op": "replace", "path": "title", "value": "Engineer"}
        body = {"schemas": [PATCH], "Operations": [good, operation]}

        answer = pusher.ask("PATCH", f"/Users/{one}", body)

        assert is_refused(answer, 400)
        assert state() == before

    @pytest.mark.parametrize("query", BAD_QUERIES)
    def test_refuses_a_search_that_is_none(self, pusher: Pusher, query: str) -> None:
        pusher.add_person("ada")

        assert is_refused(pusher.ask("GET", f"/Users?{query}"), 400)

    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/Nothing", 404),
            ("GET", "/Users/none", 404),
            ("GET", f"/Users/{uuid4()}", 404),
            ("DELETE", "/Groups/1;drop", 404),
            ("GET", "/Users/%00", 404),
            ("DELETE", "/Users", 405),
            ("PUT", "/Schemas", 405),
            ("TRACE", "/Users", 405),
            ("POST", "/Bulk", 501),
            ("GET", "/Me", 501),
        ],
    )
    def test_refuses_what_there_is_not(
        self, pusher: Pusher, method: str, path: str, status: int
    ) -> None:
        assert is_refused(pusher.ask(method, path), status)

    @pytest.mark.parametrize(
        "count", [40, pytest.param(5000, marks=pytest.mark.nightly)]
    )
    def test_never_fails_on_mangled_pushes(self, pusher: Pusher, count: int) -> None:
        rng = random.Random(7)  # repeatable
        one = pusher.add_person("ada", emails=[{"value": "a@example.com"}])
        path = f"/Users/{one}"
        whole = {
            "schemas": [PATCH],
            "Operations": [
                {"op": "add", "path": 'emails[type eq "work"].value', "value": "x"},
                {"op": "replace", "value": {"name.givenName": "A", "active": "True"}},
                {"op": "remove", "path": "title", "value": [{"value": 1}]},
            ],
        }
        for _ in range(count):
            text = bytearray(json.dumps(mangled(whole, rng)).encode())
            if rng.random() < 0.3:
                text[rng.randrange(len(text))] = rng.randrange(256)
            answer = pusher.ask("PATCH", path, bytes(text))
            assert answer.status in {200, 204} or is_refused(answer, 400, 413), text


def mangled(value: Any, rng: random.Random) -> Any:
    """Return a value with some of its parts exchanged for odd ones."""
    if rng.random() < 0.08:
        return rng.choice([None, "", "\0", -1, 1e308, [], {}, "x" * 999, [[[]]], True])
    if isinstance(value, dict):
        return {
            rng.choice([name, name, name, "", "members", "urn:x:y"]): mangled(one, rng)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [mangled(one, rng) for one in value] * rng.choice([1, 1, 2])
    return value
