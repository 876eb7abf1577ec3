"""Creating, changing and reverting policies."""

from typing import Any

import pytest

from console.core.exceptions import (
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent, OutboxEntry
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.permissions import Permission
from policies import services
from policies.exceptions import (
    EnforcedPolicyError,
    OpenToAnyoneError,
    PolicyNameTakenError,
    PolicyNotFoundError,
    PolicyTextError,
    PolicyVersionNotFoundError,
)
from policies.models import Policy, PolicyVersion
from policies.services import PolicyDraft
from tests.factories import NOW, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES, OPEN


def create(cast: Cast, **values: Any) -> Policy:
    """Create a policy in Web, as its manager unless told otherwise."""
    defaults: dict[str, Any] = {
        "namespace_id": cast.web.id,
        "name": "Employees",
        "source": EMPLOYEES,
        "actor": actor_of(cast.mia),
        "now": NOW,
    }
    return services.create_policy(**defaults | values)


class TestCreatePolicy:
    def test_keeps_the_text_exactly(self, cast: Cast) -> None:
        policy = create(cast)

        policy.refresh_from_db()
        assert policy.source == EMPLOYEES
        assert policy.meaning
        assert not policy.allows_anonymous

    def test_makes_line_ends_alike(self, cast: Cast) -> None:
        policy = create(cast, source=EMPLOYEES.replace("\n", "\r\n"))

        assert policy.source == EMPLOYEES

    def test_writes_version_1_one_event_and_one_outbox_entry(self, cast: Cast) -> None:
        events, entries = AuditEvent.objects.count(), OutboxEntry.objects.count()

        policy = create(cast, reason="as asked by security")

        version = policy.versions.get()
        assert (version.number, version.source) == (1, EMPLOYEES)
        assert (version.saved_by, version.reason) == (
            "mia@example.com",
            "as asked by security",
        )
        assert AuditEvent.objects.count() == events + 1
        event = newest_event()
        assert (event.action, event.before) == ("policy.created", None)
        assert event.after["source"] == EMPLOYEES
        assert OutboxEntry.objects.count() == entries + 1
        assert OutboxEntry.objects.latest("id").payload == {"id": str(policy.id)}

    def test_reports_every_problem_of_a_text_with_its_place(self, cast: Cast) -> None:
        with pytest.raises(PolicyTextError) as caught:
            create(cast, source=BROKEN)

        first, second = caught.value.details["problems"]
        assert (first["code"], first["line"], first["column"]) == (
            "unknown-criterion",
            3,
            7,
        )
        assert first["suggestion"] == "did you mean `email`?"
        assert first["fix"]["insert"] == "email"
        assert second["line"] == 4
        assert len(caught.value.fields["source"]) == 2
        assert not Policy.objects.exists()

    @pytest.mark.parametrize("name", ["employees", " EMPLOYEES ", "Employees"])
    def test_refuses_a_name_that_is_taken_here_in_any_case(
        self, cast: Cast, name: str
    ) -> None:
        create(cast)

        with pytest.raises(PolicyNameTakenError):
            create(cast, name=name)

    def test_leaves_the_same_name_to_other_namespaces(self, cast: Cast) -> None:
        create(cast)

        create(cast, namespace_id=cast.engineering.id, actor=actor_of(cast.ada))

        assert Policy.objects.filter(name="Employees").count() == 2

    @pytest.mark.parametrize(
        "name", ["", "  ", "x" * 201, "a\x00b", "admin\u202etxt", "\ud800"]
    )
    def test_refuses_names_that_nobody_could_read(self, cast: Cast, name: str) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            create(cast, name=name)

        assert list(caught.value.fields) == ["name"]

    @pytest.mark.parametrize("field", ["description", "explanation", "remediation"])
    @pytest.mark.parametrize("text", ["x" * 4001, "a\x00b", "\ud800"])
    def test_refuses_notes_that_no_database_should_see(
        self, cast: Cast, field: str, text: str
    ) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            create(cast, **{field: text})

        assert list(caught.value.fields) == [field]

    def test_leaves_policies_that_let_in_anybody_to_admins(self, cast: Cast) -> None:
        with pytest.raises(OpenToAnyoneError):
            create(cast, source=OPEN)

        policy = create(cast, source=OPEN, actor=actor_of(cast.ada))
        assert policy.allows_anonymous

    def test_leaves_rego_to_admins(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            create(cast, language="rego", source="allow := true")

        policy = create(
            cast, language="rego", source="allow := true", actor=actor_of(cast.ada)
        )

        assert policy.allows_anonymous

    def test_refuses_a_viewer_and_hides_from_who_sees_nothing(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            create(cast, actor=actor_of(cast.ben))
        with pytest.raises(NamespaceNotFoundError):
            create(cast, actor=actor_of(cast.cyd))
        with pytest.raises(NamespaceNotFoundError):
            create(cast, namespace_id=cast.finance.id)


class TestCreatePolicies:
    def test_creates_all_of_them_with_an_event_each(self, cast: Cast) -> None:
        drafts = [PolicyDraft(name=f"p{n}", source=EMPLOYEES) for n in range(3)]
        events = AuditEvent.objects.count()

        made = services.create_policies(
            drafts, namespace_id=cast.web.id, actor=actor_of(cast.mia), now=NOW
        )

        assert [policy.name for policy in made] == ["p0", "p1", "p2"]
        assert len({policy.meaning for policy in made}) == 1
        assert PolicyVersion.objects.count() == 3
        assert AuditEvent.objects.count() == events + 3

    @pytest.mark.parametrize(
        ("name", "source", "error"),
        [
            ("P0", EMPLOYEES, PolicyNameTakenError),
            ("there already", EMPLOYEES, PolicyNameTakenError),
            ("p1", BROKEN, PolicyTextError),
        ],
    )
    def test_creates_none_when_one_is_refused(
        self, cast: Cast, name: str, source: str, error: type[Exception]
    ) -> None:
        make_policy("There already", namespace=cast.web)
        drafts = [
            PolicyDraft(name="p0", source=EMPLOYEES),
            PolicyDraft(name=name, source=source),
        ]

        with pytest.raises(error):
            services.create_policies(
                drafts, namespace_id=cast.web.id, actor=actor_of(cast.mia), now=NOW
            )

        assert Policy.objects.count() == 1


class TestUpdatePolicy:
    def test_writes_the_next_version_with_before_and_after(self, cast: Cast) -> None:
        policy = create(cast)

        saved = services.update_policy(
            policy.id,
            version=1,
            source=ADMINS,
            actor=actor_of(cast.ada),
            now=NOW,
            reason="admins only",
        )

        assert saved.version == 2
        assert saved.meaning != policy.meaning
        assert [one.number for one in saved.versions.all()] == [2, 1]
        assert saved.versions.get(number=1).source == EMPLOYEES
        event = newest_event()
        assert (event.action, event.reason) == ("policy.updated", "admins only")
        assert (event.before["source"], event.after["source"]) == (EMPLOYEES, ADMINS)
        assert (event.before["version"], event.after["version"]) == (1, 2)

    def test_writes_nothing_when_nothing_changes(self, cast: Cast) -> None:
        policy = create(cast)
        events = AuditEvent.objects.count()

        saved = services.update_policy(
            policy.id,
            version=1,
            name=" Employees ",
            source=EMPLOYEES.replace("\n", "\r\n"),
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert saved.version == 1
        assert policy.versions.count() == 1
        assert AuditEvent.objects.count() == events

    def test_keeps_a_change_of_a_comment_as_a_version(self, cast: Cast) -> None:
        policy = create(cast)

        saved = services.update_policy(
            policy.id,
            version=1,
            source=EMPLOYEES.replace("works", "is employed"),
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert (saved.version, saved.meaning) == (2, policy.meaning)

    def test_shows_a_late_saver_what_somebody_else_did(self, cast: Cast) -> None:
        policy = create(cast)
        services.update_policy(
            policy.id, version=1, source=ADMINS, actor=actor_of(cast.ada), now=NOW
        )

        with pytest.raises(StaleVersionError) as caught:
            services.update_policy(
                policy.id, version=1, name="Staff", actor=actor_of(cast.mia), now=NOW
            )

        details = caught.value.details
        assert details["current_version"] == 2
        assert details["saved_by"] == "ada@example.com"
        assert details["changed"] == ["source"]
        assert "-    - domain: example.com" in details["diff"]
        assert "+    - groups: {has: admins}" in details["diff"]

    def test_refuses_a_version_that_never_was(self, cast: Cast) -> None:
        policy = create(cast)

        with pytest.raises(StaleVersionError):
            services.update_policy(
                policy.id, version=9, name="Staff", actor=actor_of(cast.mia), now=NOW
            )

    def test_refuses_a_broken_text_and_a_taken_name(self, cast: Cast) -> None:
        policy = create(cast)
        create(cast, name="Staff")

        for values in ({"source": BROKEN}, {"name": "STAFF"}):
            with pytest.raises((PolicyTextError, PolicyNameTakenError)):
                services.update_policy(
                    policy.id, version=1, actor=actor_of(cast.mia), now=NOW, **values
                )

        policy.refresh_from_db()
        assert (policy.version, policy.source) == (1, EMPLOYEES)

    def test_takes_a_name_in_another_case_of_its_own(self, cast: Cast) -> None:
        policy = create(cast)

        saved = services.update_policy(
            policy.id, version=1, name="EMPLOYEES", actor=actor_of(cast.mia), now=NOW
        )

        assert saved.name == "EMPLOYEES"

    def test_leaves_opening_and_open_policies_to_admins(self, cast: Cast) -> None:
        policy = create(cast)
        opened = create(cast, name="Open", source=OPEN, actor=actor_of(cast.ada))

        for policy_id, values in (
            (policy.id, {"source": OPEN}),
            (opened.id, {"name": "Public"}),
        ):
            with pytest.raises(OpenToAnyoneError):
                services.update_policy(
                    policy_id, version=1, actor=actor_of(cast.mia), now=NOW, **values
                )

        closed = services.update_policy(
            opened.id, version=1, source=ADMINS, actor=actor_of(cast.mia), now=NOW
        )
        assert not closed.allows_anonymous

    def test_leaves_enforced_policies_to_admins_of_who_enforces(
        self, cast: Cast
    ) -> None:
        policy = create(cast)
        services.attach_to_namespace(
            policy.id,
            namespace_id=cast.web.id,
            mode="enforced",
            actor=actor_of(cast.ada),
            now=NOW,
        )

        with pytest.raises(EnforcedPolicyError):
            services.update_policy(
                policy.id, version=1, name="Staff", actor=actor_of(cast.mia), now=NOW
            )

        saved = services.update_policy(
            policy.id, version=1, name="Staff", actor=actor_of(cast.ada), now=NOW
        )
        assert saved.name == "Staff"

    def test_refuses_who_sees_it_from_below_and_hides_it_from_others(
        self, cast: Cast
    ) -> None:
        policy = make_policy(namespace=cast.engineering)
        change: dict[str, Any] = {"version": 1, "name": "x", "now": NOW}

        with pytest.raises(PermissionDeniedError):
            services.update_policy(policy.id, actor=actor_of(cast.mia), **change)
        with pytest.raises(PolicyNotFoundError):
            services.update_policy(policy.id, actor=actor_of(cast.cyd), **change)

    def test_reads_rights_anew(self, cast: Cast) -> None:
        policy = create(cast)
        actor = actor_of(cast.mia)
        list(Policy.objects.visible_to(actor, Permission.POLICY_VIEW))
        cast.mia.role_bindings.all().delete()

        with pytest.raises(PolicyNotFoundError):
            services.update_policy(policy.id, version=1, name="x", actor=actor, now=NOW)


class TestRevertPolicy:
    def test_is_a_new_version_that_says_the_old(self, cast: Cast) -> None:
        policy = create(cast)
        services.update_policy(
            policy.id, version=1, source=ADMINS, actor=actor_of(cast.mia), now=NOW
        )

        reverted = services.revert_policy(
            policy.id, to_version=1, version=2, actor=actor_of(cast.mia), now=NOW
        )

        assert (reverted.version, reverted.source) == (3, EMPLOYEES)
        assert reverted.meaning == policy.meaning
        assert reverted.versions.get(number=3).reason == "back to version 1"
        assert newest_event().action == "policy.reverted"

    def test_knows_only_versions_that_there_were(self, cast: Cast) -> None:
        policy = create(cast)

        with pytest.raises(PolicyVersionNotFoundError):
            services.revert_policy(
                policy.id, to_version=2, version=1, actor=actor_of(cast.mia), now=NOW
            )

    def test_checks_what_a_save_checks(self, cast: Cast) -> None:
        policy = create(cast, source=OPEN, actor=actor_of(cast.ada))
        services.update_policy(
            policy.id, version=1, source=ADMINS, actor=actor_of(cast.mia), now=NOW
        )

        with pytest.raises(OpenToAnyoneError):
            services.revert_policy(
                policy.id, to_version=1, version=2, actor=actor_of(cast.mia), now=NOW
            )
