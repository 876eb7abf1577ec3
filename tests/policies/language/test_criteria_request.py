"""Method, path, preflight and address of a request, and the tool it calls."""

from __future__ import annotations

from typing import Any

import pytest

from policies.language import (
    Mode,
    PolicyLanguageError,
    compile_policy,
    evaluate_internal,
    parse,
)
from policies.language.facts import Facts, Mcp, Request, Session, Ssh

from .deciding import answer
from .reading import codes_of


def on(**request: Any) -> Facts:
    return Facts(request=Request(**request))


def test_method_and_path_are_compared() -> None:
    facts = on(method="POST", path="/admin/x")

    assert answer("http_method: POST", facts) == (True, "http-method-ok")
    assert answer("http_method: post", facts) == (False, "http-method-unauthorized")
    assert answer("http_path: {starts_with: /admin}", facts) == (True, "http-path-ok")
    assert answer("http_path: /", facts) == (False, "http-path-unauthorized")
    assert answer("http_path: {not_in: [/]}", facts)[0] is True


def test_without_http_only_an_empty_matcher_holds() -> None:
    facts = on(method=None, path=None)

    assert answer("http_method: {not: GET}", facts)[0] is False
    assert answer("http_path: {}", facts)[0] is True


class TestCoreExact:
    def test_any_field_of_the_input_may_match(self) -> None:
        facts = on(method="GET", path="/secret", query="/public")

        criterion = "http_path: {starts_with: /public}"
        assert answer(criterion, facts, Mode.CORE_EXACT)[0] is True
        assert answer(criterion, facts, Mode.CORE_INTENDED)[0] is False

    def test_one_field_must_pass_all_tests(self) -> None:
        criterion = "http_path: {starts_with: /p, ends_with: GET}"

        assert answer(criterion, on(path="/p"), Mode.CORE_EXACT)[0] is False
        assert answer(criterion, on(path="/p/GET"), Mode.CORE_EXACT)[0] is True

    def test_a_negative_test_practically_always_holds(self) -> None:
        facts = on(method="GET")

        assert answer("http_method: {not: GET}", facts, Mode.CORE_EXACT)[0] is True

    def test_session_and_tool_are_fields_too(self) -> None:
        facts = Facts(
            request=Request(method="GET"),
            session=Session(id="s1", user_id="u1"),
            mcp=Mcp("tools/call", "query"),
            ssh=Ssh("deploy"),
        )

        for value in ("u1", "tools/call", "deploy"):
            assert answer(f"http_path: {value}", facts, Mode.CORE_EXACT)[0] is True

    def test_the_input_as_core_had_it_is_used_if_given(self) -> None:
        whole = {"http": {"x": "/here"}, "odd": ["/there"], "valid": True}
        facts = Facts(core_input=whole)

        assert answer("http_path: /here", facts, Mode.CORE_EXACT)[0] is True
        assert answer("http_path: /there", facts, Mode.CORE_EXACT)[0] is True
        assert answer("http_path: /", facts, Mode.CORE_EXACT)[0] is False

    def test_a_lonely_not_in_does_not_compile(self) -> None:
        document = parse("allow: {or: [http_method: {not_in: [GET]}]}")
        other = parse("allow: {or: [http_method: {not_in: [GET], not: PUT}]}")

        with pytest.raises(PolicyLanguageError):
            compile_policy(document, mode=Mode.CORE_EXACT)
        assert compile_policy(document)
        assert compile_policy(other, mode=Mode.CORE_EXACT)


PREFLIGHT = {"Access-Control-Request-Method": "PUT", "Origin": "https://x"}


@pytest.mark.parametrize(
    ("method", "headers", "holds"),
    [
        ("OPTIONS", PREFLIGHT, True),
        ("OPTIONS", {name: [value] for name, value in PREFLIGHT.items()}, True),
        ("GET", PREFLIGHT, False),
        ("OPTIONS", {"Origin": "https://x"}, False),
        ("OPTIONS", {**PREFLIGHT, "Origin": ""}, False),
        ("OPTIONS", {**PREFLIGHT, "Origin": []}, False),
        ("OPTIONS", {name.lower(): value for name, value in PREFLIGHT.items()}, False),
    ],
)
def test_a_preflight_has_both_headers(
    method: str, headers: dict[str, Any], holds: bool
) -> None:
    facts = on(method=method, headers=headers)

    reason = "cors-request" if holds else "non-cors-request"
    assert answer("cors_preflight: true", facts) == (holds, reason)


