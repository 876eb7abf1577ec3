"""Comments that carry what YAML for Core has no room for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routes.exports import marks

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.dictionaries(TEXTS.filter(bool), TEXTS.filter(bool), max_size=4))
def test_a_mark_is_one_line_that_reads_back(values: dict[str, str]) -> None:
    line = marks.write_mark("policy", **values)

    (found,) = marks.read_marks(f"routes:\n  {line}\n")

    assert len(line.splitlines()) == 1
    assert (found.line, found.kind, found.values) == (2, "policy", values)


@pytest.mark.parametrize(
    "line",
    [
        "# postern: {",
        "# postern: []",
        '# postern: {"other": {}}',
        '# postern: {"use": []}',
        '# postern: {"use": {}, "route": {}}',
        'name: "# postern: {}"',
        "# postern: " + "[" * 5000,
    ],
)
def test_what_is_no_mark_is_passed_over(line: str) -> None:
    assert marks.read_marks(f"{line}\n") == []


def test_values_of_another_type_count_as_not_given() -> None:
    (mark,) = marks.read_marks('# postern: {"use": {"id": 5, "by": ["a", 1]}}')

    assert mark.text("id") == ""
    assert mark.texts("by") == ("a",)
    assert mark.texts("id") == ()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_a_source_reads_back_or_is_declined(source: str) -> None:
    lines = marks.write_source(source)

    if lines is None:
        assert any(char in source for char in "\r\x85\u2028\u2029")
        return
    file = ['# postern: {"policy": {}}', *lines, "routes: []"]
    assert marks.read_source(file, 1) == source


def test_a_comment_never_breaks_its_line() -> None:
    assert marks.write_comment("a\u2028b\n c\x85") == "# a b  c"
    assert marks.write_comment("\n") == "#"
