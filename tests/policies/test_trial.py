"""Trying policies."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.models import AuditEvent
from directory.models import Directory, User
from namespaces.exceptions import NamespaceNotFoundError
from policies import services
from policies.exceptions import PolicyNotFoundError, PolicyTextError
from policies.models import Policy
from policies.selectors import Attempt
from policies.services import Trial
from tests.factories import NOW, make_group, make_policy, make_user
from tests.people import Cast, actor_of
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES

NOT_CONTRACTORS = """\
allow:
  and:
    - domain: example.com
deny:
  or:
    - groups: {has: contractors}
"""


def attempt(person: User | None = None, **values: Any) -> Attempt:
    return Attempt(at=NOW, person_id=person.pk if person else None, **values)


def try_it(cast: Cast, what: Attempt, **values: Any) -> Trial:
    defaults: dict[str, Any] = {"actor": actor_of(cast.mia), "now": NOW}
    return services.try_policy(what, **defaults | values)


@pytest.fixture
def eve(cast: Cast) -> User:
    directory = Directory.objects.get()
    eve = make_user("eve", directory=directory)
    make_group("admins", eve, directory=directory)
    return eve


@pytest.fixture
def policy(cast: Cast) -> Policy:
    return make_policy("Admins", namespace=cast.web, source=ADMINS)


class TestTryPolicy:
    def test_gives_the_answer_with_each_criterions_part(
        self, cast: Cast, eve: User
    ) -> None:
        policy = make_policy(namespace=cast.web, source=EMPLOYEES)

        trial = try_it(cast, attempt(eve), policy_id=policy.id)

        assert (trial.outcome, trial.status, trial.is_allowed) == ("allow", 200, True)
        assert trial.reasons == ("domain-ok",)
        (part,) = trial.policies
        (rule,) = part.rules
        (block,) = rule.operators
        (criterion,) = block.criteria
        assert (rule.action, rule.line, rule.holds) == ("allow", 2, True)
        assert (block.operator, block.holds) == ("and", True)
        assert (criterion.name, criterion.line, criterion.holds, criterion.seen) == (
            "domain",
            4,
            True,
            "example.com",
        )

    def test_asks_nobody_to_sign_in(self, cast: Cast, policy: Policy) -> None:
        trial = try_it(cast, attempt(), policy_id=policy.id)

        assert (trial.outcome, trial.status) == ("login", 302)
        assert trial.reasons == ("user-unauthenticated",)

    def test_matches_groups_by_id(self, cast: Cast, eve: User, policy: Policy) -> None:
        by_id = ADMINS.replace("admins", "id-admins")

        refused = try_it(cast, attempt(eve), policy_id=policy.id)
        allowed = try_it(cast, attempt(eve), policy_id=policy.id, source=by_id)

        assert (refused.outcome, allowed.outcome) == ("deny", "allow")

    def test_denies_on_missing_data_and_says_so(self, cast: Cast, eve: User) -> None:
        policy = make_policy(namespace=cast.web, source=NOT_CONTRACTORS)
        assert try_it(cast, attempt(eve), policy_id=policy.id).is_allowed

        Directory.objects.update(complete_at=NOW - timedelta(days=2))
        trial = try_it(cast, attempt(eve), policy_id=policy.id)

        assert trial.outcome == "deny"
        assert trial.reasons == ("directory-data-unavailable",)
        deny = trial.policies[0].rules[1]
        assert deny.operators[0].criteria[0].holds is None

    def test_tries_a_draft_that_was_never_saved(self, cast: Cast, eve: User) -> None:
        trial = try_it(cast, attempt(eve), namespace_id=cast.web.id, source=EMPLOYEES)

        assert trial.is_allowed
        assert not Policy.objects.exists()

    def test_says_what_is_wrong_with_a_draft(self, cast: Cast, policy: Policy) -> None:
        with pytest.raises(PolicyTextError) as caught:
            try_it(cast, attempt(), policy_id=policy.id, source=BROKEN)

        assert caught.value.details["problems"][0]["line"] == 3

    def test_writes_nothing(self, cast: Cast, eve: User, policy: Policy) -> None:
        events = AuditEvent.objects.count()

        try_it(cast, attempt(eve), policy_id=policy.id)

        assert AuditEvent.objects.count() == events

    def test_refuses_viewers_and_strangers(self, cast: Cast, policy: Policy) -> None:
        with pytest.raises(PermissionDeniedError):
            try_it(cast, attempt(), policy_id=policy.id, actor=actor_of(cast.ben))
        with pytest.raises(PolicyNotFoundError):
            try_it(cast, attempt(), policy_id=policy.id, actor=actor_of(cast.cyd))
        with pytest.raises(NamespaceNotFoundError):
            try_it(cast, attempt(), namespace_id=cast.finance.id, source=EMPLOYEES)
        with pytest.raises(NamespaceNotFoundError):
            try_it(cast, attempt(), source=EMPLOYEES)

    def test_refuses_a_person_who_is_not_there(
        self, cast: Cast, policy: Policy
    ) -> None:
        nobody = Attempt(at=NOW, person_id=policy.id)

        with pytest.raises(ValidationFailedError):
            try_it(cast, nobody, policy_id=policy.id)
