"""What the documents say exists, and what exists is in the documents."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.architecture.sources import (
    APPS,
    ROOT,
    list_application_files,
    list_files,
    name_of,
)

READ_IN_CODE = re.compile(r"""env_[a-z]+\(\s*["']([A-Z_]+)["']""")
SECRET_IN_CODE = re.compile(r"""env_secret\(\s*["']([A-Z_]+)["']""")
FIRST_CELL = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
COMMAND_CELL = re.compile(r"^\| `([a-z_]+)[^`]*` \|", re.MULTILINE)
TARGET = re.compile(r"^([a-z]+):.*## ", re.MULTILINE)
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
PATH_IN_TEXT = re.compile(r"`([a-z_]+/[a-zA-Z_/.-]*)`")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
DOCUMENTS = list_files(".md")
LONGEST = {"ARCHITECTURE.md": 300}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    return FENCE.sub("", text)


def anchors_of(text: str) -> set[str]:
    """Return the names by which the headings of a document can be linked to."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(without_code(text))
    }


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    code = "\n".join(path.read_text("utf-8") for path in list_application_files())
    tests = "\n".join(path.read_text("utf-8") for path in list_files(".py"))
    used = {name.removesuffix("_FILE") for name in READ_IN_CODE.findall(code)}
    used |= set(re.findall(r"POSTERN_TEST_[A-Z]+", tests))

    assert set(FIRST_CELL.findall(read("docs/settings.md"))) == used


def test_what_is_refused_is_shown_by_tests_that_are_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", read("docs/hostile-directory.md")))
    texts = (path.read_text("utf-8") for path in list_files(".py"))
    there = {name for text in texts for name in re.findall(r"def (test_\w+)\(", text)}

    assert len(named) > 50
    assert named <= there


def test_exactly_the_secrets_are_called_secret() -> None:
    rows = read("docs/settings.md").splitlines()
    called = {
        FIRST_CELL.findall(row)[0] for row in rows if "*Secret.*" in row and "|" in row
    }

    assert called == set(SECRET_IN_CODE.findall(read("console/settings.py")))


def test_every_command_is_documented() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith(APPS)}
    documented = read("docs/commands.md").partition("## manage.py")[2]

    assert set(COMMAND_CELL.findall(documented)) == ours


def test_every_make_target_is_documented() -> None:
    targets = set(TARGET.findall(read("Makefile")))

    documented = set(re.findall(r"^\| `make ([a-z]+)`", read("docs/commands.md"), re.M))

    assert documented | {"help"} == targets
    assert len(targets) <= 12


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for pair in LINK.findall(without_code(path.read_text(encoding="utf-8"))):
        link = next(part for part in pair if part)
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name) if name else path
        if not target.exists() or (
            anchor and anchor not in anchors_of(target.read_text(encoding="utf-8"))
        ):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_path_in_a_text_exists(path: Path) -> None:
    made = ("data/", "pictures/", "node_modules/", "static/dist", "main/")
    text = without_code(path.read_text(encoding="utf-8"))

    missing = [
        name
        for name in PATH_IN_TEXT.findall(text)
        if not name.startswith(made)
        and not any((folder / name).exists() for folder in (ROOT, path.parent))
        and name.split("/")[0] in {entry.name for entry in ROOT.iterdir()}
    ]

    assert missing == []


@pytest.mark.parametrize("name", LONGEST)
def test_a_document_stays_readable(name: str) -> None:
    assert len(read(name).splitlines()) <= LONGEST[name]


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    pages = {path.name for path in folder.glob("[0-9]*.md")}

    assert (
        set(re.findall(r"\]\((\d{4}-[a-z-]+\.md)\)", read("docs/decisions/README.md")))
        == pages
    )
