"""Policies that Core would misread, refuse, or knows nothing like: told in Rego."""

from typing import Any

import pytest
import yaml

from policies import services as policy_services
from policies.language import UntranslatableError
from policies.models import Policy
from routes import services
from routes.exceptions import ExportRefusedError
from routes.imports.plan import Differing
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast
from tests.routes.exports.exporting import ROOT, attach, begin, export, restore

HOURS = "# office days\nallow:\n  or:\n    - day_of_week: mon-fri\n"
TWO_LISTS = (
    "allow:\n  and:\n    - domain: example.com\n    - groups: crew\n"
    "  or:\n    - groups: officers\n"
)
PATHS = "allow:\n  or:\n    - http_path: {starts_with: /public}\n"


def routes_of(text: str) -> dict[str, Any]:
    return {one["name"]: one for one in yaml.safe_load(text)["routes"]}


class TestSubPolicies:
    @pytest.mark.parametrize("source", [HOURS, PATHS])
    def test_carry_rego_for_what_core_would_not_read_as_meant(
        self, cast: Cast, source: str
    ) -> None:
        policy = make_policy("Hours", namespace=cast.web, source=source)
        make_route("Wiki", policy, namespace=cast.web)

        text = export(cast.web)

        route = routes_of(text)["Wiki"]
        (part,) = route["sub_policies"]
        assert "policy" not in route
        assert (part["id"], part["name"]) == (str(policy.pk), "Hours")
        assert part["rego"][0].startswith("package pomerium.policy\n")
        assert restore(text, cast.web).total == 0
        assert export(cast.web) == text

    def test_are_known_again_when_they_come_pasted_from_a_browser(
        self, cast: Cast
    ) -> None:
        policy = make_policy("Hours", namespace=cast.web, source=HOURS)
        secret = {"Authorization": "Basic c2VjcmV0"}
        make_route("Wiki", policy, namespace=cast.web, set_request_headers=secret)
        pasted = export(cast.web).replace("\n", "\r\n")

        assert "Authorization: Basic" not in pasted
        assert restore(pasted, cast.web).total == 0

    def test_hold_ppl_for_the_portal_only_if_core_accepts_it(self, cast: Cast) -> None:
        hours = make_policy("Hours", namespace=cast.web, source=HOURS)
        paths = make_policy("Paths", namespace=cast.web, source=PATHS)
        make_route("Wiki", hours, paths, namespace=cast.web)

        text = export(cast.web)

        first, second = routes_of(text)["Wiki"]["sub_policies"]
        assert "source_ppl" not in first
        assert second["source_ppl"] == PATHS
        assert "#| # office days\n" in text

    def test_tell_people_why_and_what_to_do(self, cast: Cast) -> None:
        policy = make_policy(
            namespace=cast.web, explanation="Only staff.", remediation="Ask Ada."
        )
        make_route("Wiki", policy, namespace=cast.web, show_error_details=True)
        make_route("Docs", policy, namespace=cast.web)

        text = export(cast.web)

        (part,) = routes_of(text)["Wiki"]["sub_policies"]
        assert (part["explanation"], part["remediation"]) == ("Only staff.", "Ask Ada.")
        assert "policy" in routes_of(text)["Docs"]  # Core would not show them there
        assert restore(text, cast.web).total == 0

    def test_share_their_rego(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, source=HOURS)
        for name in ("Wiki", "Docs"):
            make_route(name, policy, namespace=cast.web)

        text = export(cast.web)

        first, second = routes_of(text).values()
        assert first["sub_policies"] == second["sub_policies"]
        assert text.count("package pomerium.policy") == 1

    def test_come_back_after_a_deletion(self, cast: Cast) -> None:
        policy = make_policy(
            "Hours", namespace=cast.web, source=HOURS, explanation="Office days."
        )
        make_route("Wiki", policy, namespace=cast.web)
        text = export(cast.web)
        Route.objects.all().delete()
        Policy.objects.all().delete()

        restore(text, cast.web)

        found = Policy.objects.get()
        assert (found.name, found.source) == ("Hours", HOURS)
        assert found.explanation == "Office days."

    @pytest.mark.parametrize(
        ("was", "becomes"),
        [
            ('startswith(value, "/public")', "true"),
            ("- http_path: {starts_with: /public}", "- accept: true"),
        ],
    )
    def test_that_were_edited_are_not_taken_for_ours(
        self, cast: Cast, was: str, becomes: str
    ) -> None:
        policy = make_policy("Paths", namespace=cast.web, source=PATHS)
        make_route("Wiki", policy, namespace=cast.web)
        text = export(cast.web)
        assert was in text

        run = begin(text.replace(was, becomes), cast.web)

        assert [one["code"] for one in run.plan["findings"]] == ["rego"]


