"""Cases of the conformance corpus that hold Rego: our answers, and those of Core."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from policies.language import (
    Decision,
    Edition,
    Facts,
    ForeignPolicy,
    Mode,
    PolicyLanguageError,
    RoutePolicy,
    Verdict,
    compile_policy,
    compile_route,
    decide,
    evaluate,
    parse,
)
from policies.language.conformance import DEFAULT_NOW
from policies.language.criteria.ssh import SshCa
from policies.language.facts import Request as HttpRequest
from policies.language.facts import Ssh
from policies.language.records import ForeignKey, RecordTable
from policies.language.vectors import (
    Case,
    CaseVerdict,
    answer_of,
    case_facts,
    differences,
    holds_rego,
    route_settings,
)

from .checking import PATIENCE, check
from .evaluation import Engine, Request
from .outputs import verdict_of

if TYPE_CHECKING:
    from datetime import datetime

NAMESPACE = "conformance"


class EvaluationError(Exception):
    """The request errors, as Core has it."""


class CaseRecords:
    """The records of a case: everything that it lists may be asked for."""

    def __init__(self, records: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
        self.records = records
        self.now = now

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        """Return the record of an id, else of the longest network around an address."""
        record: Any = self.records.get(kind, {}).get(key)
        if record is None:
            table = RecordTable(self.records, {kind: ForeignKey.REQUEST_IP})
            record = table.find(kind, Facts(request=HttpRequest(ip=key)))
        expiry = (record or {}).get("expires_at")
        if isinstance(expiry, Mapping):
            is_over = expiry.get("seconds", 0) < self.now.timestamp()
            return True, None if is_over else record
        return True, record

    def verify_certificate(self, username: Any, key: Any, authorities: Any) -> bool:
        """Return whether one of the authorities has signed a key for a user name."""
        facts = Facts(now=self.now, ssh=Ssh(username=username, publickey=key))
        return SshCa(tuple(authorities)).admits(facts)


def run_case(
    case: Case, record_sets: Mapping[str, Any], *, engine: Engine
) -> tuple[CaseVerdict, tuple[str, ...]]:
    """Run a case; return how it went, and each disagreement as a line of text."""
    try:
        if not holds_rego(case):
            return CaseVerdict.SKIPPED, ()
        actual = _run(_Run(case, record_sets, engine))
        found = list(differences(actual, case["expect"]))
        wanted = bool(case["expect"].get("eval_error"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return CaseVerdict.FAILED, (f"the case can't be read: {error!r}",)
    if bool(actual.get("eval_error")) != wanted:
        found.append(f"eval_error: {not wanted} instead of {wanted}")
    return (CaseVerdict.FAILED if found else CaseVerdict.PASSED), tuple(found)


def _run(run: _Run) -> dict[str, Any]:
    try:
        return answer_of(run.decide())
    except PolicyLanguageError as error:
        return {f"{error.stage.value}_error": True}
    except EvaluationError:
        return {"eval_error": True}


class _Run:
    """One case on its way: scripts are checked, then asked, then put together."""

    def __init__(
        self, case: Case, record_sets: Mapping[str, Any], engine: Engine
    ) -> None:
        self.case = case
        self.engine = engine
        self.facts = case_facts(case, record_sets)
        self.edition = Edition(case["edition"])
        records = case.get("records")
        if records is None:
            records = record_sets.get(case.get("records_ref", ""), {})
        now = self.facts.now or DEFAULT_NOW
        self.request = Request(
            input=case["input"], now=now, records=CaseRecords(records, now)
        )
        self.verdicts: dict[str, Verdict] = {}

    def decide(self) -> Decision:
        """Return what the case comes to.

        Raises:
            PolicyLanguageError: a text in it is refused.
            EvaluationError: a script ends with an error.
        """
        if self.case["kind"] == "rego":
            self._script("rego", self.case["rego"])
            only = self.verdicts["rego"]
            return decide(only.allow, only.deny)
        route = self.case["route"]
        parts = [part for one in route["sub_policies"] for part in self._parts(one)]
        options = self.case.get("options", {})
        program = compile_route(
            settings=route_settings(route, parse),
            policies=parts,
            default_client_certificate_rule=bool(
                options.get("add_default_client_certificate_rule")
            ),
            edition=self.edition,
            mode=Mode.CORE_INTENDED,
        )
        return evaluate(
            program, self.facts, mode=Mode.CORE_INTENDED, verdicts=self.verdicts
        )

    def _parts(self, part: Mapping[str, Any]) -> Iterator[RoutePolicy]:
        if part.get("ppl"):
            document = parse(part["ppl"], edition=self.edition)
            program = compile_policy(
                document, edition=self.edition, mode=Mode.CORE_INTENDED
            )
            yield RoutePolicy(part.get("id"), program)
        for number, source in enumerate(part.get("rego") or ()):
            yield self._script(f"{part.get('id')}/{number}", source)

    def _script(self, name: str, source: str) -> RoutePolicy:
        found = check(source, engine=self.engine, namespace=NAMESPACE, samples=0)
        if not found.is_compiled:
            raise PolicyLanguageError(found.problems)
        answer = self.engine.evaluate(
            source, self.request, namespace=NAMESPACE, wall=PATIENCE
        )
        if answer.error:
            raise EvaluationError(answer.error)
        self.verdicts[name] = verdict_of(answer, mode=Mode.CORE_EXACT)
        return RoutePolicy(name, ForeignPolicy(name, has_allow_rules=True))
