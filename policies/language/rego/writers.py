"""How each criterion is said in Rego: a chain of results, each with its conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policies.language.criteria.certificate import (
    ClientCertificate,
    InvalidClientCertificate,
)
from policies.language.criteria.constant import Constant
from policies.language.criteria.device import Device
from policies.language.criteria.identity import (
    AuthenticatedUser,
    Claim,
    Domain,
    Email,
    Groups,
    User,
)
from policies.language.criteria.mcp import McpTool
from policies.language.criteria.record import EqualTest, NumberTest, Record
from policies.language.criteria.request import (
    CorsPreflight,
    Http,
    HttpField,
    PomeriumRoutes,
    SourceIp,
)
from policies.language.criteria.ssh import (
    SshCa,
    SshPublicKey,
    SshUsername,
    SshUsernameMatchesClaim,
    SshUsernameMatchesEmail,
)
from policies.language.criteria.time import Date, DayOfWeek, TimeOfDay
from policies.language.matchers import (
    ListTest,
    TextOperator,
    TextTest,
)
from policies.language.reasons import Reason
from policies.language.records import ForeignKey

from .chains import (
    Chain,
    Link,
    list_conditions,
    list_test,
    listed,
    literal,
    of_person,
    of_request,
    text_conditions,
    text_test,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from policies.language.criteria.registry import Condition

_DAY_NAMES: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_NANOSECONDS: Final = 1_000_000_000
_ON_TEXT_ONLY: Final = frozenset(
    {TextOperator.STARTS_WITH, TextOperator.ENDS_WITH, TextOperator.CONTAINS}
)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes criteria; `foreign_keys` says how records of each type are found."""

    foreign_keys: Mapping[str, ForeignKey]

    def chain(self, condition: Condition) -> Chain | None:
        """Return the results of a criterion; None if Rego has no word for it."""
        if isinstance(condition, Record):
            return self._record(condition)
        write = _WRITERS.get(type(condition))
        return None if write is None else write(condition)

    def _record(self, condition: Record) -> Chain:
        kind = literal(condition.type)
        by = self.foreign_keys.get(condition.type, ForeignKey.USER_ID)
        lines = [f"found := record({kind}, {_RECORD_KEYS[by]})"]
        if condition.field is not None:
            name = literal(condition.field)
            lines += (
                f"{name} in object.keys(found)",
                f"value := object.get(found, {name}, null)",
            )
        there = tuple(lines)
        ok, failed = Reason.RECORD_OK, Reason.RECORD_UNAUTHORIZED
        if condition.exists is False:
            if condition.tests:
                return (Link(False, failed),)
            return (Link(False, failed, there), Link(True, ok))
        tests = [_record_test(test) for test in condition.tests]
        return (Link(True, ok, (*there, *tests)), Link(False, failed))


_RECORD_KEYS: Final = {
    ForeignKey.USER_ID: 'object.get(session, "user_id", "")',
    ForeignKey.USER_EMAIL: "email",
    ForeignKey.REQUEST_IP: "input.http.ip",
    ForeignKey.CERTIFICATE_FINGERPRINT: "fingerprint",
}


def _record_test(test: object) -> str:
    if isinstance(test, NumberTest):
        sign = "==" if test.operator.value == "=" else test.operator.value
        return f"is_number(value); value {sign} {literal(test.operand)}"
    if isinstance(test, EqualTest):
        return f"equals_or_only(value, {literal(test.operand)})"
    if isinstance(test, ListTest):
        return "; ".join(list_test("value", test))
    assert isinstance(test, TextTest)  # noqa: S101 - there is no fifth kind
    form = text_test("value", test)
    # Some engines stop at a function that gets something else than text.
    return f"is_string(value); {form}" if test.operator in _ON_TEXT_ONLY else form


def _constant(condition: Constant) -> Chain:
    return (Link(condition.value, Reason.ACCEPT if condition.value else Reason.REJECT),)


def _authenticated_user(_: AuthenticatedUser) -> Chain:
    lines = ('not object.get(session, "user_id", null) in [null, ""]',)
    return of_person(Reason.USER_OK, Reason.USER_UNAUTHORIZED, lines)


def _user(condition: User) -> Chain:
    lines = text_conditions('object.get(session, "user_id", null)', condition.matcher)
    return of_person(Reason.USER_OK, Reason.USER_UNAUTHORIZED, lines)


def _email(condition: Email) -> Chain:
    lines = text_conditions("address", condition.matcher)
    return of_person(Reason.EMAIL_OK, Reason.EMAIL_UNAUTHORIZED, lines)


def _domain(condition: Domain) -> Chain:
    lines = text_conditions('split(address, "@")[1]', condition.matcher)
    return of_person(Reason.DOMAIN_OK, Reason.DOMAIN_UNAUTHORIZED, lines)


