"""The criteria on the client certificate: which was presented, and its validity."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.language.certificates import Certificate, read_certificate
from policies.language.errors import Stage, quoted, replace_with
from policies.language.matchers import (
    Context,
    TextMatcher,
    TextOperator,
    read_text_matcher,
)
from policies.language.modes import Mode
from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode
from policies.language.reasons import Reason
from policies.texts import worded

from .constant import ignore_data
from .registry import Criterion, Finding, Group, MatcherKind, Need, Widget

if TYPE_CHECKING:
    from collections.abc import Callable

    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode

_LONG_FINGERPRINT: Final = re.compile("[0-9A-F]{2}(:[0-9A-F]{2}){31}")
_SHORT_FINGERPRINT: Final = re.compile("[0-9a-f]{64}")
_HASH_SIZE: Final = 32
_KEYS: Final = ("fingerprint", "spki_hash", "san_dns", "san_email", "san_uri")


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """On the presented leaf, trusted or not; what is None is not asked for.

    Several tests on one kind of name may each be met by a different name.
    """

    fingerprints: tuple[str, ...] | None = None
    spki_hashes: tuple[str, ...] | None = None
    dns: TextMatcher | None = None
    email: TextMatcher | None = None
    uri: TextMatcher | None = None

    def find(self, facts: Facts, mode: Mode) -> Finding:
        leaf = facts.certificate.leaf
        certificate = read_certificate(leaf) if leaf else None
        if certificate is None:
            if leaf and mode is Mode.POSTERN:
                return Finding(None, Reason.CLIENT_CERTIFICATE_DATA_UNAVAILABLE)
            return Finding(False, Reason.CLIENT_CERTIFICATE_UNAUTHORIZED)
        if self.matches(certificate):
            return Finding(True, Reason.CLIENT_CERTIFICATE_OK, certificate)
        return Finding(False, Reason.CLIENT_CERTIFICATE_UNAUTHORIZED, certificate)

    def matches(self, certificate: Certificate) -> bool:
        """Return whether everything that is asked for holds."""
        return (
            _is_one_of(certificate.fingerprint, self.fingerprints)
            and _is_one_of(certificate.spki_hash, self.spki_hashes)
            and _some_name_passes(certificate.dns, self.dns)
            and _some_name_passes(certificate.email, self.email)
            and _some_name_passes(certificate.uri, self.uri)
        )


def _is_one_of(value: str, allowed: tuple[str, ...] | None) -> bool:
    return allowed is None or value in allowed


def _some_name_passes(names: tuple[str, ...], matcher: TextMatcher | None) -> bool:
    return matcher is None or all(
        any(test.holds(name) for name in names) for test in matcher.tests
    )


@dataclass(frozen=True, slots=True)
class InvalidClientCertificate:
    def find(self, facts: Facts, mode: Mode) -> Finding:
        certificate = facts.certificate
        if certificate.is_valid:
            return Finding(False, Reason.VALID_CLIENT_CERTIFICATE)
        if certificate.presented is False:
            return Finding(True, Reason.CLIENT_CERTIFICATE_REQUIRED)
        return Finding(True, Reason.INVALID_CLIENT_CERTIFICATE)


def _read_client_certificate(
    node: CriterionNode, context: Context
) -> ClientCertificate | None:
    data = node.data
    if not isinstance(data, MappingNode):
        context.refuse(
            "not-a-mapping",
            worded("a mapping is needed"),
            data.span if data.span.length else node.name_span,
            suggestion=worded(
                "write it like `{san_email: {ends_with: '@example.com'}}`"
            ),
        )
        return None
    if not data.entries:
        context.unsavable(
            "empty-matcher",
            worded("an empty matcher holds for any certificate"),
            data.span,
        )
    before = len(context.report.problems)
    for key, _ in data.entries:
        if key.text not in _KEYS:
            context.unknown_key(key, _KEYS)
    condition = ClientCertificate(
        fingerprints=_hashes(data.get("fingerprint"), context, _fingerprint),
        spki_hashes=_hashes(data.get("spki_hash"), context, _spki_hash),
        dns=_names(data.get("san_dns"), context),
        email=_names(data.get("san_email"), context),
        uri=_names(data.get("san_uri"), context),
    )
    return condition if len(context.report.problems) == before else None


def _hashes(
    node: Node | None,
    context: Context,
    read: Callable[[ScalarNode, str, Context], str | None],
) -> tuple[str, ...] | None:
    if node is None:
        return None
    is_text = isinstance(node, ScalarNode) and isinstance(node.value, str)
    if not is_text and not isinstance(node, SequenceNode):
        context.refuse(
            "not-a-text", worded("text or a list of texts is needed"), node.span
        )
        return None
    items = node.items if isinstance(node, SequenceNode) else (node,)
    if not items:
        context.unsavable("empty-list", worded("an empty list never holds"), node.span)
    found: set[str] = set()
    for item in items:
        if not (isinstance(item, ScalarNode) and isinstance(item.value, str)):
            context.refuse("not-a-text", worded("a hash must be text"), item.span)
            continue
        value = read(item, item.value, context)
        if value is not None:
            found.add(value)
    return tuple(sorted(found))


def _fingerprint(node: ScalarNode, text: str, context: Context) -> str | None:
    if _SHORT_FINGERPRINT.fullmatch(text):
        return text
    if _LONG_FINGERPRINT.fullmatch(text):
        return text.replace(":", "").lower()
    cased = text.upper() if ":" in text else text.lower()
    is_casing = bool(
        _LONG_FINGERPRINT.fullmatch(cased) or _SHORT_FINGERPRINT.fullmatch(cased)
    )
    context.refuse(
        "bad-fingerprint",
        worded("%(text)s is not a SHA-256 fingerprint", text=quoted(text)),
        node.span,
        suggestion=worded("write `%(cased)s`", cased=cased)
        if is_casing
        else worded(
            "64 lower-case hexadecimal digits, or 32 upper-case pairs with colons"
        ),
        fix=replace_with(node.span, f"'{cased}'", title=worded("Change the case"))
        if is_casing
        else None,
    )
    return None


def _spki_hash(node: ScalarNode, text: str, context: Context) -> str | None:
    packed = text.replace("\r", "").replace("\n", "")
    try:
        size = len(base64.b64decode(packed, validate=True))
    except (binascii.Error, ValueError):
        size = 0
    if size == _HASH_SIZE:
        return text
    context.refuse(
        "bad-spki-hash",
        worded("%(text)s is not the base64 of a SHA-256 hash", text=quoted(text)),
        node.span,
    )
    return None


def _names(node: Node | None, context: Context) -> TextMatcher | None:
    if node is None:
        return None
    matcher = read_text_matcher(node, context, what=worded("the name is"))
    if matcher is not None and any(
        test.operator is TextOperator.NOT_IN for test in matcher.tests
    ):
        context.refuse(
            "core-unsafe-variable",
            worded("`not_in` can't be used on the names of a certificate"),
            node.span,
            stage=Stage.COMPILE,
            suggestion=worded("use `in` below `not`"),
        )
    return matcher


_CERTIFICATE: Final = frozenset({Need.CERTIFICATE})

CLIENT_CERTIFICATE = Criterion(
    name="client_certificate",
    label=worded("Client certificate"),
    help=worded(
        "The client presented such a certificate. Whether it is trusted is not asked."
    ),
    example="client_certificate: {san_email: {ends_with: '@example.com'}}",
    group=Group.DEVICE,
    matcher=MatcherKind.CERTIFICATE,
    widget=Widget.CERTIFICATE,
    fact=worded("the certificate presented"),
    when_true=(Reason.CLIENT_CERTIFICATE_OK,),
    when_false=(Reason.CLIENT_CERTIFICATE_UNAUTHORIZED,),
    when_unknown=(Reason.CLIENT_CERTIFICATE_DATA_UNAVAILABLE,),
    needs=_CERTIFICATE,
    compares_text=True,
    read=_read_client_certificate,
)


def _read_invalid(node: CriterionNode, context: Context) -> InvalidClientCertificate:
    ignore_data(node, context)
    return InvalidClientCertificate()


INVALID_CLIENT_CERTIFICATE = Criterion(
    name="invalid_client_certificate",
    label=worded("No trusted client certificate"),
    help=worded(
        "An authority applies to the route, and the client has no valid certificate."
    ),
    example="invalid_client_certificate: true",
    group=Group.DEVICE,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("the result of verifying the certificate"),
    when_true=(Reason.CLIENT_CERTIFICATE_REQUIRED, Reason.INVALID_CLIENT_CERTIFICATE),
    when_false=(Reason.VALID_CLIENT_CERTIFICATE,),
    needs=_CERTIFICATE,
    read=_read_invalid,
)
ALL = (CLIENT_CERTIFICATE, INVALID_CLIENT_CERTIFICATE)
