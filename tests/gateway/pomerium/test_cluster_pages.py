"""Pages and API of Pomerium Cores."""

from typing import Any

import pytest
from django.test import Client

from gateway.models import Cluster
from tests.gateway.pomerium.broker import SECRET
from tests.gateway.pomerium.clusters import make_cluster
from tests.people import Cast

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://core.example.com:5443"


@pytest.fixture
def root(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.root)
    return client


def typed(cast: Cast, **values: Any) -> dict[str, Any]:
    known = {
        "name": "Amsterdam",
        "namespace": str(cast.engineering.pk),
        "mode": "published",
        "url": ELSEWHERE,
        "shared_secret": SECRET,
    }
    return {**known, **values}


def test_a_cluster_is_added_by_the_form(cast: Cast, root: Client) -> None:
    answer = root.post("/clusters/new", typed(cast))

    row = Cluster.objects.get()
    assert answer.headers["location"] == f"/clusters/{row.pk}/"
    assert (row.name, row.namespace_id) == ("Amsterdam", cast.engineering.pk)
    assert row.asked_at is not None


def test_what_is_wrong_stands_at_its_field_and_no_secret_comes_back(
    cast: Cast, root: Client
) -> None:
    answer = root.post("/clusters/new", typed(cast, url="http://core.example.com"))

    assert answer.status_code in (400, 422)
    assert "not encrypted" in answer.content.decode()
    assert SECRET not in answer.content.decode()


def test_another_address_takes_the_secret_again(cast: Cast, root: Client) -> None:
    row = make_cluster(ELSEWHERE)
    changed = {"url": "https://evil.example.com", "shared_secret": "", "version": "1"}

    answer = root.post(f"/clusters/{row.pk}/edit", typed(cast, **changed))

    assert "give its shared secret again" in answer.content.decode()
    assert Cluster.objects.get().url == ELSEWHERE


def test_the_page_names_what_is_in_the_way(root: Client) -> None:
    row = make_cluster(ELSEWHERE)
    problem = {
        "subject": "route Wiki",
        "id": str(row.pk),
        "text": "`depends_on` names 6 hosts",
        "remedy": "name at most 5",
    }
    Cluster.objects.update(
        problems=[problem], standing="refused", failure="it can't be reached"
    )

    page = root.get(f"/clusters/{row.pk}/").content.decode()

    assert "Route Wiki" in page
    assert f"/routes/{row.pk}/" in page
    assert "Name at most 5" in page
    assert "It can&#x27;t be reached" in page
    assert SECRET not in page


def test_publishing_is_asked_for_by_a_button(root: Client) -> None:
    row = make_cluster(ELSEWHERE)
    Cluster.objects.update(asked_at=None)

    root.post(f"/clusters/{row.pk}/publish")

    assert Cluster.objects.get().asked_at is not None


def test_the_api_tells_everything_but_the_secret(cast: Cast, root: Client) -> None:
    made = root.post("/api/v1/clusters/", typed(cast), content_type="application/json")

    assert made.status_code == 201
    url = f"/api/v1/clusters/{made.json()['id']}/"
    read = root.get(url)
    assert read.json()["standing"] == "waiting"
    assert SECRET not in read.content.decode()
    stale = root.patch(
        url, {"name": "B"}, content_type="application/json", headers={"if-match": '"9"'}
    )
    assert stale.status_code == 412
    changed = root.patch(
        url,
        {"mode": "paused"},
        content_type="application/json",
        headers={"if-match": read.headers["etag"]},
    )
    assert changed.json()["mode"] == "paused"
    refused = root.post(f"{url}publish/", {}, content_type="application/json")
    assert refused.status_code == 400
    gone = root.delete(url, headers={"if-match": changed.headers["etag"]})
    assert gone.status_code == 204
