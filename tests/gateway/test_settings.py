"""Settings of the gateway: who changes them, what is written, and what is deployed."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client

from console.core.exceptions import (
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent, OutboxEntry
from gateway import selectors, services
from gateway.envoy import Options
from gateway.models import Decision, GatewaySession, GatewaySettings
from gateway.services.envoy_options import Place, options_for
from gateway.services.signing_in import session_seconds
from gateway.snapshot import settings_at
from namespaces import services as namespace_services
from tests.factories import NOW, make_decision, make_namespace, make_policy, make_route
from tests.gateway.deciding import Deciding
from tests.gateway.following import follow, snapshot_of
from tests.people import Cast, actor_of

PUBLIC = "allow:\n  and:\n    - accept: true\n"


def change(place: Any, user: Any, version: int = 0, **values: Any) -> Any:
    return services.change_settings(
        place.pk, values=values, version=version, actor=actor_of(user), now=NOW
    )


class TestChanging:
    def test_is_one_event_one_entry_and_one_deployment(self, cast: Cast) -> None:
        services.deploy_changes(now=NOW)
        entries = OutboxEntry.objects.count()

        found = change(cast.everything, cast.root, brand_name="Corp", timeout_idle="1m")

        event = AuditEvent.objects.get(action="settings.changed")
        assert (found.version, found.own["brand_name"]) == (1, "Corp")
        assert event.before == {}
        assert event.after == {"brand_name": "Corp", "timeout_idle": "1m"}
        assert event.namespace_id == cast.everything.pk
        assert OutboxEntry.objects.count() == entries + 1
        made = services.deploy_changes(now=NOW)
        assert made is not None
        [told] = selectors.list_differences(made)
        assert (told.kind, told.name) == ("settings", "Global")
        assert told.sentences[0] == "“Name” is set: `Corp`."

    def test_leaves_what_is_not_named_and_takes_away_what_is_null(
        self, cast: Cast
    ) -> None:
        change(cast.everything, cast.root, brand_name="Corp", cookie_name="corp")

        found = change(cast.everything, cast.root, 1, brand_name=None)

        assert found.own == {"cookie_name": "corp"}
        assert found.values["brand_name"] == "Postern"
        event = AuditEvent.objects.order_by("-sequence").first()
        assert event is not None
        assert (event.before, event.after) == ({"brand_name": "Corp"}, {})

    def test_that_changes_nothing_writes_nothing(self, cast: Cast) -> None:
        change(cast.everything, cast.root, brand_name="Corp")
        events = AuditEvent.objects.count()

        found = change(cast.everything, cast.root, 1, brand_name="Corp")

        assert (found.version, AuditEvent.objects.count()) == (1, events)

    def test_takes_an_admin_of_the_place(self, cast: Cast) -> None:
        with pytest.raises(PermissionDeniedError):
            change(cast.web, cast.mia, brand_name="Web")
        with pytest.raises(NotFoundError):
            change(cast.everything, cast.ada, brand_name="Corp")
        with pytest.raises(NotFoundError):
            selectors.get_settings(cast.finance.pk, actor=actor_of(cast.ada))

        assert change(cast.web, cast.ada, brand_name="Web").own == {"brand_name": "Web"}

    @pytest.mark.parametrize(
        ("key", "value"),
        [("cookie_http_only", False), ("timeout_idle", "1m"), ("decision_log_days", 1)],
    )
    def test_below_the_root_refuses_what_is_for_all(
        self, cast: Cast, key: str, value: Any
    ) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            change(cast.web, cast.root, **{key: value})

        assert caught.value.fields == {key: ["this is set at the root only"]}

    def test_says_who_was_first(self, cast: Cast) -> None:
        change(cast.everything, cast.root, brand_name="Corp")

        with pytest.raises(StaleVersionError) as caught:
            change(cast.everything, cast.root, brand_name="Other")

        assert caught.value.details == {"current_version": 1}

    def test_names_every_problem(self, cast: Cast) -> None:
        with pytest.raises(ValidationFailedError) as caught:
            change(cast.everything, cast.root, primary_color="red", other=1)

        assert set(caught.value.fields) == {"primary_color", "other"}
        assert not GatewaySettings.objects.exists()


class TestWhatHolds:
    def test_comes_from_the_nearest_place_above(self, cast: Cast) -> None:
        change(cast.everything, cast.root, brand_name="Corp", jwt_issuer_format="uri")
        change(cast.engineering, cast.ada, brand_name="Engineering")

        web = selectors.get_settings(cast.web.pk, actor=actor_of(cast.ada))

        held = {one.setting.key: one for one in web.held}
        assert held["brand_name"].value == "Engineering"
        assert held["brand_name"].source == cast.engineering
        assert held["jwt_issuer_format"].source == cast.everything
        assert held["default_upstream_timeout"].source is None
        assert "cookie_name" not in held
        assert selectors.settings_of(cast.web)["cookie_name"] == "postern-session"

    def test_of_a_cluster_lies_between_root_and_namespaces(self, cast: Cast) -> None:
        change(cast.everything, cast.root, brand_name="Corp", jwt_issuer_format="uri")
        change(cast.web, cast.ada, brand_name="Web")
        cluster = {"brand_name": "West", "jwt_issuer_format": "hostOnly"}

        assert selectors.settings_of(cast.web, cluster=cluster)["brand_name"] == "Web"
        in_finance = selectors.settings_of(cast.finance, cluster=cluster)
        assert in_finance["brand_name"] == "West"
        assert in_finance["jwt_issuer_format"] == "hostOnly"

    def test_goes_out_with_a_deployment_and_back_with_a_roll_back(
        self, cast: Cast
    ) -> None:
        change(cast.everything, cast.root, brand_name="Corp")
        change(cast.engineering, cast.ada, brand_name="Engineering")
        first = services.deploy_changes(now=NOW)
        assert first is not None
        snapshot = snapshot_of(follow())
        assert settings_at(snapshot.settings, str(cast.web.pk)) == {
            "brand_name": "Engineering"
        }
        change(cast.everything, cast.root, 1, brand_name=None, codec_type="http1")
        change(cast.engineering, cast.ada, 1, brand_name="Other")
        change(cast.web, cast.ada, jwt_issuer_format="uri")
        services.deploy_changes(now=NOW)

        services.roll_back(first.number, actor=actor_of(cast.root), now=NOW)

        assert selectors.settings_of(cast.web) == selectors.settings_of(
            cast.everything
        ) | {"brand_name": "Engineering"}
        assert selectors.root_settings()["brand_name"] == "Corp"
        assert selectors.root_settings()["codec_type"] == "auto"

    def test_goes_with_its_namespace_and_comes_back_with_it(self, cast: Cast) -> None:
        place = make_namespace("Passing", parent=cast.engineering)
        change(place, cast.ada, brand_name="Passing")
        frame: dict[str, Any] = {"actor": actor_of(cast.root), "now": NOW}

        namespace_services.delete_namespace(place.pk, version=1, **frame)
        assert not GatewaySettings.objects.exists()
        namespace_services.restore_namespace(place.pk, **frame)

        assert GatewaySettings.objects.get().values == {"brand_name": "Passing"}

    def test_reaches_envoys_listener(self, cast: Cast, tmp_path: Any) -> None:
        change(
            cast.everything,
            cast.root,
            timeout_idle="1m30s",
            timeout_read="10s",
            timeout_write="1h",
            codec_type="http2",
        )
        services.deploy_changes(now=NOW)
        place = Place(base=Options(folder="x"), folder=tmp_path, is_plain=True)

        made = options_for(snapshot_of(follow()), place, now=NOW)

        assert (made.idle, made.request, made.stream) == ("90s", "10s", "3600s")
        assert made.codec == "HTTP2"


class TestTheDecisionLog:
    @pytest.mark.parametrize(("mode", "lines"), [("full", 2), ("refused", 1)])
    def test_keeps_what_is_wanted_of_it(
        self, cast: Cast, mode: str, lines: int
    ) -> None:
        change(cast.engineering, cast.ada, decision_log_mode=mode)
        anybody = make_policy("Anybody", namespace=cast.web, source=PUBLIC)
        route = make_route("open", anybody, namespace=cast.web)
        closed = make_route("closed", namespace=cast.web)
        deciding = Deciding()

        assert deciding.ask(route) == 200
        assert deciding.ask(closed) != 200

        assert deciding.write() == lines
        assert Decision.objects.exclude(outcome="allow").count() == 1

    def test_is_deleted_after_as_many_days_as_are_set(self, cast: Cast) -> None:
        route = make_route("one", namespace=cast.web)
        for days in (1, 3, 20):
            make_decision(route, at=NOW - timedelta(days=days))
        assert services.prune_decisions(now=NOW) == 1

        change(cast.everything, cast.root, decision_log_days=2)

        assert services.prune_decisions(now=NOW) == 1
        assert Decision.objects.count() == 1


def test_a_session_at_a_route_ends_when_settings_say_so(cast: Cast) -> None:
    route = make_route("one", namespace=cast.web)
    assert session_seconds() == django_settings.SESSION_ABSOLUTE_SECONDS
    change(cast.everything, cast.root, cookie_expire="1h")

    Deciding().sign_in(cast.cyd, route.host)

    assert GatewaySession.objects.get().expires_at == NOW + timedelta(hours=1)


class TestTheApi:
    def test_reads_changes_and_names_problems(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.ada)
        url = f"/api/v1/settings/{cast.web.pk}/"
        change(cast.engineering, cast.ada, brand_name="Engineering")

        read = client.get(url)
        assert read.json()["in_force"]["brand_name"] == "Engineering"
        assert read.json()["sources"]["brand_name"] == str(cast.engineering.pk)
        assert read.json()["sources"]["jwt_issuer_format"] is None

        def send(values: Any, tag: str) -> Any:
            return client.patch(
                url,
                {"settings": values, "reason": "T-1"},
                content_type="application/json",
                headers={"If-Match": tag},
            )

        saved = send({"brand_name": "Web"}, read["ETag"])
        assert (saved.status_code, saved["ETag"]) == (200, '"1"')
        assert saved.json()["settings"] == {"brand_name": "Web"}
        assert send({"brand_name": "Late"}, '"0"').status_code == 412
        refused = send({"cookie_name": "mine"}, '"1"')
        assert refused.status_code == 400
        assert "cookie_name" in refused.json()["fields"]

    def test_form_keeps_what_was_typed_beside_its_problem(
        self, cast: Cast, client: Client
    ) -> None:
        client.force_login(cast.root)
        url = f"/settings/gateway/{cast.everything.pk}/"

        answer = client.post(
            url,
            {
                "version": 0,
                "primary_color": "blue",
                "downstream_mtls.enforcement": "policy",
            },
        )

        text = answer.content.decode()
        assert answer.status_code == 400
        assert "is not a color" in text
        assert "needs an authority" in text
        assert 'value="blue"' in text
