"""What an act would change, found by doing it and taking it back.

The service that does it is the one that is looked at, in one transaction with what
is measured before and after; so a preview can't promise what the act would not keep.
What is measured is registered by the app that knows most (`register`); services frame
what they write in `watched`, and whoever shows a preview calls `preview`. An act that
carries what was `seen` is refused when it would change something else by now.

Doing it takes the writers' lock. An act that only takes away is told by what is there
before it writes (`tell_beforehand`), so its checks alone are run, and nobody waits
(`look`).
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext_noop

from console.core.actor import Actor
from console.core.exceptions import (
    ConflictError,
    ConsoleError,
    PermissionDeniedError,
)
from console.core.transactions import reading, writing

REFUSALS = frozenset({403, 409})
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that changes; `note` says how."""

    name: str
    note: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that change in one way; at most 50 of `count` are listed.

    `code` is stable and for programs, `label` fits behind the count.
    """

    code: str
    label: str
    count: int
    entries: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What an act would change, or why it would be refused.

    `seen` stands for all of it: an act that carries it does this or nothing.
    """

    groups: tuple[Group, ...] = ()
    refusal: ConsoleError | None = None

    @property
    def seen(self) -> str:
        """The fingerprint of what is told."""
        return fingerprint(self.groups)

    @property
    def is_allowed(self) -> bool:
        """The act would be done."""
        return self.refusal is None


class Observer(Protocol):
    """Measures the part of the world that an act touches."""

    def measure(self) -> Any:
        """Return what is so at this moment."""

    def tell(self, before: Any, after: Any) -> Sequence[Group]:
        """Return what changed between two measurements."""


class WorldChangedError(ConflictError):
    """The act would change something else than what was shown."""

    code = "world_changed"
    default_message = gettext_noop(
        "something changed since this was shown; look at what it would do now"
    )


@dataclass(slots=True)
class _Recorder:
    groups: tuple[Group, ...] = ()
    is_open: bool = field(default=True)


_observers: dict[str, Callable[..., Observer]] = {}
_recorder: ContextVar[_Recorder | None] = ContextVar("preview", default=None)


class _TakenBack(Exception):  # noqa: N818 - no error: it ends every preview
    pass


def register(act: str, observer: Callable[..., Observer]) -> None:
    """Have an act observed by what `observer(actor=…, **subject)` returns."""
    _observers[act] = observer


@contextmanager
def watched(
    act: str, *, actor: Actor, seen: str = "", **subject: Any
) -> Iterator[None]:
    """Frame what a service writes, after its checks of who may see and do it.

    Costs nothing unless somebody looks, or said what they saw.

    Raises:
        WorldChangedError: it would change something else than what was `seen`.
    """
    recorder = _recorder.get()
    looks = recorder is not None and recorder.is_open
    if act not in _observers or not (looks or seen):
        yield
        return
    if recorder is not None:
        recorder.is_open = False  # what is done within is a part of it
    observer = _observers[act](actor=actor, **subject)
    before = observer.measure()
    yield
    _tell(observer.tell(before, observer.measure()), seen)


def tell_beforehand(act: str, *, actor: Actor, seen: str = "", **subject: Any) -> None:
    """Tell an act by what is there before it, among its checks.

    Costs nothing unless somebody looks, or said what they saw.

    Raises:
        WorldChangedError: it would change something else than what was `seen`.
    """
    if act in _observers and (seen or _recorder.get() is not None):
        observer = _observers[act](actor=actor, **subject)
        before = observer.measure()
        _tell(observer.tell(before, before), seen)


def _tell(changes: Sequence[Group], seen: str) -> None:
    groups = tuple(one for one in changes if one.count)
    recorder = _recorder.get()
    if recorder is not None:
        recorder.groups = groups
    elif fingerprint(groups) != seen:
        raise WorldChangedError(details={"changes": [asdict(one) for one in groups]})


def preview(act: Callable[[], Any]) -> Preview:
    """Do something, take it back, and tell what it changed, or why it was refused.

    Writers wait meanwhile.

    Raises:
        ConsoleError: see `look`.
    """
    return _outcome(act, writing())


def look(check: Callable[[], Any]) -> Preview:
    """Run the checks of an act, and tell what it would change, or why it is refused.

    Everything is read as it was at one moment; nobody waits.

    Raises:
        ConsoleError: it can't be asked like this: what it is about is not to be seen,
            the role does not suffice, a value can't be accepted, or is stale.
    """
    return _outcome(check, reading())


def _outcome(act: Callable[[], Any], frame: AbstractContextManager[None]) -> Preview:
    recorder = _Recorder()
    token = _recorder.set(recorder)
    try:
        with frame:
            act()
            raise _TakenBack  # noqa: TRY301 - what ends the transaction
    except _TakenBack:
        return Preview(groups=recorder.groups)
    except ConsoleError as error:
        is_role = error.code == PermissionDeniedError.code
        if error.http_status not in REFUSALS or is_role:
            raise
        return Preview(refusal=error)
    finally:
        _recorder.reset(token)


def fingerprint(groups: Sequence[Group]) -> str:
    """Return what stands for these changes."""
    told = json.dumps([asdict(one) for one in groups], cls=DjangoJSONEncoder)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
