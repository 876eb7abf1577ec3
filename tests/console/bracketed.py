"""A language in which each text stands in brackets, made from the catalog of all texts.

What is left without brackets on a page or in an answer is what no translation reaches.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import pytest

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
WORD = re.compile(r"[A-Za-z]{2,}")
# What people wrote, and what is written in the language of policies.
LITERAL = re.compile(r"`[^`]*`|“[^”]*”")
INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧")

needs_gettext = pytest.mark.skipif(
    shutil.which("xgettext") is None,
    reason="GNU gettext is not installed (Debian: apt-get install gettext)",
)


def outside(text: str) -> list[str]:
    """Return the words of a text that stand in no brackets."""
    text = LITERAL.sub("", text)
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return WORD.findall(text)


def make_catalogs(place: Path) -> Path:
    """Return a folder of catalogs. Files are collected from a copy: makemessages
    writes beside what it reads."""
    for name in READ:
        shutil.copytree(
            ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    catalog = place / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
    (place / "locale").mkdir()
    shutil.copy(ROOT / "manage.py", place)
    command = (
        sys.executable,
        "manage.py",
        "makemessages",
        "--locale",
        LANGUAGE,
        "--verbosity",
        "0",
    )
    run(*command, cwd=place)
    binary = catalog.with_suffix(".mo")
    run("msgen", "--output-file", "all.po", str(catalog), cwd=place)
    run("msgfmt", "-o", str(binary), "all.po", cwd=place)
    catalog.write_text("".join(bracketed(binary)), encoding="utf-8")
    run("msgfmt", "-o", str(binary), str(catalog), cwd=place)
    return place / "locale"


def bracketed(binary: Path) -> Iterator[str]:
    """Yield the entries of a catalog with brackets around their translations."""
    texts = catalog_of(binary)
    yield f"{message('msgid', '')}{message('msgstr', texts.pop(''))}\n"
    plurals = {key[0] for key in texts if isinstance(key, tuple)}
    for key, words in texts.items():
        if isinstance(key, str) and "\x04" not in key and key not in plurals:
            yield f"{message('msgid', key)}{message('msgstr', f'⟦{words}⟧')}\n"
    for one in sorted(plurals):
        forms = texts[one, 0], texts[one, 1]
        yield message("msgid", forms[0]) + message("msgid_plural", forms[1])
        for number, words in enumerate(forms):
            yield message(f"msgstr[{number}]", f"⟦{words}⟧")
        yield "\n"


def message(key: str, text: str) -> str:
    return f"{key} {json.dumps(text, ensure_ascii=False)}\n"


def catalog_of(binary: Path) -> dict[Any, str]:
    with binary.open("rb") as file:
        return dict(GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


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
