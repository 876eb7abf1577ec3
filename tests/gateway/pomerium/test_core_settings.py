"""Which settings a Core is told, and how one Core gets some of its own."""

import base64
from typing import Any

import pytest
from django.test import Client

from console.core.exceptions import (
    PermissionDeniedError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.models import AuditEvent
from gateway import selectors, services
from gateway.models import Cluster
from gateway.pomerium import schema
from gateway.pomerium.records import CONFIG, Wanted
from gateway.pomerium.settings import WRITERS, Place
from gateway.settings_table import CORE_KEYS
from gateway.snapshot import put_together
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.selectors import get_root
from tests.factories import NOW
from tests.gateway.certificates import make_pair
from tests.gateway.pomerium.broker import FakeBroker
from tests.gateway.pomerium.clusters import SYSTEM, make_cluster, publish
from tests.gateway.pomerium.wanting import (
    OWNER,
    make_policy,
    make_route,
    make_snapshot,
    routes_in,
    want,
)
from tests.people import Cast, actor_of

ELSEWHERE = "https://core.example.com:5443"
RECORD = (CONFIG, f"{OWNER}/settings")
PARENTS = {"root": None, "team": "root", "web": "team"}


def told(wanted: Wanted) -> Any:
    """Return the settings that a Core would read."""
    assert wanted.problems == []
    return schema.Config.FromString(wanted.configs[RECORD].value).settings


def with_settings(*routes: Any, **own: Any) -> Any:
    """Return a snapshot in which namespaces have settings of their own."""
    return make_snapshot(*routes, settings=put_together("root", own, PARENTS))


def test_each_key_of_core_can_be_told_and_no_other() -> None:
    assert set(WRITERS) == CORE_KEYS
    assert not CORE_KEYS & {"shared_secret", "cookie_secret", "address", "services"}


def test_what_is_set_goes_under_core_s_names_and_nothing_else() -> None:
    chain, _ = make_pair("clients.example.com")
    values = {
        "brand_name": "Corp",
        "error_message_first_paragraph": "Ask the desk.",
        "timeout_idle": "1m30s",
        "codec_type": "http2",
        "jwt_issuer_format": "uri",
        "pass_identity_headers": False,
        "jwt_claims_headers": {"X-Mail": "email"},
        "access_log_fields": ["path"],
        "downstream_mtls": {"ca": chain, "enforcement": "reject_connection"},
    }

    found = told(want(with_settings(root=values)))

    assert {one.name for one, _ in found.ListFields()} == {*values} - {"brand_name"}
    assert found.error_message_first_paragraph == "Ask the desk."
    assert found.timeout_idle.seconds == 90
    assert (found.codec_type, found.jwt_issuer_format) == (2, 1)
    assert found.HasField("pass_identity_headers")
    assert not found.pass_identity_headers
    assert found.jwt_claims_headers == {"X-Mail": "email"}
    assert list(found.access_log_fields.values) == ["path"]
    assert base64.b64decode(found.downstream_mtls.ca).decode().strip() == chain.strip()
    assert found.downstream_mtls.enforcement == 3


def test_a_core_is_told_nothing_while_nothing_is_set() -> None:
    assert RECORD not in want(make_snapshot(make_route("wiki"))).configs


def test_a_value_that_core_could_not_take_holds_all_back() -> None:
    wanted = want(with_settings(root={"downstream_mtls": {"ca": "no certificate"}}))

    [problem] = wanted.problems
    assert (problem.subject, RECORD in wanted.configs) == ("settings", False)
    assert "downstream_mtls" in problem.text


def test_a_core_s_own_count_over_the_root_s_and_a_namespace_s_over_them() -> None:
    snapshot = with_settings(
        root={"log_level": "info", "logo_url": "https://a.example"},
        team={"logo_url": "https://team.example"},
    )
    own = {"log_level": "warn", "logo_url": "https://core.example"}

    at_root = told(want(snapshot, place=Place("root", own)))
    at_team = told(want(snapshot, place=Place("web", own)))

    assert (at_root.log_level, at_root.logo_url) == ("warn", "https://core.example")
    assert (at_team.log_level, at_team.logo_url) == ("warn", "https://team.example")


def test_routes_say_what_their_namespaces_have_of_their_own() -> None:
    policy = make_policy("anybody")
    routes = (
        make_route("wiki", policy),
        make_route("plain", policy, namespace_id="web"),
        make_route(
            "chosen",
            policy,
            namespace_id="web",
            timeout="5s",
            pass_identity_headers=True,
            set_response_headers={"X-A": "route"},
        ),
        make_route("sockets", policy, namespace_id="web", allow_websockets=True),
    )
    own: dict[str, dict[str, Any]] = {
        "root": {"set_response_headers": {"X-A": "root"}},
        "team": {
            "default_upstream_timeout": "1m",
            "pass_identity_headers": False,
            "jwt_issuer_format": "uri",
            "set_response_headers": {"X-A": "team", "X-B": "team"},
        },
    }
    snapshot = make_snapshot(
        *routes, policies=(policy,), settings=put_together("root", own, PARENTS)
    )

    found = routes_in(want(snapshot))

    wiki, plain = found["wiki"], found["plain"]
    chosen, sockets = found["chosen"], found["sockets"]
    assert not wiki.HasField("timeout")
    assert not wiki.set_response_headers
    assert (plain.timeout.seconds, plain.jwt_issuer_format) == (60, 1)
    assert plain.HasField("pass_identity_headers")
    assert not plain.pass_identity_headers
    assert plain.set_response_headers == {"X-A": "team", "X-B": "team"}
    assert (chosen.timeout.seconds, chosen.pass_identity_headers) == (5, True)
    assert chosen.set_response_headers == {"X-A": "route", "X-B": "team"}
    assert not sockets.HasField("timeout")


@pytest.fixture
def _listed(settings: Any) -> None:
    settings.UPSTREAM_ALLOWLIST = ["127.0.0.1"]


@pytest.mark.django_db
class TestChanging:
    def change(self, row: Cluster, *, version: int = 1, **values: Any) -> Any:
        return services.change_cluster_settings(
            row.pk, values=values, version=version, actor=SYSTEM, now=NOW
        )

    @pytest.mark.usefixtures("_listed")
    def test_reaches_the_core_and_goes_again(self) -> None:
        services.publish_now(actor=SYSTEM, now=NOW)
        with FakeBroker() as broker:
            row = make_cluster(broker)
            publish(row)
            assert (CONFIG, f"{row.owner}/settings") not in broker.records

            self.change(row, log_level="warn", cookie_name="core")
            row = publish(row)

            record = broker.records[CONFIG, f"{row.owner}/settings"]
            found = schema.Config.FromString(record.data.value).settings
            assert (found.log_level, found.cookie_name) == ("warn", "core")
            assert row.standing == "current"
            self.change(row, version=2, log_level=None, cookie_name=None)
            publish(row)
            assert (CONFIG, f"{row.owner}/settings") not in broker.records

    def test_is_one_event_and_asks_for_a_run(self) -> None:
        row = make_cluster(ELSEWHERE)
        Cluster.objects.update(asked_at=None)

        found = self.change(row, log_level="warn")

        event = AuditEvent.objects.latest("sequence")
        assert (event.action, event.target_type) == ("settings.changed", "cluster")
        assert (event.before, event.after) == ({}, {"log_level": "warn"})
        assert (found.version, found.own) == (2, {"log_level": "warn"})
        assert Cluster.objects.get().asked_at == NOW

    def test_refuses_what_core_has_not_or_could_not_take(self) -> None:
        row = make_cluster(ELSEWHERE)

        for values in (
            {"brand_name": "Corp"},
            {"decision_log_days": 3},
            {"shared_secret": "x"},
            {"log_level": "loud"},
            {"access_log_fields": ["path", "passwords"]},
            {"authorize_log_fields": ["headers.a b"]},
        ):
            with pytest.raises(ValidationFailedError) as caught:
                self.change(row, **values)
            assert {one.partition("[")[0] for one in caught.value.fields} == {*values}
        assert Cluster.objects.get().settings == {}

    def test_takes_the_version_that_was_seen(self) -> None:
        row = make_cluster(ELSEWHERE)

        with pytest.raises(StaleVersionError):
            self.change(row, version=7, log_level="warn")

    def test_is_for_admins_of_the_root(self, cast: Cast) -> None:
        row = make_cluster(ELSEWHERE)

        for user in (cast.ada, cast.ben, cast.cyd):
            with pytest.raises((PermissionDeniedError, NamespaceNotFoundError)):
                selectors.get_cluster_settings(row.pk, actor=actor_of(user))
            with pytest.raises((PermissionDeniedError, NamespaceNotFoundError)):
                services.change_cluster_settings(
                    row.pk, values={}, version=1, actor=actor_of(user), now=NOW
                )


@pytest.mark.django_db
def test_the_page_says_what_holds_and_saves(cast: Cast, client: Client) -> None:
    row = make_cluster(ELSEWHERE)
    chain, _ = make_pair("clients.example.com")
    clients = {"ca": chain, "enforcement": "policy"}
    services.change_settings(
        get_root().pk,
        values={"log_level": "error", "downstream_mtls": clients},
        version=0,
        actor=actor_of(cast.root),
        now=NOW,
    )
    client.force_login(cast.root)
    url = f"/clusters/{row.pk}/settings"

    page = client.get(url).content.decode()
    refused = client.post(url, {"version": "1", "access_log_fields": "passwords"})
    saved = client.post(url, {"version": "1", "cookie_name": "core"})

    assert "Core&#x27;s own file" in page
    assert "error, as in Global" in page
    assert "Not set: Policies decide, as in Global" in page
    assert "no certificate is asked for" not in page
    assert "decision_log_mode" not in page
    assert refused.status_code == 400
    assert "is no field of this log" in refused.content.decode()
    assert saved.headers["location"] == f"/clusters/{row.pk}/"
    assert Cluster.objects.get().settings == {"cookie_name": "core"}


@pytest.mark.django_db
def test_the_api_reads_and_changes_them(cast: Cast, client: Client) -> None:
    row = make_cluster(ELSEWHERE)
    client.force_login(cast.root)
    url = f"/api/v1/clusters/{row.pk}/settings/"

    answer = client.patch(
        url,
        {"settings": {"log_level": "warn"}},
        content_type="application/json",
        headers={"if-match": '"1"'},
    )

    assert answer.status_code == 200, answer.content
    assert answer.json() == client.get(url).json()
    assert answer.json()["settings"] == answer.json()["told"] == {"log_level": "warn"}
