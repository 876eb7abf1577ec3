"""Whole files to drafts: routes, policies, and what is left alone."""

import pytest

from policies.language import canonical
from routes.imports.draft import Draft
from tests.routes.imports.reading import (
    analyze_sample,
    analyze_text,
    problems,
    warnings,
)

DOMAIN = [{"allow": {"or": [{"domain": {"is": "harbor.example"}}]}}]


def sources(draft: Draft) -> list[list[str]]:
    return [[policy.source for policy in route.policies] for route in draft.routes]


class TestWholeConfiguration:
    def test_reads_every_route_in_the_form_that_is_stored(self) -> None:
        draft = analyze_sample("whole_configuration.yaml")

        assert problems(draft) == []
        assert [route.address for route in draft.routes] == [
            ("https://wiki.harbor.example", ""),
            ("https://cranes.harbor.example", ""),
            ("https://ledger.harbor.example", "prefix:/reports"),
        ]
        assert draft.routes[1].name == "Cranes"
        assert draft.routes[1].settings["load_balancing_policy"] == "LEAST_REQUEST"
        assert draft.routes[0].settings["timeout"] == "45s"

    def test_cuts_policies_out_with_their_comments(self) -> None:
        draft = analyze_sample("whole_configuration.yaml")

        (source,) = sources(draft)[0]
        assert source == (
            "# Whoever has an address of ours.\n"
            "- allow:\n"
            "    or:\n"
            "      - domain:\n"
            "          is: harbor.example  # the old name is gone\n"
            "# More to come.\n"
        )

    def test_knows_policies_that_mean_the_same(self) -> None:
        draft = analyze_sample("whole_configuration.yaml")

        first, second, third = (route.policies[0].meaning for route in draft.routes)
        assert first == second != third

    def test_lists_global_settings_and_why_they_are_left_alone(self) -> None:
        draft = analyze_sample("whole_configuration.yaml")

        left = {one.key: (one.place.line, one.why) for one in draft.left_alone}
        assert len(left) == 9
        assert left["cookie_secret"] == (6, "is a secret of the proxy; keep it there")
        assert left["jwt_claims_headers"][1].startswith("holds for every route")
        assert left["colour_scheme"][1].startswith("is no setting that Core knows")

    def test_keeps_no_secret_of_the_proxy(self) -> None:
        draft = analyze_sample("whole_configuration.yaml")

        assert "not-for-anybodys-eyes" not in repr(draft.left_alone)
        assert "not-for-anybodys-eyes" not in repr(draft.routes)


class TestOlderKeys:
    def test_become_policies_in_the_order_of_core(self) -> None:
        draft = analyze_sample("older_keys.yaml")

        assert problems(draft) == []
        said = [
            [canonical(one.document) for one in route.policies if one.document]
            for route in draft.routes
        ]
        assert said == [
            [
                [{"allow": {"or": [{"cors_preflight": True}]}}],
                [
                    {
                        "allow": {
                            "or": [
                                {"domain": {"is": "harbor.example"}},
                                {"domain": {"is": "sons.example"}},
                            ]
                        }
                    }
                ],
            ],
            [
                [
                    {
                        "allow": {
                            "or": [
                                {"claim/floor": 3},
                                {"claim/team": "piers"},
                                {"user": {"is": "ann@harbor.example"}},
                                {"email": {"is": "ann@harbor.example"}},
                                {"user": {"is": "ben@harbor.example"}},
                                {"email": {"is": "ben@harbor.example"}},
                            ]
                        }
                    }
                ]
            ],
            [[{"allow": {"or": [{"authenticated_user": True}]}}]],
            [[{"allow": {"or": [{"accept": True}]}}]],
        ]


def test_anchors_of_the_file_are_written_out() -> None:
    draft = analyze_sample("anchors.yaml")

    assert problems(draft) == []
    assert [route.settings["timeout"] for route in draft.routes] == ["20s", "5s"]
    assert all(route.settings["allow_websockets"] for route in draft.routes)
    assert (
        sources(draft)
        == [["- allow:\n    or:\n      - groups:\n          has: crew\n"]] * 2
    )


def test_sub_policies_keep_their_names_and_notes() -> None:
    draft = analyze_sample("sub_policies.yaml")

    keyholders, auditors = draft.routes[0].policies
    assert problems(draft) == []
    assert keyholders.name == "Keyholders"
    assert keyholders.remediation == "Ask the harbor master for a key."
    assert keyholders.source.startswith("# The list is kept by the harbor master.\n")
    assert auditors.name == "Auditors"
    assert warnings(draft) == [("source_ppl_counts", 9)]


def test_rego_of_somebody_else_is_refused() -> None:
    draft = analyze_sample("sub_policies_rego.yaml")

    assert problems(draft) == [("rego", 6, 9)]


def test_tunnels_and_ssh_are_routes_like_others() -> None:
    draft = analyze_sample("tunnels.yaml")

    assert problems(draft) == []
    assert warnings(draft) == [("policy_passes_without_session", 17)]
    assert [route.from_url for route in draft.routes] == [
        "tcp+https://ledger-db.harbor.example:5432",
        "udp+https://clock.harbor.example:123",
        "ssh://mooring",
    ]


