"""Pages and API of policies in Rego: written, tried with JSON, let out again."""

import json

import pytest
from django.urls import reverse

from policies import services
from policies.models import Policy, PolicyStrikes
from tests.factories import NOW, make_policy
from tests.people import Cast, actor_of
from tests.policies.api import send
from tests.policies.browsers import client_of

SOURCE = 'allow := [true, {"reading"}] { input.http.method == "GET" }'


def test_admins_choose_the_language_and_others_are_not_asked(cast: Cast) -> None:
    address = f"{reverse('policies:policy-create')}?namespace={cast.web.pk}"

    admins = client_of(cast.ada).get(f"{address}&language=rego").content.decode()
    managers = client_of(cast.mia).get(address).content.decode()

    assert 'data-language="rego"' in admins
    assert "package pomerium.policy" in admins
    assert "Try with JSON" in admins
    assert "Language of the policy" not in managers
    assert 'data-language="ppl"' in managers


def test_a_policy_is_written_looked_at_and_edited(cast: Cast) -> None:
    browser = client_of(cast.ada)
    fields = {"namespace": str(cast.web.pk), "name": "Readers", "language": "rego"}

    refused = browser.post(
        reverse("policies:policy-create"), fields | {"source": "allow := 1"}
    )
    browser.post(reverse("policies:policy-create"), fields | {"source": SOURCE})
    policy = Policy.objects.get()
    page = browser.get(reverse("policies:policy-detail", args=[policy.pk]))
    edit = browser.get(reverse("policies:policy-edit", args=[policy.pk]))

    assert "gives neither true nor false" in refused.content.decode()
    assert policy.language == "rego"
    assert "Written in Rego" in page.content.decode()
    assert 'data-language="rego"' in edit.content.decode()
    assert "Language of the policy" not in edit.content.decode()


class TestTryingWithJson:
    def answer(self, cast: Cast, who: str = "ada", **fields: str) -> tuple[int, str]:
        given = {
            "namespace": str(cast.web.pk),
            "source": SOURCE,
            "given": json.dumps({"http": {"method": "GET"}}),
            "records": "{}",
        }
        response = client_of(getattr(cast, who)).post(
            reverse("policies:policy-try-rego"),
            given | fields,
            headers={"HX-Request": "true"},
        )
        return response.status_code, response.content.decode()

    def test_shows_the_answer_its_reasons_and_prints(self, cast: Cast) -> None:
        source = f'{SOURCE}\ndeny {{ print("<b>", input.http); false }}'

        _, shown = self.answer(cast, source=source)

        assert "Allowed" in shown
        assert "<code>reading</code>" in shown
        assert "line 2: &lt;b&gt;" in shown

    def test_reads_records(self, cast: Cast) -> None:
        source = 'allow { get_databroker_record("pets", "rex").name == "Rex" }'

        _, shown = self.answer(cast, source=source, records='{"pets": {}}')

        assert "Refused" in shown or "Denied" in shown

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"given": "{"}, "Input is no JSON"),
            ({"given": "[]"}, "Input is no JSON object"),
            ({"records": "3"}, "Records is no JSON object"),
            ({"namespace": ""}, "Choose a namespace first"),
            ({"source": "allow {"}, "Line 1"),
        ],
    )
    def test_says_what_cannot_be_tried(
        self, cast: Cast, fields: dict[str, str], said: str
    ) -> None:
        assert said in self.answer(cast, **fields)[1]

    def test_is_for_those_who_write_rego(self, cast: Cast) -> None:
        assert self.answer(cast, "mia")[0] == 403


def test_a_policy_in_quarantine_is_let_out_on_its_page(cast: Cast) -> None:
    policy = make_policy(namespace=cast.web, language="rego", source=SOURCE)
    for _ in range(3):
        services.record_strike(policy.pk, kind="cpu", source=SOURCE, now=NOW)
    address = reverse("policies:policy-detail", args=[policy.pk])

    page = client_of(cast.ada).get(address).content.decode()
    seen = client_of(cast.mia).get(address).content.decode()
    client_of(cast.ada).post(
        reverse("policies:policy-lift-quarantine", args=[policy.pk])
    )

    assert "In quarantine" in page
    assert "Run it again" in page
    assert "Run it again" not in seen
    assert not PolicyStrikes.objects.exists()


class TestTheApi:
    def test_checks_rego_for_those_who_write_it(self, cast: Cast) -> None:
        body = {"text": "allow {\n  lowr(1)\n}", "language": "rego"}

        answer = send(cast.ada, "POST", "check/", body=body)

        (problem,) = answer.json()["problems"]
        assert (problem["code"], problem["line"], problem["column"]) == (
            "unknown-function",
            2,
            3,
        )
        assert send(cast.mia, "POST", "check/", body=body).status_code == 403

    def test_says_what_may_be_written(self, cast: Cast) -> None:
        answer = send(cast.ada, "GET", "completion/?language=rego").json()

        assert "input.session.id" in [one["label"] for one in answer["inputs"]]
        assert "startswith" in [one["label"] for one in answer["builtins"]]
        assert "pomerium.io/DirectoryUser" in [
            one["label"] for one in answer["records"]
        ]

    def test_tries_a_draft(self, cast: Cast) -> None:
        body = {"source": SOURCE, "language": "rego", "namespace": str(cast.web.pk)}

        answer = send(cast.ada, "POST", "try/", body=body).json()

        assert answer["outcome"] == "allow"
        assert answer["policies"][0]["rego"]["allow_reasons"] == ["reading"]

    def test_lifts_a_quarantine(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web, language="rego", source=SOURCE)
        for _ in range(3):
            services.record_strike(policy.pk, kind="cpu", source=SOURCE, now=NOW)

        answer = send(cast.ada, "POST", f"{policy.pk}/lift-quarantine/", body={})

        assert answer.status_code == 204
        assert services.lift_quarantine(policy.pk, actor=actor_of(cast.ada), now=NOW)
        assert not PolicyStrikes.objects.exists()
