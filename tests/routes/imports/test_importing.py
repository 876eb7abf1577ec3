"""Files to rows: what is created, reused, refused, and for whom."""

import pytest

from console.core.exceptions import PermissionDeniedError
from console.core.models import AuditEvent
from namespaces.exceptions import NamespaceNotFoundError
from policies.models import Policy
from routes import selectors, services
from routes.exceptions import ImportNotFoundError
from routes.imports.plan import Differing
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.imports.running import (
    WIKI,
    actions,
    begin,
    codes,
    finish,
    import_all,
    sample,
)


class TestImport:
    def test_makes_policies_shared_by_meaning_and_named_for_it(
        self, cast: Cast
    ) -> None:
        ada = actor_of(cast.ada)

        run = import_all(sample("whole_configuration.yaml"), cast.web, actor=ada)

        assert (run.status, run.done, run.total) == ("done", 5, 5)
        shared, other = Policy.objects.all()
        assert shared.name == "Employees of harbor.example"
        assert other.name == (
            "Employees of harbor.example in group accounting, but not "
            "Intern at harbor.example"
        )
        assert {route.name for route in shared.routes.all()} == {"wiki", "Cranes"}
        assert shared.source.startswith("# Whoever has an address of ours.\n")
        assert Route.objects.get(match="prefix:/reports").name == "ledger /reports"

    def test_keeps_neither_the_file_nor_its_secrets(self, cast: Cast) -> None:
        ada = actor_of(cast.ada)

        run = begin(sample("whole_configuration.yaml"), cast.web, actor=ada)

        assert "not-for-anybodys-eyes" not in run.source
        assert "not-for-anybodys-eyes" not in str(run.plan)
        assert finish(run, actor=ada).source == ""

    def test_is_recorded_for_each_object_and_as_a_whole(self, cast: Cast) -> None:
        import_all(WIKI, cast.web, actor=actor_of(cast.mia))

        newest = AuditEvent.objects.order_by("-sequence")[:3]
        assert [one.action for one in newest] == [
            "import.applied",
            "route.created",
            "policy.created",
        ]
        assert {one.actor_label for one in newest} == {cast.mia.email}
        assert newest[1].reason == "import of config.yaml"

    def test_of_the_same_file_again_changes_nothing(self, cast: Cast) -> None:
        ada = actor_of(cast.ada)
        for name in ("whole_configuration.yaml", "older_keys.yaml", "anchors.yaml"):
            import_all(sample(name), cast.web, actor=ada)
            events = AuditEvent.objects.exclude(action="import.applied").count()

            run = import_all(sample(name), cast.web, actor=ada)

            assert set(actions(run)) == {"reuse", "unchanged"}
            assert run.total == 0
            assert AuditEvent.objects.exclude(action="import.applied").count() == events

    def test_reuses_a_policy_of_above_that_means_the_same(self, cast: Cast) -> None:
        policy = make_policy(
            "Staff",
            namespace=cast.engineering,
            source="allow: {and: [{domain: example.com}]}",
        )

        run = import_all(WIKI, cast.web, actor=actor_of(cast.mia))

        assert actions(run) == ["reuse", "create"]
        assert [one.name for one in policy.routes.all()] == ["wiki"]

    def test_does_not_see_a_policy_of_a_sibling(self, cast: Cast) -> None:
        make_policy(
            namespace=cast.finance, source="allow: {and: [{domain: example.com}]}"
        )

        run = import_all(WIKI, cast.web, actor=actor_of(cast.mia))

        assert actions(run) == ["create", "create"]

    def test_names_groups_as_the_directory_does(self, cast: Cast) -> None:
        cast.web_group.external_id = "00g1"
        cast.web_group.name = "Web team"
        cast.web_group.save()
        text = WIKI.replace("{domain: {is: example.com}}", "{groups: {has: 00g1}}")

        run = begin(text, cast.web, actor=actor_of(cast.mia))

        assert run.plan["policies"][0]["name"] == "Group Web team"


