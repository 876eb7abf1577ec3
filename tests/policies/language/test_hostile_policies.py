"""What somebody tries who wants a policy to mean something else than it says.

One class for each kind of trick, in the order from the text to the answer. How the
language works otherwise is tested elsewhere; the laws it keeps are in
`test_properties`, the cost of large texts also in `test_limits`.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from policies.language import (
    Decision,
    Facts,
    PolicyLanguageError,
    Problem,
    SourceState,
    builder_tree,
    canonical,
    check,
    compile_policy,
    compile_route,
    evaluate,
    merge_tree,
    parse,
)
from policies.language.facts import DirectoryUser, Person, Request, Session

from . import random_policies, random_texts
from .deciding import ANONYMOUS, decide_on, find, signed_in
from .hostile_texts import assert_harmless
from .random_cases import Generator
from .test_naive import draw_world, facts_of

ADA = signed_in(groups=("staff",))
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{below}'] * 9)}]\n"
    for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def refused(text: str | bytes) -> dict[str, Problem]:
    """Return why a text can't be saved: the first problem of each code."""
    with pytest.raises(PolicyLanguageError) as caught:
        parse(text, saving=True)
    return {problem.code: problem for problem in reversed(caught.value.problems)}


class TestAliases:
    @pytest.mark.parametrize(
        ("text", "code", "line"),
        [
            (BOMB, "anchor", 1),
            ("allow: &a\n  or: [*a]\n", "recursive-anchor", 2),
            ("allow:\n  or:\n    - &a {accept: true}\n    - *a\n", "alias", 4),
            (
                "allow:\n  or:\n    - email:\n        <<: {is: a@b.c}\n",
                "merge-key",
                4,
            ),
            ('{"allow": {"or": [&a {"accept": true}, *a]}}', "alias", 1),
        ],
        ids=["bomb", "of itself", "plain", "merge key", "in JSON"],
    )
    def test_are_refused_with_their_line(self, text: str, code: str, line: int) -> None:
        assert refused(text)[code].span.line == line

    def test_can_not_make_a_text_cost_much(self) -> None:
        assert_harmless(lambda text: check(text, saving=False), BOMB)

    def test_are_plain_text_in_what_the_builder_sends(self) -> None:
        text = "allow:\n  or:\n    - email: a@b.c\n"
        tree = builder_tree(parse(text))
        tree["blocks"][0]["criteria"][0]["data"] = {"in": ["*a", "&a x", "<<"]}

        merged = merge_tree(text, tree).text

        assert parse(merged, saving=True).rules[0].operators[0].criteria[0].value == {
            "in": ["*a", "&a x", "<<"]
        }


class TestDuplicateKeys:
    @pytest.mark.parametrize(
        ("text", "first", "second"),
        [
            ("deny:\n  or: [accept: true]\ndeny: {}\n", 1, 3),
            ("allow:\n  or: [accept: true]\nallow:\n  or: []\n", 1, 3),
            ("allow:\n  or: [accept: true]\n  or: []\n", 2, 3),
            ("allow:\n  or:\n    - email: a@b.c\n      email: ''\n", 3, 4),
            ("allow:\n  or:\n    - groups:\n        has: a\n        has: b\n", 4, 5),
        ],
        ids=["deny", "allow", "or", "email", "has"],
    )
    def test_are_refused_with_both_lines(
        self, text: str, first: int, second: int
    ) -> None:
        problem = refused(text)["duplicate-key"]

        assert problem.span.line == second
        assert f"in line {first}" in problem.message


