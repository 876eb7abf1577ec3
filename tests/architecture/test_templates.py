"""Every template can be read; a broken tag shows here and not to a person."""

import pytest
from django.template import engines

from tests.architecture.sources import ROOT, list_files

TEMPLATES = ROOT / "templates"
NAMES = [
    path.relative_to(TEMPLATES).as_posix()
    for path in list_files(".html")
    if path.is_relative_to(TEMPLATES)
]


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name: str) -> None:
    assert engines["django"].get_template(name)
