"""Texts of people never become part of a page's structure."""

from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from console.core.exceptions import ValidationFailedError
from console.core.models import AuditEvent
from directory.models import Group, User
from namespaces import services as namespace_services
from tests.console.payloads import PAYLOADS
from tests.factories import NOW, make_bare_route, make_namespace, make_policy
from tests.people import Cast, actor_of

FOREIGN_TAGS = frozenset(
    {"iframe", "object", "embed", "base", "style", "math", "video", "noscript"}
)
ADDRESSES = frozenset({"href", "src", "action", "formaction", "xlink:href", "hx-get"})


class Structure(HTMLParser):
    """Collects what a browser would build of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in ADDRESSES]


def pages_about(cast: Cast, payload: str) -> list[str]:
    """Put the payload wherever a text of people goes; return where it is shown."""
    User.objects.filter(pk=cast.ben.pk).update(display_name=payload)
    Group.objects.filter(pk=cast.web_group.pk).update(name=payload, email=payload)
    name = payload.replace("/", "\u2215")[:100]
    with suppress(ValidationFailedError):
        make_namespace(name, parent=cast.web)
    namespace_services.update_namespace(
        cast.web.id, version=1, description=payload, actor=actor_of(cast.root), now=NOW
    )
    policy = make_policy(
        "Policy", namespace=cast.web, description=payload, explanation=payload
    )
    with suppress(ValidationFailedError):
        policy = make_policy(payload[:200], namespace=cast.web, reason=payload)
    route = make_bare_route(policy, namespace=cast.web)
    type(route).objects.filter(pk=route.pk).update(name=payload[:200])
    AuditEvent.objects.filter(sequence=1).update(actor_label=payload, reason=payload)
    return [
        "/",
        "/account/",
        "/namespaces/",
        "/namespaces/picker?at=/audit/",
        f"/namespaces/{cast.web.id}/",
        f"/namespaces/{cast.web.id}/roles/",
        f"/namespaces/{cast.web.id}/edit",
        f"/namespaces/{cast.web.id}/roles/new?who=%3C",
        "/people/",
        f"/people/{cast.ben.id}/",
        f"/groups/{cast.web_group.id}/",
        f"/access/?person={cast.ben.id}&namespace={cast.web.id}",
        "/audit/",
        "/audit/1/",
        "/policies/",
        f"/policies/{policy.pk}/",
        "/routes/",
        f"/routes/{route.pk}/",
    ]


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_a_payload_stays_text_on_every_page(cast: Cast, number: int) -> None:
    payload = PAYLOADS[number]
    client = Client()
    client.force_login(cast.root)

    for url in pages_about(cast, payload):
        answer = client.get(url)
        assert answer.status_code == 200, url
        check(answer, url)
    echoed: Any = client.get("/search", {"q": payload})
    check(echoed, "/search")


def check(answer: Any, url: str) -> None:
    page = Structure(answer.content.decode())
    assert page.handlers == [], url
    assert not page.tags & FOREIGN_TAGS, url
    assert all(
        set(one) <= {"src", "nonce", "type"}
        and (one.get("src") or "").startswith("/static/")
        for one in page.scripts
    ), url
    assert all(
        address.startswith(("/", "?", "#", "https://")) or not address
        for address in page.addresses
    ), (url, page.addresses)
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy


def test_there_are_forty() -> None:
    assert len(set(PAYLOADS)) == 40
