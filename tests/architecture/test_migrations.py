"""The database's history: complete, in one line, with names that say something."""

import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.architecture.sources import APPS, list_files, name_of

NUMBER_WORDS = re.compile(r"\d{4}_[a-z][a-z0-9_]+")


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
def test_each_app_has_one_newest_migration() -> None:
    assert MigrationLoader(connection).detect_conflicts() == {}


def test_names_of_migrations_say_what_they_do() -> None:
    unclear = [
        name_of(path)
        for path in list_files(".py")
        if path.parent.name == "migrations" and path.stem != "__init__"
        if path.relative_to(path.parents[2]).parts[0] in (*APPS, "core")
        if "auto" in path.stem or not NUMBER_WORDS.fullmatch(path.stem)
    ]

    assert unclear == []
