"""Routes and policies as a configuration of Core, and back."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from console.core.exceptions import PermissionDeniedError
from console.core.models import AuditEvent
from policies.models import Policy
from routes import services
from routes.imports.plan import Differing
from routes.models import ImportRun, Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.exports.exporting import ROOT, attach, begin, export, restore

SAMPLES = Path(__file__).parent.parent / "imports" / "samples"
COMMENTED = """\
# who works here
allow:  # all of them
  or:
    - domain: {is: example.com}
# and nobody else
"""
LIST = "- allow:\n    or:\n      - groups: {has: crew}\n- deny:\n    or: [reject: 1]\n"
FLOW = "{allow: {or: [{authenticated_user: true}]}}\n"
DENY = "deny:\n  or:\n    - email: {is: eve@example.com}\n"
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "${7*7} {{7*7}} <%= 7*7 %>",
    "'; DROP TABLE routes; --",
    "a: b # c",
    "- [x, {y: z}]",
    "yes",
    "017",
    "*anchor",
    "\u202dtext\u200d",
]


def actions(run: ImportRun) -> set[str]:
    steps = (*run.plan["policies"], *run.plan["routes"])
    return {one["action"] for one in steps}


def state() -> list[Any]:
    """Return everything that an import could change, but for ids and times."""
    return [
        sorted(
            (str(one.namespace), one.name, one.source, one.description, one.explanation)
            for one in Policy.objects.select_related("namespace")
        ),
        sorted(
            (
                str(one.namespace),
                one.name,
                one.from_url,
                one.match,
                str(one.settings),
                one.inherits_policies,
                [each.policy.name for each in one.attachments.all()],
            )
            for one in Route.objects.select_related("namespace")
        ),
    ]


@pytest.fixture
def organization(cast: Cast) -> Cast:
    """Routes and policies of every kind, in three namespaces."""
    staff = make_policy(
        "Staff",
        namespace=cast.engineering,
        source=COMMENTED,
        description="Everybody.\nReally.",
        explanation="Only staff.",
    )
    twin = make_policy("Staff, too", namespace=cast.web, source=COMMENTED)
    crew = make_policy("Crew", namespace=cast.web, source=LIST)
    anyone = make_policy("Signed in", namespace=cast.web, source=FLOW)
    make_policy("Spare", namespace=cast.web, source=DENY.replace("eve", "bob"))
    banned = make_policy("Banned", namespace=cast.engineering, source=DENY)
    attach(banned, cast.engineering, "enforced")
    attach(anyone, cast.web, "inherited")
    make_route("Wiki", staff, crew, namespace=cast.web, timeout="5s")
    make_route("Docs", twin, namespace=cast.web, from_="https://d.example.com")
    make_route(
        "Docs admin",
        crew,
        namespace=cast.web,
        from_="https://d.example.com",
        prefix="/a",
    )
    make_route("Tools", staff, namespace=cast.engineering)
    closed = make_route("Closed", namespace=cast.web, description="two\nlines")
    services.update_route(
        closed.pk, version=1, inherits_policies=False, actor=ROOT, now=NOW
    )
    return cast


class TestIdentity:
    def test_importing_an_export_in_the_same_place_changes_nothing(
        self, organization: Cast
    ) -> None:
        text = export(organization.engineering)
        before = state()

        run = restore(text, organization.engineering)

        assert run.plan["findings"] == []
        assert run.total == 0
        assert state() == before

    def test_exporting_again_gives_the_same_bytes(self, organization: Cast) -> None:
        text = export(organization.engineering)
        restore(text, organization.engineering)

        assert export(organization.engineering) == text

    def test_what_was_deleted_comes_back_as_it_was(self, organization: Cast) -> None:
        text = export(organization.engineering)
        before = state()
        for route in Route.objects.all():
            services.delete_route(route.pk, version=route.version, actor=ROOT, now=NOW)

        run = restore(text, organization.engineering)

        assert actions(run) == {"reuse", "create"}
        assert state() == before

    def test_policies_come_back_with_their_texts_and_places(
        self, organization: Cast
    ) -> None:
        text = export(organization.web)
        Route.objects.all().delete()
        organization.web.refresh_from_db()
        Policy.objects.filter(namespace=organization.web).exclude(
            namespace_attachments__isnull=False
        ).delete()
        lost = {"Crew", "Staff, too", "Spare"}

        restore(text, organization.web)

        found = Policy.objects.filter(name__in=lost)
        assert {one.name: one.source for one in found} == {
            "Crew": LIST,
            "Staff, too": COMMENTED,
            "Spare": DENY.replace("eve", "bob"),
        }

    @pytest.mark.parametrize(
        "path", sorted(SAMPLES.glob("*")), ids=lambda one: one.name
    )
    def test_holds_for_every_file_that_can_be_imported(
        self, cast: Cast, path: Path
    ) -> None:
        run = begin(path.read_text(), cast.web)
        if run.status == "refused":
            assert all(one["line"] and one["remedy"] for one in run.plan["findings"])
            return
        services.apply_import(
            run.pk, fingerprint=run.plan["fingerprint"], actor=ROOT, now=NOW
        )
        text = export(cast.web)

        again = restore(text, cast.web)

        assert again.total == 0
        assert export(cast.web) == text


class TestWhatCoreReads:
    def test_is_a_list_of_routes_in_the_order_of_matching(
        self, organization: Cast
    ) -> None:
        read = yaml.safe_load(export(organization.engineering))

        assert list(read) == ["routes"]
        assert [one["name"] for one in read["routes"]] == [
            "Closed",
            "Docs admin",
            "Docs",
            "Tools",
            "Wiki",
        ]

    def test_joins_the_rules_of_all_policies_that_count(
        self, organization: Cast
    ) -> None:
        read = yaml.safe_load(export(organization.engineering))

        by_name = {one["name"]: one for one in read["routes"]}
        assert by_name["Wiki"]["policy"] == [
            {"allow": {"or": [{"domain": {"is": "example.com"}}]}},
            {"allow": {"or": [{"groups": {"has": "crew"}}]}},
            {"deny": {"or": [{"reject": 1}]}},
            {"allow": {"or": [{"authenticated_user": True}]}},
            {"deny": {"or": [{"email": {"is": "eve@example.com"}}]}},
        ]
        assert by_name["Closed"]["policy"] == [
            {"deny": {"or": [{"email": {"is": "eve@example.com"}}]}},
        ]

    def test_says_that_there_are_no_routes(self, cast: Cast) -> None:
        assert yaml.safe_load(export(cast.finance)) == {"routes": []}


class TestMarks:
    def test_that_were_removed_leave_what_core_reads(self, organization: Cast) -> None:
        text = export(organization.engineering)
        bare = "\n".join(
            line for line in text.split("\n") if not line.strip().startswith("#")
        )

        draft = begin(bare, organization.engineering, differing=Differing.SKIP)

        assert draft.status == "planned"

    def test_of_an_edited_route_do_not_hide_the_edit(self, organization: Cast) -> None:
        text = export(organization.engineering)
        edited = text.replace("- groups: {has: crew}", "- groups: {has: pirates}", 1)

        run = begin(edited, organization.engineering)

        assert run.status == "refused"
        assert [one["code"] for one in run.plan["findings"]] == ["route_differs"]

    def test_of_a_policy_edited_everywhere_change_the_policy(
        self, organization: Cast
    ) -> None:
        text = export(organization.engineering).replace("has: crew", "has: pirates")

        refused = begin(text, organization.engineering)
        restore(text, organization.engineering, differing=Differing.UPDATE)

        assert {one["code"] for one in refused.plan["findings"]} == {"policy_differs"}
        assert "pirates" in Policy.objects.get(name="Crew").source

    def test_do_not_widen_a_route_that_is_imported_elsewhere(
        self, organization: Cast
    ) -> None:
        text = export(organization.engineering)
        Route.objects.all().delete()

        run = begin(text, organization.everything)

        wiki = next(one for one in run.plan["routes"] if one["name"] == "Wiki")
        names = [run.plan["policies"][at]["name"] for at in wiki["policies"]]
        assert wiki["namespace"] == "Global/Engineering/Web"
        assert names == ["Staff", "Crew"]


class TestSecrets:
    HEADERS = {"X-App": "wiki", "Authorization": "Basic c2VjcmV0"}

    def test_are_left_out_and_kept_when_the_file_comes_back(self, cast: Cast) -> None:
        make_route(namespace=cast.web, set_request_headers=self.HEADERS)

        text = export(cast.web)
        run = restore(text, cast.web)

        assert "c2VjcmV0" not in text
        assert "# set_request_headers/Authorization is a secret" in text
        assert run.total == 0

    def test_that_are_gone_are_missed(self, cast: Cast) -> None:
        make_route(namespace=cast.web, set_request_headers=self.HEADERS)
        text = export(cast.web)
        Route.objects.all().delete()

        run = begin(text, cast.web)

        assert [one["code"] for one in run.plan["findings"]] == ["secret_left_out"]

    def test_are_for_admins_on_demand_and_recorded(self, cast: Cast) -> None:
        make_route(namespace=cast.web, set_request_headers=self.HEADERS)

        text = export(cast.web, actor=actor_of(cast.ada), with_secrets=True)

        assert "c2VjcmV0" in text
        assert restore(text, cast.web).total == 0
        event = AuditEvent.objects.get(action="configuration.exported")
        assert event.actor_label == cast.ada.email
        with pytest.raises(PermissionDeniedError):
            export(cast.web, actor=actor_of(cast.mia), with_secrets=True)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_names_and_notes_can_not_break_out(cast: Cast, payload: str) -> None:
    clean = payload.replace("\u202d", "")
    policy = make_policy(
        clean, namespace=cast.web, description=payload, explanation=payload
    )
    make_route("Wiki", policy, namespace=cast.web, description=payload)

    text = export(cast.web)

    assert yaml.safe_load(text)["routes"][0]["description"] == payload
    assert restore(text, cast.web).total == 0
