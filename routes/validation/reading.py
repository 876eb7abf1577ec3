"""A whole mapping of settings: every value read, every problem gathered.

Older spellings become the present ones, and what says nothing (null, an empty text
or list, a switch that is off) is left out, so that equal routes have equal settings.
"""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from policies.texts import counted, worded
from routes.settings_table import (
    BY_SPELLING,
    POLICY_KEYS,
    REMOVED_KEYS,
    Kind,
    Setting,
)
from routes.validation.addresses import parse_from
from routes.validation.problems import Path, Problem, UnusableError, shown
from routes.validation.upstreams import (
    Allowlist,
    Upstream,
    check_fetched,
    parse_upstream,
)
from routes.validation.values import (
    READERS,
    plain_text,
    read_authority,
    read_header_name,
    read_header_value,
    read_long_text,
    read_name,
    read_text,
)

MAX_ITEMS = 100
_ITEM = Setting(key="", label="", kind=Kind.TEXT, help="", maximum=2000)
_SCRIPT = Setting(key="", label="", kind=Kind.LONG_TEXT, help="", maximum=65536)
_CAMEL = re.compile(r"(?<=[a-z0-9])([A-Z])")


class SettingsReader:
    """Reads one route's settings, and keeps the problems that it meets.

    `known` are the settings that there are; others than a route's have their own.
    """

    def __init__(
        self,
        *,
        allowlist: Allowlist,
        tunneled: bool,
        known: Mapping[str, Setting] = BY_SPELLING,
    ) -> None:
        self.problems: list[Problem] = []
        self.upstreams: list[Upstream] = []
        self._allowlist = allowlist
        self._tunneled = tunneled
        self._known = known

    def read(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings in the form that is stored."""
        return self._fields(settings, self._known, ())

    def complain(self, path: Path, message: str, remedy: str = "") -> None:
        """Keep a problem."""
        self.problems.append(Problem(path, message, remedy))

    def _fields(
        self, given: Mapping[Any, Any], known: Mapping[str, Setting], path: Path
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        spelled: dict[str, str] = {}
        for raw_key, raw in given.items():
            key = str(raw_key)
            setting = known.get(key) or (known.get(snake_case(key)) if path else None)
            if setting is None:
                self._unknown(key, known, path)
                continue
            if setting.key in spelled:
                self.complain(
                    (*path, key),
                    worded(
                        "`%(key)s` says the same as `%(spelled)s`",
                        key=key,
                        spelled=spelled[setting.key],
                    ),
                    worded("keep one of them"),
                )
                continue
            spelled[setting.key] = key
            value = self._value(setting, raw, (*path, key))
            if value is not None:
                values[setting.key] = value
        return {key: values[key] for key in known if key in values}

    def _unknown(self, key: str, known: Mapping[str, Setting], path: Path) -> None:
        is_route = known is BY_SPELLING
        if is_route and key in POLICY_KEYS:
            remedy: str = worded("attach a policy to the route instead")
        elif is_route and key in REMOVED_KEYS:
            remedy = REMOVED_KEYS[key]
        else:
            close = difflib.get_close_matches(key, known, n=1)
            remedy = (
                worded("did you mean `%(close)s`?", close=close[0])
                if close
                else worded("remove it")
            )
        self.complain(
            (*path, key), worded("unknown setting %(key)s", key=shown(key)), remedy
        )

    def _value(self, setting: Setting, raw: Any, path: Path) -> Any:
        """Read one value; None when it says nothing or can't be used."""
        if raw is None or (raw == "" and setting.kind is not Kind.OBJECT):
            return None
        try:
            value = self._read(setting, raw, path)
        except UnusableError as error:
            self.complain(path, error.message, error.remedy)
            return None
        if setting.kind is Kind.BOOL and value is False:
            return None
        if value in ({}, [], "") and not setting.empty_is_value:
            return None
        return value

    def _read(self, setting: Setting, raw: Any, path: Path) -> Any:
        kind = setting.kind
        if kind is Kind.OBJECT:
            return self._fields(_mapping(raw), setting.by_key, path)
        if kind is Kind.OBJECT_LIST:
            return [
                self._fields(_mapping(item), setting.by_key, (*path, index))
                for index, item in enumerate(self._items(setting, raw, path))
            ]
        if kind in (Kind.HEADER_MAP, Kind.STRING_MAP):
            return self._map(setting, raw, path)
        if kind is Kind.FROM_URL:
            return parse_from(plain_text(raw).strip()).url
        if kind in _ITEM_READERS:
            return self._list(setting, raw, path)
        if setting.key == "name" and len(path) == 1:
            return read_name(setting, raw)
        if setting.fetched:
            check_fetched(plain_text(raw).strip(), self._allowlist)
        return READERS[kind](setting, raw)

    def _items(self, setting: Setting, raw: Any, path: Path) -> list[Any]:
        items = list(raw) if isinstance(raw, list | tuple) else [raw]
        limit = setting.maximum or MAX_ITEMS
        if len(items) > limit:
            self.complain(
                path,
                counted(
                    "there is %(count)s entry",
                    "there are %(count)s entries",
                    count=len(items),
                ),
                worded("give at most %(limit)s", limit=limit),
            )
            return items[:limit]
        return items

    def _list(self, setting: Setting, raw: Any, path: Path) -> list[str]:
        read = _ITEM_READERS[setting.kind]
        values = []
        for index, item in enumerate(self._items(setting, raw, path)):
            if item is None or item == "":
                continue
            try:
                values.append(read(self, setting, item))
            except UnusableError as error:
                where = (*path, index) if isinstance(raw, list | tuple) else path
                self.complain(where, error.message, error.remedy)
        return values

    def _map(self, setting: Setting, raw: Any, path: Path) -> dict[str, str]:
        given = _mapping(raw)
        limit = setting.maximum or MAX_ITEMS
        if len(given) > limit:
            self.complain(
                path,
                counted(
                    "there is %(count)s entry",
                    "there are %(count)s entries",
                    count=len(given),
                ),
                worded("give at most %(limit)s", limit=limit),
            )
            return {}
        values: dict[str, str] = {}
        seen: set[str] = set()
        for name, item in given.items():
            where = (*path, str(name))
            try:
                key, value = _entry(setting, name, item)
            except UnusableError as error:
                self.complain(where, error.message, error.remedy)
                continue
            folded = key.lower() if setting.kind is Kind.HEADER_MAP else key
            if folded in seen:
                self.complain(
                    where,
                    worded("`%(key)s` is there twice", key=key),
                    worded("keep one of them"),
                )
            seen.add(folded)
            values[key] = value
        return values

    def read_upstream(self, _setting: Setting, item: Any) -> str:
        """Read an entry of `to`; the parts are kept for the rules between entries."""
        upstream = parse_upstream(
            plain_text(item).strip(),
            allowlist=self._allowlist,
            tunneled=self._tunneled,
        )
        self.upstreams.append(upstream)
        return upstream.text


_ITEM_READERS: dict[Kind, Any] = {
    Kind.UPSTREAMS: SettingsReader.read_upstream,
    Kind.STRING_LIST: lambda _reader, setting, item: read_text(_ITEM, item),
    Kind.SCRIPT_LIST: lambda _reader, setting, item: read_long_text(_SCRIPT, item),
    Kind.HOST_LIST: lambda _reader, setting, item: read_authority(_ITEM, item),
    Kind.HEADER_NAMES: lambda _reader, setting, item: read_header_name(item),
}


def _entry(setting: Setting, name: Any, item: Any) -> tuple[str, str]:
    if setting.kind is Kind.HEADER_MAP:
        return read_header_name(name), read_header_value("" if item is None else item)
    return read_text(_ITEM, name), read_text(_ITEM, "" if item is None else item)


def _mapping(raw: Any) -> Mapping[Any, Any]:
    if isinstance(raw, Mapping):
        return raw
    raise UnusableError(
        worded("names with values are expected here"), worded("write `name: value`")
    )


def snake_case(key: str) -> str:
    """Return `httpHealthCheck` as `http_health_check`."""
    return _CAMEL.sub(r"_\1", key).lower()