class TestCeilings:
    @pytest.fixture
    def staff(self, cast: Cast) -> Policy:
        policy = make_policy("Staff", namespace=cast.engineering, source=TWO_LISTS)
        attach(policy, cast.engineering, "enforced")
        return policy

    def test_only_deny(self, cast: Cast, staff: Policy) -> None:
        make_route("Wiki", namespace=cast.web)

        (part,) = routes_of(export(cast.web))["Wiki"]["sub_policies"]

        assert "\ndeny := " in part["rego"][0]
        assert "\nallow := " not in part["rego"][0]
        assert "source_ppl" not in part

    def test_of_one_list_are_deny_rules_in_ppl(self, cast: Cast) -> None:
        policy = make_policy("Staff", namespace=cast.engineering)
        attach(policy, cast.engineering, "enforced")
        make_route("Wiki", policy, namespace=cast.web)

        text = export(cast.web)

        assert routes_of(text)["Wiki"]["policy"] == [
            {"allow": {"and": [{"domain": "example.com"}]}},
            {"deny": {"nor": [{"domain": "example.com"}]}},
        ]
        assert restore(text, cast.web).total == 0
        assert export(cast.web) == text

    def test_in_ppl_that_were_edited_are_rules_of_the_route(self, cast: Cast) -> None:
        policy = make_policy("Staff", namespace=cast.engineering)
        attach(policy, cast.engineering, "enforced")
        make_route("Wiki", namespace=cast.web)
        text = export(cast.web)
        limit = "- domain: example.com"
        assert text.count(limit) == 2

        edited = limit.replace("com", "org").join(text.rsplit(limit, 1))
        run = begin(edited, cast.web)

        assert [one["code"] for one in run.plan["findings"]] == ["route_differs"]

    def test_stand_beside_the_same_policy_that_also_grants(
        self, cast: Cast, staff: Policy
    ) -> None:
        make_route("Wiki", staff, namespace=cast.web)

        text = export(cast.web)

        granting, limiting = routes_of(text)["Wiki"]["sub_policies"]
        assert granting["source_ppl"] == staff.source
        assert "source_ppl" not in limiting
        assert granting["rego"] != limiting["rego"]
        assert restore(text, cast.web).total == 0
        assert export(cast.web) == text

    def test_come_back_with_their_namespace_only(
        self, cast: Cast, staff: Policy
    ) -> None:
        make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)
        text = export(cast.web)
        Route.objects.all().delete()

        restored = restore(text, cast.web)
        Route.objects.all().delete()
        policy_services.detach_from_namespace(
            staff.pk, namespace_id=cast.engineering.pk, actor=ROOT, now=NOW
        )
        refused = begin(text, cast.web)

        assert restored.plan["routes"][0]["policies"] == [0]
        assert [one["code"] for one in refused.plan["findings"]] == ["ceiling_missing"]


