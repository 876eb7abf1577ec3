"""Single values: each kind of the table has its reader.

A reader takes what a form, a JSON body or a YAML file holds and returns the one form
that is stored, or raises UnusableError. Nothing here knows of other settings.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from policies.texts import counted, worded
from routes.settings_table import Kind, Setting
from routes.validation import certificates, durations
from routes.validation.addresses import check_characters, split_url
from routes.validation.hosts import canonical_host, split_port
from routes.validation.paths import compile_regex
from routes.validation.problems import UnusableError, shown

Reader = Callable[[Setting, Any], Any]

TRUE = frozenset({"true", "1", "t", "yes", "on"})
FALSE = frozenset({"false", "0", "f", "no", "off"})
MAX_TEXT = 4096
MAX_HEADER_VALUE = 8192
MAX_FREE_DEPTH = 16
MAX_FREE_SIZE = 65536
HEADER_VARIABLES = frozenset(
    {
        "pomerium.access_token",
        "pomerium.client_cert_fingerprint",
        "pomerium.client_cert_san_dns",
        "pomerium.client_cert_san_email",
        "pomerium.id_token",
        "pomerium.jwt",
    }
)
_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,255}\Z")
_VARIABLE = re.compile(r"\$(\$|\{([^}]*)\}?)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,20}\Z")


def plain_text(value: Any) -> str:
    """Return a scalar as text.

    Raises:
        UnusableError: it is a list or a mapping.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UnusableError(
        worded("a text is expected here"), worded("write it on one line")
    )


def read_text(setting: Setting, value: Any) -> str:
    """One line of text."""
    text = plain_text(value)
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise UnusableError(
                worded(
                    "it holds the control character U+%(code)s",
                    code=f"{ord(character):04X}",
                ),
                worded("remove it"),
            )
    return _limited(setting, text)


def read_name(setting: Setting, value: Any) -> str:
    """One line of text in which runs of spaces are one space."""
    return read_text(setting, " ".join(plain_text(value).split()))


def read_long_text(setting: Setting, value: Any) -> str:
    """Several lines of text."""
    text = plain_text(value).replace("\r\n", "\n")
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cs"}:
            raise UnusableError(
                worded(
                    "it holds the control character U+%(code)s",
                    code=f"{ord(character):04X}",
                ),
                worded("remove it"),
            )
    return _limited(setting, text)


def _limited(setting: Setting, text: str) -> str:
    limit = setting.maximum or MAX_TEXT
    if len(text) > limit:
        raise UnusableError(
            counted(
                "it has %(count)s character",
                "it has %(count)s characters",
                count=len(text),
            ),
            counted(
                "use at most %(count)s character",
                "use at most %(count)s characters",
                count=limit,
            ),
        )
    return text


def read_web_url(setting: Setting, value: Any) -> str:
    """An http or https address."""
    text = _limited(setting, plain_text(value).strip())
    parts = split_url(text)
    if parts["scheme"].lower() not in {"http", "https"} or not parts["slashes"]:
        raise UnusableError(
            worded("%(text)s is not a web address", text=shown(text)),
            worded("use `https://`"),
        )
    if "@" in parts["authority"]:
        raise UnusableError(
            worded("there is a user name in the address"), worded("remove it")
        )
    canonical_host(split_port(parts["authority"])[0])
    return text


def read_host(setting: Setting, value: Any) -> str:
    """A host name or IP address."""
    text = _limited(setting, plain_text(value).strip())
    check_characters(text)
    return canonical_host(text)


def read_authority(setting: Setting, value: Any) -> str:
    """A host, perhaps with a port; of a whole address, only these are kept."""
    text = _limited(setting, plain_text(value).strip())
    check_characters(text)
    authority = split_url(text)["authority"] if "/" in text else text
    host, port = split_port(authority)
    return canonical_host(host) + (f":{port}" if port else "")


def read_path(setting: Setting, value: Any) -> str:
    """A path: begins with a slash, and is what a URL may hold."""
    text = _limited(setting, plain_text(value))
    check_characters(text)
    if not text.startswith("/"):
        raise UnusableError(
            worded("%(text)s is not a path", text=shown(text)),
            worded("begin it with `/`"),
        )
    if "?" in text or "#" in text:
        raise UnusableError(
            worded("the query string takes no part in matching"),
            worded("remove `?` or `#`"),
        )
    return text


def read_regex(setting: Setting, value: Any) -> str:
    """A regular expression that RE2 accepts."""
    text = read_text(setting, value)
    compile_regex(text)
    return text


def read_bool(_setting: Setting, value: Any) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    text = plain_text(value).strip().lower()
    if text in TRUE or text in FALSE:
        return text in TRUE
    raise UnusableError(
        worded("%(value)s is neither true nor false", value=shown(value)),
        worded("write `true`"),
    )


