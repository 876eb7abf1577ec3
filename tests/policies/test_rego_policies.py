"""Policies in Rego in the console: saved, tried, on routes, in quarantine."""

from typing import Any

import pytest

from console.core.exceptions import PermissionDeniedError
from policies import selectors, services
from policies.exceptions import OpenToAnyoneError, PolicyTextError
from policies.models import Policy, PolicyStrikes
from policies.selectors import Attempt
from policies.services import Trial
from routes import services as route_services
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.events import newest_event

GET_ONLY = 'allow := [true, {"reading"}] { input.http.method == "GET" }'
NO_BOTS = 'deny := [true, {"no-bots"}] { input.http.method == "POST" }'
ENDLESS = """allow {
  input.http.path == "/endless"
  x := numbers.range(1, 2000)[_]; y := numbers.range(1, 2000)[_]; x + y == 0
} else = true { input.http.path == "/" }"""
SIGNED_IN = """allow {
  user := get_databroker_record("type.googleapis.com/user.User", input.session.user_id)
  endswith(user.email, "@example.com")
}"""


def make_rego(cast: Cast, source: str, **values: Any) -> Policy:
    """Make a policy in Rego in Web, unless told otherwise."""
    return make_policy(
        namespace=values.pop("namespace", cast.web),
        source=source,
        language="rego",
        **values,
    )


def try_it(policy: Policy, cast: Cast, **values: Any) -> Trial:
    return services.try_policy(
        Attempt(at=NOW, **values),
        policy_id=policy.pk,
        actor=actor_of(cast.mia),
        now=NOW,
    )


class TestSaving:
    def test_reports_problems_with_their_place(self, cast: Cast) -> None:
        with pytest.raises(PolicyTextError) as caught:
            make_rego(cast, 'allow {\n  input.http.session.id == "x"\n}')

        (problem,) = caught.value.details["problems"]
        assert (problem["code"], problem["line"], problem["column"]) == (
            "unknown-input",
            2,
            3,
        )
        assert problem["fix"]["insert"] == "input.session.id"

    def test_counts_what_defines_allow_as_open_to_anyone(self, cast: Cast) -> None:
        assert make_rego(cast, GET_ONLY, name="a").allows_anonymous
        assert not make_rego(cast, NO_BOTS, name="b").allows_anonymous

    def test_leaves_changes_to_admins(self, cast: Cast) -> None:
        policy = make_rego(cast, GET_ONLY)

        with pytest.raises(PermissionDeniedError):
            services.update_policy(
                policy.pk, version=1, source=NO_BOTS, actor=actor_of(cast.mia), now=NOW
            )

    def test_reads_a_text_anew_when_only_its_language_changes(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)

        with pytest.raises(PolicyTextError):
            services.update_policy(
                policy.pk, version=1, language="rego", actor=actor_of(cast.ada), now=NOW
            )


