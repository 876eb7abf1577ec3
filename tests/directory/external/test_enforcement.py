"""What is read from outside decides: in a trial, and at authorizers that follow."""

import pytest

from directory import services
from directory.models import ExternalDataSource
from gateway import services as gateway_services
from policies import selectors as policy_selectors
from policies.selectors import Attempt
from policies.services import try_policy
from tests.directory.external.conftest import Read
from tests.directory.external.serving import Served
from tests.directory.sync.running import TEST
from tests.factories import NOW, make_policy, make_user
from tests.gateway.following import follow

ASKS = """\
allow:
  and:
    - record: {type: example.com/risk, field: score, ">=": 5}
"""


@pytest.mark.usefixtures("db")
def test_a_record_that_changes_outside_changes_decisions(
    served: Served, source: ExternalDataSource, read: Read
) -> None:
    eve = make_user("eve")
    policy = make_policy("asks", source=ASKS)
    gateway_services.deploy_changes(now=NOW)
    served.put([{"id": "eve", "score": 7}])
    read()
    follower = follow()
    attempt = Attempt(at=NOW, person_id=eve.pk)

    def decide() -> tuple[str, object]:
        trial = try_policy(attempt, policy_id=policy.pk, actor=TEST, now=NOW)
        tried = policy_selectors.facts_for(attempt, actor=TEST, now=NOW)
        facts = follower.people.facts(
            now=NOW, request=tried.request, person_id=str(eve.pk)
        )
        return trial.outcome, facts.records.find("example.com/risk", facts)

    before = decide()
    served.put([{"id": "eve", "score": 3}])
    read()
    follower.poll()
    after = decide()
    policy.delete()
    services.delete_data_source(source.pk, version=1, actor=TEST, now=NOW)
    follower.poll()

    assert before == ("allow", {"id": "eve", "score": 7})
    assert after == ("deny", {"id": "eve", "score": 3})
    assert follower.people.records == {}
