"""Reads values of settings, and gathers every problem with them."""

from collections.abc import Mapping
from typing import Any

from gateway.settings_table import BY_KEY
from policies.translating import translated
from routes.validation.problems import UnusableError
from routes.validation.reading import SettingsReader
from routes.validation.upstreams import Allowlist

KNOWN = {key: one.setting for key, one in BY_KEY.items()}


def read_values(
    values: Mapping[str, Any],
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Return values as they are stored, and what is wrong, by the key of the value.

    What says nothing (null, an empty text, list or object) is None: it is set no more.
    """
    reader = SettingsReader(allowlist=Allowlist(), tunneled=False, known=KNOWN)
    read = reader.read(values)
    for key, value in read.items():
        check = BY_KEY[key].check
        try:
            if check is not None:
                check(value)
        except UnusableError as error:
            # Of an object, beside what it begins with.
            inner = tuple(one.key for one in KNOWN[key].fields[:1])
            reader.complain((key, *inner), error.message, error.remedy)
    problems: dict[str, list[str]] = {}
    for one in reader.problems:
        problems.setdefault(one.key, []).append(translated(one.sentence))
    return {key: read.get(key) for key in values if key in KNOWN}, problems
