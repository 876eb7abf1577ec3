"""Attempts to connect before anything is saved."""

from datetime import timedelta
from typing import Any

import pytest

from console.core.exceptions import NotFoundError, ValidationFailedError
from console.core.models import AuditEvent
from directory import selectors, services
from directory.models import ExternalDataSource, ExternalRecord, Trial
from tests.directory.external.serving import Served
from tests.directory.sync.running import TEST, Clock
from tests.factories import NOW, make_credential
from tests.people import Cast, actor_of

pytestmark = pytest.mark.django_db


def attempt(url: str, **more: Any) -> Trial:
    trial = services.try_data_source(
        foreign_key="user.id", url=url, actor=TEST, now=NOW, **more
    )
    services.make_trial(trial.pk, clock=Clock())
    trial.refresh_from_db()
    return trial


def test_shows_fields_and_first_records_and_keeps_none(served: Served) -> None:
    served.put([*({"id": f"p{number}", "n": number} for number in range(12)), {"n": 1}])

    trial = attempt(served.url)

    assert (trial.state, trial.failure) == ("done", "")
    assert trial.result["count"] == 12
    assert trial.result["first"][0] == {"key": "p0", "data": {"id": "p0", "n": 0}}
    assert len(trial.result["first"]) == 10
    assert [one["type"] for one in trial.result["fields"]] == ["text", "number"]
    assert trial.result["problem_count"] == 1
    assert not ExternalDataSource.objects.exists()
    assert not ExternalRecord.objects.exists()


def test_tells_what_is_wrong_and_what_to_do(served: Served) -> None:
    served.put("<html>Sign in", "text/html")

    trial = attempt(served.url)

    assert trial.state == "failed"
    assert "web page" in trial.failure
    assert "sign in" in trial.remedy


def test_holds_no_secret(served: Served) -> None:
    account = make_credential(
        kind="http_json",
        settings={"base_url": served.url},
        secrets={"headers": "X-Key: hidden"},
    )
    served.put([{"id": "eve"}])

    trial = attempt(served.url, account_id=account.pk)

    assert served.asked[-1]["x-key"] == "hidden"
    assert "hidden" not in f"{trial.asked}{trial.result}"
    told = AuditEvent.objects.get(action="connection.tried")
    assert "hidden" not in f"{told.after}"


def test_refuses_what_could_not_be_saved_either(served: Served, cast: Cast) -> None:
    account = make_credential(
        kind="http_json", settings={"base_url": f"{served.url}/hr"}, secrets={}
    )

    for url in (served.url, f"{served.url}/hr/../it", f"{served.url}/hrx"):
        with pytest.raises(ValidationFailedError):
            attempt(url, account_id=account.pk)
    for url in (
        "http://169.254.169.254/",
        "ftp://example.com/x",
        "http://example.com/",
    ):
        with pytest.raises(ValidationFailedError):
            attempt(url)


def test_is_for_admins_of_the_root_and_for_an_hour(served: Served, cast: Cast) -> None:
    trial = attempt(served.url)

    assert selectors.get_trial(trial.pk, actor=actor_of(cast.root)) == trial
    with pytest.raises(NotFoundError):
        selectors.get_trial(trial.pk, actor=actor_of(cast.ada))
    assert services.forget_trials(now=NOW + timedelta(minutes=59)) == 0
    assert services.forget_trials(now=NOW + timedelta(minutes=61)) == 1
