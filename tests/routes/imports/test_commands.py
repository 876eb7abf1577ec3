"""`importcore` and `exportcore`."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from policies.language import UntranslatableError
from routes.models import ImportRun, Route
from tests.factories import make_policy, make_route
from tests.people import Cast
from tests.routes.imports.reading import SAMPLES

FILE = str(SAMPLES / "whole_configuration.yaml")
PLACE = "--namespace=Global/Engineering/Web"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_dry_run_shows_everything_and_writes_nothing(cast: Cast) -> None:
    text = run("importcore", FILE, PLACE, "--dry-run")

    assert "+ Employees of harbor.example (create; 2 routes;" in text
    assert "+ wiki  https://wiki.harbor.example -> http://wiki.internal:8080" in text
    assert "line 6: `cookie_secret` is a secret of the proxy" in text
    assert text.endswith("2 policies to create; 3 routes to create.\n")
    assert "not-for-anybodys-eyes" not in text
    assert not Route.objects.exists()
    assert not ImportRun.objects.exists()


def test_an_import_is_applied_and_the_same_again_does_nothing(cast: Cast) -> None:
    first = run("importcore", FILE, PLACE)
    second = run("importcore", FILE, PLACE)

    assert first.endswith("Done: 5 written.\n")
    assert "Nothing to do: everything in the file is there already." in second
    assert Route.objects.count() == 3


def test_problems_are_shown_with_place_and_remedy(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text("routes:\n  - from: https://a.example.com\n    too: http://a\n")
    out = StringIO()

    with pytest.raises(CommandError, match="nothing was imported"):
        call_command("importcore", str(file), PLACE, stdout=out)

    assert "broken.yaml:3:5: unknown setting `too`" in out.getvalue()
    assert "    too: http://a\n          ^\n" in out.getvalue()
    assert "-> did you mean `to`?" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["/nowhere.yaml", PLACE], "can't be read"),
        ([FILE, "--namespace=Global/Nowhere"], "there is no namespace"),
    ],
)
def test_what_is_not_there_is_said(
    cast: Cast, arguments: list[str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        run("importcore", *arguments)


def test_an_export_can_be_written_to_a_file(cast: Cast, tmp_path: Path) -> None:
    make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)
    file = tmp_path / "out.yaml"

    said = run("exportcore", str(file), PLACE)

    assert said == f"1 route written to {file}\n"
    assert file.read_text() == run("exportcore", PLACE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Nothing to do" in run("importcore", str(file), PLACE)


def test_an_export_that_is_not_possible_names_the_routes(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise UntranslatableError("no form in Rego")

    monkeypatch.setattr("policies.language.to_rego", refuse)
    source = "allow:\n  or:\n    - day_of_week: mon-fri\n"
    policy = make_policy("Weekdays", namespace=cast.web, source=source)
    make_route("Wiki", policy, namespace=cast.web)

    with pytest.raises(CommandError, match="Wiki: Weekdays: no form in Rego"):
        run("exportcore", PLACE)
