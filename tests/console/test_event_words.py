"""Each kind of event that is written anywhere has words of its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from console.core.models import AuditEvent
from console.ui.event_words import KINDS, sentence_of

APPS = (
    "console/core",
    "namespaces",
    "directory",
    "devices",
    "policies",
    "routes",
    "gateway",
)
WRITES = re.compile(r"\bChange\(|\brecord_thing\(|\brecord_person\(")
WHOLE = re.compile(r"([a-z_-]+)\.[a-z-]+")
BEGINNING = re.compile(r"([a-z_-]+)\.")
# Names of fields in messages and of tasks, which look the same.
NO_EVENTS = {"gateway", "options", "secrets"}


def kinds_in(text: str) -> Iterator[str]:
    """Yield what stands before the dot in each text that is an action by its form."""
    for node in ast.walk(ast.parse(text)):
        found = None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = WHOLE.fullmatch(node.value)
        elif isinstance(node, ast.JoinedStr) and len(node.values) == 2:
            first = node.values[0]
            if isinstance(first, ast.Constant):
                found = BEGINNING.fullmatch(str(first.value))
        if found is not None:
            yield found[1]


def test_every_kind_that_is_written_has_its_words() -> None:
    base = Path(settings.BASE_DIR)
    texts = (
        path.read_text()
        for app in APPS
        for path in (base / app).rglob("*.py")
        if "migrations" not in path.parts
    )

    written = {one for text in texts if WRITES.search(text) for one in kinds_in(text)}

    assert {"deployment", "certificate", "session", "data_source"} <= written
    assert written - NO_EVENTS - KINDS.keys() == set()


@pytest.mark.parametrize(
    ("action", "label", "words"),
    [
        ("deployment.published", "12", "Deployment published: 12"),
        ("data_source.updated", "hr", "External data source updated: hr"),
        ("scim-token.created", "okta", "SCIM token created: okta"),
        ("session.ended", "a@b at c", "Session at a route ended: a@b at c"),
        ("person.openid-refused", "", "Person openid refused"),
    ],
)
def test_says_what_happened_to_what(action: str, label: str, words: str) -> None:
    assert sentence_of(AuditEvent(action=action, target_label=label)) == words
