"""The engine of operators who run a server of OPA.

The tests of engines run against any server: `POSTERN_OPA_URL=… pytest tests/policies`.
By night they do so by themselves where OPA is at hand. What differs there is marked by
`differs`, and fails if it differs no more.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.language import Facts, SourceState
from policies.rego import inputs
from policies.rego.evaluation import Request, SandboxEngine
from policies.rego.opa_modules import (
    EXTERNAL,
    WORKED_OUT,
    added_lines,
    mocks_input,
    module_of,
    name_of,
    sent_with,
)
from policies.rego.opa_server import OpaServerEngine
from policies.rego.outputs import verdict_of
from policies.rego.requests import FactsRecords, input_of
from tests.policies.rego.asking import NOW, input_with
from tests.policies.rego.opa import free_address, opa_path, serving
from tests.policies.rego.test_limits import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

logger = logging.getLogger(__name__)
ROOT = Path(__file__).parents[3]
OF_ENGINES = [
    "tests/policies/rego",
    "tests/policies/test_rego_policies.py",
    "tests/policies/test_rego_pages.py",
    "tests/policies/test_examples.py",
    "tests/policies/test_fetching.py",
]
REQUEST = Request(input=input_with(), now=NOW)
NEVER_SENT = {
    "package foo\nallow := true": "no-result",
    "allow { opa.runtime() }": "compile",
    "allow { data.postern[_].allow }": "compile",
    "allow { not get_databroker_record(`x`, `y`) with input as {} }": "compile",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    program = opa_path()
    if not program:
        pytest.skip("no OPA: `opa` is not on the path, and POSTERN_TEST_OPA names none")
    with serving(program, free_address()) as found:
        yield found


class Lent(SandboxEngine):
    """Workers that others go on with."""

    def close(self) -> None:
        """Leave them alone."""


@contextlib.contextmanager
def served(url: str, workers: SandboxEngine) -> Iterator[OpaServerEngine]:
    engine = OpaServerEngine(url, local=Lent(workers.pool))
    yield engine
    engine.close()


class TestAModule:
    def test_has_a_package_of_its_own_and_calls_the_library(self) -> None:
        source = """# as package x
package pomerium.policy
allow { get_databroker_record("http.send(", `time.now_ns()`) # http.send(
  time.now_ns() > 0; rand.intn("a", 2) == 1; data.pomerium.policy.ok }"""

        text = module_of(source)

        assert f"package postern.{name_of(source)}\n" in text
        assert 'data.postern.lib.get_databroker_record("http.send("' in text
        assert "`time.now_ns()`) # http.send(" in text
        assert 'input["postern.now"] > 0; data.postern.lib.intn("a", 2)' in text
        assert f"data.postern.{name_of(source)}.ok" in text
        assert added_lines(source) == 0

    def test_has_a_line_more_where_there_was_no_package(self) -> None:
        source = "allow := `\npackage x`"

        assert module_of(source) == f"package postern.{name_of(source)}\n{source}"
        assert added_lines(source) == 1

    def test_is_none_where_the_input_is_replaced_as_a_whole(self) -> None:
        assert mocks_input("allow { x with input as {} }")
        assert not mocks_input("allow { x with input.http.path as `with input as` }")


class TestWhatIsSent:
    """Records, and what becomes of those that can't be sent."""

    def sent(self, source: str, facts: Facts, external: Any = None) -> tuple[Any, Any]:
        records = FactsRecords(facts, external)
        request = Request(input=input_of(facts), now=NOW, records=records)
        return sent_with(source, request), records

    def test_makes_a_refusal_of_data_that_is_missing(self) -> None:
        source = f'deny {{ get_databroker_record("{inputs.DIRECTORY_USER}", "u").x }}'

        _, asked = self.sent(source, Facts(directory=SourceState.STALE))
        _, not_asked = self.sent("deny := false", Facts(directory=SourceState.STALE))

        assert asked.missing == {inputs.DIRECTORY_USER}
        assert not_asked.missing == set()

    def test_is_nothing_where_external_data_would_be_needed(self) -> None:
        def held(_kind: str, _key: str) -> tuple[SourceState, None]:
            return SourceState.FRESH, None

        source = 'deny { get_databroker_record("hr", input.http.host).x }'

        with_data, _ = self.sent(source, Facts(), held)
        without, records = self.sent(source, Facts())

        assert with_data.problem == EXTERNAL
        assert (without.problem, without.refused) == ("", ("hr",))
        assert records.refused == {"hr"}

    def test_is_nothing_where_the_type_is_worked_out(self) -> None:
        source = 'k := "hr"\ndeny { get_databroker_record(k, "x").x }'

        assert self.sent(source, Facts())[0].problem == WORKED_OUT


def test_a_server_that_does_not_answer_denies_and_saves_nothing(
    workers: SandboxEngine,
) -> None:
    with served(f"http://{free_address()}", workers) as engine:
        answer = engine.evaluate("allow := true", REQUEST, namespace="tests")
        checked = engine.check("allow := true", namespace="tests")

    assert answer.error == "failed"
    assert verdict_of(answer).deny.value
    assert checked.error == "server"


@pytest.mark.nightly
class TestARealServer:
    def test_passes_the_tests_of_engines(self, url: str) -> None:
        done = subprocess.run(  # noqa: S603 -- Python, on our own tests
            [
                *(sys.executable, "-m", "pytest", "-q", "-n0", "-rx"),
                *("-p", "no:cacheprovider", "-m", "not nightly and not functional"),
                *OF_ENGINES,
            ],
            cwd=ROOT,
            env={**os.environ, "POSTERN_OPA_URL": url},
            capture_output=True,
            text=True,
            timeout=3600,
            check=False,
        )

        logger.info("%s", done.stdout[-6000:])
        assert done.returncode == 0, done.stdout[-6000:]

    @pytest.mark.parametrize(("source", "error"), NEVER_SENT.items())
    def test_never_gets_what_reaches_beyond_a_policy(
        self, url: str, workers: SandboxEngine, source: str, error: str
    ) -> None:
        with served(url, workers) as engine:
            answer = engine.evaluate(source, REQUEST, namespace="tests")

        assert answer.error == error

    def test_is_not_waited_for_longer_than_an_evaluation_may_take(
        self, url: str, workers: SandboxEngine
    ) -> None:
        with served(url, workers) as engine:
            engine.check(HOSTILE["join"], namespace="tests")
            began = time.monotonic()

            lost = engine.evaluate(HOSTILE["join"], REQUEST, namespace="x", wall=0.5)
            waited = time.monotonic() - began
            after = engine.evaluate("allow := true", REQUEST, namespace="x", wall=20)

        logger.info("waited %.3f s for what may take 0.5 s", waited)
        assert verdict_of(lost).deny.reasons == {"policy-budget-exceeded"}
        assert after.values == {"allow": True}

    def test_is_taught_again_when_it_was_started_anew(
        self, workers: SandboxEngine, url: str
    ) -> None:
        program, address = opa_path(), free_address()
        source = 'allow { not get_databroker_record("x", "y").id }'
        answers = []

        with served(f"http://{address}", workers) as engine:
            for _ in range(2):
                with serving(program, address):
                    answers += [
                        engine.evaluate(source, REQUEST, namespace="x", wall=20)
                        for _ in range(2)
                    ]

        assert [one.values for one in answers] == [{"allow": True}] * 4
