"""Two installs of one commit are the same, and each package has a purpose."""

from packaging.utils import canonicalize_name

from tests.architecture import pins
from tests.architecture.sources import list_files


def test_every_direct_requirement_is_pinned_and_says_what_for() -> None:
    names = [
        path.name for path in list_files(".txt") if path.match("requirements*.txt")
    ]

    loose = [
        text
        for text, comment in pins.read_requirements(names)
        if not pins.is_pinned(text) or not comment.startswith("for ")
    ]

    assert loose == []


def test_everything_that_comes_along_is_pinned_at_what_is_installed() -> None:
    pinned = pins.read_constraints()

    different = {
        name: version
        for name, version in pins.list_brought_along().items()
        if pinned.get(canonicalize_name(name)) != version
    }

    assert different == {}, "run `make pins`"
