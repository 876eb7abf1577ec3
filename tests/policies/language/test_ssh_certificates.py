"""Certificates made and judged by Go's SSH library get the same verdict here.

Each case has a certificate (`key`, base64), the requested name, the time, the authority
in both forms, and what Core's checker said of it.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from policies.language.criteria.ssh import SshCa
from policies.language.facts import Facts, Ssh
from policies.language.ssh_keys import parse_authorized_key

CORPUS = Path(__file__).parent / "corpus" / "ssh-certificates.json"
CASES: list[dict[str, Any]] = json.loads(CORPUS.read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_certificate_is_judged_as_core_judges_it(case: dict[str, Any]) -> None:
    now = datetime.fromtimestamp(case["now"], UTC)
    presented = Ssh(username=case["username"], publickey=case["key"])

    admitted = SshCa((case["authority"],)).admits(Facts(now=now, ssh=presented))

    assert admitted is case["admits"], case["says"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_an_authority_is_read_as_core_reads_it(case: dict[str, Any]) -> None:
    wire = parse_authorized_key(case["line"])

    assert base64.b64encode(wire).decode() == case["authority"]


def test_every_kind_of_authority_occurs() -> None:
    admitted = {case["line"].split()[0] for case in CASES if case["admits"]}

    assert admitted == {
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "ssh-dss",
        "ssh-ed25519",
        "ssh-rsa",
    }