def _claim(condition: Claim) -> Chain:
    lines = list_conditions(f"claim({literal(condition.path)})", condition.matcher)
    return of_person(Reason.CLAIM_OK, Reason.CLAIM_UNAUTHORIZED, lines)


def _groups(condition: Groups) -> Chain:
    lines = list_conditions(
        'object.get(directory_user, "group_ids", [])', condition.matcher
    )
    return of_person(Reason.GROUPS_OK, Reason.GROUPS_UNAUTHORIZED, lines)


def _http(condition: Http) -> Chain:
    is_method = condition.field is HttpField.METHOD
    left = "input.http.method" if is_method else "input.http.path"
    lines = text_conditions(left, condition.matcher) if condition.matcher.tests else ()
    if is_method:
        return of_request(Reason.HTTP_METHOD_OK, Reason.HTTP_METHOD_UNAUTHORIZED, lines)
    return of_request(Reason.HTTP_PATH_OK, Reason.HTTP_PATH_UNAUTHORIZED, lines)


def _cors_preflight(_: CorsPreflight) -> Chain:
    lines = (
        'input.http.method == "OPTIONS"',
        'header_is_set("Access-Control-Request-Method")',
        'header_is_set("Origin")',
    )
    return of_request(Reason.CORS_REQUEST, Reason.NON_CORS_REQUEST, lines)


def _source_ip(condition: SourceIp) -> Chain:
    networks = listed(str(network) for network in condition.networks)
    inside = (
        "client_ip_is_known",
        f"some network in {networks}",
        "net.cidr_contains(network, client_ip)",
    )
    return (
        Link(True, Reason.SOURCE_IP_OK, inside),
        Link(False, Reason.SOURCE_IP_UNAUTHORIZED, ("client_ip_is_known",)),
        Link(None, Reason.SOURCE_IP_DATA_UNAVAILABLE),
    )


def _pomerium_routes(_: PomeriumRoutes) -> Chain:
    lines = (
        "is_string(input.http.path)",
        'startswith(concat("", [input.http.path, "/"]), "/.pomerium/")',
    )
    return of_request(Reason.POMERIUM_ROUTE, Reason.NON_POMERIUM_ROUTE, lines)


def _client_certificate(condition: ClientCertificate) -> Chain:
    lines = ["certificate"]
    if condition.fingerprints is not None:
        lines.append(f"fingerprint in {listed(condition.fingerprints)}")
    if condition.spki_hashes is not None:
        lines.append(f"spki_hash in {listed(condition.spki_hashes)}")
    for field, matcher in (
        ("DNSNames", condition.dns),
        ("EmailAddresses", condition.email),
        ("URIStrings", condition.uri),
    ):
        for number, test in enumerate(matcher.tests if matcher else ()):
            name = f"{field.lower()}_{number}"
            lines += (f"some {name} in certificate.{field}", text_test(name, test))
    failed = Reason.CLIENT_CERTIFICATE_UNAUTHORIZED
    return (
        Link(True, Reason.CLIENT_CERTIFICATE_OK, tuple(lines)),
        Link(False, failed, ("certificate",)),
        Link(False, failed, ('leaf == ""',)),
        Link(None, Reason.CLIENT_CERTIFICATE_DATA_UNAVAILABLE),
    )


def _invalid_client_certificate(_: InvalidClientCertificate) -> Chain:
    valid = ("input.is_valid_client_certificate == true",)
    absent = ("input.http.client_certificate.presented == false",)
    return (
        Link(False, Reason.VALID_CLIENT_CERTIFICATE, valid),
        Link(True, Reason.CLIENT_CERTIFICATE_REQUIRED, absent),
        Link(True, Reason.INVALID_CLIENT_CERTIFICATE),
    )


def _device(condition: Device) -> Chain:
    find = (
        f"credential := device_credential({literal(condition.type)})",
        "enrollment := device_enrollment(credential)",
    )
    has_id = 'object.get(credential, "id", "") != ""'
    wanted: list[str] = []
    if condition.needs_credential or condition.credential_id is not None:
        wanted.append(has_id)
    if condition.credential_id is not None:
        wanted.append(
            f'object.get(credential, "id", "") == {literal(condition.credential_id)}'
        )
    if condition.approved is not None:
        sign = "!=" if condition.approved else "=="
        wanted.append(f'object.get(enrollment, "approved_by", null) {sign} null')
    known = ("has_session", *find, has_id, 'object.get(enrollment, "id", "") != ""')
    data = (("device_type", condition.type),)
    return (
        Link(True, Reason.DEVICE_OK, (*find, *wanted), data),
        Link(False, Reason.DEVICE_UNAUTHORIZED, known, data),
        Link(False, Reason.DEVICE_UNAUTHENTICATED, ("has_session",), data),
        Link(False, Reason.USER_UNAUTHENTICATED, (), data),
    )


