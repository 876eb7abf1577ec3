"""What a Core is told of routes, policies, people and data, and what is held back."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import struct_pb2

from gateway.pomerium import schema
from gateway.pomerium.checks import problems_of
from gateway.pomerium.records import ACCOUNT, CONFIG, MARK
from gateway.pomerium.scripts import DIRECTORY_USER, GUARD_ID
from gateway.services.local_authority import make_authority
from gateway.snapshot import CertificateDocument
from policies.rego.evaluation import Request
from policies.selectors import rego
from tests.gateway.pomerium.wanting import (
    NOW,
    OWNER,
    STAFF,
    make_people,
    make_policy,
    make_records,
    make_route,
    make_snapshot,
    routes_in,
    want,
    want_one,
)

BY_RECORD = (
    "allow:\n  and:\n    - authenticated_user: true\n"
    "deny:\n  and:\n    - record: {type: hr/Employee, field: left, is: true}\n"
)
SESSION = "type.googleapis.com/session.Session"
SOURCE = "postern.io/Source"


def route_of(**settings: Any) -> Any:
    """Return a route's message; nothing may be wrong with it."""
    wanted = want_one(**settings)
    assert wanted.problems == []
    return routes_in(wanted)["wiki"]


def texts_of(wanted: Any) -> str:
    """Return what is wrong, with the remedies, in one text."""
    return "\n".join(
        f"{one.subject}: {one.text}; {one.remedy}" for one in wanted.problems
    )


def test_settings_are_told_under_core_s_names() -> None:
    made = route_of(
        to=["http://one.internal,3", "http://two.internal,1"],
        match="prefix:/docs",
        timeout="1m30s",
        idle_timeout="0",
        pass_identity_headers=False,
        allow_upgrades=["websocket"],
        load_balancing_policy="ROUND_ROBIN",
        jwt_issuer_format="uri",
        bearer_token_format="idp_access_token",
        set_request_headers={"x-a": "1", "authorization": None},
        sealed={"set_request_headers/authorization": "sealed Bearer x"},
        rewrite_response_headers=[{"header": "Location", "prefix": "a", "value": "b"}],
        health_checks=[
            {"timeout": "5s", "interval": "1s", "tcp_health_check": {}},
        ],
        outlier_detection={"consecutive_5xx": 5, "interval": "10s"},
        circuit_breaker_thresholds={"max_requests": 9},
        mcp={"server": {"upstream_oauth2": {"endpoint": {"auth_style": "in_header"}}}},
        upstream_tunnel={"ssh_policy": "allow: {}", "ssh_policy_rego": ["package a"]},
    )

    assert (made.id, made.name, made.namespace_id) == ("wiki", "wiki", "root")
    assert list(made.to) == ["http://one.internal", "http://two.internal"]
    assert list(made.load_balancing_weights) == [3, 1]
    assert (made.prefix, made.timeout.seconds) == ("/docs", 90)
    assert made.HasField("idle_timeout")
    assert made.HasField("pass_identity_headers")
    assert not made.pass_identity_headers
    assert list(made.allow_upgrades.values) == ["websocket"]
    numbers = (
        made.load_balancing_policy,
        made.jwt_issuer_format,
        made.bearer_token_format,
    )
    assert numbers == (1, 1, 2)
    headers = {"x-a": "1", "authorization": "Bearer x"}
    assert dict(made.set_request_headers) == headers
    assert made.rewrite_response_headers[0].prefix == "a"
    assert made.health_checks[0].HasField("tcp_health_check")
    assert made.outlier_detection.consecutive_5xx.value == 5
    assert made.circuit_breaker_thresholds.max_requests == 9
    assert made.mcp.server.upstream_oauth2.oauth2_endpoint.auth_style == 2
    assert made.upstream_tunnel.ssh_policy.raw == b"allow: {}"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"from_url": "https://wiki.example.com/docs"}, "has the path /docs; put it"),
        ({"to": []}, "neither `to` nor `redirect` nor `response`"),
        ({"to": ["http://"]}, "no whole address"),
        ({"to": ["tcp://a:1", "http://b"]}, "mixes tcp with others"),
        ({"to": ["unix:///a", "http://b"]}, "mixes unix with others"),
        ({"to": ["http://a,1", "http://b"]}, "others none"),
        ({"to": ["http://a,0"]}, "not every upstream has a weight"),
        ({"redirect": {"response_code": 200}}, "no status of a redirect"),
        ({"redirect": {}}, "`redirect` is empty"),
        ({"response": {"status": 99, "body": ""}}, "no status of an answer"),
        ({"tls_client_cert_file": "/x"}, "file on Core's machine"),
        ({"tls_custom_ca": "nothing"}, "`tls_custom_ca`"),
        ({"prefix_rewrite": "/", "regex_rewrite_pattern": "a"}, "both given; keep one"),
        ({"match": "regex:("}, "the expression is not valid"),
        (
            {"regex_rewrite_pattern": "a", "regex_rewrite_substitution": "\\1"},
            "group that the expression lacks",
        ),
        ({"depends_on": list("abcdef")}, "names 6 hosts"),
        ({"depends_on": ["a/b"]}, "is no host"),
        ({"mcp": {"server": {"authorization_server_url": "http://a"}}}, "isn't https"),
        ({"healthy_panic_threshold": 101}, "is 101"),
        ({"timeout": "soon"}, "not a duration"),
        ({"load_balancing_policy": "LUCK"}, "Core knows no"),
        ({"circuit_breaker_thresholds": {"luck": 1}}, "can't be told to Core"),
        ({"upstream_tunnel": {"ssh_policy_id": "x"}}, "only Core's own API"),
        (
            {
                "kubernetes_service_account_token": "a",
                "kubernetes_service_account_token_file": "/b",
            },
            "and a file too",
        ),
    ],
)
def test_what_core_would_refuse_is_named_with_its_remedy(
    settings: dict[str, Any], words: str
) -> None:
    wanted = want_one(**settings)

    assert words in texts_of(wanted)
    assert all(one.remedy and one.subject_id == "wiki" for one in wanted.problems)