class TestWhatDiffers:
    CHANGED = WIKI.replace("http://wiki.internal", "http://wiki-2.internal")

    def test_is_refused_with_its_place_and_what_it_is(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        import_all(WIKI, cast.web, actor=mia)

        run = begin(self.CHANGED, cast.web, actor=mia)

        (finding,) = run.plan["findings"]
        assert run.status == "refused"
        assert finding["code"] == "route_differs"
        assert finding["message"] == "`wiki` is there and differs in `to`"
        assert finding["line"] == 2

    def test_is_updated_on_demand(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        import_all(WIKI, cast.web, actor=mia)
        text = self.CHANGED.replace("example.com}", "example.org}")

        run = import_all(text, cast.web, actor=mia, differing=Differing.UPDATE)

        route = Route.objects.get()
        assert actions(run) == ["create", "update"]
        assert run.plan["routes"][0]["changes"] == ["to", "policies"]
        assert route.settings["to"] == ["http://wiki-2.internal"]
        assert [one.policy.name for one in route.attachments.all()] == [
            "Employees of example.org"
        ]

    def test_is_left_alone_on_demand(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        import_all(WIKI, cast.web, actor=mia)

        run = import_all(self.CHANGED, cast.web, actor=mia, differing=Differing.SKIP)

        assert actions(run) == ["reuse", "skip"]
        assert run.total == 0

    def test_a_name_and_a_description_given_later_are_kept(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        import_all(WIKI, cast.web, actor=mia)
        route = Route.objects.get()
        services.update_route(
            route.pk,
            version=route.version,
            name="Our wiki",
            changes={"description": "All that we know"},
            actor=mia,
            now=NOW,
        )

        run = import_all(WIKI, cast.web, actor=mia)

        assert actions(run) == ["reuse", "unchanged"]


class TestRights:
    def test_a_viewer_may_not_import(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            begin(WIKI, cast.web, actor=actor_of(cast.ben))

    def test_a_stranger_does_not_learn_of_the_namespace(self, cast: Cast) -> None:
        with pytest.raises(NamespaceNotFoundError):
            begin(WIKI, cast.web, actor=actor_of(cast.cyd))

    def test_public_access_is_for_admins(self, cast: Cast) -> None:
        text = (
            "routes:\n"
            "  - from: https://a.example.com\n"
            "    to: http://a.internal\n"
            "    allow_public_unauthenticated_access: true\n"
        )

        refused = begin(text, cast.web, actor=actor_of(cast.mia))
        run = import_all(text, cast.web, actor=actor_of(cast.ada))

        assert codes(refused) == ["open_to_anyone"]
        assert refused.plan["findings"][0]["line"] == 2
        assert run.status == "done"

    def test_a_host_of_another_namespace_is_refused_in_its_place(
        self, cast: Cast
    ) -> None:
        make_route(namespace=cast.finance, from_="https://wiki.example.com", path="/x")

        run = begin(WIKI, cast.web, actor=actor_of(cast.mia))

        (finding,) = run.plan["findings"]
        assert (finding["code"], finding["line"]) == ("host_owned", 2)
        assert "Finance" not in str(run.plan)

    def test_an_address_of_another_namespace_is_refused_without_naming_it(
        self, cast: Cast
    ) -> None:
        make_route("Ledger", namespace=cast.finance, from_="https://wiki.example.com")

        run = begin(WIKI, cast.web, actor=actor_of(cast.mia))

        assert codes(run) == ["address_taken"]
        assert "Ledger" not in str(run.plan)

    def test_an_import_is_seen_by_those_who_may_import_there(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=actor_of(cast.mia))

        assert selectors.get_import(run.pk, actor=actor_of(cast.ada)) == run
        for user in (cast.ben, cast.cyd):
            with pytest.raises(ImportNotFoundError):
                selectors.get_import(run.pk, actor=actor_of(user))

    def test_rights_count_when_it_is_applied(self, cast: Cast) -> None:
        mia = actor_of(cast.mia)
        run = begin(WIKI, cast.web, actor=mia)
        services.start_import(
            run.pk, fingerprint=run.plan["fingerprint"], actor=mia, now=NOW
        )
        cast.mia.role_bindings.all().delete()

        run = services.perform_import(run.pk, now=NOW)

        assert run.status == "failed"
        assert not Route.objects.exists()
