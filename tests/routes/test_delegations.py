"""Zones and paths that are lent to other namespaces (hostile cases 47 and 48)."""

from typing import Any

import pytest
from django.urls import reverse

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from routes import selectors, services
from routes.exceptions import HostOwnedError, WildcardHostError
from routes.models import HostDelegation
from tests.factories import NOW, grant
from tests.people import Cast, actor_of
from tests.routes.test_hosts import publish


def delegate(user: Any, host: str, to: Any, *, path: str = "") -> HostDelegation:
    return services.delegate_host(
        host=host, path=path, namespace_id=to.pk, actor=actor_of(user), now=NOW
    )


class TestZones:
    def test_let_managers_make_wildcards_and_hosts_there(self, cast: Cast) -> None:
        with pytest.raises(WildcardHostError):
            publish(cast.mia, cast.web, "https://*.corp.com")

        delegate(cast.root, "*.CORP.com.", cast.engineering)

        publish(cast.mia, cast.web, "https://*.corp.com")
        publish(cast.mia, cast.web, "https://*.x.corp.com")
        publish(cast.mia, cast.web, "https://app.corp.com")

    def test_refuse_everybody_else_hosts_there(self, cast: Cast) -> None:
        grant("manager", cast.finance, user=cast.cyd)
        delegate(cast.root, "*.corp.com", cast.engineering)

        for url in ("https://pay.corp.com", "https://a.b.corp.com"):
            with pytest.raises(HostOwnedError, match="another namespace"):
                publish(cast.cyd, cast.finance, url)
        with pytest.raises(WildcardHostError):
            publish(cast.cyd, cast.finance, "https://*.corp.com")

    def test_leave_those_who_were_there_before_their_hosts(self, cast: Cast) -> None:
        grant("manager", cast.finance, user=cast.cyd)
        publish(cast.cyd, cast.finance, "https://pay.corp.com")
        delegate(cast.root, "*.corp.com", cast.engineering)

        publish(cast.cyd, cast.finance, "https://pay.corp.com", prefix="/more")
        with pytest.raises(HostOwnedError):
            publish(cast.mia, cast.web, "https://pay.corp.com", prefix="/x")

    def test_are_lent_on_by_admins_of_who_has_them(self, cast: Cast) -> None:
        grant("viewer", cast.finance, user=cast.ada)
        grant("manager", cast.finance, user=cast.cyd)
        delegate(cast.root, "*.corp.com", cast.engineering)

        delegate(cast.ada, "*.pay.corp.com", cast.finance)

        publish(cast.cyd, cast.finance, "https://x.pay.corp.com")
        with pytest.raises(HostOwnedError):
            publish(cast.mia, cast.web, "https://y.pay.corp.com")
        with pytest.raises(HostOwnedError):
            publish(cast.cyd, cast.finance, "https://x.corp.com")

    def test_belong_to_the_root_until_delegated(self, cast: Cast) -> None:
        for user in (cast.ada, cast.mia):
            with pytest.raises((HostOwnedError, PermissionDeniedError)):
                delegate(user, "*.corp.com", cast.web)

        assert not HostDelegation.objects.exists()

    @pytest.mark.parametrize(
        "host",
        ["*", "*.com", "*.co.uk", "a.*.com", "*.*.corp.com", "*corp.com", "a.com", ""],
    )
    def test_are_no_public_suffixes_and_no_multi_level_wildcards(
        self, cast: Cast, host: str
    ) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            delegate(cast.root, host, cast.web)

        assert "host" in caught.value.fields

    def test_are_for_one_namespace_at_a_time(self, cast: Cast) -> None:
        first = delegate(cast.root, "*.corp.com", cast.web)

        with pytest.raises(ConflictError, match="delegated already"):
            delegate(cast.root, "*.corp.com", cast.finance)
        services.revoke_delegation(first.pk, actor=actor_of(cast.root), now=NOW)
        delegate(cast.root, "*.corp.com", cast.finance)


