"""Our SCIM client against a SCIM server that is not ours, over HTTP and HTTPS."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from scim2_models import Group, ResourceType, User
from scim2_server.applications.wsgi import WSGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.utils import load_default_provider

from directory.exceptions import PageFailedError
from directory.providers import BY_CODE, open_client
from directory.providers.base import Kept, Limits
from directory.providers.engine import enumerate_all
from directory.providers.records import Batch, Edge
from tests.directory.providers.certificates import make_certificates
from tests.directory.providers.reading import Memory, told

PROVIDER = BY_CODE["scim"]
COUNT = 250


class _Silent(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def filled() -> InMemoryStorage:
    """Return a storage with more people than a page holds, and a group in a group."""
    storage = InMemoryStorage()
    user, group = (ResourceType.from_resource(one) for one in (User, Group))
    people = [
        storage.create(
            user,
            User.model_validate(
                {
                    "userName": f"p{number}",
                    "displayName": f"Person {number}",
                    "active": number != 3,
                    "emails": [{"value": f"p{number}@example.com", "primary": True}],
                }
            ),
        )
        for number in range(COUNT)
    ]
    members = [{"value": one.id, "type": "User"} for one in people[:150]]
    inner = storage.create(group, named("Inner", members))
    storage.create(group, named("Outer", [{"value": inner.id, "type": "Group"}]))
    return storage


def named(name: str, members: list[dict[str, Any]]) -> Group:
    """Return a group."""
    return Group.model_validate({"displayName": name, "members": members})


@contextmanager
def served(folder: Path | None = None) -> Iterator[str]:
    """Serve it, encrypted with a certificate in a folder; yield the address."""
    application = WSGIApplication(filled(), load_default_provider())
    server = make_server("localhost", 0, application, WSGIServer, _Silent)
    if folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem", folder / "server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}
    )
    thread.start()
    try:
        scheme = "http" if folder is None else "https"
        yield f"{scheme}://localhost:{server.server_port}/v2"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def read(url: str, kept: Kept | None = None, **options: str) -> list[Batch]:
    """Return every page."""
    given = PROVIDER.with_defaults({"base_url": url, "token": "any", **options})
    limits = Limits(tries=1)
    with open_client(PROVIDER, given, limits=limits) as client:
        return list(enumerate_all(PROVIDER, given, client, kept))


def test_reads_everybody_and_groups_in_groups() -> None:
    with served() as url:
        people, groups, edges = told(read(url))

    assert {one.name for one in people} == {f"Person {n}" for n in range(COUNT)}
    assert [one.name for one in people if not one.is_active] == ["Person 3"]
    assert {one.email for one in people} == {f"p{n}@example.com" for n in range(COUNT)}
    assert {one.name for one in groups} == {"Inner", "Outer"}
    assert len([one for one in edges if not one.is_group]) == 150
    assert len([one for one in edges if one.is_group]) == 1


def test_reads_members_only_of_the_group_that_was_patched() -> None:
    kept = Memory()
    with served() as url:
        first = read(url, kept, members="changed")
        _, groups, edges = told(first)
        inner = next(one.id for one in groups if one.name == "Inner")
        leaver = next(one.member_id for one in edges if one.group_id == inner)
        removal = {"op": "remove", "path": f'members[value eq "{leaver}"]'}
        patch(f"{url}/Groups/{inner}", removal)
        again = read(url, kept, members="changed")
        full = read(url)

    asked = [one.page for one in again if one.page.startswith("members")]
    assert set(asked) == {"members of Inner, page 1", "members of Outer, as before"}
    assert (
        set(told(again)[2]) == set(told(full)[2]) == set(edges) - {Edge(inner, leaver)}
    )


def patch(url: str, operation: dict[str, Any]) -> None:
    """Change something in the server."""
    schema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
    body = {"schemas": [schema], "Operations": [operation]}
    answer = httpx.patch(url, json=body)
    assert answer.is_success, answer.text


def test_trusts_the_authority_that_the_account_names_and_no_other(
    tmp_path: Path,
) -> None:
    ca = make_certificates(tmp_path)
    with served(tmp_path) as url:
        people, _, _ = told(read(url, ca_certificate=ca))
        with pytest.raises(PageFailedError):
            read(url)

    assert len(people) == COUNT
