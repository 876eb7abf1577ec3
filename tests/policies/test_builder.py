"""The builder: a text as blocks, and the text after a change made in one of them."""

import json
import random
from html.parser import HTMLParser
from typing import Any

import pytest

from policies.language import CRITERIA, PolicyLanguageError, meaning_key, parse
from policies.selectors import Built, build
from policies.views import builder_fields as fields
from tests.factories import make_group
from tests.people import Cast, actor_of
from tests.policies.api import send
from tests.policies.browsers import client_of, url
from tests.policies.language import random_policies, random_texts
from tests.policies.texts import ADMINS, BROKEN, EMPLOYEES

COMMENTED = """\
# Who may.
allow:
  or:
    - domain: example.com   # us
    - groups:
        has: grp-1
deny:
  and:
    - http_method: DELETE
"""


class Page(HTMLParser):
    """What the builder's controls say of themselves, and the text that comes along."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.edits: list[dict[str, Any]] = []
        self.text = ""
        self._is_text = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.edits += [
            json.loads(found[name] or "")
            for name in ("data-edit", "data-builder-data")
            if name in found
        ]
        self._is_text = "data-builder-source" in found

    def handle_data(self, data: str) -> None:
        if self._is_text:
            self.text += data.removeprefix("\n") if not self.text else data

    def handle_endtag(self, tag: str) -> None:
        self._is_text = False


def show(cast: Cast, source: str, edit: Any = None, **more: str) -> Any:
    body = {"source": source} | more
    if edit is not None:
        body["edit"] = edit if isinstance(edit, str) else json.dumps(edit)
    return client_of(cast.ada).post(url("policy-builder"), body)


def built(cast: Cast, source: str, **edit: Any) -> Built:
    return build(source, actor=actor_of(cast.ada), request=edit or None)


class TestBlocks:
    def test_show_groups_by_name_and_flag_unknown_ones(self, cast: Cast) -> None:
        make_group("crew", external_id="grp-1")
        text = "allow:\n  or:\n    - groups: {has: grp-1}\n    - groups: {has: gone}\n"

        html = show(cast, text).content.decode()

        assert "Crew" in html or "crew" in html
        assert html.count("The directory knows nothing by the id") == 1

    @pytest.mark.parametrize("criterion", CRITERIA.entries, ids=lambda one: one.name)
    def test_exist_for_the_example_of_every_criterion(
        self, cast: Cast, criterion: Any
    ) -> None:
        text = f"allow:\n  and:\n    - {criterion.example}\n"

        html = show(cast, text).content.decode()

        assert f"<code>{criterion.example.partition(':')[0]}</code>" in html
        assert "can't show this one" not in html

    @pytest.mark.parametrize("criterion", CRITERIA.entries, ids=lambda one: one.name)
    def test_can_be_begun_with_every_criterion(
        self, cast: Cast, criterion: Any
    ) -> None:
        (one,) = [
            one
            for group in fields.choices()
            for one in group["criteria"]
            if one["name"] == criterion.name
        ]

        after = built(
            cast,
            COMMENTED,
            edit="add-criterion",
            at="0/or",
            name=one["key"],
            data=one["start"],
        )

        assert after.refusal == ""
        assert after.tree is not None
        assert after.tree["blocks"][0]["criteria"][-1]["kind"] == "criterion"

    def test_say_what_is_wrong_beside_the_criterion(self, cast: Cast) -> None:
        html = show(cast, "allow:\n  or:\n    - source_ip: ['']\n").content.decode()

        assert "neither an address nor a network" in html

    def test_are_read_only_for_texts_that_only_the_editor_can_change(
        self, cast: Cast
    ) -> None:
        text = "allow:\n  or: &a\n    - domain: example.com\ndeny:\n  or: *a\n"

        html = show(cast, text).content.decode()

        assert "which only the editor can change" in html
        assert "New block with" not in html

    def test_of_a_broken_text_are_not_shown_but_its_problems(self, cast: Cast) -> None:
        html = show(cast, "allow: [").content.decode()

        assert "data-builder-unreadable" in html
        assert "Mend it in the editor." in html


class TestEdits:
    def test_touch_their_own_line_only(self, cast: Cast) -> None:
        after = built(cast, COMMENTED, edit="set-data", at="0/or/0", data="example.org")

        assert after.source == COMMENTED.replace("example.com", "example.org")
        assert after.touched == (4, 4)

    def test_that_are_offered_can_be_carried_out(self, cast: Cast) -> None:
        page = Page(show(cast, COMMENTED).content.decode())
        values: dict[str, Any] = {
            "set-override": {"is_on": True},
            "change-operator": {"operator": "nor"},
            "set-comment": {"comment": "why"},
            "set-data": {"data": {"is": "x"}},
            "add-criterion": {"name": "domain", "data": "example.net"},
            "paste": {"pasted": "user: x"},
            "add-block": {"operator": "not", "criteria": [{"domain": "example.net"}]},
        }

        results = [
            built(cast, COMMENTED, **one, **values.get(one["edit"], {}))
            for one in page.edits
        ]

        assert len(results) > 20
        assert {one.refusal for one in results} == {""}
        assert all(one.source != COMMENTED for one in results)

    def test_that_are_refused_leave_the_text(self, cast: Cast) -> None:
        answer = show(cast, COMMENTED, {"edit": "remove-criterion", "at": "9/or/0"})

        assert "This can't be changed so" in answer.content.decode()
        assert Page(answer.content.decode()).text == COMMENTED

    @pytest.mark.parametrize("edit", ["[", "[]", "7", "[" * 100_000])
    def test_that_are_no_object_are_refused(self, cast: Cast, edit: str) -> None:
        assert show(cast, EMPLOYEES, edit).status_code == 400

    def test_come_back_with_a_text_that_begins_with_an_empty_line(
        self, cast: Cast
    ) -> None:
        text = "\n\n" + EMPLOYEES

        assert Page(show(cast, text).content.decode()).text == text

    def test_over_rest_give_the_text_and_its_blocks(self, cast: Cast) -> None:
        body = {
            "text": ADMINS,
            "edit": {"edit": "set-override", "override": "accept", "is_on": True},
        }

        answer = send(cast.ben, "POST", "builder/", body).json()

        assert "accept" in answer["text"]
        assert answer["tree"]["overrides"]["accept"] is True
        assert answer["refusal"] == ""

    def test_over_rest_say_why_a_text_has_no_blocks(self, cast: Cast) -> None:
        answer = send(cast.ben, "POST", "builder/", {"text": "allow: ["}).json()

        assert answer["tree"] is None
        assert answer["problems"]

    def test_are_for_those_who_see_policies(self, cast: Cast) -> None:
        refused = client_of(cast.cyd).post(url("policy-builder"), {"source": EMPLOYEES})

        assert refused.status_code == 403
        assert BROKEN not in refused.content.decode()


@pytest.mark.parametrize("seed", range(40))
def test_any_policy_is_shown_and_stays_as_it_is(cast: Cast, seed: int) -> None:
    rng = random.Random(seed)
    text = random_texts.write(rng, random_policies.policy(rng))
    try:
        meaning = meaning_key(parse(text))
    except PolicyLanguageError:
        return

    page = Page(show(cast, text).content.decode())

    # A browser reads the text of a field with line feeds alone.
    assert page.text.replace("\r\n", "\n") == text.replace("\r\n", "\n")
    assert meaning_key(parse(page.text)) == meaning
