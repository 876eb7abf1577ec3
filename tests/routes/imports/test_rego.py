"""Rego in files of Core becomes policies in Rego, checked as when it is saved."""

from policies.models import Policy
from routes.models import RoutePolicy
from tests.people import Cast, actor_of
from tests.routes.imports.running import begin, codes, import_all, sample

TWO = """\
routes:
  - from: https://wiki.example.com
    to: http://wiki.internal
    sub_policies:
      - name: Readers
        explanation: Only reading.
        source_ppl: "allow: {or: [{accept: true}]}"
        rego:
          - |
            allow { input.http.method == "GET" }
          - |
            deny = [true, {"no-bots"}] { input.http.headers["X-Bot"] }
"""
WRONG = """\
routes:
  - from: https://wiki.example.com
    to: http://wiki.internal
    sub_policies:
      - name: Readers
        rego:
          - |
            package pomerium.policy
            allow {
              input.http.session.id != ""
            }
"""


def test_becomes_a_policy_of_its_route(cast: Cast) -> None:
    import_all(sample("sub_policies_rego.yaml"), cast.web, actor=actor_of(cast.ada))

    (attached,) = RoutePolicy.objects.select_related("policy")
    policy = attached.policy
    assert (policy.name, policy.language) == ("Keyholders", "rego")
    assert policy.source.startswith("package pomerium.policy\nallow {")
    assert policy.allows_anonymous


def test_each_module_becomes_a_policy_and_counts_before_ppl(cast: Cast) -> None:
    run = import_all(TWO, cast.web, actor=actor_of(cast.ada))

    found = Policy.objects.filter(language="rego").order_by("name")
    assert {one.explanation for one in found} == {"Only reading."}
    assert [one.allows_anonymous for one in found] == [True, False]
    assert codes(run) == ["source_ppl_left_out"]
    assert not Policy.objects.filter(language="ppl").exists()


def test_again_changes_nothing(cast: Cast) -> None:
    ada = actor_of(cast.ada)
    import_all(TWO, cast.web, actor=ada)

    run = begin(TWO, cast.web, actor=ada)

    assert run.plan["counts"]["policies"]["create"] == 0
    assert run.plan["counts"]["routes"]["unchanged"] == 1


def test_is_refused_with_its_place_in_the_file(cast: Cast) -> None:
    run = begin(WRONG, cast.web, actor=actor_of(cast.ada))

    (found,) = run.plan["findings"]
    assert (found["code"], found["line"], found["column"]) == (
        "policy_unknown_input",
        10,
        15,
    )
    assert "input.session.id" in found["remedy"]


def test_is_for_admins(cast: Cast) -> None:
    run = begin(TWO.replace("allow {", "deny {"), cast.web, actor=actor_of(cast.mia))

    assert run.status == "refused"
    assert "rego_needs_admin" in codes(run)
