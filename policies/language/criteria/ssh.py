"""The criteria on an SSH connection: key, certificate authority, user name."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from policies.language.errors import Span, quoted
from policies.language.matchers import (
    Context,
    TextMatcher,
    elements_of,
    quoting,
    read_text_matcher,
)
from policies.language.modes import Mode
from policies.language.nodes import Node, ScalarNode, SequenceNode
from policies.language.reasons import Reason
from policies.language.ssh_keys import (
    SshKeyError,
    parse_authorized_key,
    read_certificate,
)
from policies.language.ssh_signatures import is_signed_by_authority
from policies.texts import worded

from .constant import ignore_data
from .identity import lacks_address
from .registry import (
    Anonymous,
    Criterion,
    Finding,
    Group,
    MatcherKind,
    Need,
    Widget,
    refused,
)

if TYPE_CHECKING:
    from policies.language.facts import Facts
    from policies.language.grammar import CriterionNode


@dataclass(frozen=True, slots=True)
class SshPublicKey:
    """On the presented key; `keys` are base64 of wire forms, sorted."""

    keys: tuple[str, ...]

    def find(self, facts: Facts, mode: Mode) -> Finding:
        holds = facts.ssh.publickey in self.keys
        return _key_finding(facts, holds=holds)


@dataclass(frozen=True, slots=True)
class SshCa:
    """On whether the presented key is a certificate of one of these authorities."""

    authorities: tuple[str, ...]

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if facts.now is None and mode is Mode.POSTERN and self.authorities:
            return Finding(None, Reason.TIME_DATA_UNAVAILABLE)
        return _key_finding(facts, holds=self.admits(facts))

    def admits(self, facts: Facts) -> bool:
        """Return whether the certificate is good for the requested name, now."""
        username, key = facts.ssh.username, facts.ssh.publickey
        if username is None or not key or facts.now is None:
            return False
        try:
            certificate = read_certificate(base64.b64decode(key, validate=True))
        except (SshKeyError, binascii.Error, ValueError):
            return False
        authority = base64.b64encode(certificate.authority).decode()
        return (
            authority in self.authorities
            and certificate.admits(username, at=int(facts.now.timestamp()))
            and is_signed_by_authority(certificate)
        )


def _key_finding(facts: Facts, *, holds: bool) -> Finding:
    passed, failed = Reason.SSH_PUBLICKEY_OK, Reason.SSH_PUBLICKEY_UNAUTHORIZED
    return Finding(holds, passed if holds else failed, facts.ssh.publickey)


@dataclass(frozen=True, slots=True)
class SshUsername:
    matcher: TextMatcher

    def find(self, facts: Facts, mode: Mode) -> Finding:
        username = facts.ssh.username
        holds = not self.matcher.tests or (
            username is not None and self.matcher.holds(username)
        )
        passed, failed = Reason.SSH_USERNAME_OK, Reason.SSH_USERNAME_UNAUTHORIZED
        return Finding(holds, passed if holds else failed, username)


@dataclass(frozen=True, slots=True)
class SshUsernameMatchesEmail:
    """On whether the name is what stands before the first `@` of the address."""

    def find(self, facts: Facts, mode: Mode) -> Finding:
        if lacks_address(facts, mode):
            return Finding(None, Reason.DIRECTORY_DATA_UNAVAILABLE)
        username = facts.ssh.username
        if username is not None and username == facts.email.partition("@")[0]:
            return Finding(True, Reason.SSH_USERNAME_OK, username)
        return refused(facts, Reason.SSH_USERNAME_UNAUTHORIZED, username)


@dataclass(frozen=True, slots=True)
class SshUsernameMatchesClaim:
    path: str

    def find(self, facts: Facts, mode: Mode) -> Finding:
        username = facts.ssh.username
        values = elements_of(facts.claim(self.path))
        if username is not None and username in values:
            return Finding(True, Reason.SSH_USERNAME_OK, username)
        return refused(facts, Reason.SSH_USERNAME_UNAUTHORIZED, username)


def _read_keys(node: CriterionNode, context: Context) -> tuple[str, ...] | None:
    data = node.data
    is_text = isinstance(data, ScalarNode) and isinstance(data.value, str)
    if not is_text and not isinstance(data, SequenceNode):
        context.refuse(
            "not-a-key", worded("a key or a list of keys is needed"), _at(node)
        )
        return None
    items = data.items if isinstance(data, SequenceNode) else (data,)
    if not items:
        context.unsavable("empty-list", worded("an empty list never holds"), data.span)
    keys = [_read_key(item, context) for item in items]
    known = {key for key in keys if key is not None}
    return None if None in keys else tuple(sorted(known))


def _read_key(item: Node, context: Context) -> str | None:
    if isinstance(item, ScalarNode) and isinstance(item.value, str):
        try:
            return base64.b64encode(parse_authorized_key(item.value)).decode()
        except SshKeyError:
            pass
    what = quoted(item.text) if isinstance(item, ScalarNode) else "this"
    context.refuse(
        "not-a-key",
        worded("%(what)s is no SSH key", what=what),
        item.span,
        suggestion=worded(
            "write it as in authorized_keys: `ssh-ed25519 AAAA… comment`"
        ),
    )
    return None


def _at(node: CriterionNode) -> Span:
    return node.data.span if node.data.span.length else node.name_span


def _read_ssh_publickey(node: CriterionNode, context: Context) -> SshPublicKey | None:
    keys = _read_keys(node, context)
    return None if keys is None else SshPublicKey(keys)


def _read_ssh_ca(node: CriterionNode, context: Context) -> SshCa | None:
    keys = _read_keys(node, context)
    return None if keys is None else SshCa(keys)


def _read_ssh_username(node: CriterionNode, context: Context) -> SshUsername | None:
    matcher = read_text_matcher(node.data, context, what=worded("the name is"))
    return None if matcher is None else SshUsername(matcher)


def _read_matches_email(
    node: CriterionNode, context: Context
) -> SshUsernameMatchesEmail:
    ignore_data(node, context)
    return SshUsernameMatchesEmail()


def _read_matches_claim(
    node: CriterionNode, context: Context
) -> SshUsernameMatchesClaim | None:
    data = node.data
    if not (isinstance(data, ScalarNode) and isinstance(data.value, str)):
        context.refuse(
            "not-a-text",
            worded("the name of a claim is needed"),
            _at(node),
            **quoting(data),
        )
        return None
    if not data.value:
        context.unsavable("empty-operand", worded("no claim is named"), _at(node))
    return SshUsernameMatchesClaim(data.value)


_KEY_REASONS: Final = (Reason.SSH_PUBLICKEY_OK,), (Reason.SSH_PUBLICKEY_UNAUTHORIZED,)
_SSH: Final = frozenset({Need.SSH})
_EXAMPLE_KEY: Final = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDMLD9059xqQdL9jnwAvmrUGrYU8UkE047rK4TjA2Hm1"
)

SSH_PUBLICKEY = Criterion(
    name="ssh_publickey",
    label=worded("SSH key"),
    help=worded("The SSH client presented one of these public keys."),
    example=f"ssh_publickey: {_EXAMPLE_KEY} ada@laptop",
    group=Group.DEVICE,
    matcher=MatcherKind.SSH_KEYS,
    widget=Widget.SSH_KEY,
    fact=worded("the presented key"),
    when_true=_KEY_REASONS[0],
    when_false=_KEY_REASONS[1],
    needs=_SSH,
    read=_read_ssh_publickey,
)
SSH_CA = Criterion(
    name="ssh_ca",
    label=worded("SSH certificate authority"),
    help=worded(
        "The SSH client presented a valid user certificate of such an authority."
    ),
    example=f"ssh_ca: {_EXAMPLE_KEY} authority",
    group=Group.DEVICE,
    matcher=MatcherKind.SSH_KEYS,
    widget=Widget.SSH_KEY,
    fact=worded("the presented key"),
    when_true=_KEY_REASONS[0],
    when_false=_KEY_REASONS[1],
    when_unknown=(Reason.TIME_DATA_UNAVAILABLE,),
    needs=frozenset({Need.SSH, Need.TIME}),
    read=_read_ssh_ca,
)
SSH_USERNAME = Criterion(
    name="ssh_username",
    label=worded("SSH user name"),
    help=worded("The user name that the SSH client asks for."),
    example="ssh_username: {in: [deploy, root]}",
    group=Group.REQUEST,
    matcher=MatcherKind.TEXT,
    widget=Widget.TEXT,
    fact=worded("the SSH user name"),
    when_true=(Reason.SSH_USERNAME_OK,),
    when_false=(Reason.SSH_USERNAME_UNAUTHORIZED,),
    needs=_SSH,
    compares_text=True,
    read=_read_ssh_username,
)
SSH_USERNAME_MATCHES_EMAIL = Criterion(
    name="ssh_username_matches_email",
    label=worded("SSH user name is that of the email"),
    help=worded("The SSH user name equals what stands before the `@` of the address."),
    example="ssh_username_matches_email: true",
    group=Group.REQUEST,
    matcher=MatcherKind.IGNORED,
    widget=Widget.NONE,
    fact=worded("the SSH user name"),
    when_true=(Reason.SSH_USERNAME_OK,),
    when_false=(Reason.SSH_USERNAME_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    when_unknown=(Reason.DIRECTORY_DATA_UNAVAILABLE,),
    needs=frozenset({Need.SSH, Need.SESSION, Need.PERSON, Need.DIRECTORY}),
    anonymous=Anonymous.BY_DATA,
    read=_read_matches_email,
)
SSH_USERNAME_MATCHES_CLAIM = Criterion(
    name="ssh_username_matches_claim",
    label=worded("SSH user name is in a claim"),
    help=worded("The SSH user name is one of the values of this claim."),
    example="ssh_username_matches_claim: preferred_username",
    group=Group.REQUEST,
    matcher=MatcherKind.CLAIM_NAME,
    widget=Widget.CLAIM,
    fact=worded("the SSH user name"),
    when_true=(Reason.SSH_USERNAME_OK,),
    when_false=(Reason.SSH_USERNAME_UNAUTHORIZED, Reason.USER_UNAUTHENTICATED),
    needs=frozenset({Need.SSH, Need.SESSION, Need.PERSON}),
    anonymous=Anonymous.NEVER,
    read=_read_matches_claim,
)
ALL = (
    SSH_PUBLICKEY,
    SSH_CA,
    SSH_USERNAME,
    SSH_USERNAME_MATCHES_EMAIL,
    SSH_USERNAME_MATCHES_CLAIM,
)