def test_a_client_certificate_needs_the_key_it_was_made_for() -> None:
    authority = make_authority(ec.generate_private_key(ec.SECP256R1()), now=NOW)
    one, other = (authority.issue(["a.example.com"], now=NOW) for _ in range(2))

    fitting = want_one(tls_client_cert=one.chain, tls_client_key=one.key)
    lonely = want_one(tls_client_cert=one.chain)
    foreign = want_one(tls_client_cert=one.chain, tls_client_key=other.key)

    assert fitting.problems == []
    sent = routes_in(fitting)["wiki"].tls_client_cert
    assert base64.b64decode(sent).decode().strip() == one.chain.strip()
    assert "needs its key" in texts_of(lonely)
    assert "does not belong" in texts_of(foreign)


def test_one_bad_route_is_named_and_the_others_are_too() -> None:
    routes = [
        make_route("good"),
        make_route("bad", to=["http://"]),
        make_route("worse", depends_on=list("abcdef"), to=["tcp://a:1", "http://b"]),
    ]

    wanted = want(make_snapshot(*routes))

    subjects = [one.subject for one in wanted.problems]
    assert subjects == ["route bad", "route worse", "route worse"]


def test_a_certificate_goes_with_its_key_and_one_that_is_broken_is_named() -> None:
    authority = make_authority(ec.generate_private_key(ec.SECP256R1()), now=NOW)
    issued = authority.issue(["a.example.com"], now=NOW)
    good = CertificateDocument(
        id="c",
        namespace_id="root",
        hosts=("a.example.com",),
        chain=issued.chain,
        sealed_key=f"sealed {issued.key}",
    )
    elsewhere = CertificateDocument(**{**good.to_json(), "namespace_id": "other"})
    broken = CertificateDocument(**{**good.to_json(), "sealed_key": "sealed no key"})
    route = make_route("wiki")

    wanted = want(make_snapshot(route, certificates=(good,)))

    config = schema.Config.FromString(
        wanted.configs[CONFIG, f"{OWNER}/certificate/c"].value
    )
    held = config.settings.certificates[0]
    assert (held.cert_bytes, held.key_bytes) == (
        issued.chain.encode(),
        issued.key.encode(),
    )
    other = want(make_snapshot(route, certificates=(elsewhere,)))
    assert (CONFIG, f"{OWNER}/certificate/c") not in other.configs
    assert "certificate a.example.com" in texts_of(
        want(make_snapshot(route, certificates=(broken,)))
    )


def test_a_ceiling_is_told_as_a_denial_beside_what_grants() -> None:
    granting = make_policy("anybody", explanation="Why", remediation="Ask")
    ceiling = make_policy("staff", STAFF)

    made = routes_in(want_one(granting, enforced=(ceiling,)))["wiki"]

    told = {one.id: one for one in made.policies}
    assert set(told) == {"anybody", "staff", GUARD_ID}
    assert told["anybody"].source_ppl == granting.source
    assert (told["anybody"].explanation, told["anybody"].remediation) == ("Why", "Ask")
    assert "\nallow := " in told["anybody"].rego[0]
    assert not told["staff"].HasField("source_ppl")
    assert "\nallow := " not in told["staff"].rego[0]
    assert "deny := merge_or([ceiling(" in told["staff"].rego[0]


def test_a_policy_that_arrives_twice_grants_once_and_limits_as_well() -> None:
    policy = make_policy("anybody")
    denial = make_policy(
        "denial", "deny:\n  and:\n    - accept: true\n", has_allow_rules=False
    )

    made = routes_in(want_one(policy, policy, denial, enforced=(policy, denial)))[
        "wiki"
    ]

    assert [one.id for one in made.policies] == ["anybody", "denial", "anybody"]


