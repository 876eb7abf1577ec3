"""Another language comes in as docs/translation.md says, without a change of code.

GNU gettext collects the texts of templates and of Python, each is "translated" by
brackets around it, and pages are asked for in that language.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from tests.factories import make_policy
from tests.people import Cast

ROOT = Path(__file__).resolve().parents[2]
READ = (
    "templates",
    "console",
    "namespaces",
    "directory",
    "devices",
    "policies",
    "routes",
    "gateway",
)
LANGUAGE = "eo"
FEWEST = 2000  # texts

pytestmark = pytest.mark.skipif(
    shutil.which("xgettext") is None,
    reason="GNU gettext is not installed (Debian: apt-get install gettext)",
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of catalogs. Files are collected from a copy: makemessages
    writes beside what it reads."""
    place = tmp_path_factory.mktemp("words")
    for name in READ:
        shutil.copytree(
            ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    catalog = place / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
    (place / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale", LANGUAGE]
    run(*command, "--verbosity", "0", cwd=place)
    binary = catalog.with_suffix(".mo")
    run("msgen", "--output-file", "all.po", str(catalog), cwd=place)
    run("msgfmt", "-o", str(binary), "all.po", cwd=place)
    catalog.write_text("".join(map(bracketed, read(binary).items())), encoding="utf-8")
    run("msgfmt", "-o", str(binary), str(catalog), cwd=place)
    return place / "locale"


def read(binary: Path) -> dict[str, str]:
    """Return the texts of a catalog; those with a plural or a context are left out."""
    with binary.open("rb") as file:
        texts = GNUTranslations(file)._catalog  # type: ignore[attr-defined]
    return {
        one: words
        for one, words in texts.items()
        if isinstance(one, str) and "\x04" not in one
    }


def bracketed(entry: tuple[str, str]) -> str:
    """Return an entry of a catalog with brackets around its translation."""
    text, words = entry
    found = f"⟦{words}⟧" if text else words  # of "" it is the head of the file
    said = json.dumps(found, ensure_ascii=False)
    return f"msgid {json.dumps(text, ensure_ascii=False)}\nmsgstr {said}\n\n"


def run(*command: str, cwd: Path) -> None:
    variables = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(  # noqa: S603 - fixed commands
        command,
        cwd=cwd,
        env={**variables, "LC_ALL": "C.UTF-8"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_texts_are_collected_with_their_values(words: Path) -> None:
    found = read(words / LANGUAGE / "LC_MESSAGES" / "django.mo")

    assert len(found) > FEWEST
    assert found["Save"] == "⟦Save⟧"
    assert found["Line %(line)s"] == "⟦Line %(line)s⟧"


@pytest.fixture
def client(words: Path, cast: Cast, settings: Any) -> Iterator[Client]:
    """Return Ada's browser, which asks for that language."""
    settings.LOCALE_PATHS = [words]
    settings.LANGUAGES = [*settings.LANGUAGES, (LANGUAGE, "Esperanto")]
    client = Client(headers={"accept-language": LANGUAGE})
    client.force_login(cast.ada)
    # A request leaves its language behind; the next one would choose anew.
    with translation.override("en", deactivate=True):
        yield client


def test_pages_are_shown_in_the_language_that_a_browser_asks_for(
    client: Client, cast: Cast
) -> None:
    policy = make_policy(namespace=cast.web, name="Staff")

    shown = read_page(client, f"/policies/{policy.pk}/")
    listed = read_page(client, "/policies/")
    asked = read_page(client, f"/policies/{policy.pk}/delete")
    edited = read_page(client, f"/policies/{policy.pk}/edit")

    assert f'<html lang="{LANGUAGE}"' in shown
    assert "⟦Parts of this policy⟧" in shown
    assert "⟦Audit log⟧" in shown  # the rail
    assert "⟦In words⟧" in listed  # a column
    assert "⟦Delete Staff⟧" in asked  # a title with a value
    assert "⟦For the history and the audit log, such as a ticket.⟧" in edited


def test_what_the_domain_refuses_is_said_in_that_language(
    client: Client, cast: Cast
) -> None:
    missing = read_page(client, f"/policies/{cast.web.pk}/", status=404)
    answer = client.post("/namespaces/new", {"name": "", "parent": cast.web.pk})
    asked = client.get(f"/api/v1/policies/{cast.web.pk}/").json()

    assert "⟦" in missing.partition('class="error-sentence"')[2].partition("</p>")[0]
    assert "⟦Name⟧" in answer.content.decode()
    assert asked["code"] == "not_found"
    assert asked["detail"].startswith("⟦")


def read_page(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.content.decode()
