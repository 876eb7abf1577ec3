"""Addresses that policies in Rego fetch: listed, fetched by a worker, and used."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.models import AuditEvent
from namespaces.exceptions import NamespaceNotFoundError
from namespaces.selectors import get_root
from policies import selectors, services
from policies.exceptions import PolicyTextError
from policies.language.facts import Facts, Person, Request, Session
from policies.models import FetchedAddress
from tests.factories import NOW, make_policy
from tests.people import actor_of
from tests.policies.browsers import client_of
from tests.policies.rego.conftest import CORPUS, MISSPELT

if TYPE_CHECKING:
    from uuid import UUID

    from django.test import Client

    from console.core.actor import Actor
    from policies.models import Policy
    from tests.people import Cast

pytestmark = pytest.mark.django_db
URL = "https://raw.githubusercontent.com/aruljohn/popular-baby-names/master/2020/boy_names_2020.json"
ANSWER = b'{"names": ["Liam", "Noah"]}'


def answering(
    status: int = 200, body: bytes = ANSWER, **headers: str
) -> httpx.MockTransport:
    return httpx.MockTransport(
        lambda _: httpx.Response(status, content=body, headers=headers)
    )


def fetched(address_id: UUID, transport: httpx.BaseTransport, *, at: Any = NOW) -> None:
    services.fetch_address(address_id, clock=lambda: at, transport=transport)


@pytest.fixture
def root(cast: Cast) -> Actor:
    return actor_of(cast.root)


@pytest.fixture
def sample() -> str:
    """The documented example, with its misspelt function mended."""
    cases = json.loads(CORPUS.read_text())["cases"]
    (text,) = (one["rego"] for one in cases if one["id"] == MISSPELT)
    return str(text).replace("gset_", "get_")


@pytest.fixture
def address(root: Actor) -> FetchedAddress:
    row = services.list_address(URL, actor=root, now=NOW)
    fetched(row.pk, answering())
    row.refresh_from_db()
    return row


@pytest.fixture
def policy(address: FetchedAddress, sample: str) -> Policy:
    return make_policy("Names", namespace=get_root(), source=sample, language="rego")


def answer(policy: Policy, *, given_name: str, at: Any = NOW) -> Any:
    claims = {"given_name": (given_name,)}
    facts = Facts(
        now=at,
        request=Request(method="GET"),
        session=Session(id="s1", user_id="u1", claims=claims),
        person=Person(id="u1"),
    )
    return services.answers_for([policy], facts, now=at)[str(policy.pk)].verdict


class TestListing:
    def test_is_for_admins_of_the_root(self, cast: Cast) -> None:
        for person in (cast.ada, cast.ben):
            with pytest.raises((PermissionDeniedError, NamespaceNotFoundError)):
                services.list_address(URL, actor=actor_of(person), now=NOW)

        assert FetchedAddress.objects.count() == 0

    def test_is_audited_and_asks_for_the_answer(
        self, root: Actor, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks() as queued:
            row = services.list_address(f" {URL} ", actor=root, now=NOW)

        event = AuditEvent.objects.latest("sequence")
        assert (row.url, len(queued)) == (URL, 1)
        assert (event.action, event.target_label) == ("fetched_address.listed", URL)

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/x",
            "https://169.254.169.254/latest",
            "https://[fe80::1]/",
            "https://[::ffff:169.254.169.254]/",
            "https://me:secret@example.com/",
            "file:///etc/passwd",
            'https://example.com/"x',
            "nonsense",
        ],
    )
    def test_refuses_what_may_not_be_fetched(self, root: Actor, url: str) -> None:
        with pytest.raises(ValidationFailedError) as refused:
            services.list_address(url, actor=root, now=NOW)

        assert refused.value.fields["url"]

    def test_refuses_an_address_twice(
        self, root: Actor, address: FetchedAddress
    ) -> None:
        with pytest.raises(ValidationFailedError):
            services.list_address(address.url, actor=root, now=NOW)


class TestFetching:
    def test_keeps_the_answer(self, address: FetchedAddress) -> None:
        assert address.answer == {
            "status_code": 200,
            "content_type": "",
            "text": ANSWER.decode(),
        }
        assert (address.fetched_at, address.error) == (NOW, "")

    @pytest.mark.parametrize(
        ("transport", "why"),
        [
            (answering(404), "it answers with status 404"),
            (
                answering(302, location="https://169.254.169.254/"),
                "it answers with status 302",
            ),
            (answering(body=b"x" * 300_000), "its answer is longer than 256 KiB"),
            (answering(body=b"\xff"), "its answer is no text in UTF-8"),
        ],
    )
    def test_that_fails_leaves_the_last_answer_in_force(
        self, address: FetchedAddress, transport: httpx.BaseTransport, why: str
    ) -> None:
        later = NOW + timedelta(hours=1)

        fetched(address.pk, transport, at=later)

        address.refresh_from_db()
        assert (address.error, address.tried_at) == (why, later)
        assert (address.fetched_at, bool(address.answer)) == (NOW, True)

    def test_connects_to_no_address_of_this_machine(
        self, address: FetchedAddress, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        here = [(2, 1, 6, "", ("169.254.169.254", 443))]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: here)

        services.fetch_address(address.pk, clock=lambda: NOW)

        address.refresh_from_db()
        assert address.error == "its name leads to this machine or its network"

    def test_is_due_again_after_the_interval(
        self, address: FetchedAddress, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks():
            soon = services.fetch_due(now=NOW + timedelta(minutes=59))
            later = services.fetch_due(now=NOW + timedelta(minutes=60))

        assert (soon, later) == (0, 1)


class TestPolicies:
    def test_of_the_seeds_run_and_decide_as_written(self, policy: Policy) -> None:
        liam, zeno = (answer(policy, given_name=name) for name in ("Liam", "Zeno"))

        assert (liam.allow.value, liam.allow.reasons) == (
            True,
            frozenset({"custom-rego-authorized"}),
        )
        assert (zeno.allow.value, zeno.allow.reasons) == (
            False,
            frozenset({"custom-rego-unauthorized"}),
        )

    def test_refuse_when_the_answer_is_too_old(self, policy: Policy) -> None:
        late = answer(policy, given_name="Liam", at=NOW + timedelta(hours=25))

        assert not late.allow.value
        assert late.deny.reasons == {"record-data-unavailable"}

    def test_refuse_when_the_address_is_no_longer_listed(
        self, root: Actor, policy: Policy, address: FetchedAddress
    ) -> None:
        using = selectors.list_fetching(address, actor=root)

        services.unlist_address(address.pk, actor=root, now=NOW)

        gone = answer(policy, given_name="Liam")
        assert using == [policy]
        assert gone.deny.reasons == {"record-data-unavailable"}
        assert AuditEvent.objects.latest("sequence").action == (
            "fetched_address.unlisted"
        )

    def test_are_refused_at_save_when_the_address_is_not_listed(
        self, sample: str
    ) -> None:
        with pytest.raises(PolicyTextError) as refused:
            make_policy("Names", namespace=get_root(), source=sample, language="rego")

        (problem,) = refused.value.details["problems"]
        assert problem["code"] == "refused-fetch"
        assert "Addresses" in problem["suggestion"]

    def test_may_not_ask_for_an_answer_as_for_a_record(self, policy: Policy) -> None:
        other = make_policy(
            "Trick",
            namespace=get_root(),
            language="rego",
            source='kind := concat(".", ["http", "send"])\n'
            f'allow {{ get_databroker_record(kind, "{URL}") != null }}',
        )

        assert not answer(other, given_name="Liam").allow.value


class TestThePages:
    @pytest.fixture
    def admin(self, cast: Cast) -> Client:
        return client_of(cast.root)

    def test_show_what_is_listed_and_take_more(
        self, admin: Client, address: FetchedAddress
    ) -> None:
        shown = admin.get("/policies/addresses/")
        more = {
            "url": "https://example.com/a.json",
            "interval_minutes": "5",
            "max_age_hours": "2",
        }
        added = admin.post("/policies/addresses/", more)

        row = FetchedAddress.objects.get(url="https://example.com/a.json")
        assert address.url in shown.content.decode()
        assert added.status_code == 302
        assert (row.interval_seconds, row.max_age_seconds) == (300, 7200)

    def test_say_what_is_wrong_with_an_address(self, admin: Client) -> None:
        url = "https://169.254.169.254/x"
        more = {"url": url, "interval_minutes": "5", "max_age_hours": "2"}

        answered = admin.post("/policies/addresses/", more)

        assert answered.status_code == 400
        assert "metadata" in answered.content.decode()

    def test_name_the_policies_before_an_address_is_removed(
        self, admin: Client, policy: Policy, address: FetchedAddress
    ) -> None:
        url = f"/policies/addresses/{address.pk}/delete"

        asked = admin.get(url)
        done = admin.post(url)

        assert policy.name in asked.content.decode()
        assert done.status_code == 302
        assert not FetchedAddress.objects.exists()