def read_integer(setting: Setting, value: Any) -> int:
    """A whole number within the setting's bounds."""
    text = plain_text(value).strip()
    if isinstance(value, bool) or not _INTEGER.match(text):
        raise UnusableError(
            worded("%(value)s is not a whole number", value=shown(value)),
            worded("use digits only"),
        )
    number = int(text)
    if setting.choices and str(number) not in {c.value for c in setting.choices}:
        raise UnusableError(
            worded("%(text)s is not possible here", text=shown(text)), _listing(setting)
        )
    low, high = setting.minimum, setting.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise UnusableError(
            worded("%(number)s is out of range", number=number),
            worded("use %(low)s to %(high)s", low=low, high=high),
        )
    return number


def read_duration(setting: Setting, value: Any) -> str:
    """A Go duration, kept as written; in seconds where Core reads protobuf."""
    nanoseconds = durations.parse_duration(plain_text(value))
    if setting.seconds_only:
        return durations.seconds_text(nanoseconds)
    return plain_text(value).strip() if nanoseconds else "0s"


def read_enum(setting: Setting, value: Any) -> str:
    """One of the choices, whatever its case, with or without protobuf's prefix."""
    text = plain_text(value).strip()
    bare = text.lower().removeprefix(setting.prefix.lower())
    for choice in setting.choices:
        if choice.value.lower() == bare:
            return choice.value
    raise UnusableError(
        worded("%(text)s is not possible here", text=shown(text)), _listing(setting)
    )


def _listing(setting: Setting) -> str:
    return worded(
        "use one of %(values)s",
        values=", ".join(f"`{c.value}`" for c in setting.choices),
    )


def read_header_name(value: Any) -> str:
    """The name of an HTTP header."""
    text = plain_text(value).strip()
    if not _HEADER_NAME.match(text):
        raise UnusableError(
            worded("%(text)s is not the name of a header", text=shown(text)),
            worded("use letters, digits and hyphens"),
        )
    return text


def read_header_value(value: Any) -> str:
    """The value of an HTTP header: one line, known variables only."""
    text = plain_text(value)
    if len(text) > MAX_HEADER_VALUE:
        raise UnusableError(
            worded("it is too long"),
            counted(
                "use at most %(count)s byte",
                "use at most %(count)s bytes",
                count=MAX_HEADER_VALUE,
            ),
        )
    for character in text:
        if character != "\t" and unicodedata.category(character) == "Cc":
            raise UnusableError(
                worded(
                    "it holds the control character U+%(code)s",
                    code=f"{ord(character):04X}",
                ),
                worded("headers are one line; remove it"),
            )
    for found in _VARIABLE.finditer(text):
        if found[1] != "$" and found[2] not in HEADER_VARIABLES:
            raise UnusableError(
                worded("%(found)s is not a known value", found=shown(found[0])),
                worded(
                    "write `$$` for a dollar sign, or one of the values in the help"
                ),
            )
    return text


def read_file(setting: Setting, value: Any) -> str:
    """The path of a file."""
    return read_text(setting, plain_text(value).strip())


def read_free(_setting: Setting, value: Any) -> Any:
    """Any structure that JSON can hold, within limits."""
    if _depth(value) > MAX_FREE_DEPTH:
        raise UnusableError(
            worded("it is nested too deeply"), worded("use at most 16 levels")
        )
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except (TypeError, ValueError) as error:
        raise UnusableError(
            worded("it holds something that JSON can't"),
            worded("use texts, numbers and lists"),
        ) from error
    if len(text) > MAX_FREE_SIZE or "\\u0000" in text:
        raise UnusableError(
            worded("it is too long, or holds a zero byte"), worded("shorten it")
        )
    return json.loads(text)


def _depth(value: Any, level: int = 0) -> int:
    if level > MAX_FREE_DEPTH:
        return level
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        return max((_depth(item, level + 1) for item in value), default=level)
    return level


def read_certificate(setting: Setting, value: Any) -> str:
    """Certificates, as base64 of PEM."""
    return certificates.encode_certificates(_limited(setting, plain_text(value)))


def read_private_key(setting: Setting, value: Any) -> str:
    """A private key, as base64 of PEM."""
    return certificates.encode_private_key(_limited(setting, plain_text(value)))


READERS: dict[Kind, Reader] = {
    Kind.TEXT: read_text,
    Kind.LONG_TEXT: read_long_text,
    Kind.WEB_URL: read_web_url,
    Kind.HOST: read_host,
    Kind.PATH: read_path,
    Kind.REGEX: read_regex,
    Kind.BOOL: read_bool,
    Kind.TRISTATE: read_bool,
    Kind.INTEGER: read_integer,
    Kind.DURATION: read_duration,
    Kind.ENUM: read_enum,
    Kind.CERTIFICATE: read_certificate,
    Kind.PRIVATE_KEY: read_private_key,
    Kind.FILE: read_file,
    Kind.POLICY_TEXT: read_free,
    Kind.FREE: read_free,
}