class TestTypingOfOldYaml:
    @pytest.mark.parametrize(
        ("criterion", "facts", "holds"),
        [
            ("claim/country: NO", signed_in(claims={"country": ["NO"]}), True),
            ("claim/country: NO", signed_in(claims={"country": [False]}), False),
            ("groups: {has: 0123}", signed_in(groups=("0123",)), True),
            ("groups: {has: 0123}", signed_in(groups=("83",)), False),
            ("user: 1_000", signed_in(user_id="1_000"), True),
            ("ssh_username: on", Facts(), False),
        ],
    )
    def test_does_not_change_what_was_written(
        self, criterion: str, facts: Facts, holds: bool
    ) -> None:
        assert find(criterion, facts).value is holds

    def test_does_not_read_a_clock_in_base_sixty(self) -> None:
        (program,) = [
            compile_policy(
                parse("allow: {and: [time_of_day: {timezone: UTC, after: 2:20:00}]}")
            )
        ]

        condition: Any = program.rules[0].operators[0].criteria[0].condition

        assert condition.after == (2 * 60 + 20) * 60 * 1_000_000_000

    def test_does_not_leave_a_date_without_a_zone(self) -> None:
        program = compile_policy(
            parse("allow: {and: [date: {after: 2020-01-02T16:20:00}]}")
        )

        condition: Any = program.rules[0].operators[0].criteria[0].condition

        assert condition.after.isoformat() == "2020-01-02T16:20:00+00:00"


class TestDepthAndSize:
    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("[" * 900 + "]" * 900, "too-deep"),
            ("[" * 2_000 + "]" * 2_000, "too-deep"),
            ("[" * 20_000 + "]" * 20_000, "too-deep"),
            ("allow: {or: [email: " + "[" * 13 + "]" * 13 + "]}", "too-deep"),
            ("allow: {or: [" + "accept: 1, " * 100_000 + "]}", "too-large"),
            ("allow: {or: [" + "accept: 1, " * 501 + "]}", "too-many-criteria"),
            ("# " + "x" * 1_000_000 + "\nallow: {or: [accept: true]}", "too-large"),
            ("allow: {or: [user: " + "9" * 200_000 + "]}", "too-large"),
            ("allow: {or: [claim/a: [" + "1, " * 8_000 + "]]}", "too-many-values"),
        ],
        ids=[
            *("900 levels", "2,000 levels", "20,000 levels", "17 levels"),
            *("100,000 criteria", "501 criteria", "a megabyte", "a long integer"),
            "8,000 values",
        ],
    )
    def test_beyond_the_limits_are_refused_at_once(self, text: str, code: str) -> None:
        assert code in refused(text)
        assert_harmless(check, text)

    def test_of_a_long_integer_do_not_hang_the_reader(self) -> None:
        text = "allow: {or: [user: " + "9" * 60_000 + "]}"

        assert_harmless(check, text)


class TestNothingIsIgnored:
    @pytest.mark.parametrize(
        ("text", "code", "suggestion"),
        [
            ("alow: {or: [accept: true]}", "unknown-action", "`allow`"),
            ("denny: {or: [accept: true]}", "unknown-action", "`deny`"),
            ("allow: {orr: [accept: true]}", "unknown-operator", "`or`"),
            ("allow: {or: [groups.has: a]}", "unknown-criterion", "`groups`"),
            ("allow: {or: [groups: {hass: a}]}", "unknown-matcher-operator", "`has`"),
            ("allow: {or: [email: {iss: a@b.c}]}", "unknown-matcher-operator", "`is`"),
            ("allow: {or: [claim: a]}", "claim-without-name", "claim/"),
            ("allow: {or: [claim/: a]}", "claim-without-name", "claim/"),
            ("allow: {action: x, or: [accept: true]}", "ignored-key", None),
            ("allow: {or: [user: !!python/object/apply:os.system [ls]]}", "tag", "tag"),
            ("allow: {or: [user: !!binary YQ==]}", "tag", "tag"),
            ("%TAG ! tag:x,2000:\n--- {allow: {or: [accept: true]}}", "directive", ""),
            ("allow: {or: [accept: true]}\n---\ndeny: {}", "further-document", "rest"),
            ("allow: {or: [email/x: a@b.c]}", "ignored-sub-path", "`email`"),
        ],
    )
    def test_what_means_nothing_is_refused_with_a_remedy(
        self, text: str, code: str, suggestion: str | None
    ) -> None:
        problem = refused(text)[code]

        assert problem.span.line >= 1
        assert suggestion is None or suggestion in (problem.suggestion or "")


