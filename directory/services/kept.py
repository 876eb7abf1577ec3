"""What is kept of a directory's readings: answers of a run, and members of groups.

Answers let a run that was cut off go on from the page that it had reached. Members let
the next one read less. Both are written about once a second, with the lease.
"""

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from console.core import secrets as envelopes
from console.core.secrets import SecretUnreadableError
from directory.models import Directory, KeptAnswers, KeptMembers, SyncRun
from directory.providers.base import Answer, Client, Request
from directory.providers.records import Edge

RESUMED_WITHIN = timedelta(hours=1)  # a provider's cursors last about as long
SETTLED = timedelta(minutes=10)  # what changed just before it was read may be older
BATCH = 500


class _Answers:
    """What a run keeps of answers, in their order; sealed, written when it is told."""

    def __init__(self, run: SyncRun, *, now: datetime) -> None:
        self._run = run
        self._pending: list[dict[str, Any]] = []
        rows = run.kept_answers.order_by("number")
        first = rows.first()
        if (
            first is not None
            and not timedelta(0) <= now - first.kept_at < RESUMED_WITHIN
        ):
            rows.delete()
        self._number = self._count = rows.count()

    def read(self, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield what was there when the run was taken, with the number of its row."""
        for number in range(start, self._count):
            row = self._run.kept_answers.filter(number=number).first()
            if row is None:
                return
            try:
                packed = envelopes.unseal(row.sealed)
            except SecretUnreadableError:
                return  # the keys are others now: it is read again
            for answer in json.loads(zlib.decompress(b64decode(packed))):
                yield number, answer

    def put(self, answer: dict[str, Any]) -> None:
        """Take an answer, to be written with the others."""
        self._pending.append(answer)

    def keep(self, *, now: datetime) -> None:
        """Write what came since the last time."""
        if not self._pending:
            return
        packed = zlib.compress(json.dumps(self._pending).encode(), level=1)
        KeptAnswers.objects.create(
            run=self._run,
            number=self._number,
            sealed=envelopes.seal(b64encode(packed).decode()),
            kept_at=now,
        )
        self._number += 1
        self._pending.clear()


class Journal:
    """A client that first tells what the run had read before it was cut off.

    The walk through a provider is the same each time, so its requests come in the same
    order; those that are not asked for any more are passed over. Tokens are not kept:
    the client underneath fetches them by itself.
    """

    def __init__(self, run: SyncRun, client: Client, *, now: datetime) -> None:
        self._client = client
        self._answers = _Answers(run, now=now)
        self._before = self._answers.read()
        self.again = 0

    def fetch(self, request: Request, *, page: str) -> Answer:
        """Return a page: as it was read before, or from the provider."""
        sign = _sign(request)
        for _, kept in self._before:
            if kept["for"] == sign:
                self.again += 1
                return Answer(**kept["answer"])
        answer = self._client.fetch(request, page=page)
        told = {"url": answer.url, "body": answer.body, "headers": dict(answer.headers)}
        self._answers.put({"for": sign, "answer": told})
        return answer

    def keep(self, *, now: datetime) -> None:
        """Write what came since the last time."""
        self._answers.keep(now=now)


class Lists:
    """Whole lists that the run had read; see `providers.base.Before`.

    Those that were not whole are read anew: their place in the list went with the
    connection.
    """

    def __init__(self, run: SyncRun, *, now: datetime) -> None:
        self._answers = _Answers(run, now=now)
        # Of lists that are whole: the row of their beginning, and which it is there.
        self._whole: dict[str, tuple[int, int]] = {}
        begun: dict[str, tuple[int, int]] = {}
        for row, kept in self._answers.read():
            before, number = begun.get(kept["for"], (row, 0))
            match kept["is"]:
                case "begin":
                    begun[kept["for"]] = row, number + 1 if before == row else 1
                case "end":
                    self._whole[kept["for"]] = begun[kept["for"]]
        self.again = 0

    def find(self, sign: str) -> Iterator[Any] | None:
        """Return the pages of a list that was read to its end; None of others."""
        sign = _digest(sign)
        return self._pages(sign) if sign in self._whole else None

    def _pages(self, sign: str) -> Iterator[Any]:
        first, wanted = self._whole[sign]
        begun = 0
        for _, kept in self._answers.read(first):
            if kept["for"] != sign:
                continue
            begun += kept["is"] == "begin"
            if begun < wanted:
                continue
            if kept["is"] == "end":
                return
            if kept["is"] == "page":
                self.again += 1
                yield kept["page"]

    def begin(self, sign: str) -> None:
        """Keep the pages that follow; what came of this list before counts no more."""
        self._answers.put({"for": _digest(sign), "is": "begin"})

    def put(self, sign: str, page: Any) -> None:
        """Keep a page."""
        self._answers.put({"for": _digest(sign), "is": "page", "page": page})

    def end(self, sign: str) -> None:
        """Note that a list is whole."""
        self._answers.put({"for": _digest(sign), "is": "end"})

    def keep(self, *, now: datetime) -> None:
        """Write what came since the last time."""
        self._answers.keep(now=now)


def _sign(request: Request) -> str:
    """Return what tells one request from another. Credentials are no part of it."""
    parts = (request.method, request.url, sorted(request.params.items()), request.body)
    return _digest(repr(parts))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Members:
    """Who was in which group, of one directory; see `providers.base.Kept`.

    A reading in full shows whether a provider tells of changes as it should. Once it
    did not, nothing that is kept counts, until the directory is set up otherwise.
    """

    def __init__(
        self, directory: Directory, bound: str, *, is_full: bool, now: datetime
    ) -> None:
        self._directory, self._bound, self._now = directory, bound, now
        self._seen: set[str] = set()
        self._pending: dict[str, KeptMembers] = {}
        self._mark = ""
        rows = directory.kept_members
        is_same = directory.kept.get("bound") == bound
        if not is_same:
            rows.all().delete()
        self.is_refuted = is_same and directory.kept.get("refuted", False)
        known = rows.values_list("group_id", "mark", "read_at")
        self._before = {one: (mark, read_at) for one, mark, read_at in known}
        # In full, nothing that was kept counts.
        self._known = {} if is_full or self.is_refuted else self._before
        self.since = (
            "" if is_full or not self._known else directory.kept.get("since", "")
        )
        self.spared = 0

    def find(
        self, group_id: str, *, changed_at: datetime | None, mark: str = ""
    ) -> Sequence[Edge] | None:
        """Return who is in a group, if that was read after its last change."""
        before, read_at = self._known.get(group_id, (None, self._now))
        if before != (mark or _mark(changed_at)):
            return None
        if changed_at is not None and read_at - changed_at < SETTLED:
            return None
        row = self._directory.kept_members.filter(group_id=group_id).first()
        if row is None:
            return None
        self._seen.add(group_id)
        self.spared += 1
        return [
            Edge(group_id, member, is_group=kind == "groups")
            for kind in ("people", "groups")
            for member in row.members[kind]
        ]

    def put(
        self,
        group_id: str,
        edges: Sequence[Edge],
        *,
        changed_at: datetime | None,
        mark: str = "",
    ) -> None:
        """Keep who is in a group."""
        if changed_at is not None and group_id not in self._seen:
            self._look_back(group_id, edges, changed_at)
        self._seen.add(group_id)
        members = {
            "people": [one.member_id for one in edges if not one.is_group],
            "groups": [one.member_id for one in edges if one.is_group],
        }
        self._pending[group_id] = KeptMembers(
            directory=self._directory,
            group_id=group_id,
            mark=mark or _mark(changed_at),
            members=members,
            read_at=self._now,
        )

    def _look_back(
        self, group_id: str, edges: Sequence[Edge], changed_at: datetime
    ) -> None:
        """Note if somebody came into a group of which no change was told."""
        mark, read_at = self._before.get(group_id, ("", self._now))
        if mark != _mark(changed_at) or read_at - changed_at < SETTLED:
            return
        row = self._directory.kept_members.filter(group_id=group_id).first()
        known = {*row.members["people"], *row.members["groups"]} if row else set()
        # Who is gone may have been deleted, which changes no group.
        if row and not known >= {one.member_id for one in edges}:
            self.is_refuted = True

    def go_on_from(self, mark: str) -> None:
        """Ask for changes from there the next time."""
        self._mark = mark

    def keep(self) -> None:
        """Write what came since the last time."""
        if self._pending:
            KeptMembers.objects.bulk_create(
                self._pending.values(),
                batch_size=BATCH,
                update_conflicts=True,
                unique_fields=["directory", "group_id"],
                update_fields=["mark", "members", "read_at"],
            )
            self._pending.clear()

    def finish(self, directory: Directory) -> None:
        """Note that all was read; for inside `writing`."""
        self.keep()
        gone = [one for one in self._before if one not in self._seen]
        for start in range(0, len(gone), BATCH):
            some = gone[start : start + BATCH]
            directory.kept_members.filter(group_id__in=some).delete()
        directory.kept = {"bound": self._bound, "since": self._mark}
        if self.is_refuted:
            directory.kept["refuted"] = True
        directory.save(update_fields=["kept"])


def bound_to(options: Mapping[str, str]) -> str:
    """Return what is another text once another place is read, or otherwise."""
    return hashlib.sha256(repr(sorted(options.items())).encode()).hexdigest()


def _mark(changed_at: datetime | None) -> str:
    return changed_at.isoformat() if changed_at else ""
