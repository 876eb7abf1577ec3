"""What the language of policies says reaches people in their own language, all of it.

The texts are those of the corpora of problems, warnings and criteria; what stands in
them without brackets is what no translation would reach.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from policies import language
from policies.language.builder import builder_tree, catalog
from policies.language.criteria import CRITERIA
from policies.language.lint import LintContext
from policies.language.sentences import describe, summary
from policies.selectors import check_source, problem_as_json
from policies.translating import translated
from policies.views import builder_fields
from tests.console.bracketed import LANGUAGE, needs_gettext, outside
from tests.factories import make_policy
from tests.people import Cast, actor_of

CORPUS = Path(__file__).parents[1] / "policies" / "language" / "corpus"
CONTEXT = LintContext(
    now=datetime(2026, 7, 1, tzinfo=UTC),
    groups={"01-eng": "Engineering"},
    device_types=frozenset({"any"}),
)
# Words of YAML's own parser, and what the language's own words are.
FOREIGN = "not valid YAML"

pytestmark = needs_gettext


@pytest.fixture(autouse=True)
def reading(languages: None) -> Iterator[None]:
    """Read in the language of brackets."""
    with translation.override(LANGUAGE):
        yield


def texts_of(name: str) -> list[str]:
    cases = json.loads((CORPUS / f"{name}.json").read_text("utf-8"))
    return [one["text"] for one in cases]


def example_of(name: str, operator: str = "or") -> str:
    return f"allow:\n  {operator}:\n    - {CRITERIA.by_name[name].example}\n"


@pytest.mark.parametrize("corpus", ["problems", "warnings"])
def test_problems_of_a_text(corpus: str) -> None:
    left = {}
    for text in texts_of(corpus):
        for one in language.check(text, context=CONTEXT):
            shown = problem_as_json(one, text)
            fix = shown["fix"] or {"label": ""}
            for said in (shown["message"], shown["suggestion"] or "", fix["label"]):
                if FOREIGN not in said and outside(said):
                    left[said] = outside(said)

    assert left == {}


@pytest.mark.parametrize("name", CRITERIA.by_name)
def test_what_a_criterion_is_called_and_asks_for(name: str) -> None:
    criterion = CRITERIA.by_name[name]
    shown = [criterion.label, criterion.help, criterion.fact]
    document = language.parse(example_of(name))
    sentences = [one.text for one in describe(document)]

    said = translated([*shown, *sentences, summary(document)])

    assert all(one.startswith("⟦") for one in said)
    assert outside(" ".join(said)) == []


def test_sentences_of_every_operator() -> None:
    rules = "\n".join(
        f"- {action}:\n    {operator}:\n      - domain: {value}\n      - user: {value}"
        for action in ("allow", "deny")
        for operator in ("and", "or", "not", "nor")
        for value in ("a", "{in: [a, b, c]}", "{}", "{not: a, starts_with: b}")
    )
    document = language.parse(rules)

    said = translated([*(one.text for one in describe(document)), summary(document)])

    assert outside(" ".join(said).replace("a", "")) == []


def test_the_builder() -> None:
    text = "- deny:\n    or: []\n" + "".join(
        f"- allow:\n    or:\n      - {one.example}\n" for one in CRITERIA.entries
    )
    document = language.parse(text)

    tree = translated(builder_tree(document))
    offered = translated(catalog())

    for block in tree["blocks"]:
        assert outside(block.get("words") or block["why"]) == []
        for one in block.get("criteria", ()):
            tests = [test["words"] for test in one["tests"] or ()]
            assert outside(" ".join([one["label"], one["sentence"], *tests])) == []
    for one in (*offered["criteria"], *offered["operators"]):
        words = [one.get("label", ""), one.get("help", ""), one.get("words", "")]
        assert outside(" ".join(words)) == []
    for group in builder_fields.choices():
        assert outside(str(group["label"])) == []
        assert all(one["label"].startswith("⟦") for one in group["criteria"])


REGO = """
import input.http
default deny = input.user.id
allow = "yes" { input.usr.id == 1; get_databroker_recrod("a", "b"); 1 + "a" }
deny = [true, "no", 3, 4] { opa.runtime(); lower("a", "b", "c") }
f { g }
g { f }
deny = [false, "reason"] { get_databroker_record("nothing", "b") }
"""


@pytest.mark.parametrize(
    "text",
    [
        REGO,
        "allow if { true }",
        "package other\nx { true }",
        "allow { not _ }",
        "deny { http.send({}) }",
        "# nothing",
        "a" * 70_000,
    ],
)
def test_problems_of_rego(text: str, cast: Cast) -> None:
    """They are found in another process, and leave it with what they are made of."""
    found = check_source(text, actor=actor_of(cast.root), code="rego")

    assert found
    for one in found:
        words = [
            one["message"],
            one["suggestion"] or "",
            (one["fix"] or {}).get("label"),
        ]
        assert outside(" ".join(filter(None, words))) == [], one


def test_what_an_edit_is_refused_for(foreign: Client) -> None:
    answer = foreign.post(
        "/api/v1/policies/builder/",
        {
            "text": "allow:\n  or:\n    - accept: true\n",
            "edit": {"edit": "remove-block", "at": "7/or"},
        },
        content_type="application/json",
    )

    assert answer.json()["refusal"].startswith("⟦there is no")


class TestPages:
    """What the console shows of all that."""

    def test_the_editor_marks_problems(self, foreign: Client) -> None:
        found = foreign.post(
            "/api/v1/policies/check/",
            {"text": "allow:\n  or:\n    - domian: a\n"},
            content_type="application/json",
        ).json()["problems"]

        assert found[0]["message"] == "⟦unknown criterion `domian`⟧"
        assert found[0]["suggestion"] == "⟦did you mean `domain`?⟧"
        assert found[0]["fix"]["label"] == "⟦Write `domain`⟧"

    def test_a_text_that_is_refused(self, foreign: Client, cast: Cast) -> None:
        given = {"namespace": str(cast.web.pk), "name": "New", "source": "allow: 1"}
        answer = foreign.post(
            "/api/v1/policies/", given, content_type="application/json"
        ).json()

        assert "1:8: ⟦" in answer["fields"]["source"][0]

    def test_completion(self, foreign: Client) -> None:
        found = foreign.get("/api/v1/policies/completion/").json()["criteria"]

        assert {one["label"][0] + one["help"][0] for one in found} == {"⟦⟦"}

    def test_sentences_of_a_policy(self, foreign: Client, cast: Cast) -> None:
        source = "allow:\n  and:\n    - domain: example.com\n    - user: ada\n"
        policy = make_policy(namespace=cast.web, name="Staff", source=source)

        shown = foreign.get(f"/policies/{policy.pk}/").content.decode()
        listed = foreign.get("/policies/").content.decode()

        assert "⟦⟦the email domain⟧ ⟦is example.com⟧⟧" in shown
        assert "⟦Allow ⟦when ⟦all of⟧:⟧" in listed

    def test_an_answer_that_was_tried(self, foreign: Client, cast: Cast) -> None:
        policy = make_policy(
            namespace=cast.web,
            name="Staff",
            source="allow:\n  and:\n    - domain: example.com\n",
        )

        tried: dict[str, Any] = foreign.post(
            f"/api/v1/policies/{policy.pk}/try/", {}, content_type="application/json"
        ).json()
        block = tried["policies"][0]["rules"][0]["operators"][0]

        assert outside(block["criteria"][0]["words"].replace("example.com", "")) == []
        assert block["criteria"][0]["fact"] == "⟦the domain of the address⟧"
