"""Health: which protections around Rego are in force is told to admins of the root."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from policies.rego.evaluation import SandboxEngine
from policies.rego.pool import Pool
from policies.selectors import protection
from tests.people import Cast
from tests.policies.browsers import client_of


@pytest.fixture
def without_filter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose system takes no filter on system calls."""
    engine = SandboxEngine(Pool(size=1, without=["system calls"]))
    monkeypatch.setattr(protection, "get_engine", lambda: engine)
    monkeypatch.setattr(protection, "STARTING", 60.0)
    yield
    engine.close()


@pytest.mark.usefixtures("without_filter")
def test_the_page_tells_what_lacks_and_why(cast: Cast) -> None:
    shown = client_of(cast.root).get(reverse("health")).content.decode()

    assert "Not every protection is there" in shown
    assert "Left out" in shown
    assert "System calls (seccomp)" in shown


@pytest.mark.usefixtures("without_filter")
def test_the_api_tells_the_same(cast: Cast) -> None:
    found = client_of(cast.root).get(reverse("api-health")).json()["rego"]

    parts = {one["part"]: one for one in found["protections"]}
    assert found["opa_url"] == ""
    assert set(parts) == {"network", "system calls", "limits", "user"}
    assert parts["system calls"]["why"] == "left out"
    assert not parts["system calls"]["is_in_force"]
    assert parts["limits"]["is_in_force"]
    assert found["lacking"] >= 1


def test_admins_of_a_part_see_none_of_it(cast: Cast) -> None:
    assert client_of(cast.ada).get(reverse("health")).status_code in {403, 404}
