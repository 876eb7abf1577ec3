"""What may import what (.importlinter)."""

from importlinter.application import use_cases
from importlinter.configuration import configure

from tests.architecture.sources import ROOT


def test_every_contract_between_packages_is_kept() -> None:
    configure()

    kept = use_cases.lint_imports(
        config_filename=str(ROOT / ".importlinter"), cache_dir=None
    )

    assert kept, "run `.venv/bin/lint-imports`: it tells which import is in the way"
