"""Another language comes in as docs/translation.md says, without a change of code.

GNU gettext collects the texts of templates and of Python, each is "translated" by
brackets around it, and pages are asked for in that language.
"""

from pathlib import Path

from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import translation

from tests.console.bracketed import LANGUAGE, catalog_of, needs_gettext
from tests.factories import make_policy, make_route
from tests.people import Cast

FEWEST = 2000  # texts
NAMES = {"PolicyLanguage"}  # the same in every language
CHOICES = [
    choices
    for choices in models.TextChoices.__subclasses__()
    if choices.__module__.split(".")[0] in {one.name for one in apps.get_app_configs()}
    and choices.__name__ not in NAMES
]

pytestmark = needs_gettext


def test_texts_are_collected_with_their_values(words: Path) -> None:
    found = catalog_of(words / LANGUAGE / "LC_MESSAGES" / "django.mo")

    assert len(found) > FEWEST
    assert found["Save"] == "⟦Save⟧"
    assert found["Line %(line)s"] == "⟦Line %(line)s⟧"
    assert (
        found["Make it %(count)s alternative", 1] == "⟦Make it %(count)s alternatives⟧"
    )
    assert found["did you mean `%(meant)s`?"] == "⟦did you mean `%(meant)s`?⟧"


def test_pages_are_shown_in_the_language_that_a_browser_asks_for(
    foreign: Client, cast: Cast
) -> None:
    policy = make_policy(namespace=cast.web, name="Staff")

    shown = read_page(foreign, f"/policies/{policy.pk}/")
    listed = read_page(foreign, "/policies/")
    asked = read_page(foreign, f"/policies/{policy.pk}/delete")
    edited = read_page(foreign, f"/policies/{policy.pk}/edit")

    assert f'<html lang="{LANGUAGE}"' in shown
    assert "⟦Parts of this policy⟧" in shown
    assert "⟦Audit log⟧" in shown  # the rail
    assert "⟦In words⟧" in listed  # a column
    assert "⟦Delete Staff⟧" in asked  # a title with a value
    assert "⟦For the history and the audit log, such as a ticket.⟧" in edited


def test_what_the_domain_refuses_is_said_in_that_language(
    foreign: Client, cast: Cast
) -> None:
    missing = read_page(foreign, f"/policies/{cast.web.pk}/", status=404)
    answer = foreign.post("/namespaces/new", {"name": "", "parent": cast.web.pk})
    asked = foreign.get(f"/api/v1/policies/{cast.web.pk}/").json()

    assert "⟦" in missing.partition('class="error-sentence"')[2].partition("</p>")[0]
    assert "⟦Name⟧" in answer.content.decode()
    assert asked["code"] == "not_found"
    assert asked["detail"].startswith("⟦")


def read_page(foreign: Client, path: str, *, status: int = 200) -> str:
    answer = foreign.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()


def test_choices_and_roles_are_shown_in_that_language(
    foreign: Client, cast: Cast
) -> None:
    def unmarked() -> list[str]:
        with translation.override(LANGUAGE):
            return [
                f"{choices.__name__}: {label}"
                for choices in CHOICES
                for label in map(str, choices.labels)
                if label and "⟦" not in label
            ]

    grants = read_page(foreign, f"/namespaces/{cast.web.pk}/roles/new")

    assert len(CHOICES) > 10
    assert unmarked() == []
    assert "⟦Viewer⟧: ⟦Sees the routes and policies here and below.⟧" in grants


def test_counts_have_forms_in_that_language(foreign: Client, cast: Cast) -> None:
    make_policy(namespace=cast.web, name="Staff")
    make_route(namespace=cast.web, name="Wiki")

    assert "⟦1 policy⟧" in read_page(foreign, "/policies/")
    assert "⟦1 route⟧" in read_page(foreign, "/routes/")