def test_rules_alone_are_a_policy_without_a_route() -> None:
    draft = analyze_sample("rules_only.yaml")

    assert problems(draft) == []
    assert draft.routes == []
    assert [policy.source for policy in draft.policies] == [
        "# for the tide tables\nallow:\n  or:\n    - domain: {is: harbor.example}\n"
    ]


@pytest.mark.parametrize(
    ("name", "count"),
    [("one_route.yaml", 1), ("list_of_routes.yaml", 2), ("configuration.json", 1)],
)
def test_fragments_and_json_are_read(name: str, count: int) -> None:
    draft = analyze_sample(name)

    assert problems(draft) == []
    assert len(draft.routes) == count
    assert all(route.policies for route in draft.routes if not route.match)


def test_policies_of_json_are_written_for_people() -> None:
    draft = analyze_sample("configuration.json")

    assert sources(draft) == [["- allow:\n    or:\n      - accept: true\n"]]


def test_text_that_holds_a_policy_is_taken_as_it_is() -> None:
    draft = analyze_sample("list_of_routes.yaml")

    assert sources(draft)[0] == ["allow: {or: [{accept: true}]}"]
    assert sources(draft)[1] == ["allow:\n  or:\n    - accept: true\n"]


def test_a_route_that_the_file_hides_is_pointed_out() -> None:
    draft = analyze_sample("narrow_after_broad.yaml")

    assert problems(draft) == []
    assert warnings(draft) == [("order", 5)]


def test_routes_without_rules_are_closed_and_said_to_be() -> None:
    draft = analyze_sample("closed_routes.yaml")

    assert problems(draft) == []
    assert [route.policies for route in draft.routes] == [(), (), ()]
    assert warnings(draft) == [("closed_route", line) for line in (4, 8, 9)]


def test_blanks_are_pointed_out_where_they_count() -> None:
    draft = analyze_sample("blanks.yaml")

    assert problems(draft) == []
    assert warnings(draft) == [("placeholder", 5), ("placeholder", 9)]


@pytest.mark.parametrize(
    "value",
    ["http://${UPSTREAM}:80", "http://$(UPSTREAM)", "'{{ .Values.upstream }}'"],
)
def test_variables_are_refused(value: str) -> None:
    draft = analyze_text(f"routes:\n  - from: https://a.example.com\n    to: {value}\n")

    assert ("template", 3, 9) in problems(draft)


def test_an_address_that_is_there_twice_is_refused() -> None:
    route = "  - {from: https://a.example.com, to: http://a.internal}\n"

    draft = analyze_text(f"routes:\n{route}{route}")

    assert problems(draft) == [("address_twice", 3, 6)]


@pytest.mark.parametrize(
    ("route", "place"),
    [
        ("{from: 'javascript:alert(1)', to: http://a.internal}", (2, 12)),
        ("{from: https://a.example.com, to: http://127.0.0.1}", (2, 39)),
        ("{from: https://a.example.com, to: [http://a, 'ftp://b']}", (2, 50)),
        ("{from: https://a.example.com, to: http://a, timeuot: 3s}", (2, 49)),
        ("{from: https://a.example.com}", (2, 5)),
        ("just text", (2, 5)),
    ],
)
def test_a_wrong_setting_is_refused_in_its_place(
    route: str, place: tuple[int, int]
) -> None:
    draft = analyze_text(f"routes:\n  - {route}\n")

    assert [found[1:] for found in problems(draft)] == [place]


def test_a_problem_inside_of_a_policy_is_shown_in_the_file() -> None:
    draft = analyze_text(
        "routes:\n"
        "  - from: https://a.example.com\n"
        "    to: http://a.internal\n"
        "    policy: # who\n"
        "      - allow:\n"
        "          or:\n"
        "            - emial: {is: ann@example.com}\n"
    )

    (found,) = draft.findings.in_order()
    assert (found.place.line, found.place.column) == (7, 15)
    assert found.remedy == "did you mean `email`?"
    assert found.excerpt[found.caret :].startswith("emial")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("log_level: info\n", "no_routes"),
        ("route:\n  - from: https://a.example.com\n", "no_routes"),
        ("routes: []\n", "no_routes"),
        ("routes:\n", "no_routes"),
        ("routes: yes\n", "not_a_list"),
        ("just text\n", "not_a_configuration"),
        ("[1, 2]\n", "not_a_configuration"),
        ("policy: {allow: {}}\nroutes: []\n", "rules_without_route"),
    ],
)
def test_a_file_without_routes_is_refused(text: str, code: str) -> None:
    assert [found[0] for found in problems(analyze_text(text))] == [code]


def test_conflicting_older_keys_are_refused_as_core_refuses_them() -> None:
    draft = analyze_text(
        "routes:\n"
        "  - from: https://a.example.com\n"
        "    to: http://a.internal\n"
        "    allow_public_unauthenticated_access: true\n"
        "    allowed_users: []\n"
    )

    assert problems(draft) == [("conflicting_keys", 5, 5)]
