"""Refused attempts to change something are recorded, within bounds."""

from typing import Any

import pytest
from django.test import Client

from console.core import refusals
from console.core.models import AuditEvent
from tests.people import Cast


def attempt(user: Any, path: str, method: str = "post", **client: Any) -> Any:
    one = Client(**client)
    if user is not None:
        one.force_login(user)
    return getattr(one, method)(path)


def recorded() -> list[tuple[str, str, Any]]:
    events = AuditEvent.objects.filter(action=refusals.ACTION).order_by("sequence")
    return [(one.actor_label, one.target_label, one.after) for one in events]


class TestRefusals:
    def test_tell_who_wanted_what(self, cast: Cast) -> None:
        path = f"/namespaces/{cast.web.id}/delete"

        attempt(cast.ben, path)

        assert recorded() == [
            (
                "ben@example.com",
                f"POST {path}",
                {"status": 403, "page": "namespaces:namespace-delete"},
            )
        ]

    def test_count_probing_for_what_is_hidden(self, cast: Cast) -> None:
        attempt(cast.mia, f"/api/v1/namespaces/{cast.finance.id}/", "delete")

        ((who, what, facts),) = recorded()
        assert who == "mia@example.com"
        assert what.startswith("DELETE /api/v1/namespaces/")
        assert facts["status"] == 404

    def test_count_forged_forms(self, cast: Cast) -> None:
        attempt(cast.ada, "/sign-out/", enforce_csrf_checks=True)

        assert len(recorded()) == 1

    @pytest.mark.parametrize("method", ["get", "head"])
    def test_leave_reading_alone(self, cast: Cast, method: str) -> None:
        attempt(cast.mia, f"/namespaces/{cast.finance.id}/", method)

        assert recorded() == []

    def test_leave_strangers_alone(self, cast: Cast) -> None:
        attempt(None, f"/namespaces/{cast.web.id}/delete")
        attempt(None, "/nowhere")

        assert recorded() == []

    def test_do_not_fill_the_log(
        self, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refusals, "MOST", 2)
        for _ in range(4):
            attempt(cast.ben, f"/namespaces/{cast.web.id}/delete")

        assert len(recorded()) == 2

    def test_are_for_the_root_to_read(self, cast: Cast) -> None:
        attempt(cast.ben, f"/namespaces/{cast.web.id}/delete")
        client = Client()

        for reader, count in ((cast.ada, 0), (cast.root, 1)):
            client.force_login(reader)
            answer = client.get("/api/v1/audit/?kind=request")
            assert answer.json()["count"] == count
