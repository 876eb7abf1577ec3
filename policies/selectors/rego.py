"""Policies in Rego: the engine of this process, checks of texts, and verdicts.

What evaluates is `policies.rego`; here it meets the facts of a request, the records
of external data, and what is known of policies that broke their limits.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import access
from namespaces.permissions import Permission
from namespaces.scoping import in_scope
from policies.language import Facts, SourceState, Verdict
from policies.models import Policy, PolicyStrikes
from policies.rego import inputs
from policies.rego.builtins import ALLOWED
from policies.rego.checking import PATIENCE, Check, check
from policies.rego.evaluation import Answer, Engine, Request, SandboxEngine, key_of
from policies.rego.fetching import FETCHED, addresses_in
from policies.rego.opa_server import OpaServerEngine
from policies.rego.outputs import verdict_of
from policies.rego.pool import Pool
from policies.rego.requests import FactsRecords, input_of
from policies.rego.samples import COUNT
from policies.selectors.facts import source_state
from policies.selectors.fetching import find_answer, last_answers, list_urls
from policies.translating import translated

if TYPE_CHECKING:
    from directory.models import ExternalDataSource

MAX_WORKERS = 4


@dataclass(frozen=True, slots=True)
class RegoAnswer:
    """What a policy in Rego said of a request, and what that amounts to."""

    answer: Answer
    verdict: Verdict


@lru_cache(maxsize=1)
def get_engine() -> Engine:
    """Return what runs Rego in this process; its workers start when first needed."""
    if settings.OPA_URL:
        return OpaServerEngine(settings.OPA_URL)
    size = max(2, min(MAX_WORKERS, os.cpu_count() or 1))
    return SandboxEngine(Pool(size=size))


def missing_protection() -> dict[str, str]:
    """Return which parts of the sandbox the system refused, and why.

    Empty when nothing is missing, and while no worker has been needed yet.
    """
    engine = get_engine()
    sandbox = engine.local if isinstance(engine, OpaServerEngine) else engine
    report = sandbox.pool.sandbox if isinstance(sandbox, SandboxEngine) else None
    return dict((report or {}).get("missing", {}))


def check_rego(source: str, *, namespace_id: Any, samples: int = COUNT) -> Check:
    """Return what is wrong with a text in Rego; with `samples` 0 it is only read."""
    urls = addresses_in(source)
    return check(
        source,
        engine=get_engine(),
        namespace=str(namespace_id),
        record_types=list_record_types(),
        samples=samples,
        fetched=list_urls() if urls else (),
        answers=last_answers(urls) if samples and urls else None,
    )


def list_record_types() -> list[str]:
    """Return the types of external data that a policy may ask for."""
    return [row.record_type for row in directory_selectors.list_data_sources()]


def evaluate_rego(
    source: str,
    facts: Facts,
    *,
    namespace_id: Any,
    now: datetime,
    covers: bool = False,
) -> RegoAnswer:
    """Return what a text says of a request whose facts are known."""
    records = FactsRecords(facts, _External(now).find)
    request = Request(
        input=input_of(facts),
        now=facts.now or now,
        records=records,
        seed=(facts.now or now).isoformat(),
    )
    answer = get_engine().evaluate(
        source, request, namespace=str(namespace_id), wall=PATIENCE, covers=covers
    )
    return RegoAnswer(answer, verdict_of(answer, missing=records.missing))


def evaluate_given(
    source: str,
    given: Mapping[str, Any],
    records: Mapping[str, Any],
    *,
    namespace_id: Any,
    now: datetime,
) -> RegoAnswer:
    """Return what a text says of an input and of records that were written by hand."""
    fetched = last_answers(addresses_in(source))
    request = Request(
        input=given, now=now, records=_Given(records), fetched=fetched, seed="try"
    )
    answer = get_engine().evaluate(
        source, request, namespace=str(namespace_id), wall=PATIENCE, covers=True
    )
    return RegoAnswer(answer, verdict_of(answer))


@dataclass(frozen=True, slots=True)
class _Given:
    """Records that were written by hand: all of them may be asked for."""

    records: Mapping[str, Any]

    def find(self, kind: str, key: str) -> tuple[bool, Mapping[str, Any] | None]:
        """Return the record of a type and an id, None if there is none."""
        found = self.records.get(kind)
        record = found.get(key) if isinstance(found, Mapping) else None
        return found is not None, record if isinstance(record, Mapping) else None


class _External:
    """External data by type and id, each source looked up once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sources: dict[str, ExternalDataSource] | None = None

    def find(
        self, kind: str, key: str
    ) -> tuple[SourceState | None, Mapping[str, Any] | None]:
        """Return how far a source can be relied on, and its record of an id."""
        if kind == FETCHED:
            return find_answer(key, self.now)
        if self.sources is None:
            rows = directory_selectors.list_data_sources()
            self.sources = {row.record_type: row for row in rows}
        source = self.sources.get(kind)
        if source is None:
            return None, None
        state = source_state(source.complete_at, source.max_age_seconds, self.now)
        record = directory_selectors.find_record(source, key)
        if record is None and source.foreign_key == "request.ip":
            record = directory_selectors.find_network_record(source, key)
        return state, record


def find_quarantine(policy: Policy) -> PolicyStrikes | None:
    """Return why a policy is in quarantine, None if it isn't.

    Another text is another policy: what was struck is the text that it had.
    """
    strikes = PolicyStrikes.objects.filter(
        policy=policy, source_key=key_of(policy.source), quarantined_at__isnull=False
    )
    return strikes.first()


def follow_quarantined() -> Iterator[tuple[str, str]]:
    """Give each policy in quarantine, with the key of its text, for enforcement."""
    rows = PolicyStrikes.objects.filter(quarantined_at__isnull=False).order_by("pk")
    for policy_id, key in rows.values_list("policy_id", "source_key"):
        yield str(policy_id), key


def find_strikes(policy: Policy) -> PolicyStrikes | None:
    """Return what a policy did wrong with the text that it has, None for nothing."""
    key = key_of(policy.source)
    return PolicyStrikes.objects.filter(policy=policy, source_key=key).first()


def list_quarantined(actor: Actor) -> list[Policy]:
    """Return the policies in quarantine that the actor may see."""
    reach = access.reach_of(actor, Permission.POLICY_VIEW, above=True)
    # By ids: there are few, and SQLite would begin with all policies.
    ids = PolicyStrikes.objects.filter(quarantined_at__isnull=False)
    rows = PolicyStrikes.objects.filter(
        in_scope("policy__namespace_id", reach),
        pk__in=list(ids.order_by("pk").values_list("pk", flat=True)),
    ).select_related("policy__namespace")
    return [row.policy for row in rows if row.source_key == key_of(row.policy.source)]


def completions() -> dict[str, Any]:
    """Return what the editor offers: inputs, types of records, built-ins."""
    return {
        "inputs": [
            {"label": f"input.{path}", "detail": translated(text)}
            for path, text in inputs.INPUTS.items()
            if not path.endswith("*")
        ],
        "records": [
            {"label": kind, "detail": translated(text)}
            for kind, text in {
                **inputs.RECORD_TYPES,
                **dict.fromkeys(list_record_types(), gettext("external data")),
            }.items()
        ],
        "builtins": [
            {"label": one.name, "detail": one.signature} for one in ALLOWED.values()
        ],
    }
