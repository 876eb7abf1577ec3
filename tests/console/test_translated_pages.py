"""No word of a page is left that no translation reaches."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.console.bracketed import needs_gettext, outside
from tests.factories import make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.imports.running import begin

pytestmark = needs_gettext

LITERAL = {"code", "kbd", "pre", "samp", "script", "style", "textarea", "time", "svg"}
EMPTY = {"br", "col", "hr", "img", "input", "link", "meta", "source", "use", "wbr"}
READ = {"alt", "aria-label", "data-confirm", "title"}
# Of the cast and its things, what people are called elsewhere, and names of formats.
NAMES = re.compile(
    r"\b(Global|Engineering|Web|Finance|Root|Ada|Ben|Mia|Cyd|Staff|Wiki|web|test|Demo"
    r"|Any device|Built-in authenticator only|directory \d+|Esperanto|English"
    r"|Postern|Pomerium|Core|PPL|Rego|CSV|UTC|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS"
    r"|trace|debug|info|warn|error|admin|manager|viewer|id-web)\b"
)
ADDRESS = re.compile(
    r"[^\s⟦⟧]+@[^\s⟦⟧]+|\w+://[^\s⟦⟧]+|[^\s⟦⟧]+\.(example\.com|internal)[^\s⟦⟧]*"
)
SOURCE = """\
allow:
  and:
    - domain: example.com
    - user: {in: [a, b]}
    - http_method: {in: [GET]}
    - day_of_week: mon-fri
    - device: {type: any}
    - record: {type: a, field: b, is: c}
"""


class Texts(HTMLParser):
    """Collects what is read on a page, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY:
            self.open.append(tag)
        self.texts += [f" {value} " for name, value in attrs if value and name in READ]

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not LITERAL.intersection(self.open):
            self.texts.append(data)


def left_on(page: str) -> list[str]:
    found = Texts()
    found.feed(page)
    return outside(NAMES.sub("", ADDRESS.sub("", " ".join(found.texts))))


@pytest.fixture
def pages(cast: Cast) -> list[str]:
    """Return the addresses of pages of the console."""
    policy = make_policy(namespace=cast.web, name="Staff", source=SOURCE)
    route = make_route("Wiki", policy, namespace=cast.web)
    of_policy = ("", "edit", "uses", "history", "examples", "move", "attach", "delete")
    return [
        *(
            "/",
            "/policies/",
            "/policies/new",
            "/routes/",
            "/routes/new",
            "/search?q=web",
        ),
        *(f"/policies/{policy.pk}/{name}" for name in of_policy),
        *(f"/routes/{route.pk}/{name}" for name in ("", "edit", "history", "delete")),
        *("/namespaces/", f"/namespaces/{cast.web.pk}/"),
        *(f"/namespaces/{cast.web.pk}/roles/", "/people/", "/groups/", "/devices/"),
        *("/settings/gateway/", "/deployments/", "/clusters/", "/traffic/"),
        *("/decisions/", "/sessions/", "/certificates/", "/directories/"),
        *("/data-sources/", "/account/", "/service-accounts/"),
    ]


def test_every_word_of_the_pages_is_marked(
    foreign: Client, cast: Cast, pages: list[str]
) -> None:
    foreign.force_login(cast.root)
    left = {}

    for address in pages:
        answer = foreign.get(address, follow=True)
        assert answer.status_code == 200, address
        if words := left_on(answer.content.decode()):
            left[address] = words

    assert left == {}, "mark these as docs/translation.md says"


def test_words_without_brackets_are_found() -> None:
    assert left_on("<p>Save <b>⟦now⟧</b></p>") == ["Save"]
    assert left_on("<p>⟦Press <kbd>Esc</kbd> to close⟧ <code>x: any</code></p>") == []
    assert left_on('<a title="Help">⟦a ⟦b⟧⟧</a>') == ["Help"]


FILE = """\
shared_secret: x
routes:
  - from: https://a.example.com
    to: http://a.internal
    allowed_groups: [x]
    allow_public_unauthenticated_access: "yes"
  - from: https://a.example.com
    redirect: {https_redirect: true}
  - from: https://b.example.com
    tooo: http://${HOST}
  - from: https://c.example.com
    to: http://c.internal
    policy:
      - allow:
          or:
            - domian: example.com
"""


@pytest.mark.parametrize("file", [FILE, "{{ x }}", "a: [", "routes: 1"])
def test_what_an_import_finds_is_said_in_the_readers_language(
    foreign: Client, cast: Cast, file: str
) -> None:
    run = begin(file, cast.web, actor=actor_of(cast.root))
    foreign.force_login(cast.root)
    url = f"/import/{run.pk}/"

    found = foreign.get(f"/api/v1/imports/{run.pk}/").json()["plan"]
    texts = [one[name] for one in found["findings"] for name in ("message", "remedy")]
    texts += [one["why"] for one in found["left_alone"]]

    assert texts
    assert [left for text in texts if (left := outside(text))] == []
    for part in ("findings", "routes", "left-alone"):
        assert left_on(foreign.get(url, {"show": part}).content.decode()) == []
