"""Readings of external data over real HTTP: what is taken, and what changes nothing."""

import io
import zipfile
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from console.core.exceptions import ConflictError
from console.core.models import AuditEvent, OutboxEntry
from directory import selectors, services
from directory.external import fetching
from directory.models import DataRun, ExternalDataSource
from directory.providers.base import Limits
from tests.directory.external.conftest import Read, records_of
from tests.directory.external.serving import Served
from tests.directory.sync.running import TEST, Clock
from tests.factories import NOW, make_credential, make_policy

GOOD = [{"id": "eve", "score": 7}, {"id": "ann", "score": 2}]
ASKS = """\
allow:
  and:
    - record: {type: example.com/risk, field: score, ">=": 5}
"""


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_dot_", "."), data)
    return buffer.getvalue()


FORMS: dict[str, tuple[bytes, str, dict[str, Any]]] = {
    "JSON": (b'[{"id": "eve", "score": 7}, {"id": "ann", "score": 2}]', "text/x", {}),
    "JSON inside": (
        b'{"a": {"b": [{"id": "eve", "score": 7}, {"id": "ann", "score": 2}]}}',
        "application/json",
        {"items": "a.b"},
    ),
    "CSV": (b"\xef\xbb\xbfid;score\r\neve;7\r\nann;2\r\n", "text/csv", {}),
    "a zip of both": (
        zipped(
            hr_dot_csv=b"id,score\neve,7\n",
            it_dot_json=b'[{"id":"ann","score":2}]',
            read_dot_txt=b"no",
        ),
        "application/zip",
        {},
    ),
    "one file of a zip": (
        zipped(hr_dot_csv=b"id,score\neve,7\nann,2", other_dot_json=b"[{}]"),
        "",
        {"files": "h*.csv"},
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_format_says_the_same(
    served: Served, source: ExternalDataSource, read: Read, name: str
) -> None:
    body, kind, more = FORMS[name]
    services.update_data_source(source.pk, version=1, actor=TEST, now=NOW, **more)
    served.put(body, kind)

    run = read()

    assert (run.state, run.failure) == ("applied", "")
    assert records_of(source) == {one["id"]: one for one in GOOD}
    types = {one["name"]: (one["type"], one["count"]) for one in source.fields}
    assert types == {"id": ("text", 2), "score": ("number", 2)}


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "status 500": ({"status": 500}, "answered 500"),
    "status 404": ({"status": 404}, "answered 404"),
    "a redirect": ({"status": 302, "headers": {"Location": "/x"}}, "redirects"),
    "a refused secret": ({"status": 401}, "credential"),
    "a reset": ({"fault": "reset"}, "broke off"),
    "no answer": ({"fault": "hang"}, "in time"),
    "half an answer": ({"fault": "truncate", "body": b'[{"id": "eve"}]'}, "broke off"),
    "truncated JSON": ({"body": b'[{"id": "eve"}, {"id'}, "broken or cut off"),
    "a web page": ({"body": b"<!doctype html><p>Sign in"}, "web page"),
    "nothing": ({"body": b" "}, "empty"),
    "no list": ({"body": b'{"error": "no"}'}, "no list"),
    "NaN": ({"body": b'[{"id": "eve", "score": NaN}]'}, "broken"),
    "JSON without end": ({"body": b"[" * 100_000}, "deep"),
    "CSV without length": ({"body": b"id\neve\n", "fault": "close"}, "how long"),
    "half a CSV": ({"body": b'id,name\neve,"Eve'}, "line 2"),
    "a header twice": ({"body": b"id,id\n1,2\n"}, "twice"),
    "Latin letters": ({"body": b"id\n\xe9\n"}, "UTF-8"),
    "other keys": ({"body": b'[{"name": "eve"}, {"name": "ann"}]'}, "most rows"),
    "half a zip": ({"body": zipped(a_dot_json=b"[]")[:-20]}, "archive is broken"),
    "an empty zip": ({"body": zipped(a_dot_txt=b"no")}, "no JSON or CSV"),
    "a zip bomb": ({"body": zipped(a_dot_json=b"0" * (129 << 20))}, "larger than"),
}  # fmt: skip


class TestFaults:
    @pytest.mark.parametrize("name", FAULTS)
    def test_change_nothing_and_say_what_to_do(
        self, served: Served, source: ExternalDataSource, read: Read, name: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        served.put(GOOD)
        read()
        before = records_of(source), source.complete_at
        if name == "no answer":
            quick = partial(fetching.fetch, limits=Limits(read_seconds=0.2))
            monkeypatch.setattr("directory.services.reading.fetch", quick)
        values, words = FAULTS[name]
        served.headers = {}
        for key, value in values.items():
            setattr(served, key, value)

        run = read()

        assert run.state == "failed"
        assert words in run.failure
        assert run.remedy
        assert (records_of(source), source.complete_at) == before
        if "fault" not in values:
            assert run.answer["status"] == served.status
            assert run.answer["size"] == len(served.body)
        told = AuditEvent.objects.filter(action="data_source.read-failed")
        assert told.count() == 1
        assert selectors.list_data_troubles(TEST, now=NOW)[source].startswith("it can")

    def test_of_single_rows_are_told_and_the_rest_is_taken(
        self, served: Served, source: ExternalDataSource, read: Read
    ) -> None:
        odd = [
            {"id": "eve", "score": 0},
            "no",
            {"id": "a\0b"},
            {"id": "ill", "x": "\ud800"},
            {"id": "big", "x": "y" * 70_000},
        ]
        served.put([*GOOD, {"id": 7}, {"id": "bo"}, {"id": "cy"}, *odd])

        run = read()

        assert run.state == "applied"
        assert sorted(records_of(source)) == ["7", "ann", "bo", "cy", "eve"]
        assert records_of(source)["eve"] == GOOD[0]
        told = [one["id"] for one in run.problems]
        assert told == ["7", "eve", "a\ufffdb", "ill", "big"]


class TestPolling:
    def test_asks_whether_anything_changed(
        self, served: Served, source: ExternalDataSource, read: Read
    ) -> None:
        served.put(GOOD)
        served.etag = '"one"'
        served.headers["Last-Modified"] = "Wed, 04 Mar 2026 10:00:00 GMT"
        first = read()

        second = read()

        assert (first.state, second.state) == ("applied", "unchanged")
        assert served.asked[-1]["if-none-match"] == '"one"'
        assert served.asked[-1]["if-modified-since"].startswith("Wed, 04 Mar")
        assert OutboxEntry.objects.filter(topic="records").count() == 1

        services.update_data_source(
            source.pk, version=1, key_field="score", actor=TEST, now=NOW
        )
        read()

        assert "if-none-match" not in served.asked[-1]

    def test_starts_what_is_due_and_leaves_the_rest(
        self, served: Served, source: ExternalDataSource
    ) -> None:
        assert services.start_due_reads(now=NOW) == 1
        assert services.start_due_reads(now=NOW + timedelta(minutes=1)) == 0
        run = DataRun.objects.get()
        for _ in range(3):
            DataRun.objects.update(state="running", attempts=3)
        services.start_due_reads(now=NOW + timedelta(minutes=10))

        run.refresh_from_db()
        assert run.state == "failed"

    def test_leaves_the_source_to_the_run_that_has_it(
        self, served: Served, source: ExternalDataSource
    ) -> None:
        run = services.start_read(source.pk, actor=TEST, now=NOW)
        with pytest.raises(ConflictError):
            services.start_read(source.pk, actor=TEST, now=NOW)
        source.lease_until = NOW + timedelta(minutes=1)
        source.save()

        services.run_read(run.pk, clock=Clock())

        run.refresh_from_db()
        assert run.state == "superseded"
        assert served.asked == []


class TestBrake:
    def test_holds_what_loses_most_records_until_somebody_decides(
        self, served: Served, source: ExternalDataSource, read: Read
    ) -> None:
        many = [{"id": f"p{number}", "score": number} for number in range(40)]
        served.put(many)
        served.etag = '"many"'
        read()
        served.put(many[:5])
        served.etag = '"few"'

        held = read()

        assert (held.state, len(records_of(source))) == ("held", 40)
        assert held.reasons == ["35 of 40 records are gone"]
        again = read()
        held.refresh_from_db()
        assert (held.state, again.state) == ("superseded", "held")
        services.release_data_run(again.pk, actor=TEST, now=NOW)
        assert sorted(records_of(source)) == ["p0", "p1", "p2", "p3", "p4"]
        with pytest.raises(ConflictError):
            services.release_data_run(again.pk, actor=TEST, now=NOW)
        assert read().state == "unchanged"

    @pytest.mark.parametrize(
        ("after", "reason"),
        [
            ([{"id": "eve", "score": "n/a"}, GOOD[1]],
             "the field `score` was number, and is mixed now"),
            ([{"id": "eve"}, {"id": "ann"}],
             "no record has the field `score` any more"),
            ([], "2 of 2 records are gone"),
        ],
    )  # fmt: skip
    def test_holds_what_policies_would_read_otherwise(
        self, served: Served, source: ExternalDataSource, read: Read,
        after: Any, reason: str,
    ) -> None:  # fmt: skip
        served.put(GOOD)
        read()
        served.put(after)

        run = read()

        assert (run.state, run.reasons) == ("held", [reason])
        assert len(records_of(source)) == 2
        services.discard_data_run(run.pk, actor=TEST, now=NOW)
        run.refresh_from_db()
        assert (run.state, run.plan) == ("discarded", None)

    def test_lets_a_dry_run_tell_without_writing(
        self, served: Served, source: ExternalDataSource, read: Read
    ) -> None:
        served.put(GOOD)

        run = read(is_dry_run=True)

        assert (run.state, run.counts["new"]) == ("previewed", 2)
        assert records_of(source) == {}


class TestSecrets:
    def test_go_below_the_address_of_their_account_and_nowhere_else(
        self, served: Served, source: ExternalDataSource, read: Read
    ) -> None:
        account = make_credential(
            kind="http_json",
            settings={"base_url": served.url},
            secrets={"headers": "Authorization: Bearer hidden"},
        )
        services.update_data_source(
            source.pk, version=1, account_id=account.pk, actor=TEST, now=NOW
        )
        served.put(GOOD)
        read()
        assert served.asked[-1]["authorization"] == "Bearer hidden"
        services.update_service_account(
            account.pk,
            version=1,
            settings={"base_url": f"{served.url}/elsewhere"},
            secrets={"headers": "Authorization: Bearer other"},
            actor=TEST,
            now=NOW,
        )
        asked = len(served.asked)

        run = read()

        assert run.state == "failed"
        assert "below" in run.failure
        assert len(served.asked) == asked
        assert "hidden" not in str(AuditEvent.objects.values_list("after", flat=True))

    def test_are_not_sent_to_this_machine_unless_the_operator_says_so(
        self, served: Served, source: ExternalDataSource, read: Read,
        settings: Any,
    ) -> None:  # fmt: skip
        settings.UPSTREAM_ALLOWLIST = []

        run = read()

        assert run.state == "failed"
        assert "POSTERN_UPSTREAM_ALLOWLIST" in run.failure + run.remedy
        assert served.asked == []


class TestDeletion:
    def test_waits_until_no_policy_asks_for_the_records(
        self, served: Served, source: ExternalDataSource
    ) -> None:
        policy = make_policy("asks", source=ASKS)
        with pytest.raises(ConflictError):
            services.delete_data_source(source.pk, version=1, actor=TEST, now=NOW)
        policy.delete()

        services.delete_data_source(source.pk, version=1, actor=TEST, now=NOW)

        assert not ExternalDataSource.objects.exists()
        assert OutboxEntry.objects.filter(
            topic="records", payload={"id": str(source.pk)}
        ).exists()
