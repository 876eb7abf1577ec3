"""Rules between settings: what excludes, what needs, what has to agree."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from policies import language
from policies.language import PolicyLanguageError
from policies.language.mentions import any_of, both
from policies.texts import worded
from routes.settings_table import CONSTRAINTS, NEEDS, AtMostOne
from routes.validation import certificates
from routes.validation.addresses import Address
from routes.validation.paths import check_substitution
from routes.validation.problems import Path, Problem, UnusableError
from routes.validation.upstreams import UNMIXED_SCHEMES, Upstream

MAX_SIZE = 256 * 1024
UPSTREAMS_OF_SCHEME = {
    "https": ("http", "https", "h2c", "unix", "https+unix"),
    "http": ("http", "https", "h2c", "unix", "https+unix"),
    "tcp+https": ("tcp", "http", "https", "unix", "https+unix"),
    "udp+https": ("udp", "http", "https"),
    "ssh": ("ssh",),
}

Settings = Mapping[str, Any]
Rule = Callable[[Settings, Address | None, list[Upstream]], Iterator[Problem]]


def check_all(
    settings: Settings,
    address: Address | None,
    upstreams: list[Upstream],
    failed: frozenset[str],
) -> Iterator[Problem]:
    """Yield what is wrong between settings that can each be used by themselves.

    `failed` are the keys whose values could not be read: they are there, so they
    count where a setting excludes or needs another.
    """
    yield from _exclusions(settings, failed)
    yield from _needs(settings, failed)
    for rule in RULES:
        yield from rule(settings, address, upstreams)


def _exclusions(settings: Settings, failed: frozenset[str]) -> Iterator[Problem]:
    for constraint in CONSTRAINTS:
        if not constraint.within:
            yield from _exclusion(constraint, settings, (), failed)
            continue
        held = settings.get(constraint.within)
        if isinstance(held, list):
            for index, item in enumerate(held):
                path = (constraint.within, index)
                yield from _exclusion(constraint, item, path, frozenset())
        elif held is not None and constraint.within not in failed:
            yield from _exclusion(constraint, held, (constraint.within,), frozenset())


def _exclusion(
    constraint: AtMostOne, held: Settings, path: Path, failed: frozenset[str]
) -> Iterator[Problem]:
    there = [key for key in constraint.keys if key in held or key in failed]
    if len(there) > 1:
        names = both([f"`{key}`" for key in there])
        yield Problem(
            (*path, there[1]),
            worded("%(names)s exclude each other", names=names),
            constraint.remedy,
        )
    elif constraint.required and not there:
        names = ", ".join(f"`{key}`" for key in constraint.keys)
        yield Problem(
            (*path, constraint.keys[0]),
            worded("one of %(names)s is missing", names=names),
            constraint.remedy,
        )


def _needs(settings: Settings, failed: frozenset[str]) -> Iterator[Problem]:
    there = settings.keys() | failed
    for need in NEEDS:
        if need.key in settings and not there.intersection(need.others):
            names = any_of([f"`{key}`" for key in need.others])
            yield Problem(
                (need.key,),
                worded("it says nothing without %(names)s", names=names),
                need.remedy,
            )


def _weights(
    _settings: Settings, _address: Address | None, upstreams: list[Upstream]
) -> Iterator[Problem]:
    weighted = [upstream.weight is not None for upstream in upstreams]
    if any(weighted) and not all(weighted):
        yield Problem(
            ("to",),
            worded("some upstreams have a weight, others none"),
            worded("weigh all or none"),
        )


def _schemes(
    settings: Settings, address: Address | None, upstreams: list[Upstream]
) -> Iterator[Problem]:
    schemes = list(dict.fromkeys(upstream.scheme for upstream in upstreams))
    unmixed = [scheme for scheme in schemes if scheme in UNMIXED_SCHEMES]
    if unmixed and len(schemes) > 1:
        yield Problem(
            ("to",),
            worded(
                "`%(unmixed)s` upstreams can't be mixed with others", unmixed=unmixed[0]
            ),
            worded("make a route for each"),
        )
    if address is None:
        return
    allowed = UPSTREAMS_OF_SCHEME[address.scheme]
    for scheme in schemes:
        if scheme not in allowed:
            yield Problem(
                ("to",),
                worded(
                    "`%(upstream)s` upstreams don't go with a `%(scheme)s` address",
                    upstream=scheme,
                    scheme=address.scheme,
                ),
                worded(
                    "use %(allowed)s, or change `from`", allowed=any_of(allowed[:3])
                ),
            )


def _path_conditions(
    settings: Settings, address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    if address is None or address.is_web:
        return
    for key in ("prefix", "path", "regex", "redirect", "response"):
        if key in settings:
            yield Problem(
                (key,),
                worded(
                    "`%(key)s` has no meaning for a `%(scheme)s` address",
                    key=key,
                    scheme=address.scheme,
                ),
                worded("remove it"),
            )


def _substitutions(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    for stem in ("regex_rewrite", "host_path_regex_rewrite"):
        pattern = settings.get(f"{stem}_pattern")
        substitution = settings.get(f"{stem}_substitution")
        if pattern and substitution:
            try:
                check_substitution(pattern, substitution)
            except UnusableError as error:
                yield Problem((f"{stem}_substitution",), error.message, error.remedy)


def _client_pair(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    certificate, key = settings.get("tls_client_cert"), settings.get("tls_client_key")
    if certificate and key:
        try:
            certificates.check_pair(certificate, key)
        except UnusableError as error:
            yield Problem(("tls_client_key",), error.message, error.remedy)


def _authorization_server(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    server = settings.get("mcp", {}).get("server", {})
    url = server.get("authorization_server_url", "")
    if url and not url.lower().startswith("https://"):
        yield Problem(
            ("mcp", "server", "authorization_server_url"),
            worded("the authorization server is not at an https address"),
            worded("use `https://`"),
        )


def _tunnel_policy(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    tunnel = settings.get("upstream_tunnel")
    if tunnel is not None and not tunnel:
        yield Problem(
            ("upstream_tunnel", "ssh_policy"),
            worded("nobody could serve this tunnel"),
            worded("say in a policy who may"),
        )
    written = (tunnel or {}).get("ssh_policy")
    if written is not None:
        text = written if isinstance(written, str) else json.dumps(written)
        try:
            language.parse(text)
        except PolicyLanguageError as error:
            for problem in error.problems:
                # Places in the text are not those in the field or the file.
                yield Problem(
                    ("upstream_tunnel", "ssh_policy"),
                    problem.message,
                    problem.suggestion or worded("write it in PPL"),
                )


def _redirect(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    redirect = settings.get("redirect", {})
    if redirect and not redirect.keys() - {"response_code", "strip_query"}:
        yield Problem(
            ("redirect",),
            worded("it leads back to the same address"),
            worded("say what changes: scheme, host, port or path"),
        )


def _status_ranges(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    for index, check in enumerate(settings.get("health_checks", [])):
        for name in ("expected_statuses", "retriable_statuses"):
            ranges = check.get("http_health_check", {}).get(name, [])
            for position, span in enumerate(ranges):
                if span.get("start", 0) >= span.get("end", 0):
                    yield Problem(
                        ("health_checks", index, "http_health_check", name, position),
                        worded("the range is empty"),
                        worded("its end is one more than the last status that counts"),
                    )


def _size(
    settings: Settings, _address: Address | None, _upstreams: list[Upstream]
) -> Iterator[Problem]:
    if len(json.dumps(dict(settings))) > MAX_SIZE:
        yield Problem(
            (),
            worded("the settings are too long"),
            worded("use at most 256 KiB in all"),
        )


RULES: tuple[Rule, ...] = (
    _weights,
    _schemes,
    _path_conditions,
    _substitutions,
    _client_pair,
    _authorization_server,
    _tunnel_policy,
    _redirect,
    _status_ranges,
    _size,
)
