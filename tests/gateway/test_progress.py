"""How deploying goes, in one word, for whoever watches the console."""

from datetime import timedelta

from django.test import Client

from console.core.actor import system
from gateway import selectors, services
from gateway.models import Deployer
from tests.factories import NOW, make_route
from tests.people import Cast


def test_it_follows_what_waits(cast: Cast) -> None:
    soon, late = NOW + timedelta(seconds=5), NOW + timedelta(minutes=2)
    services.deploy_changes(now=NOW)
    assert selectors.tell_progress(now=late) == "ok"
    make_route("wiki", namespace=cast.web)

    assert selectors.tell_progress(now=soon) == "ok"
    assert selectors.tell_progress(now=late) == "late"
    until = NOW + timedelta(hours=1)
    services.hold_changes(until=until, reason="", actor=system("test"), now=NOW)
    assert selectors.tell_progress(now=late) == "held"
    Deployer.objects.update(failure="DatabaseError: away")
    assert selectors.tell_progress(now=late) == "failing"


def test_it_is_told_without_the_text_of_a_failure(cast: Cast, client: Client) -> None:
    services.deploy_changes(now=NOW)
    Deployer.objects.update(failure="DatabaseError: a secret of the database")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    told = {name: answer.json()[name] for name in ("status", "deployments")}
    assert told == {"status": "ok", "deployments": "failing"}
    assert b"secret" not in answer.content
