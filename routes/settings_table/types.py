"""The vocabulary of the table of route settings. No setting is declared here."""

from dataclasses import dataclass, field
from enum import StrEnum

from policies.texts import joined, worded


class Kind(StrEnum):
    """How a value is written, checked and shown."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    FROM_URL = "from_url"
    UPSTREAMS = "upstreams"
    WEB_URL = "web_url"
    HOST = "host"
    PATH = "path"
    REGEX = "regex"
    BOOL = "bool"
    TRISTATE = "tristate"
    INTEGER = "integer"
    DURATION = "duration"
    ENUM = "enum"
    STRING_LIST = "string_list"
    SCRIPT_LIST = "script_list"
    HOST_LIST = "host_list"
    HEADER_NAMES = "header_names"
    HEADER_MAP = "header_map"
    STRING_MAP = "string_map"
    OBJECT = "object"
    OBJECT_LIST = "object_list"
    CERTIFICATE = "certificate"
    PRIVATE_KEY = "private_key"
    FILE = "file"
    POLICY_TEXT = "policy_text"
    FREE = "free"


class Destination(StrEnum):
    """Which data plane acts on a setting."""

    BOTH = "both"
    CORE = "core"


ONLY_CORE = worded("Of use to a Pomerium Core only.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A group of settings: a tab of the form, a heading of the page."""

    code: str
    label: str
    help: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of an enumeration; `value` is stored and exported."""

    value: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting, or one field of a setting that is an object.

    Attributes:
        key: Core's YAML key.
        label: what people read.
        kind: how a value is written and checked.
        help: one or two sentences, in the form beside the field.
        section: code of the Section; "" for fields of objects.
        secret: sealed when stored; shown as set or unset only.
        secret_entries: values under names that look like credentials are sealed.
        required: the object that the field belongs to makes no sense without it.
        fetched: the proxy itself asks at this address.
        common: the form shows it openly while it is not set, too.
        empty_is_value: an empty list or object says something else than none.
        seconds_only: a duration that Core reads as protobuf JSON (`90s`).
        choices: the only values of an enumeration, or of an integer.
        prefix: enumeration names may be written with it, as in protobuf.
        minimum, maximum: bounds of an integer, or of the length of a text.
        aliases: older spellings of the key that Core accepts or writes.
        fields: the fields of an object, or of each object in a list.
        destination: which data plane acts on it.
        unset: what holds while it is not set.
        placeholder: an example for the form.
    """

    key: str
    label: str
    kind: Kind
    help: str
    section: str = ""
    secret: bool = False
    secret_entries: bool = False
    required: bool = False
    fetched: bool = False
    common: bool = False
    empty_is_value: bool = False
    seconds_only: bool = False
    choices: tuple[Choice, ...] = ()
    prefix: str = ""
    minimum: int | None = None
    maximum: int | None = None
    aliases: tuple[str, ...] = ()
    fields: tuple["Setting", ...] = ()
    destination: Destination = Destination.BOTH
    unset: str = ""
    placeholder: str = ""
    by_key: dict[str, "Setting"] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        for child in self.fields:
            self.by_key[child.key] = child
            for alias in child.aliases:
                self.by_key[alias] = child

    @property
    def explanation(self) -> str:
        """Return the help, and that our own proxies leave the setting alone."""
        if self.destination is Destination.CORE:
            return joined((self.help, ONLY_CORE), " ")
        return self.help


LISTS = frozenset(
    {
        Kind.UPSTREAMS,
        Kind.STRING_LIST,
        Kind.SCRIPT_LIST,
        Kind.HOST_LIST,
        Kind.HEADER_NAMES,
        Kind.OBJECT_LIST,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMostOne:
    """Of these keys, at most one may be set; with `required`, exactly one.

    `within` is the key of the object that they are fields of, "" for the route.
    """

    keys: tuple[str, ...]
    remedy: str
    within: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """`key` means nothing unless one of `others` is set as well."""

    key: str
    others: tuple[str, ...]
    remedy: str
    within: str = ""