class TestEmptyThings:
    @pytest.mark.parametrize(
        "text",
        [
            *("{}", "[]", "null", "", "# nothing", "allow: {}", "allow: {and: []}"),
            *("deny: {}", "allow: {or: [email: {}]}", "allow: {or: [groups: {}]}"),
            *("allow: {or: [device: {}]}", "allow: {or: [record: {}]}"),
            *("allow: {or: [claim/a: {}]}", "allow: {or: [email: {in: []}]}"),
            *("allow: {or: [source_ip: []]}", "allow: {or: [ssh_ca: []]}"),
            "allow: {or: [client_certificate: {fingerprint: []}]}",
        ],
    )
    def test_can_not_be_saved(self, text: str) -> None:
        assert refused(text)

    @pytest.mark.parametrize("text", ["{}", "[]", "allow: {}", "allow: {and: []}"])
    def test_let_nobody_in_where_core_reads_them(self, text: str) -> None:
        assert not decide_on(text, ADA).is_allowed
        assert not decide_on(text, ANONYMOUS).is_allowed

    def test_a_list_is_not_silently_a_text_that_nobody_has(self) -> None:
        problem = refused("deny: {or: [email: [a@b.c, b@b.c]]}")["list-as-text"]

        assert problem.fix is not None
        assert "in: [a@b.c, b@b.c]" in problem.fix.apply(
            "deny: {or: [email: [a@b.c, b@b.c]]}"
        )


class TestNegationWithoutSession:
    @pytest.mark.parametrize(
        "criterion",
        [
            *("email: {is: eve@example.com}", "user: u9", "domain: example.org"),
            *("groups: {has: contractors}", "claim/role: {has: guest}"),
            *("device: {type: any}", "device: {approved: true}"),
            *("authenticated_user: true", "ssh_username_matches_claim: name"),
        ],
    )
    @pytest.mark.parametrize("operator", ["not", "nor"])
    def test_asks_for_a_sign_in_and_lets_nobody_in(
        self, operator: str, criterion: str
    ) -> None:
        decision = decide_on(f"allow: {{{operator}: [{criterion}]}}", ANONYMOUS)

        assert decision.outcome == "login"
        assert not decision.is_allowed


class TestMissingDirectoryData:
    STATES = (SourceState.UNLOADED, SourceState.STALE)
    POLICIES = (
        "allow: {or: [accept: true]}\ndeny: {or: [groups: {has: contractors}]}",
        "allow: {or: [accept: true]}\ndeny: {nor: [groups: {has: staff}]}",
        "allow: {not: [groups: {has: contractors}]}",
        "allow: {nor: [groups: {has: contractors}]}",
        "allow: {or: [groups: {exclude: contractors}]}",
    )

    @pytest.mark.parametrize("policy", POLICIES)
    @pytest.mark.parametrize("state", STATES)
    def test_denies_for_want_of_it(self, policy: str, state: SourceState) -> None:
        ada = signed_in(groups=("staff",), directory=state)

        assert self.reason(decide_on(policy, ada))

    @pytest.mark.parametrize("policy", POLICIES)
    def test_denies_who_is_not_in_the_directory(self, policy: str) -> None:
        eve = signed_in(groups=None, directory=SourceState.FRESH)

        assert self.reason(decide_on(policy, eve))

    def reason(self, decision: Decision) -> bool:
        reasons = decision.allow_reasons | decision.deny_reasons
        return not decision.is_allowed and "directory-data-unavailable" in reasons


