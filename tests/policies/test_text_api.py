"""What editors ask over REST: check, complete, try."""

from typing import Any

import pytest

from directory.models import Directory, User
from policies.models import Policy
from tests.factories import make_group, make_policy, make_user
from tests.people import Cast
from tests.policies.api import get, send
from tests.policies.texts import BROKEN, EMPLOYEES


@pytest.fixture
def eve(cast: Cast) -> User:
    directory = Directory.objects.get()
    eve = make_user("eve", directory=directory)
    make_group("staff", eve, directory=directory)
    return eve


class TestCheck:
    def test_gives_problems_as_the_editor_takes_them(self, cast: Cast) -> None:
        answer = send(cast.ben, "POST", "check/", {"text": BROKEN})

        first, second = answer.json()["problems"]
        assert set(first) == {
            "code",
            "severity",
            "message",
            "line",
            "column",
            "length",
            "suggestion",
            "fix",
        }
        assert (first["line"], first["column"], first["length"]) == (3, 7, 5)
        assert second["fix"] is None

    def test_finds_nothing_in_a_good_text(self, cast: Cast) -> None:
        answer = send(cast.ben, "POST", "check/", {"text": EMPLOYEES})

        assert answer.json() == {"problems": []}

    def test_is_for_those_who_see_policies(self, cast: Cast) -> None:
        answer = send(cast.cyd, "POST", "check/", {"text": EMPLOYEES})

        assert answer.status_code == 403


class TestFormat:
    def test_lays_out_a_text_and_keeps_its_comments(self, cast: Cast) -> None:
        text = "allow: {or: [domain: example.com]} # us\n"

        answer = send(cast.ben, "POST", "format/", {"text": text}).json()

        assert answer["problems"] == []
        assert answer["text"].splitlines()[0] == "allow:"
        assert "- domain: example.com" in answer["text"]
        assert "# us" in answer["text"]

    def test_leaves_what_it_cannot_read_and_says_why(self, cast: Cast) -> None:
        answer = send(cast.ben, "POST", "format/", {"text": "allow: ["}).json()

        assert answer["text"] == "allow: ["
        assert answer["problems"][0]["line"] >= 1

    def test_is_for_those_who_see_policies(self, cast: Cast) -> None:
        answer = send(cast.cyd, "POST", "format/", {"text": EMPLOYEES})

        assert answer.status_code == 403


class TestCompletion:
    def test_finds_groups_by_name(self, cast: Cast, eve: User) -> None:
        answer = get(cast.ben, "completion/?q=sta").json()

        assert answer["groups"] == [{"id": "id-staff", "name": "staff", "email": ""}]
        assert set(answer) == {"actions", "operators", "criteria", "groups", "people"}

    def test_is_for_those_who_see_policies(self, cast: Cast) -> None:
        assert get(cast.cyd, "completion/").status_code == 403


class TestTry:
    def try_it(self, cast: Cast, policy: Policy, user: User, **values: Any) -> Any:
        return send(user, "POST", f"{policy.id}/try/", values)

    def test_answers_with_each_part(self, cast: Cast, eve: User) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)

        body = self.try_it(cast, policy, cast.mia, person=str(eve.id)).json()

        assert (body["outcome"], body["reasons"]) == ("allow", ["domain-ok"])
        rule = body["policies"][0]["rules"][0]
        criterion = rule["operators"][0]["criteria"][0]
        assert (criterion["holds"], criterion["seen"]) == (True, "example.com")

    def test_takes_a_time_with_its_zone(self, cast: Cast) -> None:
        source = (
            "allow:\n  and:\n"
            "    - time_of_day: {timezone: Europe/Berlin, after: '9:00'}\n"
        )
        policy = make_policy(source=source)

        outcomes = [
            self.try_it(cast, policy, cast.root, at=at).json()["outcome"]
            for at in ("2026-03-04T08:30:00Z", "2026-03-04T08:30:00-05:00")
        ]

        assert outcomes == ["allow", "allow"]
        early = self.try_it(cast, policy, cast.root, at="2026-03-04T07:30:00Z")
        assert early.json()["outcome"] == "deny"

    def test_tries_a_draft(self, cast: Cast, eve: User) -> None:
        body = {
            "namespace": str(cast.web.id),
            "source": EMPLOYEES,
            "person": str(eve.id),
        }

        assert send(cast.mia, "POST", "try/", body).json()["outcome"] == "allow"
        broken = send(cast.mia, "POST", "try/", body | {"source": BROKEN})
        assert broken.json()["problems"][0]["line"] == 3

    @pytest.mark.parametrize(
        "values",
        [
            {"path": "no-slash"},
            {"path": "/" + "a" * 2000},
            {"method": "FETCH"},
            {"address": "localhost"},
            {"at": "yesterday"},
            {"person": "eve"},
            {"person": "00000000-0000-0000-0000-000000000000"},
            {"device": "00000000-0000-0000-0000-000000000000"},
            {"session": "x"},
        ],
    )
    def test_refuses_what_makes_no_sense(
        self, cast: Cast, values: dict[str, Any]
    ) -> None:
        policy = make_policy(namespace=cast.web)

        assert self.try_it(cast, policy, cast.mia, **values).status_code == 400

    def test_is_not_for_viewers(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        assert self.try_it(cast, policy, cast.ben).status_code == 403
        assert self.try_it(cast, policy, cast.cyd).status_code == 404
