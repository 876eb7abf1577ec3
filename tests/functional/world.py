"""The demo organization, and one of each thing that it has none of."""

from typing import Any

from django.utils import timezone

from console.core.actor import system
from console.demo.load import load_demo
from directory.models import DataRun, RunState, User
from gateway.models import Cluster
from namespaces.models import Namespace
from namespaces.selectors import get_root
from routes import services
from routes.models import Route
from tests.factories import (
    make_address,
    make_credential,
    make_data_source,
    make_decision,
    make_held_data_run,
    make_pushed_directory,
    make_scim_token,
    make_service_account,
    make_session,
    make_trial,
)
from tests.gateway.certificates import make_certificate
from tests.gateway.pomerium.clusters import make_cluster
from tests.routes.imports.reading import SAMPLES
from tests.routes.imports.running import begin


def load_everything() -> None:
    """Load the demo, plan an import, and make what only pages of their own show."""
    load_demo(actor=system("test"), now=timezone.now(), say=lambda _: None)
    begin((SAMPLES / "older_keys.yaml").read_bytes(), get_root(), actor=system("test"))
    make_credential()
    make_external_data()
    make_trial()
    make_service_account()
    make_scim_token(make_pushed_directory("A directory that is pushed to"))
    make_ownership()
    route = Route.objects.exclude(host__contains="*").order_by("name")[0]
    make_session(User.objects.order_by("email")[0], route.host)
    make_decision(route)
    make_certificate("wiki.example.org", "*.apps.example.org", namespace=get_root())
    make_address()
    make_clusters()


def make_external_data() -> None:
    """Make a source with records and runs: one that is held, one that failed."""
    fields = [{"name": "score", "type": "number", "example": "7", "count": 2}]
    source = make_data_source(
        "example.com/a-rather-long-type-of-records", record_count=2, fields=fields
    )
    for key in ("ada", "10.0.0.0/8"):
        source.records.create(record_id=key, data={"score": 7, "note": "long " * 20})
    run = make_held_data_run(source)
    DataRun.objects.create(
        source=source,
        state=RunState.FAILED,
        trigger="manual",
        started_by="test",
        failure="the answer is a web page, not data",
        remedy="Look at the headers of the account.",
        answer={"status": 200, "kind": "text/html", "size": 9, "excerpt": "<!doctype"},
        problems=[{"id": "x" * 80, "text": "there is one of this key before it"}],
        counts={"records": 2, "new": 2, "changed": 0, "gone": 0, "problems": 1},
        log=[{"at": "2026-03-04T12:00:00", "text": "asking data.example.com"}],
        created_at=run.created_at,
        modified_at=run.modified_at,
    )


def make_clusters() -> None:
    """Make a Core that is told everything, and one that can't be."""
    make_cluster("https://core.example.com:5443", name="Amsterdam")
    failing = make_cluster("https://a-rather-long-name.core.example.com", name="Berlin")
    problem = {
        "subject": "route Wiki",
        "id": str(Route.objects.order_by("name")[0].pk),
        "text": "`depends_on` names 6 hosts",
        "remedy": "name at most 5",
    }
    Cluster.objects.filter(pk=failing.pk).update(
        standing="failing",
        failure="it can't be reached (connection refused)",
        failed_at=timezone.now(),
        problems=[problem],
    )


def make_ownership() -> None:
    """Delegate a zone, register an upstream, and ask for consent to it."""
    root, web = get_root(), Namespace.objects.get(name="Web")
    told: dict[str, Any] = {"actor": system("test"), "now": timezone.now()}
    services.delegate_host(host="*.apps.example.com", namespace_id=web.pk, **told)
    services.register_upstream(namespace_id=web.pk, target="10.1.0.0/16", **told)
    services.request_consent(
        namespace_id=root.pk, upstream="10.1.2.3", reason="a report", **told
    )
