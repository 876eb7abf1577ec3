"""What people read on pages is marked for translation, so that tools find it."""

import ast
import re

import pytest

from tests.architecture import unmarked
from tests.architecture.sources import (
    ROOT,
    list_application_files,
    list_files,
    name_of,
    parse,
)
from tests.architecture.untranslated import find

TEMPLATES = [
    path for path in list_files(".html") if path.is_relative_to(ROOT / "templates")
]
# Shown when nothing works any more: it is sent as it is, without a request.
PLAIN = {"500.html"}
# The Python of pages, without that of the programs that serve them.
PAGES = re.compile(
    r"(console/ui|console/core/generic|\w+/views|\w+/forms|\w+/listings)(/|\.py$)"
)
# What knows no Django and is read by people all the same.
PURE = re.compile(
    r"policies/language/((builder|criteria|editing|lint)/|(compiler|decoding|formatter"
    r"|grammar|matchers|mentions|scalars|sentences|source|wording|writer)\.py$)"
    r"|policies/rego/(analysis|builtins|checking|inputs|record_uses|shapes|variables"
    r"|written_types)\.py$"
    r"|routes/validation/|(routes|gateway)/settings_table/(?!__main__|reference)"
    r"|gateway/selectors/comparing\.py$|directory/credential_kinds/"
    r"|routes/imports/(analysis|findings|legacy|outline|placeholders|plan"
    r"|reconcile|sub_policies)\.py$"
)
PROGRAMS = re.compile(
    r"/management/|ui/(health|keeper|parent|processes|single_instance|supervisor)\.py$"
)


def texts_in(source: str) -> list[str]:
    return [source[one.start : one.end] for one in find(source)]


def test_every_text_of_a_template_is_marked() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): texts
        for path in TEMPLATES
        if path.name not in PLAIN
        if (texts := texts_in(path.read_text(encoding="utf-8")))
    }

    assert found == {}, "mark these as docs/translation.md says"


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ("<p>Nobody yet.</p>", ["Nobody yet."]),
        ('<p>{% translate "Nobody yet." %}</p>', []),
        ("<p> {{ count }} routes </p>", ["{{ count }} routes"]),
        ("<p>Ask <strong>Ada</strong> first</p>", ["Ask <strong>Ada</strong> first"]),
        ("<p>{{ name }}, {{ other }}</p>", []),
        ("<p><code>domain: example.com</code></p>", []),
        ("<p>Pomerium Core</p>", []),
        ('<input placeholder="Find one" class="wide">', ["Find one"]),
        ('<p class="{% if a %}is wide{% endif %}"></p>', []),
        ('{% if a %}<a href="{{ a }}"{% else %}<p{% endif %} class="b">', []),
        ("<{% if a %}fieldset{% else %}div{% endif %} class='b'></div>", []),
        ('{% include "a.html" with label="Save" kind="primary" only %}', ['"Save"']),
        ('{% include "a.html" with label=_("Save") kind="primary" only %}', []),
        ('{{ name|default:"Nobody" }}', ['"Nobody"']),
        ('{% firstof "Save it" as label %}', ['"Save it"']),
        ('{% firstof answer "policies/partials/_trial.html" as answer %}', []),
        ('{% icon name|default:"info" %}', []),
        ("{% comment %}Not read.{% endcomment %}{# nor this #}", []),
        ("{% if a %}One{% endif %} and two", ["One", "and two"]),
        ("{% blocktranslate %}At {{ a }}{% endblocktranslate %}", []),
    ],
)
def test_texts_are_told_from_everything_else(source: str, texts: list[str]) -> None:
    assert texts_in(source) == texts


def test_every_text_in_the_python_of_pages_is_marked() -> None:
    found = {
        name_of(path): texts
        for path in list_application_files()
        if PAGES.match(name_of(path)) and not PROGRAMS.search(name_of(path))
        if (texts := list(unmarked.find(parse(path))))
    }

    assert found == {}, "mark these as docs/translation.md says"


def test_every_text_of_what_knows_no_django_is_marked() -> None:
    found = {
        name_of(path): texts
        for path in list_application_files()
        if PURE.match(name_of(path))
        if (texts := list(unmarked.find(parse(path))))
    }

    assert found == {}, "mark these as docs/translation.md says"


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('title = "New route"', ["New route"]),
        ('title = gettext_noop("New route")', []),
        ('text = f"{name} is there."', ["\x00 is there."]),
        ('text = worded("%(name)s is there", name=name)', []),
        ('entry = Criterion(example="domain: is example.com")', []),
        ('text = gettext("%(name)s is there.") % values', []),
        ('raise NotFoundError("there is none")', ["there is none"]),
        ('raise ValueError("there is none")', []),
        ('def ask() -> None:\n    """Ask somebody."""', []),
        ('if words == "not found": pass', []),
        ('css = "list__row list__row--wide"', []),
        ('name = "policy-detail"', []),
    ],
)
def test_texts_in_python_are_told_from_everything_else(
    source: str, texts: list[str]
) -> None:
    assert [text for _, text in unmarked.find(ast.parse(source))] == texts