class TestPaths:
    """Hostile case 47: paths of a host that another namespace owns."""

    @pytest.fixture
    def lent(self, cast: Cast) -> HostDelegation:
        """Finance, where Cyd is manager, has /pay/ of a host of Web."""
        grant("manager", cast.finance, user=cast.cyd)
        grant("viewer", cast.finance, user=cast.ada)
        publish(cast.mia, cast.web, "https://app.corp.com")
        return delegate(cast.ada, "app.corp.com", cast.finance, path="/pay")

    @pytest.mark.parametrize(
        "settings",
        [
            {"prefix": "/pay/"},
            {"prefix": "/pay/x"},
            {"path": "/pay/x"},
            {"path": "/pay"},
        ],
    )
    def test_let_the_other_publish_below_them(
        self, cast: Cast, lent: HostDelegation, settings: Any
    ) -> None:
        publish(cast.cyd, cast.finance, "https://app.corp.com", **settings)

        claim = selectors.list_hosts(actor_of(cast.root)).get(host="app.corp.com")
        assert claim.namespace == cast.web

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"prefix": "/"},
            {"prefix": "/pay"},
            {"prefix": "/payroll"},
            {"path": "/payroll"},
            {"prefix": "/admin"},
            {"regex": "/pay/.*"},
            {"regex": "/pay/.*|/admin", "regex_priority_order": 9},
        ],
    )
    def test_let_them_publish_nothing_else(
        self, cast: Cast, lent: HostDelegation, settings: Any
    ) -> None:
        with pytest.raises(HostOwnedError):
            publish(cast.cyd, cast.finance, "https://app.corp.com", **settings)

    def test_lend_no_tunnel(self, cast: Cast, lent: HostDelegation) -> None:
        with pytest.raises(HostOwnedError):
            publish(
                cast.cyd,
                cast.finance,
                "tcp+https://mine.corp.com/app.corp.com:443",
                to="tcp://x.internal:443",
            )

    def test_end_when_they_are_taken_back(
        self, cast: Cast, lent: HostDelegation
    ) -> None:
        services.revoke_delegation(lent.pk, actor=actor_of(cast.ada), now=NOW)

        with pytest.raises(HostOwnedError):
            publish(cast.cyd, cast.finance, "https://app.corp.com", prefix="/pay/2")

    def test_do_not_carry_the_host_along_when_a_route_moves(
        self, cast: Cast, lent: HostDelegation
    ) -> None:
        route = publish(cast.cyd, cast.finance, "https://app.corp.com", prefix="/pay/")
        own = selectors.list_routes(actor_of(cast.root)).get(namespace=cast.web)
        services.delete_route(own.pk, version=1, actor=actor_of(cast.mia), now=NOW)

        with pytest.raises(HostOwnedError):
            services.move_route(
                route.pk,
                namespace_id=cast.engineering.pk,
                version=1,
                actor=actor_of(cast.root),
                now=NOW,
            )

    @pytest.mark.parametrize("path", ["/", "pay", "/a/../b", "/a?x", "/%2e/", "//"])
    def test_are_plain_parts_of_a_host(self, cast: Cast, path: str) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")

        with pytest.raises(ValidationFailedError) as caught:
            delegate(cast.ada, "app.corp.com", cast.web, path=path)
        assert "path" in caught.value.fields

    def test_are_the_owners_to_lend(self, cast: Cast) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("admin", cast.finance, user=cast.cyd)

        with pytest.raises(HostOwnedError, match="another namespace"):
            delegate(cast.cyd, "app.corp.com", cast.finance, path="/pay/")
        with pytest.raises(PermissionDeniedError):
            delegate(cast.mia, "app.corp.com", cast.web, path="/pay/")
        with pytest.raises(ConflictError, match="nobody owns"):
            delegate(cast.ada, "free.corp.com", cast.web, path="/pay/")


