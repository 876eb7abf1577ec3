"""Running cases of the conformance corpus: what we answer against what Core answers.

A case that depends on Core's reading of `http_method` and `http_path` is tried in both
readings. Cases that hold a Rego script belong to `policies.rego` and are skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from .canonical import canonical
from .compiler import Program, compile_policy
from .composition import (
    RoutePolicy,
    RouteProgram,
    RouteSettings,
    compile_route,
    evaluate_internal,
    settings_to_policy,
)
from .conformance import DEFAULT_NOW, facts_from_core
from .decision import Decision, Result, decide
from .engine import evaluate
from .errors import PolicyLanguageError, Stage
from .modes import Edition, Mode
from .nodes import json_equal
from .reader import parse, read
from .records import ForeignKey

if TYPE_CHECKING:
    from .facts import Facts
    from .grammar import PolicyDocument

Case = Mapping[str, Any]
_REFUSALS: Final = {
    Stage.PARSE: "parse_error",
    Stage.GENERATE: "generate_error",
    Stage.COMPILE: "compile_error",
}
_KEYS: Final = (*_REFUSALS.values(), "parsed", "allow", "deny", "outcome", "status")


class CaseVerdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


def run_case(
    case: Case, record_sets: Mapping[str, Any]
) -> tuple[CaseVerdict, tuple[str, ...]]:
    """Run a case; return how it went, and each disagreement as a line of text."""
    try:
        return _run(case, record_sets)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return CaseVerdict.FAILED, (f"the case can't be read: {error!r}",)


def _run(
    case: Case, record_sets: Mapping[str, Any]
) -> tuple[CaseVerdict, tuple[str, ...]]:
    if holds_rego(case):
        return CaseVerdict.SKIPPED, ()
    runner = _RUNNERS.get(case["kind"])
    if runner is None:
        return CaseVerdict.FAILED, (f"unknown kind {case['kind']}",)
    found = [
        f"{mode}: {line}"
        for mode, expected in _readings(case)
        for line in differences(_refused_or(runner, case, record_sets, mode), expected)
    ]
    return (CaseVerdict.FAILED if found else CaseVerdict.PASSED), tuple(found)


def holds_rego(case: Case) -> bool:
    """Return whether a case is about a script in Rego."""
    parts = case.get("route", {}).get("sub_policies") or ()
    return case["kind"] == "rego" or any(part.get("rego") for part in parts)


def _readings(case: Case) -> Iterator[tuple[Mode, Mapping[str, Any]]]:
    yield Mode.CORE_EXACT, case["expect"]
    yield Mode.CORE_INTENDED, case.get("expect_intended", case["expect"])


Runner = Callable[[Case, Mapping[str, Any], Mode], dict[str, Any]]


def _refused_or(
    runner: Runner, case: Case, record_sets: Mapping[str, Any], mode: Mode
) -> dict[str, Any]:
    try:
        return runner(case, record_sets, mode)
    except PolicyLanguageError as error:
        return {_REFUSALS[error.stage]: True}


def _run_parse(case: Case, _: Mapping[str, Any], __: Mode) -> dict[str, Any]:
    document, problems = read(case["ppl"], edition=Edition(case["edition"]))
    stages = {problem.stage for problem in problems}
    if document is None or Stage.PARSE in stages:
        return {"parse_error": True}
    actual: dict[str, Any] = {"parsed": canonical(document)}
    if Stage.GENERATE in stages:
        actual["generate_error"] = True
    return actual


def _run_ppl(case: Case, record_sets: Mapping[str, Any], mode: Mode) -> dict[str, Any]:
    edition = Edition(case["edition"])
    document = parse(case["ppl"], edition=edition)
    program: Program | RouteProgram = compile_policy(
        document, edition=edition, mode=mode
    )
    if case.get("options", {}).get("add_default_client_certificate_rule"):
        program = compile_route(
            settings=RouteSettings(policy=document),
            default_client_certificate_rule=True,
            edition=edition,
            mode=mode,
        )
    decision = evaluate(program, case_facts(case, record_sets), mode=mode)
    return answer_of(decision)


def _run_route(
    case: Case, record_sets: Mapping[str, Any], mode: Mode
) -> dict[str, Any]:
    edition = Edition(case["edition"])
    route = case["route"]
    parts = [
        RoutePolicy(
            part.get("id"),
            compile_policy(
                parse(part["ppl"], edition=edition), edition=edition, mode=mode
            ),
        )
        for part in route.get("sub_policies") or ()
        if part.get("ppl")
    ]
    options = case.get("options", {})
    program = compile_route(
        settings=route_settings(route, lambda text: parse(text, edition=edition)),
        policies=parts,
        default_client_certificate_rule=bool(
            options.get("add_default_client_certificate_rule")
        ),
        edition=edition,
        mode=mode,
    )
    return answer_of(evaluate(program, case_facts(case, record_sets), mode=mode))


def _run_route_to_ppl(case: Case, _: Mapping[str, Any], __: Mode) -> dict[str, Any]:
    settings = route_settings(case["route"], _tree)
    return {"parsed": canonical(settings_to_policy(settings))}


def _run_internal(
    case: Case, record_sets: Mapping[str, Any], _: Mode
) -> dict[str, Any]:
    session_id = case["input"]["session"]["id"]
    facts = case_facts(case, record_sets)
    return answer_of(evaluate_internal(facts, session_id=session_id))


def _run_decision(case: Case, _: Mapping[str, Any], __: Mode) -> dict[str, Any]:
    allowed, denied = (
        Result(part["value"], frozenset(part["reasons"]))
        for part in (case["result"]["allow"], case["result"]["deny"])
    )
    answer = answer_of(decide(allowed, denied))
    return {key: answer[key] for key in ("outcome", "status")}


_RUNNERS: Final[dict[str, Runner]] = {
    "parse": _run_parse,
    "ppl": _run_ppl,
    "route": _run_route,
    "route_to_ppl": _run_route_to_ppl,
    "internal": _run_internal,
    "decision": _run_decision,
}


def _tree(text: str) -> PolicyDocument:
    document, problems = read(text)
    if document is None:
        raise PolicyLanguageError(problems)
    return document


def route_settings(
    route: Mapping[str, Any], read_policy: Callable[[str], PolicyDocument]
) -> RouteSettings:
    """Return a route's settings, those of its sub-policies after its own."""
    parts = [route, *(route.get("sub_policies") or ())]
    embedded = route.get("policy")
    return RouteSettings(
        allow_public_unauthenticated_access=bool(
            route.get("allow_public_unauthenticated_access")
        ),
        cors_allow_preflight=bool(route.get("cors_allow_preflight")),
        allow_any_authenticated_user=bool(route.get("allow_any_authenticated_user")),
        allowed_domains=[
            domain for part in parts for domain in part.get("allowed_domains") or ()
        ],
        allowed_idp_claims=[part.get("allowed_idp_claims") or {} for part in parts],
        allowed_users=[
            user for part in parts for user in part.get("allowed_users") or ()
        ],
        policy=read_policy(embedded) if embedded else None,
    )


