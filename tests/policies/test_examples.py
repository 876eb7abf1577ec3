"""Examples: requests kept with a policy, each with the answer that it should get."""

from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.models import AuditEvent
from directory.models import Directory, User
from policies import selectors, services
from policies.exceptions import (
    ExampleNameTakenError,
    PolicyNotFoundError,
    PolicyTextError,
    TooManyExamplesError,
)
from policies.models import Policy, PolicyExample
from policies.selectors import Attempt
from policies.services import ExampleResult, examples
from tests.factories import NOW, make_group, make_policy, make_user
from tests.people import Cast, actor_of
from tests.policies.api import get, send
from tests.policies.browsers import client_of, messages_of, url
from tests.policies.events import newest_event
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES

OTHERS = EMPLOYEES.replace("example.com", "example.org")


@pytest.fixture
def eve(cast: Cast) -> User:
    directory = Directory.objects.get()
    eve = make_user("eve", directory=directory)
    make_group("admins", eve, directory=directory)
    return eve


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return make_policy("Employees", namespace=cast.web, source=EMPLOYEES)


def keep(
    cast: Cast, policy: Policy, person: User | None = None, **values: Any
) -> ExampleResult:
    defaults: dict[str, Any] = {
        "name": "eve gets in",
        "expected": "allow",
        "actor": actor_of(cast.mia),
        "now": NOW,
    }
    attempt = Attempt(at=NOW, person_id=person.pk if person else None)
    return services.add_example(policy.pk, attempt, **defaults | values)


def effect_of(policy: Policy, cast: Cast) -> str:
    """Return the page with the effect of a policy as it is saved."""
    address = reverse("routes:policy-effect", kwargs={"id": policy.pk})
    asked = {"method": "GET", "path": "/", "source": policy.source}
    answer = client_of(cast.ada).post(address, asked)
    assert answer.status_code == 200
    return answer.content.decode()


class TestCoverage:
    SOURCE = """allow {
  input.http.method == "GET"
  input.http.path == "/"
} else = [false, {"other"}] {
  input.http.method == "POST"
}"""

    def test_puts_the_lines_of_all_examples_together(self, cast: Cast) -> None:
        policy = make_policy(
            "Reads", namespace=cast.web, source=self.SOURCE, language="rego"
        )
        actor = actor_of(cast.ada)
        keep(cast, policy, actor=actor)

        one = services.run_examples(policy.pk, actor=actor, now=NOW)
        attempt = Attempt(at=NOW, method="POST")
        services.add_example(
            policy.pk, attempt, name="post", expected="deny", actor=actor, now=NOW
        )
        two = services.run_examples(policy.pk, actor=actor, now=NOW)

        first, both = services.coverage_of(one), services.coverage_of(two)
        assert first is not None
        assert both is not None
        assert {2, 3} <= set(first.covered)
        assert 5 in first.missed
        assert both.missed == ()
        assert both.lines == first.lines
        said = f"Together they run {both.lines} of {both.lines} lines"
        assert said in effect_of(policy, cast)

    def test_is_none_for_ppl(self, cast: Cast, policy: Policy) -> None:
        keep(cast, policy)

        results = services.run_examples(policy.pk, actor=actor_of(cast.mia), now=NOW)

        assert services.coverage_of(results) is None


def outcomes_of(policy: Policy) -> list[str]:
    rows = PolicyExample.objects.filter(policy=policy).order_by("name")
    return list(rows.values_list("outcome", flat=True))