@pytest.mark.parametrize(
    ("data", "ip", "holds"),
    [
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.1.2.3/24", "10.1.2.99", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.4", False),
        ("[192.0.2.1, 10.0.0.0/8]", "10.1.2.3", True),
        ("[]", "10.1.2.3", False),
        ("'::ffff:10.0.0.0/104'", "10.1.2.3", True),
        ("'::ffff:10.1.2.3'", "10.1.2.3", True),
        ("10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("'::/0'", "10.1.2.3", False),
        ("'::ffff:0:0/64'", "::1", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("'2001:db8::/32'", "2001:db8::1", True),
    ],
)
def test_source_ip_is_inside_a_network(data: str, ip: str, holds: bool) -> None:
    reason = "source-ip-ok" if holds else "source-ip-unauthorized"

    assert answer(f"source_ip: {data}", on(ip=ip)) == (holds, reason)


@pytest.mark.parametrize("ip", ["", "localhost", "10.0.0.256", "fe80::1%eth0"])
def test_an_unusable_address_is_undecided(ip: str) -> None:
    undecided = (None, "source-ip-data-unavailable")

    assert answer("source_ip: 0.0.0.0/0", on(ip=ip)) == undecided
    found = answer("source_ip: 0.0.0.0/0", on(ip=ip), Mode.CORE_INTENDED)
    assert found == (False, "source-ip-unauthorized")


@pytest.mark.parametrize(
    "data",
    [
        "example.com",
        "010.0.0.1",
        "010.0.0.0/8",
        "fe80::1%eth0",
        "'fe80::1%eth0/64'",
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0.0/x",
        "5",
        "null",
        "{is: 10.0.0.0/8}",
        "[10.0.0.0/8, x]",
        "[[10.0.0.0/8]]",
        "''",
    ],
)
def test_what_is_no_network_is_refused(data: str) -> None:
    assert codes_of(f"allow: {{or: [source_ip: {data}]}}") == ["not-an-address"]


def test_an_empty_list_of_networks_can_not_be_saved() -> None:
    assert codes_of("allow: {or: [source_ip: []]}", saving=True) == ["empty-list"]


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/.pomerium", True),
        ("/.pomerium/x", True),
        ("/.pomeriumx", False),
        ("/", False),
    ],
)
def test_pomerium_routes_are_those_of_the_control_plane(path: str, holds: bool) -> None:
    reason = "pomerium-route" if holds else "non-pomerium-route"

    assert answer("pomerium_routes: true", on(path=path)) == (holds, reason)


@pytest.mark.parametrize(
    ("path", "session_id", "outcome"),
    [
        ("/.pomerium/user", "", "login"),
        ("/.pomerium/user", "unknown", "allow"),
        ("/.pomerium/user/", "", "allow"),
        ("/ping", "", "allow"),
    ],
)
def test_control_plane_paths_are_open_but_for_some(
    path: str, session_id: str, outcome: str
) -> None:
    decision = evaluate_internal(on(path=path), session_id=session_id)

    assert decision.outcome == outcome


@pytest.mark.parametrize(
    ("data", "mcp", "holds", "reason"),
    [
        ("query", Mcp("tools/call", "query"), True, "mcp-tool-match"),
        ("query", Mcp("tools/call", "drop"), False, "mcp-tool-no-match"),
        ("{not: query}", Mcp("tools/call", None), False, "mcp-tool-no-match"),
        ("{}", Mcp("tools/call", None), True, "mcp-tool-match"),
        ("query", Mcp("tools/list", "query"), False, "mcp-not-a-tool-call"),
        ("{}", Mcp(), False, "mcp-not-a-tool-call"),
    ],
)
def test_mcp_tool_looks_at_tool_calls_only(
    data: str, mcp: Mcp, holds: bool, reason: str
) -> None:
    assert answer(f"mcp_tool: {data}", Facts(mcp=mcp)) == (holds, reason)
