"""Which texts a module writes out."""

import pytest

from policies.rego.literals import texts_in


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('x := "a"', {"a"}),
        ('x := "a\\"b"; y := "c"', {'a"b', "c"}),
        ('x := "\\u00e4"', {"ä"}),
        ("x := `raw \\ text`", {"raw \\ text"}),
        ('# "no"\nx := "yes" # "no"', {"yes"}),
        ('x := "# no comment"', {"# no comment"}),
        ('x := `# none "either"`', {'# none "either"'}),
        ('x := "never closed', set()),
        ("", set()),
    ],
)
def test_texts_count_and_comments_do_not(source: str, texts: set[str]) -> None:
    assert texts_in(source) == texts