class TestTrying:
    def test_gives_reasons_lines_and_use(self, cast: Cast) -> None:
        trial = try_it(make_rego(cast, GET_ONLY), cast)

        assert trial.outcome == "allow"
        assert trial.reasons == ("reading",)
        (part,) = trial.policies
        assert part.rego is not None
        assert part.rego.allow_reasons == ("reading",)
        assert part.rego.covered == (1,)
        assert part.rego.elapsed_us > 0

    def test_knows_the_person(self, cast: Cast) -> None:
        policy = make_rego(cast, SIGNED_IN)

        assert not try_it(policy, cast).is_allowed
        assert try_it(policy, cast, person_id=cast.ben.pk).is_allowed

    def test_refuses_drafts_of_whoever_writes_no_rego(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            services.try_policy(
                Attempt(at=NOW),
                namespace_id=cast.web.pk,
                source="allow := true",
                code="rego",
                actor=actor_of(cast.mia),
                now=NOW,
            )

    def test_reports_problems_of_a_draft(self, cast: Cast) -> None:
        with pytest.raises(PolicyTextError):
            services.try_policy(
                Attempt(at=NOW),
                namespace_id=cast.web.pk,
                source="allow {",
                code="rego",
                actor=actor_of(cast.ada),
                now=NOW,
            )


class TestOnARoute:
    def outcome(self, route: Any, cast: Cast, **values: Any) -> tuple[str, Any]:
        found = route_services.try_route(
            route.pk, Attempt(at=NOW, **values), actor=actor_of(cast.ada), now=NOW
        )
        return found.trial.outcome, found.trial.reasons

    def test_is_an_alternative_and_denies_like_others(self, cast: Cast) -> None:
        policies = [
            make_rego(cast, GET_ONLY, name="reads"),
            make_rego(cast, NO_BOTS, name="no bots"),
        ]
        route = make_route("app", *policies, namespace=cast.web)

        assert self.outcome(route, cast) == ("allow", ("reading",))
        assert self.outcome(route, cast, method="POST") == ("deny", ("no-bots",))

    @pytest.mark.parametrize(
        ("source", "method", "outcome"),
        [
            (GET_ONLY, "GET", "allow"),
            (GET_ONLY, "POST", "deny"),
            (NO_BOTS, "GET", "allow"),
            (NO_BOTS, "POST", "deny"),
        ],
    )
    def test_is_a_ceiling_when_enforced(
        self, cast: Cast, source: str, method: str, outcome: str
    ) -> None:
        open_ = make_rego(cast, "allow := true", name="open")
        ceiling = make_rego(cast, source, name="ceiling", namespace=cast.engineering)
        services.attach_to_namespace(
            ceiling.pk,
            namespace_id=cast.engineering.pk,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )
        route = make_route("app", open_, namespace=cast.web)

        assert self.outcome(route, cast, method=method)[0] == outcome

    def test_closes_a_route_when_it_only_denies(self, cast: Cast) -> None:
        route = make_route("app", make_rego(cast, NO_BOTS), namespace=cast.web)

        assert self.outcome(route, cast)[0] == "deny"

    def test_takes_an_admin_to_attach(self, cast: Cast) -> None:
        policy = make_rego(cast, GET_ONLY)

        with pytest.raises(OpenToAnyoneError):
            services.attach_to_namespace(
                policy.pk,
                namespace_id=cast.web.pk,
                mode="inherited",
                actor=actor_of(cast.mia),
                now=NOW,
            )


class TestQuarantine:
    @pytest.fixture
    def endless(self, cast: Cast) -> Policy:
        policy = make_rego(cast, "allow := true")
        # No sample of the check comes to this path, so it could have been saved.
        Policy.objects.filter(pk=policy.pk).update(source=ENDLESS)
        policy.refresh_from_db()
        return policy

    def test_begins_at_the_third_strike(self, cast: Cast, endless: Policy) -> None:
        reasons = [try_it(endless, cast, path="/endless").reasons for _ in range(4)]

        assert reasons == [("policy-budget-exceeded",)] * 3 + [("policy-quarantined",)]
        assert newest_event().action == "policy.quarantined"
        assert PolicyStrikes.objects.get().count == 3
        assert selectors.list_quarantined(actor_of(cast.mia)) == [endless]
        assert selectors.list_quarantined(actor_of(cast.cyd)) == []
        assert not try_it(endless, cast).is_allowed

    def test_ends_with_another_text(self, cast: Cast, endless: Policy) -> None:
        for _ in range(3):
            services.record_strike(endless.pk, kind="cpu", source=ENDLESS, now=NOW)

        services.update_policy(
            endless.pk, version=1, source=GET_ONLY, actor=actor_of(cast.ada), now=NOW
        )

        assert try_it(endless, cast).is_allowed
        assert selectors.list_quarantined(actor_of(cast.mia)) == []

    def test_is_lifted_by_an_admin(self, cast: Cast, endless: Policy) -> None:
        for _ in range(3):
            services.record_strike(endless.pk, kind="cpu", source=ENDLESS, now=NOW)

        with pytest.raises(PermissionDeniedError):
            services.lift_quarantine(endless.pk, actor=actor_of(cast.mia), now=NOW)
        services.lift_quarantine(endless.pk, actor=actor_of(cast.ada), now=NOW)

        assert newest_event().action == "policy.quarantine_lifted"
        assert try_it(endless, cast).is_allowed

    def test_counts_nothing_for_a_text_that_is_gone(
        self, cast: Cast, endless: Policy
    ) -> None:
        assert (
            services.record_strike(endless.pk, kind="cpu", source="other", now=NOW)
            is None
        )
        assert not PolicyStrikes.objects.exists()


def test_lists_say_that_a_policy_is_written_in_rego(cast: Cast) -> None:
    assert selectors.summarize(make_rego(cast, GET_ONLY)) == "Written in Rego"
