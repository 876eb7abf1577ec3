"""Runs Rego for tests, on regorus, with what Core adds to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import regorus

from policies.language.conformance import facts_from_core
from policies.language.criteria.ssh import SshCa
from policies.language.facts import Facts, Ssh
from policies.language.records import ForeignKey, RecordTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from policies.language import Decision


class RegoEngine:
    """One module, ready to be asked about inputs and records."""

    def __init__(
        self, source: str, records: Mapping[str, Any], *, now: datetime
    ) -> None:
        self.records = records
        self.now = now
        self.engine = regorus.Engine()
        seconds = int(now.timestamp())
        nanoseconds = seconds * 1_000_000_000 + now.microsecond * 1000
        self.engine.add_policy(
            "policy.rego", source.replace("time.now_ns()", str(nanoseconds))
        )
        self.engine.add_extension("get_databroker_record", 2, self._record)
        self.engine.add_extension("ssh_verify_user_cert", 3, self._verify)

    def ask(self, core_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return `allow` and `deny` as [value, sorted reasons, data]."""
        self.engine.set_input_json(json.dumps(core_input))
        return {name: self._result(name) for name in ("allow", "deny")}

    def _result(self, name: str) -> tuple[bool, list[str], dict[str, str]]:
        text = self.engine.eval_rule_as_json(f"data.pomerium.policy.{name}")
        value, reasons, *data = json.loads(text)
        return value, sorted(reasons), data[0] if data else {}

    def _record(self, kind: str, key: Any) -> Any:
        if not isinstance(key, str):
            return None
        record = self.records.get(kind, {}).get(key)
        if record is None:
            table = RecordTable(self.records, {kind: ForeignKey.REQUEST_IP})
            facts = facts_from_core({"http": {"ip": key}}, {})
            record = table.find(kind, facts)
        expiry = (record or {}).get("expires_at")
        if isinstance(expiry, dict) and expiry.get("seconds", 0) < self.now.timestamp():
            return None
        return record

    def _verify(self, username: Any, key: Any, authorities: Any) -> bool:
        facts = Facts(now=self.now, ssh=Ssh(username=username, publickey=key))
        return SshCa(tuple(authorities)).admits(facts)


def said(decision: Decision) -> dict[str, Any]:
    """Return a decision as the engine gives it."""
    return {
        "allow": (
            decision.allow,
            sorted(map(str, decision.allow_reasons)),
            dict(decision.allow_data),
        ),
        "deny": (
            decision.deny,
            sorted(map(str, decision.deny_reasons)),
            dict(decision.deny_data),
        ),
    }