def test_what_has_no_form_in_rego_is_refused_by_route_and_policy(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise UntranslatableError("`day_of_week` can't be written in Rego")

    monkeypatch.setattr("policies.language.to_rego", refuse)
    policy = make_policy("Hours", namespace=cast.web, source=HOURS)
    make_route("Wiki", policy, namespace=cast.web)

    with pytest.raises(ExportRefusedError) as caught:
        services.export_configuration(namespace_id=cast.web.pk, actor=ROOT, now=NOW)

    assert caught.value.details["refusals"] == [
        {
            "route": "Wiki",
            "namespace": "Global/Engineering/Web",
            "policy": "Hours",
            "why": "`day_of_week` can't be written in Rego",
        }
    ]


class TestPoliciesInRego:
    SOURCE = 'package pomerium.policy\n\ndeny { input.http.method == "POST" }\n'

    def test_go_out_as_they_are(self, cast: Cast) -> None:
        policy = make_policy(
            "Reads", namespace=cast.web, language="rego", source=self.SOURCE
        )
        make_route("Wiki", policy, namespace=cast.web)

        (part,) = routes_of(export(cast.web))["Wiki"]["sub_policies"]

        assert part["rego"] == [self.SOURCE]
        assert "source_ppl" not in part

    def test_come_back_as_they_were(self, cast: Cast) -> None:
        policy = make_policy(
            "Reads", namespace=cast.web, language="rego", source=self.SOURCE
        )
        make_policy("Idle", namespace=cast.web, language="rego", source="allow := true")
        route = make_route("Wiki", policy, namespace=cast.web)
        text = export(cast.web)

        unchanged = begin(text, cast.web)
        Route.objects.filter(pk=route.pk).delete()
        Policy.objects.all().delete()
        restore(text, cast.web)

        assert unchanged.plan["counts"]["policies"]["create"] == 0
        assert unchanged.plan["counts"]["routes"]["unchanged"] == 1
        found = Policy.objects.order_by("name").values_list(
            "name", "source", "language"
        )
        assert list(found) == [
            ("Idle", "allow := true", "rego"),
            ("Reads", self.SOURCE, "rego"),
        ]
        assert export(cast.web).count("allow := true") == text.count("allow := true")

    def test_differ_when_they_were_edited(self, cast: Cast) -> None:
        policy = make_policy(
            "Reads", namespace=cast.web, language="rego", source=self.SOURCE
        )
        make_route("Wiki", policy, namespace=cast.web)
        text = export(cast.web)
        edited = text.replace(' "POST"', ' "PUT"')

        refused = begin(edited, cast.web)
        restore(edited, cast.web, differing=Differing.UPDATE)

        assert [one["code"] for one in refused.plan["findings"]] == ["policy_differs"]
        policy.refresh_from_db()
        assert (policy.version, '"PUT"' in policy.source) == (2, True)

    def test_as_ceilings_lead_back_to_the_policy(self, cast: Cast) -> None:
        ceiling = make_policy(
            "Reads", namespace=cast.web, language="rego", source="allow := true"
        )
        attach(ceiling, cast.web, "enforced")
        make_route("Wiki", namespace=cast.web)
        text = export(cast.web)

        run = begin(text, cast.web)
        edited = begin(text.replace("postern_told[reason]", "x[reason]"), cast.web)

        assert run.plan["counts"]["routes"]["unchanged"] == 1
        assert [one["code"] for one in edited.plan["findings"]] == ["rego"]

    def test_are_told_as_a_deny_where_they_are_enforced(self, cast: Cast) -> None:
        ceiling = make_policy(
            "Reads", namespace=cast.web, language="rego", source="allow := true"
        )
        policy_services.attach_to_namespace(
            ceiling.pk, namespace_id=cast.web.pk, mode="enforced", actor=ROOT, now=NOW
        )
        make_route("Wiki", namespace=cast.web)

        (part,) = routes_of(export(cast.web))["Wiki"]["sub_policies"]

        (rego,) = part["rego"]
        assert rego.startswith("postern_allow := true\n")
        assert "\ndeny = [true, postern_told]" in rego