class TestCeilings:
    CEILING = "allow: {and: [groups: {has: staff}]}\ndeny: {or: [http_method: DELETE]}"
    BELOW = (
        "allow: {or: [accept: true]}",
        "allow: {or: [authenticated_user: true]}",
        "allow: {or: [cors_preflight: true]}",
        "allow: {not: [reject: true]}",
        "allow: {nor: [groups: {has: staff}]}",
    )
    PREFLIGHT = Request(
        method="OPTIONS",
        path="/",
        headers={"Origin": "x", "Access-Control-Request-Method": "GET"},
    )

    @pytest.mark.parametrize("below", BELOW)
    @pytest.mark.parametrize(
        "facts",
        [
            ANONYMOUS,
            Facts(request=PREFLIGHT),
            signed_in(groups=("contractors",)),
            signed_in(groups=("staff",), request=Request(method="DELETE", path="/")),
        ],
        ids=["anonymous", "preflight", "contractor", "deleting"],
    )
    def test_are_not_outvoted_by_what_is_attached_below(
        self, below: str, facts: Facts
    ) -> None:
        route = compile_route(
            policies=[compile_policy(parse(below))],
            enforced=[compile_policy(parse(self.CEILING))],
        )

        assert not evaluate(route, facts).is_allowed

    def test_never_let_in_whom_the_route_does_not(self) -> None:
        route = compile_route(enforced=[compile_policy(parse(self.CEILING))])

        assert not evaluate(route, ADA).is_allowed


class TestPatternsAndLookAlikes:
    @pytest.mark.parametrize(
        "pattern", ["^(a+)+$", "*a" * 200, "(" * 500, "[a-z]*?" * 50]
    )
    @pytest.mark.parametrize("operator", ["is", "starts_with", "ends_with", "contains"])
    def test_a_pattern_is_compared_letter_by_letter(
        self, pattern: str, operator: str
    ) -> None:
        policy = f"allow: {{or: [http_path: {{{operator}: '{pattern}'}}]}}"
        facts = Facts(request=Request(method="GET", path="a" * 30 + "!"))

        assert not decide_on(policy, facts).is_allowed
        assert_harmless(lambda _: decide_on(policy, facts), policy)

    @pytest.mark.parametrize(
        "address",
        [
            *("ADM\u0130N@example.com", "adm\u0131n@example.com"),
            *("\uff41dmin@example.com", "admin\uff20example.com"),
            *("ad\u200dmin@example.com", "admin@example\u3002com", "admi\ufb01@x"),
            *(
                "admin@exam\u0440le.com",
                "a\u0301dmin@example.com",
                " admin@example.com",
            ),
        ],
    )
    def test_a_look_alike_is_somebody_else(self, address: str) -> None:
        eve = signed_in(address)

        assert not decide_on("allow: {or: [email: admin@example.com]}", eve).is_allowed

    def test_ascii_capitals_are_the_same_person(self) -> None:
        ada = signed_in("ADMIN@Example.COM")

        assert decide_on("allow: {or: [email: admin@example.com]}", ada).is_allowed


class TestBuilderRoundTrip:
    @pytest.mark.parametrize("seed", range(60))
    def test_loses_neither_meaning_nor_comments(self, seed: int) -> None:
        chance = random.Random(seed)
        text = random_texts.write(chance, random_policies.policy(chance))
        comments = random_texts.COMMENT.findall(text)

        there = merge_tree(text, builder_tree(parse(text)))
        again = merge_tree(there.text, builder_tree(parse(there.text)))

        assert canonical(parse(again.text)) == canonical(parse(text))
        assert random_texts.COMMENT.findall(again.text) == comments

    @pytest.mark.parametrize("seed", range(10))
    def test_decides_alike_on_probes(self, seed: int) -> None:
        draw = Generator(seed)
        text = random_texts.write(draw.random, draw.document() or [{"allow": {}}])
        before = compile_policy(parse(text))
        after = compile_policy(parse(merge_tree(text, builder_tree(parse(text))).text))

        for _ in range(30):
            facts = facts_of(draw_world(draw))
            assert evaluate(before, facts) == evaluate(after, facts)


def test_a_person_without_an_address_matches_no_address() -> None:
    nobody = Facts(
        session=Session(id="s", user_id="u"),
        person=Person(id="u", email=""),
        directory_user=DirectoryUser(),
    )

    assert not decide_on("allow: {or: [email: {contains: '@'}]}", nobody).is_allowed