def case_facts(case: Case, record_sets: Mapping[str, Any]) -> Facts:
    """Return the facts of a case."""
    records = case.get("records")
    if records is None:
        records = record_sets.get(case.get("records_ref", ""), {})
    keys = case.get("options", {}).get("record_foreign_keys", {})
    return facts_from_core(
        case["input"],
        records,
        now=datetime.fromisoformat(case["now"]) if "now" in case else DEFAULT_NOW,
        foreign_keys={name: ForeignKey(key) for name, key in keys.items()},
    )


def answer_of(decision: Decision) -> dict[str, Any]:
    """Return a decision in the form in which cases expect it."""
    return {
        "allow": decision.allow,
        "allow_reasons": sorted(decision.allow_reasons),
        "allow_data": dict(decision.allow_data),
        "deny": decision.deny,
        "deny_reasons": sorted(decision.deny_reasons),
        "deny_data": dict(decision.deny_data),
        "outcome": decision.outcome.value,
        "status": decision.status,
        "traces": [
            {"allow": trace.allow.value, "deny": trace.deny.value}
            for trace in decision.traces
        ],
    }


def differences(
    actual: Mapping[str, Any], expected: Mapping[str, Any]
) -> Iterator[str]:
    """Yield what differs. What a case leaves open is not compared."""
    for key in _KEYS:
        is_open = key in {"outcome", "status"} and key not in expected
        if not is_open and not json_equal(actual.get(key), expected.get(key)):
            yield f"{key}: {actual.get(key)} instead of {expected.get(key)}"
    for key in ("allow_reasons", "deny_reasons"):
        wanted = expected.get(key)
        if wanted is not None and actual.get(key) != sorted(wanted):
            yield f"{key}: {actual.get(key)} instead of {sorted(wanted)}"
    for key in ("allow_data", "deny_data"):
        if actual.get(key, {}) != expected.get(key, {}):
            yield f"{key}: {actual.get(key)} instead of {expected.get(key, {})}"
    if "traces" in expected and actual.get("traces") != _values(expected["traces"]):
        yield f"traces: {actual.get('traces')} instead of {expected['traces']}"


def _values(traces: list[Mapping[str, Any]]) -> list[dict[str, bool]]:
    return [
        {action: _value(trace[action]) for action in ("allow", "deny")}
        for trace in traces
    ]


def _value(answer: Any) -> bool:
    return bool(answer["value"] if isinstance(answer, Mapping) else answer)
