"""Hostile case 50: routes to the upstream of another namespace."""

from typing import Any

import pytest

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from namespaces import services as namespace_services
from routes import selectors, services
from routes.exceptions import UpstreamOwnedError
from routes.imports.plan import Options
from routes.models import Route, UpstreamClaim
from tests.factories import NOW, grant
from tests.people import Cast, actor_of


def register(user: Any, namespace: Any, target: str) -> UpstreamClaim:
    return services.register_upstream(
        namespace_id=namespace.pk, target=target, actor=actor_of(user), now=NOW
    )


def publish(user: Any, namespace: Any, to: str, *, name: str = "App") -> Route:
    return services.create_route(
        namespace_id=namespace.pk,
        name=name,
        settings={
            "from": f"https://{name.lower()}.{namespace.pk.hex[:6]}.com",
            "to": to,
        },
        actor=actor_of(user),
        now=NOW,
    )


@pytest.fixture
def finance(cast: Cast) -> Any:
    """Finance, where Cyd is manager."""
    grant("manager", cast.finance, user=cast.cyd)
    return cast.finance


class TestTheft:
    @pytest.mark.parametrize(
        ("target", "to"),
        [
            ("db.internal", "https://db.internal:8443"),
            ("DB.internal.", "http://db.internal/x"),
            ("*.eng.internal", "http://a.b.eng.internal"),
            ("10.1.2.3", "http://10.1.2.3:80"),
            ("10.1.0.0/16", "http://10.1.2.3"),
            ("10.1.0.0/16", "http://[::ffff:10.1.2.3]"),
            ("10.1.0.0/16", "http://[64:ff9b::10.1.2.3]"),
            ("2001:db8::/32", "http://[2001:db8::7]"),
        ],
    )
    def test_of_an_upstream_is_refused_to_another_namespace(
        self, cast: Cast, finance: Any, target: str, to: str
    ) -> None:
        register(cast.ada, cast.engineering, target)

        with pytest.raises(UpstreamOwnedError, match="another namespace") as caught:
            publish(cast.cyd, finance, to)

        assert "Engineering" not in caught.value.message
        assert not Route.objects.exists()
        publish(cast.mia, cast.web, to)

    @pytest.mark.parametrize(
        ("target", "to"),
        [
            ("db.internal", "http://db2.internal"),
            ("*.eng.internal", "http://eng.internal"),
            ("*.eng.internal", "http://xeng.internal"),
            ("10.1.0.0/16", "http://10.2.2.3"),
        ],
    )
    def test_nothing_else_is_taken(
        self, cast: Cast, finance: Any, target: str, to: str
    ) -> None:
        register(cast.ada, cast.engineering, target)

        publish(cast.cyd, finance, to)

    def test_is_refused_on_every_way_in(self, cast: Cast, finance: Any) -> None:
        route = publish(cast.cyd, finance, "http://10.1.2.3", name="Old")
        gone = publish(cast.cyd, finance, "http://10.1.2.4", name="Gone")
        actor = actor_of(cast.cyd)
        services.delete_route(gone.pk, version=1, actor=actor, now=NOW)
        theirs = publish(cast.mia, cast.web, "http://10.1.9.9", name="Theirs")
        register(cast.ada, cast.engineering, "10.1.0.0/16")

        with pytest.raises(UpstreamOwnedError):
            services.update_route(
                route.pk,
                version=1,
                changes={"to": ["http://10.1.9.9"]},
                actor=actor,
                now=NOW,
            )
        with pytest.raises(UpstreamOwnedError):
            services.restore_route(gone.pk, actor=actor, now=NOW)
        with pytest.raises(UpstreamOwnedError):
            services.move_route(
                theirs.pk,
                namespace_id=finance.pk,
                version=1,
                actor=actor_of(cast.root),
                now=NOW,
            )
        plan = services.preview_import(
            namespace_id=finance.pk,
            content=b"routes:\n  - from: https://n.com\n    to: http://10.1.9.9\n",
            options=Options(),
            actor=actor,
        )
        assert "upstream_owned" in [one.code for one in plan.findings]

    def test_a_subtree_does_not_leave_the_owner_with_its_routes(
        self, cast: Cast
    ) -> None:
        grant("admin", cast.web, user=cast.mia)
        grant("admin", cast.everything, user=cast.ben)
        publish(cast.mia, cast.web, "http://10.1.2.3")
        register(cast.ada, cast.engineering, "10.1.0.0/16")
        namespace_services.grant_role(
            namespace_id=cast.finance.pk,
            role="admin",
            user_id=cast.ada.pk,
            actor=actor_of(cast.root),
            now=NOW,
        )

        moved = namespace_services.move_namespace(
            cast.web.pk, under=cast.finance.pk, actor=actor_of(cast.ada), now=NOW
        )

        assert moved.parent_id == cast.finance.pk  # Ada could consent to it

    def test_is_told_before_saving(self, cast: Cast, finance: Any) -> None:
        register(cast.ada, cast.engineering, "db.internal")

        preview = services.preview_route(
            {"name": "App", "from": "https://app.corp.com", "to": "http://db.internal"},
            namespace_id=finance.pk,
            actor=actor_of(cast.cyd),
            now=NOW,
        )

        assert len(preview.conflicts) == 1
        assert "another namespace" in preview.conflicts[0]

    def test_routes_from_before_stay_and_can_be_changed(
        self, cast: Cast, finance: Any
    ) -> None:
        route = publish(cast.cyd, finance, "http://db.internal")
        register(cast.ada, cast.engineering, "db.internal")

        shown, hidden = selectors.list_routes_into(
            "db.internal", outside=cast.engineering.path, actor=actor_of(cast.ada)
        )
        services.update_route(
            route.pk,
            version=1,
            changes={"timeout": "5s"},
            actor=actor_of(cast.cyd),
            now=NOW,
        )

        assert (shown, hidden) == ([], 1)  # Ada doesn't see Finance


