"""What others say that a SCIM server must do: the whole of scim2-tester."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.test.client import ClientHandler
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

from tests.directory.scim.pushing import make_pusher

HANDLER = ClientHandler(enforce_csrf_checks=True)


def application(
    environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """Serve a request within the test's transaction."""
    response: Any = HANDLER(environ)
    status = f"{response.status_code} {response.reason_phrase}"
    start_response(status, list(response.items()))
    return [response.content]


@pytest.mark.django_db
def test_passes_every_check_of_scim2_tester() -> None:
    pusher = make_pusher()
    client = WSGISCIMClient(
        application,
        base_url=f"http://localhost{pusher.root}",
        headers={"Authorization": f"Bearer {pusher.token}"},
    )

    results = check_server(client)

    failed = [
        f"{one.title}: {one.reason}"
        for one in results
        if one.status not in {Status.SUCCESS, Status.COMPLIANT}
    ]
    assert failed == []
    assert len(results) > 100
