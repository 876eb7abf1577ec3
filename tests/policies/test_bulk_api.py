"""Several policies in one call of the API."""

import pytest

from policies.models import NamespacePolicy, Policy
from tests.factories import make_policy
from tests.people import Cast
from tests.policies.api import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def policies(cast: Cast) -> list[Policy]:
    return [make_policy(name, namespace=cast.web) for name in ("One", "Two")]


def seen(policies: list[Policy]) -> list[dict[str, object]]:
    return [{"id": str(policy.pk), "version": policy.version} for policy in policies]


def test_attaches_all_of_them(cast: Cast, policies: list[Policy]) -> None:
    body = {
        "rows": seen(policies),
        "namespace": str(cast.web.pk),
        "mode": "inherited",
    }

    answer = send(cast.ada, "POST", "bulk/attach/", body)

    assert answer.status_code == 200, answer.json()
    assert NamespacePolicy.objects.filter(namespace=cast.web).count() == 2


def test_deletes_none_while_one_is_attached(cast: Cast, policies: list[Policy]) -> None:
    body = {
        "rows": seen(policies[:1]),
        "namespace": str(cast.web.pk),
        "mode": "inherited",
    }
    assert send(cast.ada, "POST", "bulk/attach/", body).status_code == 200
    fresh = list(Policy.objects.order_by("name"))

    look = {"rows": seen(fresh), "preview": True}
    found = send(cast.ada, "POST", "bulk/delete/", look).json()
    answer = send(cast.ada, "POST", "bulk/delete/", {"rows": seen(fresh)})

    assert [one["id"] for one in found["problems"]] == [str(fresh[0].pk)]
    assert answer.status_code == 409
    assert Policy.objects.count() == 2


def test_moves_all_of_them(cast: Cast, policies: list[Policy]) -> None:
    body = {"rows": seen(policies), "namespace": str(cast.engineering.pk)}

    answer = send(cast.ada, "POST", "bulk/move/", body)

    assert answer.status_code == 200, answer.json()
    places = set(Policy.objects.values_list("namespace_id", flat=True))
    assert places == {cast.engineering.pk}