class TestTakingBack:
    """No route keeps what it may not have, and none is cut off by surprise."""

    def test_waits_for_the_routes_on_a_path(self, cast: Cast) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("manager", cast.finance, user=cast.cyd)
        lent = delegate(cast.root, "app.corp.com", cast.finance, path="/pay/")
        route = publish(cast.cyd, cast.finance, "https://app.corp.com", prefix="/pay/")

        with pytest.raises(ConflictError, match="1 route needs") as caught:
            services.revoke_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)
        with pytest.raises(ConflictError) as unseen:
            services.revoke_delegation(lent.pk, actor=actor_of(cast.ada), now=NOW)

        assert caught.value.details == {"routes": [str(route.pk)], "hidden": 0}
        assert unseen.value.details == {"routes": [], "hidden": 1}
        wider = delegate(cast.root, "app.corp.com", cast.finance, path="/pay/more/")
        services.revoke_delegation(wider.pk, actor=actor_of(cast.root), now=NOW)
        services.delete_route(route.pk, version=1, actor=actor_of(cast.cyd), now=NOW)
        services.revoke_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)

    def test_waits_for_the_wildcards_of_a_zone_and_for_no_single_host(
        self, cast: Cast
    ) -> None:
        outer = delegate(cast.root, "*.corp.com", cast.engineering)
        inner = delegate(cast.root, "*.web.corp.com", cast.web)
        publish(cast.mia, cast.web, "https://app.web.corp.com")
        publish(cast.mia, cast.web, "https://*.web.corp.com")

        services.revoke_delegation(inner.pk, actor=actor_of(cast.root), now=NOW)
        with pytest.raises(ConflictError, match="1 route needs"):
            services.revoke_delegation(outer.pk, actor=actor_of(cast.root), now=NOW)

    def test_is_undone(self, cast: Cast) -> None:
        lent = delegate(cast.root, "*.corp.com", cast.engineering)
        services.revoke_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)

        with pytest.raises(NotFoundError):
            services.restore_delegation(lent.pk, actor=actor_of(cast.ada), now=NOW)
        back = services.restore_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)

        assert (back.pk, back.host, back.namespace) == (
            lent.pk,
            "*.corp.com",
            cast.engineering,
        )
        with pytest.raises(NotFoundError):
            services.restore_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)

    def test_is_listed_before_it_is_refused(self, cast: Cast, client: Any) -> None:
        publish(cast.mia, cast.web, "https://app.corp.com")
        grant("manager", cast.finance, user=cast.cyd)
        lent = delegate(cast.root, "app.corp.com", cast.finance, path="/pay/")
        route = publish(cast.cyd, cast.finance, "https://app.corp.com", prefix="/pay/")
        client.force_login(cast.root)
        url = reverse("routes:host-delegation-revoke", args=[lent.pk])

        shown = client.get(url).content.decode()
        refused = client.post(url)
        services.delete_route(route.pk, version=1, actor=actor_of(cast.cyd), now=NOW)
        done = client.post(url, follow=True).content.decode()
        undo = reverse("routes:host-delegation-restore", args=[lent.pk])

        assert reverse("routes:route-detail", args=[route.pk]) in shown
        assert refused.status_code == 409
        assert undo in done
        client.post(undo)
        assert HostDelegation.objects.filter(pk=lent.pk).exists()


class TestWhoSees:
    def test_both_ends_see_a_delegation_and_nobody_else(self, cast: Cast) -> None:
        lent = delegate(cast.root, "*.corp.com", cast.web)

        assert list(selectors.list_delegations(actor_of(cast.mia))) == [lent]
        assert not selectors.list_delegations(actor_of(cast.cyd)).exists()
        with pytest.raises(NotFoundError):
            services.revoke_delegation(lent.pk, actor=actor_of(cast.cyd), now=NOW)
        with pytest.raises(PermissionDeniedError):
            services.revoke_delegation(lent.pk, actor=actor_of(cast.ada), now=NOW)

    def test_each_is_one_event_where_it_was_decided(self, cast: Cast) -> None:
        lent = delegate(cast.root, "*.corp.com", cast.web)
        services.revoke_delegation(lent.pk, actor=actor_of(cast.root), now=NOW)

        events = AuditEvent.objects.filter(target_id=str(lent.pk))
        assert [(one.action, one.namespace_id) for one in events] == [
            ("host-delegation.revoked", cast.everything.pk),
            ("host-delegation.created", cast.everything.pk),
        ]
