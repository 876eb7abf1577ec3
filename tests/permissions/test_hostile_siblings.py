"""Hostile cases 2 and 4: ids of objects of a sibling, in addresses and in bodies."""

from typing import Any
from uuid import uuid4

import pytest

from console.core.models import AuditEvent
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.permissions.test_hostile_tree import JSON, V1, client_of


def said(answer: Any, *ids: Any) -> tuple[int, str]:
    """Return an answer without the ids that were asked for."""
    text = answer.content.decode()
    for one in ids:
        text = text.replace(str(one), "ID")
    return answer.status_code, text


class TestSiblings:
    """Case 2 and 4: ids of objects of a sibling, in addresses and in bodies."""

    @pytest.fixture
    def foreign(self, cast: Cast) -> dict[str, Any]:
        policy = make_policy("Secret", namespace=cast.finance)
        route = make_route("ledger", policy, namespace=cast.finance)
        return {
            "policies": policy.pk,
            "routes": route.pk,
            "namespaces": cast.finance.pk,
        }

    @pytest.mark.parametrize("kind", ["policies", "routes", "namespaces"])
    def test_objects_of_a_sibling_are_like_none(
        self, cast: Cast, foreign: dict[str, Any], kind: str
    ) -> None:
        client, events = client_of(cast.mia), AuditEvent.objects.filter(after=None)
        before = events.exclude(action="request.denied").count()
        for method in ("get", "patch", "delete"):
            answers = [
                said(
                    getattr(client, method)(
                        f"/api/v1/{kind}/{one}/", {}, content_type=JSON, headers=V1
                    ),
                    one,
                )
                for one in (foreign[kind], uuid4())
            ]
            assert answers[0] == answers[1]
            assert answers[0][0] == 404
        assert events.exclude(action="request.denied").count() == before

    def test_copies_and_attachments_of_them_are_like_of_none(
        self, cast: Cast, foreign: dict[str, Any]
    ) -> None:
        own = make_route("wiki", namespace=cast.web)
        client = client_of(cast.mia)
        for url in ("/routes/new?copy={}", "/policies/new?copy={}"):
            kind = url.split("/")[1]
            answers = [
                client.get(url.format(one)).status_code
                for one in (foreign[kind], uuid4())
            ]
            assert answers == [404, 404]
        bodies = [
            said(
                client.put(
                    f"/api/v1/routes/{own.pk}/policies/",
                    {"policy_ids": [str(one)]},
                    content_type=JSON,
                    headers=V1,
                ),
                one,
            )
            for one in (foreign["policies"], uuid4())
        ]
        assert bodies[0] == bodies[1]
        assert bodies[0][0] == 400

    @pytest.mark.parametrize(
        ("url", "key", "body"),
        [
            ("namespaces", "parent", {"name": "New"}),
            (
                "routes",
                "namespace",
                {"name": "new", "settings": {"from": "https://n.example.com"}},
            ),
            ("policies", "namespace", {"name": "New", "source": "allow: {}"}),
            ("role-bindings", "namespace", {"role": "viewer", "user": str(uuid4())}),
        ],
    )
    def test_a_body_can_not_name_a_sibling(
        self, cast: Cast, url: str, key: str, body: dict[str, Any]
    ) -> None:
        client = client_of(cast.mia)
        answers = [
            said(
                client.post(
                    f"/api/v1/{url}/", body | {key: str(one)}, content_type=JSON
                ),
                one,
            )
            for one in (cast.finance.pk, uuid4())
        ]

        assert answers[0] == answers[1]
        assert answers[0][0] == 400