class TestConsent:
    def ask(self, cast: Cast, upstream: str = "db.internal") -> Any:
        return services.request_consent(
            namespace_id=cast.finance.pk,
            upstream=upstream,
            reason="for the report",
            actor=actor_of(cast.cyd),
            now=NOW,
        )

    def decide(self, user: Any, consent: Any, *, is_granted: bool) -> Any:
        return services.decide_consent(
            consent.pk, is_granted=is_granted, actor=actor_of(user), now=NOW
        )

    def test_lets_the_other_namespace_in_until_it_is_taken_back(
        self, cast: Cast, finance: Any
    ) -> None:
        register(cast.ada, cast.engineering, "*.internal.corp.com")
        consent = self.ask(cast, "db.internal.corp.com")
        with pytest.raises(UpstreamOwnedError):
            publish(cast.cyd, finance, "http://db.internal.corp.com")

        self.decide(cast.ada, consent, is_granted=True)
        publish(cast.cyd, finance, "http://db.internal.corp.com")
        self.decide(cast.ada, consent, is_granted=False)

        with pytest.raises(UpstreamOwnedError):
            publish(cast.cyd, finance, "http://db.internal.corp.com", name="Second")

    def test_is_recorded_where_the_owner_reads_it(
        self, cast: Cast, finance: Any
    ) -> None:
        register(cast.ada, cast.engineering, "db.internal")
        consent = self.ask(cast)
        self.decide(cast.ada, consent, is_granted=True)

        events = AuditEvent.objects.filter(target_id=str(consent.pk))
        assert [(one.action, one.namespace_id) for one in events] == [
            ("upstream-consent.granted", cast.engineering.pk),
            ("upstream-consent.requested", cast.engineering.pk),
        ]
        assert events[1].reason == "for the report"

    def test_is_the_owners_to_give(self, cast: Cast, finance: Any) -> None:
        register(cast.ada, cast.engineering, "db.internal")
        consent = self.ask(cast)

        with pytest.raises(NotFoundError):
            self.decide(cast.mia, consent, is_granted=True)
        with pytest.raises(PermissionDeniedError):
            self.decide(cast.cyd, consent, is_granted=True)

    def test_is_asked_for_once(self, cast: Cast, finance: Any) -> None:
        register(cast.ada, cast.engineering, "db.internal")
        consent = self.ask(cast)
        with pytest.raises(ConflictError, match="asked for already"):
            self.ask(cast)

        self.decide(cast.ada, consent, is_granted=False)
        assert self.ask(cast).pk == consent.pk

    def test_is_not_asked_for_in_vain(self, cast: Cast, finance: Any) -> None:
        with pytest.raises(ValidationFailedError, match="nobody's consent"):
            self.ask(cast)


class TestRegistering:
    def test_takes_an_admin(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            register(cast.mia, cast.web, "db.internal")

    @pytest.mark.parametrize(
        "target",
        [
            "",
            "10.0.0.0/7",
            "::/0",
            "10.1.2.3/16",
            "db.internal:80",
            "*.com",
            "*",
            "a b",
        ],
    )
    def test_takes_a_host_or_a_network_of_ones_own(
        self, cast: Cast, target: str
    ) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            register(cast.ada, cast.engineering, target)
        assert "target" in caught.value.fields

    @pytest.mark.parametrize("spelling", ["10.1.2.3", "0xa.1.2.3", "167838211"])
    def test_is_done_once_in_whatever_spelling(self, cast: Cast, spelling: str) -> None:
        register(cast.ada, cast.engineering, "10.1.2.3")
        grant("admin", cast.finance, user=cast.cyd)

        with pytest.raises(ConflictError, match="registered already"):
            register(cast.cyd, cast.finance, spelling)

    def test_of_a_part_takes_whoever_has_the_whole(self, cast: Cast) -> None:
        grant("admin", cast.finance, user=cast.cyd)
        register(cast.ada, cast.engineering, "10.1.0.0/16")

        with pytest.raises(UpstreamOwnedError):
            register(cast.cyd, cast.finance, "10.1.2.0/24")
        register(cast.root, cast.finance, "10.1.2.0/24")
        publish(cast.cyd, cast.finance, "http://10.1.2.3")

    def test_is_given_up_by_an_admin(self, cast: Cast, finance: Any) -> None:
        claim = register(cast.ada, cast.engineering, "db.internal")
        with pytest.raises(NotFoundError):
            services.release_upstream(claim.pk, actor=actor_of(cast.cyd), now=NOW)

        services.release_upstream(claim.pk, actor=actor_of(cast.ada), now=NOW)
        publish(cast.cyd, finance, "http://db.internal")
