"""What a route may be: pure rules, no database, no clock.

`validate` reads a mapping of settings and returns the form that is stored, together
with every problem. Whether a host is free and who may do what is the services'
business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.texts import worded
from routes.settings_table import TABLE, Setting
from routes.validation.addresses import Address, parse_from
from routes.validation.problems import Path, Problem, UnusableError
from routes.validation.reading import SettingsReader
from routes.validation.rules import check_all
from routes.validation.upstreams import Allowlist


@dataclass(frozen=True, slots=True)
class Validated:
    """The outcome of reading a route's settings.

    Attributes:
        settings: canonical; complete only when there are no problems.
        address: the canonical `from`, or None when it can't be used.
        problems: everything that is wrong.
    """

    settings: dict[str, Any]
    address: Address | None
    problems: tuple[Problem, ...]


def validate(
    settings: Mapping[str, Any], *, allowlist: Allowlist | None = None
) -> Validated:
    """Read a route's settings, by Core's keys, and say all that is wrong with them."""
    reader = SettingsReader(
        allowlist=allowlist or Allowlist(),
        tunneled=bool(settings.get("upstream_tunnel")),
    )
    values = reader.read(settings)
    failed = frozenset(str(problem.path[0]) for problem in reader.problems)
    address = parse_from(values["from"]) if "from" in values else None
    problems = [*reader.problems, *_missing(TABLE, values, failed, ())]
    problems += _missing_inside(values)
    problems += check_all(values, address, reader.upstreams, failed)
    return Validated(values, address, tuple(problems))


def _missing(
    fields: tuple[Setting, ...],
    values: Mapping[str, Any],
    failed: frozenset[str],
    path: Path,
) -> list[Problem]:
    return [
        Problem(
            (*path, field.key),
            worded("`%(key)s` is missing", key=field.key),
            worded("give it a value"),
        )
        for field in fields
        if field.required and field.key not in values and field.key not in failed
    ]


def _missing_inside(
    values: Mapping[str, Any],
    fields: tuple[Setting, ...] = TABLE,
    path: Path = (),
) -> list[Problem]:
    problems: list[Problem] = []
    for field in fields:
        held = values.get(field.key)
        if not field.fields or held is None:
            continue
        items = held if isinstance(held, list) else [held]
        for index, item in enumerate(items):
            where = (*path, field.key)
            where = (*where, index) if isinstance(held, list) else where
            problems += _missing(field.fields, item, frozenset(), where)
            problems += _missing_inside(item, field.fields, where)
    return problems


__all__ = [
    "Address",
    "Allowlist",
    "Problem",
    "UnusableError",
    "Validated",
    "parse_from",
    "validate",
]