def test_people_accounts_and_records_bear_our_mark() -> None:
    people = make_people(
        records=make_records({"10.0.0.0/8": {"zone": "a"}}, by="request.ip")
    )
    gone = people.people["p1"]
    people.people["p1"] = gone._replace(is_active=False)

    wanted = want(make_snapshot(make_route("wiki")), people)

    person = struct_pb2.Struct.FromString(wanted.data[DIRECTORY_USER, "user-0"].value)
    assert dict(person) == {
        "id": "user-0",
        "email": "user-0@example.com",
        "group_ids": ["staff"],
        MARK: OWNER,
    }
    assert (DIRECTORY_USER, "user-1") not in wanted.data
    network = struct_pb2.Struct.FromString(
        wanted.data["hr/Employee", "10.0.0.0/8"].value
    )
    assert network["$index"]["cidr"] == "10.0.0.0/8"
    account = schema.ServiceAccount.FromString(wanted.data[ACCOUNT, "robot"].value)
    assert (account.user_id, account.originator_id) == ("robot", OWNER)
    assert account.expires_at.seconds == int((NOW + timedelta(hours=1)).timestamp())


def test_an_account_that_ended_or_whose_owner_left_is_not_told() -> None:
    people = make_people()
    robot = people.accounts["hash"]
    people.accounts = {
        "a": robot._replace(id="over", ends_at=NOW),
        "b": robot._replace(id="orphan", owner_id="nobody"),
        "c": robot._replace(id="owned", owner_id="p0"),
    }

    wanted = want(make_snapshot(make_route("wiki")), people)

    assert {pk for kind, pk in wanted.data if kind == ACCOUNT} == {"owned"}


class _Records:
    """What a databroker would answer."""

    def __init__(self, records: dict[tuple[str, str], Any]) -> None:
        self._records = records

    def find(self, kind: str, key: str) -> tuple[bool, Any]:
        """Return the record of a type and an id, None if there is none."""
        return True, self._records.get((kind, key))


def is_denied(script: str, records: dict[tuple[str, str], Any]) -> bool:
    """Run a script as Core does, for a session `s` of `user-0`."""
    held = {(SESSION, "s"): {"id": "s", "user_id": "user-0"}} | records
    given = {"session": {"id": "s"}, "http": {"method": "GET", "path": "/"}}
    request = Request(input=given, now=NOW, records=_Records(held), seed="s")
    answer = rego.get_engine().evaluate(script, request, namespace="test", wall=10)
    assert not answer.error, answer
    return bool(answer.values["deny"][0])


def guard_of(*sources: str) -> str:
    """Return the script that stands beside policies."""
    policies = [make_policy(f"p{n}", text) for n, text in enumerate(sources)]
    made = routes_in(want_one(*policies))["wiki"]
    return str(next(one.rego[0] for one in made.policies if one.id == GUARD_ID))


def test_a_denial_by_records_denies_until_core_has_them() -> None:
    guard = guard_of(BY_RECORD)
    later = str(int(NOW.timestamp()) + 10)
    source = (SOURCE, "records/hr/Employee")

    assert is_denied(guard, {})
    assert not is_denied(guard, {source: {"until": later}})
    assert is_denied(guard, {source: {"until": str(int(NOW.timestamp()) - 10)}})


def test_a_policy_by_groups_denies_whom_core_s_directory_lacks() -> None:
    guard = guard_of(STAFF)
    fresh = {(SOURCE, "directory"): {"until": str(int(NOW.timestamp()) + 10)}}
    robot = {("type.googleapis.com/user.ServiceAccount", "s"): {"id": "s"}}
    shown = {
        (SESSION, "s"): {"id": "s", "user_id": "x", "impersonate_session_id": "t"},
        (SESSION, "t"): {"id": "t", "user_id": "user-0"},
    }
    listed = {(DIRECTORY_USER, "user-0"): {"id": "user-0"}}

    assert is_denied(guard, listed)
    assert is_denied(guard, fresh)
    assert not is_denied(guard, fresh | listed)
    assert not is_denied(guard, fresh | robot)
    assert not is_denied(guard, fresh | listed | shown)
    assert is_denied(guard, fresh | shown)


def test_a_policy_in_rego_is_guarded_by_the_records_that_it_names() -> None:
    source = (
        "package pomerium.policy\n\nimport rego.v1\n\n"
        'allow if get_databroker_record("hr/Employee", "x") != null\n'
    )
    policy = make_policy("rego", source, language="rego")

    made = routes_in(want_one(policy))["wiki"]

    assert made.policies[0].rego == [source]
    assert '"records/hr/Employee"' in made.policies[1].rego[0]


def test_without_a_directory_groups_are_known_to_be_none() -> None:
    policy = make_policy("staff", STAFF)
    snapshot = make_snapshot(make_route("wiki", policy), policies=(policy,))

    made = routes_in(want(snapshot, make_people(directories={})))["wiki"]

    assert [one.id for one in made.policies] == ["staff"]


def test_the_same_deployment_is_the_same_bytes() -> None:
    policy = make_policy("staff", STAFF)
    names = ("a", "b", "c")
    routes = [
        make_route(name, policy, set_request_headers={"x": name}) for name in names
    ]
    one = want(make_snapshot(*routes, policies=(policy,)))
    other = want(make_snapshot(*reversed(routes), policies=(policy,)))

    assert one.configs == other.configs


def test_every_check_accepts_what_is_plain() -> None:
    assert list(problems_of(route_of())) == []
    assert json.dumps(sorted(routes_in(want_one()))) == '["wiki"]'
