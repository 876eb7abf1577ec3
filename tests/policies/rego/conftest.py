"""An engine that all tests of Rego share; patient, as machines of tests are slow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.rego.evaluation import Answer, Engine, Request, SandboxEngine
from policies.rego.opa_server import OpaServerEngine
from policies.rego.pool import Pool
from policies.rego.process import Limits
from tests.policies.rego.asking import NOW, OPA_URL, input_with

if TYPE_CHECKING:
    from collections.abc import Iterator

CORPUS = Path(__file__).parents[1] / "language" / "corpus" / "ppl-vectors.json"
MISSPELT = "rego-documented-sample-has-a-misspelt-function"


@pytest.fixture(scope="session")
def corpus() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(CORPUS.read_text())
    return found


@pytest.fixture(scope="session")
def sample(corpus: dict[str, Any]) -> str:
    """The documented example, with its misspelt function mended."""
    case = next(one for one in corpus["cases"] if one["id"] == MISSPELT)
    text: str = case["rego"]
    return text.replace("gset_", "get_")


@pytest.fixture(scope="session")
def workers() -> Iterator[SandboxEngine]:
    """Workers of our own, whatever `engine` is."""
    engine = SandboxEngine(Pool(size=2, limits=Limits(wall=20, check_wall=20)))
    assert engine.pool.wait_until_warm(60)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def engine(workers: SandboxEngine) -> Iterator[Engine]:
    """The engine that tests are about: workers of our own, or the server of OPA."""
    if not OPA_URL:
        yield workers
        return
    server = OpaServerEngine(OPA_URL, local=workers)
    yield server
    server.close()


@pytest.fixture
def ask(engine: Engine) -> Any:
    """Evaluate a text for a request, which is a GET of somebody signed in."""

    def evaluate(source: str, **given: Any) -> Answer:
        covers = given.pop("covers", False)
        records = given.pop("records", None)
        fetched = given.pop("fetched", {})
        extra = {} if records is None else {"records": records}
        request = Request(
            input=input_with(**given), now=NOW, fetched=fetched, seed="1", **extra
        )
        return engine.evaluate(source, request, namespace="tests", covers=covers)

    return evaluate