def _mcp_tool(condition: McpTool) -> Chain:
    called = 'input.mcp.method == "tools/call"'
    tests = condition.matcher.tests
    tool = (
        text_conditions("input.mcp.tool_call.name", condition.matcher) if tests else ()
    )
    return (
        Link(True, Reason.MCP_TOOL_MATCH, (called, *tool)),
        Link(False, Reason.MCP_TOOL_NO_MATCH, (called,)),
        Link(False, Reason.MCP_NOT_A_TOOL_CALL),
    )


def _ssh_publickey(condition: SshPublicKey) -> Chain:
    lines = (f"input.ssh.publickey in {listed(condition.keys)}",)
    return of_request(Reason.SSH_PUBLICKEY_OK, Reason.SSH_PUBLICKEY_UNAUTHORIZED, lines)


def _ssh_ca(condition: SshCa) -> Chain:
    keys = listed(condition.authorities)
    lines = (f"ssh_verify_user_cert(input.ssh.username, input.ssh.publickey, {keys})",)
    return of_request(Reason.SSH_PUBLICKEY_OK, Reason.SSH_PUBLICKEY_UNAUTHORIZED, lines)


def _ssh_username(condition: SshUsername) -> Chain:
    matcher = condition.matcher
    lines = text_conditions("input.ssh.username", matcher) if matcher.tests else ()
    return of_request(Reason.SSH_USERNAME_OK, Reason.SSH_USERNAME_UNAUTHORIZED, lines)


def _ssh_username_matches_email(_: SshUsernameMatchesEmail) -> Chain:
    lines = ('input.ssh.username == split(email, "@")[0]',)
    return of_person(Reason.SSH_USERNAME_OK, Reason.SSH_USERNAME_UNAUTHORIZED, lines)


def _ssh_username_matches_claim(condition: SshUsernameMatchesClaim) -> Chain:
    lines = (
        "value := input.ssh.username",
        "value != null",
        f"holds_value(claim({literal(condition.path)}), value)",
    )
    return of_person(Reason.SSH_USERNAME_OK, Reason.SSH_USERNAME_UNAUTHORIZED, lines)


def _between(
    after: object | None, before: object | None, passed: Reason, failed: Reason
) -> Chain:
    bounds = [f"value > {after}"] if after is not None else []
    bounds += [f"value < {before}"] if before is not None else []
    return of_request(passed, failed, tuple(bounds))


def _date(condition: Date) -> Chain:
    passed, failed = Reason.DATE_OK, Reason.DATE_UNAUTHORIZED
    chain = _between(
        _moment(condition.after), _moment(condition.before), passed, failed
    )
    return (Link(True, passed, ("value := now", *chain[0].conditions)), chain[1])


def _moment(at: datetime | None) -> int | None:
    if at is None:
        return None
    return int(at.replace(microsecond=0).timestamp()) * _NANOSECONDS + (
        at.microsecond * 1000
    )


def _day_of_week(condition: DayOfWeek) -> Chain:
    days = listed(_DAY_NAMES[day] for day in condition.days)
    lines = (f'time.weekday([now, "UTC"]) in {days}',)
    return of_request(Reason.DAY_OF_WEEK_OK, Reason.DAY_OF_WEEK_UNAUTHORIZED, lines)


def _time_of_day(condition: TimeOfDay) -> Chain:
    passed, failed = Reason.TIME_OF_DAY_OK, Reason.TIME_OF_DAY_UNAUTHORIZED
    chain = _between(condition.after, condition.before, passed, failed)
    clock = f"value := nanoseconds({literal(condition.timezone)})"
    return (Link(True, passed, (clock, *chain[0].conditions)), chain[1])


_WRITERS: Final[dict[type[Any], Callable[[Any], Chain]]] = {
    AuthenticatedUser: _authenticated_user,
    Claim: _claim,
    ClientCertificate: _client_certificate,
    Constant: _constant,
    CorsPreflight: _cors_preflight,
    Date: _date,
    DayOfWeek: _day_of_week,
    Device: _device,
    Domain: _domain,
    Email: _email,
    Groups: _groups,
    Http: _http,
    InvalidClientCertificate: _invalid_client_certificate,
    McpTool: _mcp_tool,
    PomeriumRoutes: _pomerium_routes,
    SourceIp: _source_ip,
    SshCa: _ssh_ca,
    SshPublicKey: _ssh_publickey,
    SshUsername: _ssh_username,
    SshUsernameMatchesClaim: _ssh_username_matches_claim,
    SshUsernameMatchesEmail: _ssh_username_matches_email,
    TimeOfDay: _time_of_day,
    User: _user,
}