class TestAddExample:
    def test_keeps_the_request_with_its_answer_and_says_so_in_the_log(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        result = keep(cast, policy, eve)

        assert result.is_met
        assert result.example.outcome == "allow"
        event = newest_event()
        assert event.action == "policy.example_added"
        assert event.after["name"] == "eve gets in"
        assert event.after["person_id"] == str(eve.pk)

    def test_refuses_viewers_and_strangers(self, cast: Cast, policy: Policy) -> None:
        with pytest.raises(PermissionDeniedError):
            keep(cast, policy, actor=actor_of(cast.ben))
        with pytest.raises(PolicyNotFoundError):
            keep(cast, policy, actor=actor_of(cast.cyd))

    def test_refuses_what_can_not_be_answered(self, cast: Cast, policy: Policy) -> None:
        nobody_knows = Attempt(at=NOW, person_id=uuid4())

        with pytest.raises(ValidationFailedError):
            keep(cast, policy, expected="maybe")
        with pytest.raises(ValidationFailedError):
            services.add_example(
                policy.pk,
                nobody_knows,
                name="x",
                expected="deny",
                actor=actor_of(cast.mia),
                now=NOW,
            )

    def test_refuses_a_taken_name_and_too_many(
        self, cast: Cast, policy: Policy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep(cast, policy)

        with pytest.raises(ExampleNameTakenError):
            keep(cast, policy, name="EVE gets in")
        monkeypatch.setattr(examples, "MAX_EXAMPLES", 1)
        with pytest.raises(TooManyExamplesError):
            keep(cast, policy, name="another")


class TestRunExamples:
    def test_answers_a_draft_and_keeps_nothing_of_it(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        keep(cast, policy, eve)
        keep(cast, policy, name="nobody", expected="login")

        found = services.run_examples(
            policy.pk, source=ADMINS, actor=actor_of(cast.mia), now=NOW
        )

        assert {(one.outcome, one.is_met) for one in found} == {
            ("deny", False),
            ("login", True),
        }
        assert outcomes_of(policy) == ["allow", "login"]

    def test_says_when_somebody_is_gone(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        keep(cast, policy, eve)
        eve.delete()

        found = services.run_examples(policy.pk, actor=actor_of(cast.mia), now=NOW)

        assert [one.error for one in found] == ["there is no such person"]
        assert not found[0].is_met
        assert outcomes_of(policy) == [""]

    def test_refuses_a_text_with_problems(self, cast: Cast, policy: Policy) -> None:
        keep(cast, policy)

        with pytest.raises(PolicyTextError):
            services.run_examples(
                policy.pk, source=BROKEN, actor=actor_of(cast.mia), now=NOW
            )

    def test_takes_the_clock_where_the_example_has_no_time(
        self, cast: Cast, policy: Policy
    ) -> None:
        timed = keep(cast, policy, name="then").example
        always = keep(cast, policy, name="always", is_now=True).example
        later = NOW.replace(year=2030)

        assert selectors.attempt_of(timed, now=later).at == NOW
        assert selectors.attempt_of(always, now=later).at == later


class TestSaving:
    def test_tries_the_examples_and_counts_those_that_fail(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        keep(cast, policy, eve)

        services.update_policy(
            policy.pk, version=1, source=OTHERS, actor=actor_of(cast.mia), now=NOW
        )

        assert outcomes_of(policy) == ["deny"]
        count = selectors.count_failing([policy], actor=actor_of(cast.mia))
        assert count == {policy.pk: 1}

    def test_a_deletion_takes_them_along_and_back(
        self, cast: Cast, policy: Policy
    ) -> None:
        keep(cast, policy)
        mia = actor_of(cast.mia)

        services.delete_policy(policy.pk, version=1, actor=mia, now=NOW)
        gone = PolicyExample.objects.exists()
        services.restore_policy(policy.pk, actor=mia, now=NOW)

        assert not gone
        assert outcomes_of(policy) == ["login"]

    def test_works_for_rego(self, cast: Cast, eve: User) -> None:
        source = 'package pomerium.policy\n\nallow := [true, {"x"}]\n'
        rego = make_policy("Rego", namespace=cast.web, source=source, language="rego")
        ada = actor_of(cast.ada)
        keep(cast, rego, eve, actor=ada)

        services.update_policy(
            rego.pk,
            version=1,
            source=source.replace("true", "false"),
            actor=ada,
            now=NOW,
        )

        assert outcomes_of(rego) == ["deny"]


class TestFromBelow:
    def test_shows_no_examples_of_a_policy_from_above(self, cast: Cast) -> None:
        above = make_policy("Above", namespace=cast.engineering)
        keep(cast, above, actor=actor_of(cast.ada))

        seen = selectors.list_examples(above, actor=actor_of(cast.ben))

        assert list(seen) == []
        assert selectors.count_failing([above], actor=actor_of(cast.ben)) == {}


class TestPages:
    def test_keeps_what_was_tried(self, cast: Cast, policy: Policy, eve: User) -> None:
        browser = client_of(cast.mia)
        body = {"person": str(eve.pk), "path": "/reports"}

        tried = browser.post(
            url("policy-try", policy), body, headers={"HX-Request": "true"}
        )
        kept = browser.post(
            url("policy-example-create", policy),
            body | {"name": "Reports", "expected": "deny"},
            headers={"HX-Request": "true"},
        )

        assert "Keep as an example" in tried.content.decode()
        assert "Kept as the example “Reports”" in kept.content.decode()
        assert "examples-changed" in kept.headers["HX-Trigger"]
        example = PolicyExample.objects.get()
        assert (example.path, example.person_id, example.at) == (
            "/reports",
            eve.pk,
            None,
        )
        html = browser.get(url("policy-examples", policy)).content.decode()
        assert "Not as expected" in html

    def test_says_why_it_can_not_be_kept(self, cast: Cast, policy: Policy) -> None:
        answer = client_of(cast.mia).post(
            url("policy-example-create", policy),
            {"name": "", "expected": "deny"},
            headers={"HX-Request": "true"},
        )

        assert "This field is required" in answer.content.decode()
        assert not PolicyExample.objects.exists()

    def test_a_save_warns_and_the_list_shows_it(
        self, cast: Cast, policy: Policy, eve: User
    ) -> None:
        keep(cast, policy, eve)
        browser = client_of(cast.mia)

        answer = browser.post(
            url("policy-edit", policy),
            {"name": policy.name, "source": OTHERS, "version": "1"},
        )

        assert messages_of(answer) == [
            "Saved as version 2.",
            "1 example does not get the answer that is expected.",
        ]
        assert "1 example fails" in browser.get(url("policy-list")).content.decode()

    def test_runs_and_removes_them(self, cast: Cast, policy: Policy) -> None:
        example = keep(cast, policy, expected="login").example
        browser = client_of(cast.mia)

        ran = browser.post(url("policy-examples-run", policy))
        browser.post(url("policy-example-delete", policy, example_id=example.pk))

        assert messages_of(ran) == ["Every example gets its answer."]
        assert not PolicyExample.objects.exists()
        assert newest_event().action == "policy.example_removed"

    def test_a_viewer_reads_but_does_not_change(
        self, cast: Cast, policy: Policy
    ) -> None:
        keep(cast, policy, expected="login")

        html = client_of(cast.ben).get(url("policy-examples", policy)).content.decode()

        assert "eve gets in" in html
        assert "Run all" not in html
        assert "Remove eve" not in html


class TestApi:
    def test_keeps_lists_runs_and_forgets(self, cast: Cast, policy: Policy) -> None:
        path = f"{policy.pk}/examples/"
        body = {"name": "Nobody", "expected": "allow", "path": "/x"}

        made = send(cast.mia, "POST", path, body)
        listed = get(cast.mia, path)
        ran = send(cast.mia, "POST", f"{path}run/", {"source": ADMINS})
        failing = get(cast.mia, f"{policy.pk}/").json()["failing_examples"]
        gone = send(cast.mia, "DELETE", f"{path}{made.json()['id']}/")

        assert made.status_code == 201
        assert [one["name"] for one in listed.json()["results"]] == ["Nobody"]
        assert ran.json()["results"][0]["outcome"] == "login"
        assert failing == 1
        assert gone.status_code == 204
        assert AuditEvent.objects.filter(action="policy.example_removed").exists()
