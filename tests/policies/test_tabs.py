"""The tabs of a policy: what is closed, switching, looking around without loss."""

import re
from typing import Any

import pytest

from gateway.authorizer import pages
from policies import services
from policies.models import Policy
from routes import services as route_services
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.browsers import client_of, url
from tests.policies.texts import ADMINS, EMPLOYEES

REGO = 'allow := [true, {"reading"}] { input.http.method == "GET" }'
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def policy(cast: Cast) -> Policy:
    """A policy of Web that allows the employees."""
    return make_policy("Employees", namespace=cast.web, source=EMPLOYEES)


def draft(policy: Policy, **values: str) -> dict[str, str]:
    return {
        "name": policy.name,
        "source": policy.source.replace("\n", "\r\n"),
        "language": policy.language,
        "version": str(policy.version),
        "kept": "",
        "explanation": "half of a sentence",
    } | values


def initial(answer: Any) -> dict[str, Any]:
    return dict(answer.context["form"].initial)


class TestSwitching:
    def test_writes_in_rego_what_the_draft_says_and_saves_nothing(
        self, cast: Cast, policy: Policy
    ) -> None:
        where = url("policy-edit", policy)
        source = policy.source.replace("example.com", "example.org")

        answer = client_of(cast.ada).post(
            where, draft(policy, source=source, switch="rego")
        )

        shown = initial(answer)
        assert shown["language"] == "rego"
        assert "package pomerium.policy" in shown["source"]
        assert "example.org" in shown["source"]
        assert shown["explanation"] == "half of a sentence"
        assert answer.context["kept"] == source
        policy.refresh_from_db()
        assert (policy.version, policy.language) == (1, "ppl")

    def test_brings_back_what_was_there(self, cast: Cast, policy: Policy) -> None:
        body = draft(policy, source=REGO, language="rego", kept=ADMINS, switch="ppl")

        answer = client_of(cast.ada).post(url("policy-edit", policy), body)

        assert initial(answer)["source"] == ADMINS
        assert answer.context["kept"] == REGO

    def test_starts_from_the_last_version_in_ppl(
        self, cast: Cast, policy: Policy
    ) -> None:
        services.update_policy(
            policy.pk,
            version=1,
            language="rego",
            source=REGO,
            actor=actor_of(cast.ada),
            now=NOW,
        )
        policy.refresh_from_db()
        client, where = client_of(cast.ada), url("policy-edit", policy)

        told = client.get(where).content.decode()
        answer = client.post(where, draft(policy, switch="ppl"))

        assert "Switching starts from version 1" in told
        assert initial(answer)["source"] == EMPLOYEES

    def test_writes_a_program_that_can_be_saved(
        self, cast: Cast, policy: Policy
    ) -> None:
        client, where = client_of(cast.ada), url("policy-edit", policy)
        switched = initial(client.post(where, draft(policy, switch="rego")))

        answer = client.post(
            where, draft(policy, language="rego", source=switched["source"])
        )

        assert answer.status_code == 302
        policy.refresh_from_db()
        assert (policy.version, policy.language) == (2, "rego")

    def test_to_rego_is_for_those_who_write_it(
        self, cast: Cast, policy: Policy
    ) -> None:
        client, where = client_of(cast.mia), url("policy-edit", policy)

        told = client.get(where).content.decode()
        answer = client.post(where, draft(policy, switch="rego"))

        assert "takes the admin role" in told
        assert 'name="switch"' not in told
        assert answer.status_code == 403

    def test_works_for_a_policy_that_is_not_there_yet(self, cast: Cast) -> None:
        body = {"name": "New", "namespace": str(cast.web.pk), "source": EMPLOYEES}

        answer = client_of(cast.ada).post(
            url("policy-create"), body | {"switch": "rego"}
        )

        assert initial(answer)["namespace"] == str(cast.web.pk)
        assert 'data-language="rego"' in answer.content.decode()
        assert not Policy.objects.exists()


class TestTabs:
    @pytest.mark.parametrize(
        ("language", "source", "closed"),
        [("ppl", EMPLOYEES, {"Rego"}), ("rego", REGO, {"Builder", "Editor"})],
    )
    def test_of_the_other_language_are_closed_and_say_why(
        self, cast: Cast, language: str, source: str, closed: set[str]
    ) -> None:
        policy = make_policy(namespace=cast.web, language=language, source=source)
        client = client_of(cast.ada)

        for page in ("policy-detail", "policy-edit", "policy-history"):
            html = client.get(url(page, policy)).content.decode()
            found = re.findall(r"</svg>(\w+)<span[^>]*> \(closed\)", html)
            assert set(found) == closed
        assert html.count('aria-current="page"') >= 1
        told = client.get(url("policy-detail", policy)).content.decode()
        assert "PPL or Rego, never both" in told
        assert f"{url('policy-edit', policy)}#policy-rego" in told

    def test_shows_what_a_refused_person_reads_as_the_proxy_has_it(
        self, cast: Cast, policy: Policy
    ) -> None:
        html = client_of(cast.mia).get(url("policy-edit", policy)).content.decode()

        assert pages._WORDS[403] in html

    def test_show_history_and_examples_within_the_form_without_a_way_out(
        self, cast: Cast, policy: Policy
    ) -> None:
        services.update_policy(
            policy.pk, version=1, source=ADMINS, actor=actor_of(cast.ada), now=NOW
        )
        client = client_of(cast.ada)

        for page in ("policy-history", "policy-uses", "policy-examples"):
            html = client.get(url(page, policy), headers=FRAGMENT).content.decode()
            assert "<html" not in html
            assert "<form" not in html


def test_an_attached_route_tells_who_attached_the_policy_and_when(
    cast: Cast, policy: Policy
) -> None:
    other = make_policy("Other", namespace=cast.web)
    route = make_route("shop", other, namespace=cast.web)
    for who, ids in ((cast.mia, [policy.pk]), (cast.ada, [policy.pk, other.pk])):
        route.refresh_from_db()
        route_services.set_route_policies(
            route.pk,
            policy_ids=ids,
            version=route.version,
            actor=actor_of(who),
            now=NOW,
        )

    page = client_of(cast.ben).get(url("policy-uses", policy))
    api = client_of(cast.ben).get(f"/api/v1/policies/{policy.pk}/attachments/").json()

    (row,) = page.context["usage"].attached
    assert (row.created_by, row.created_at) == ("mia@example.com", NOW)
    assert "mia@example.com" in page.content.decode()
    assert "Attached" in page.content.decode()
    assert api["routes"][0]["created_by"] == "mia@example.com"
    assert api["routes"][0]["name"] == "shop"


def test_a_route_that_comes_back_remembers_who_attached_its_policies(
    cast: Cast, policy: Policy
) -> None:
    route = make_route("shop", policy, namespace=cast.web)
    before = route.attachments.get()
    actor = actor_of(cast.ada)
    route_services.delete_route(route.pk, version=route.version, actor=actor, now=NOW)

    back = route_services.restore_route(route.pk, actor=actor, now=NOW)

    after = back.attachments.get()
    assert before.created_by
    assert (after.created_by, after.created_at) == (
        before.created_by,
        before.created_at,
    )
