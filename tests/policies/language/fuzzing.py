"""Fuzzing everything that reads policy texts: no input may break it, or cost much.

    python -m tests.policies.language.fuzzing --seconds 3600

Inputs are damaged policies, or with `--atheris`, where atheris is installed, those that
libFuzzer finds by looking at which code they reach. What is found is kept as a file.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import random
import sys
import time
import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policies.language import (
    PolicyLanguageError,
    builder_tree,
    check,
    could_allow_anonymous,
    describe,
    format_policy,
    lint,
    merge_tree,
    parse,
    summary,
    to_rego,
)
from policies.language.decoding import MAX_BYTES
from policies.language.editing import EditingError, edit
from policies.language.editing.sheet import Sheet

from . import hostile_texts, random_policies, random_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from policies.language import PolicyDocument

THIS: Final = "tests.policies.language.fuzzing"
PIECES: Final = (
    *("allow", "deny", "and", "or", "not", "nor", "email", "groups", "claim/a", "date"),
    *(": ", ":", "- ", "-", "\n", "\n  ", "\n    ", "\n      ", " ", "  ", ", ", ","),
    *("{", "}", "[", "]", "{}", "[]", "'", '"', "|\n", ">-\n", "# c\n", " # d", "? "),
    *("&a ", "*a", "<<: *a", "!!str ", "!x ", "---\n", "...\n", "%YAML 1.1\n", "\t"),
    *("a@b.c", "017", "true", "null", "~", "2030-01-31", "is", "in", "has", "\r\n"),
    *("\u2028", "\x85", "\ufeff", "\u00a0", "\x07", "é", "\U0001f600", "\\", "x" * 90),
)
TOO_MUCH: Final = frozenset(
    {"too-deep", "too-large", "too-many-criteria", "too-many-values"}
)

# An edit reads the text, writes it and reads what it wrote.
EDITING: Final = frozenset({"edit", "merge"})


def damaged(seed: int) -> str:
    """Return the text of a policy with pieces put in its text."""
    chance = random.Random(seed)
    text = random_texts.write(chance, random_policies.policy(chance))
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 0, 1, 2, 10)))
        text = text[:start] + chance.choice(PIECES) + text[end:]
    return text


Step = tuple[str, "Callable[[], object]"]


def steps(text: str) -> Iterator[Step]:
    """Iterate over everything that may be asked of a text, one call at a time.

    A step that has been taken may raise what an author is told; the next ones depend
    on how it went.
    """
    yield "check", lambda: check(text)
    yield "check as Core", lambda: check(text, saving=False)
    yield "format", lambda: _unless(PolicyLanguageError, format_policy, text)
    formatted = _unless(PolicyLanguageError, format_policy, text)
    assert formatted is None or format_policy(formatted) == formatted
    sheet = _unless(PolicyLanguageError, Sheet.open, text)
    if sheet is not None:
        yield from _steps_of_editing(text, sheet)
    document = _unless(PolicyLanguageError, parse, text)
    if document is not None:
        yield from _steps_of_policies(document)


def _steps_of_policies(document: PolicyDocument) -> Iterator[Step]:
    yield "anonymous", lambda: could_allow_anonymous(document)
    yield "lint", lambda: lint(document)
    if _unless(PolicyLanguageError, partial(parse, saving=True), document.source):
        yield "rego", lambda: to_rego(document)
    for problem in lint(document)[:3]:
        if problem.fix is not None:
            fixed = problem.fix.apply(document.source)
            yield f"fix {problem.code}", partial(_parse_unless_too_much, fixed)


def _steps_of_editing(text: str, sheet: Sheet) -> Iterator[Step]:
    yield "describe", lambda: describe(sheet.document)
    yield "summary", lambda: summary(sheet.document)
    tree = builder_tree(sheet.document)
    yield "build", lambda: builder_tree(sheet.document)
    yield "merge", lambda: merge_tree(text, tree)
    assert merge_tree(text, tree).text == text.removeprefix("\ufeff")
    for block in tree["blocks"][:2]:
        request = {"edit": "add-criterion", "at": block["id"], "name": "a", "data": 1}
        yield "edit", partial(_edit, text, request)


def _unless(error: type[Exception], work: Callable[[str], Any], text: str) -> Any:
    try:
        return work(text)
    except error:
        return None


def _edit(text: str, request: dict[str, Any]) -> None:
    try:
        assert edit(text, request).text != text
    except EditingError as error:
        if error.code not in {"no-such-place", "unwritable", *TOO_MUCH}:
            raise


def _parse_unless_too_much(text: str) -> None:
    """Parse; a text that only grew beyond what is read is as good."""
    try:
        parse(text)
    except PolicyLanguageError as error:
        if {problem.code for problem in error.problems} - TOO_MUCH:
            raise


def exercise(text: str) -> None:
    """Take all steps on a text."""
    for _, work in steps(text):
        work()


@dataclass
class Run:
    """What a run has done so far, and where it keeps what it finds."""

    folder: Path
    inputs: int = 0
    slowest: float = 0.0
    found: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        """Exercise one text, and note what is wrong about it."""
        self.inputs += 1
        try:
            for name, work in steps(text):
                started = time.process_time()
                work()
                seconds = time.process_time() - started
                self.slowest = max(self.slowest, seconds)
                times = 3 if name in EDITING else 1
                if seconds > hostile_texts.MAX_SECONDS * times:
                    self._weigh(name, work, text, times)
        except Exception:  # noqa: BLE001 -- whatever it is, it is a finding
            self._keep(text, traceback.format_exc())

    def _weigh(
        self, name: str, work: Callable[[], object], text: str, times: int
    ) -> None:
        try:
            hostile_texts.assert_harmless(lambda _: work(), text, times=times)
        except AssertionError as error:
            self._keep(text, f"{name} costs too much: {error}")

    def _keep(self, text: str, why: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        path = self.folder / hashlib.sha256(data).hexdigest()[:16]
        path.write_bytes(data)
        self.found.append(f"{path}: {why}")


def large(chance: random.Random, texts: Sequence[str]) -> str:
    """Return a text of the largest size: a stretch of another one, over and over."""
    text = chance.choice(texts)
    start = chance.randint(0, len(text))
    stretch = text[start : start + chance.choice((1, 2, 5, 20, 80))] or "a"
    room = MAX_BYTES - len(text.encode())
    count = max(0, room // len(stretch.encode()))
    return text[:start] + stretch * chance.randint(0, count) + text[start:]


def texts(seed: int) -> Iterator[str]:
    """Iterate over damaged policies without end; every tenth text is a large one."""
    chance = random.Random(seed)
    recent = list(hostile_texts.TEXTS.values())
    for number in range(sys.maxsize):
        text = damaged(chance.getrandbits(48))
        recent[number % len(recent)] = text
        if number % 10 == 0:
            text = large(chance, recent)
        yield text


def run(seconds: float, *, seed: int, folder: Path) -> Run:
    """Fuzz for a time; return what came of it."""
    folder.mkdir(parents=True, exist_ok=True)
    current = Run(folder)
    for text in hostile_texts.TEXTS.values():
        current.take(text)
    end = time.monotonic() + seconds
    for text in texts(seed):
        current.take(text)
        if time.monotonic() > end:
            break
    return current


def run_guided(seconds: float, *, folder: Path) -> None:
    """Let libFuzzer look for inputs; ends the process, as libFuzzer does."""
    import atheris  # noqa: PLC0415 -- not needed otherwise, and not everywhere there

    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number in range(200):
        (corpus / f"damaged-{number}").write_text(damaged(number), "utf-8")
    for name in [name for name in sys.modules if name.startswith("policies.")]:
        del sys.modules[name]
    sys.modules.pop(THIS, None)
    with atheris.instrument_imports(include=["policies"]):
        instrumented = importlib.import_module(THIS)

    def one_input(data: bytes) -> None:
        instrumented.exercise(data.decode("utf-8", "replace"))

    arguments = [
        sys.argv[0],
        f"-max_total_time={int(seconds)}",
        "-max_len=4096",
        "-timeout=20",
        f"-artifact_prefix={folder}/",
        str(corpus),
    ]
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz from a shell; the exit status is 1 if something was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--folder", type=Path, default=Path("data/fuzzing"))
    parser.add_argument("--atheris", action="store_true")
    options: Any = parser.parse_args(arguments)
    if options.atheris:
        run_guided(options.seconds, folder=options.folder)
    done = run(options.seconds, seed=options.seed, folder=options.folder)
    said = (
        f"{done.inputs} inputs from seed {options.seed}, slowest step"
        f" {done.slowest * 1000:.0f} ms, {len(done.found)} findings"
    )
    sys.stdout.write("\n".join([*done.found, said, ""]))
    return 1 if done.found else 0


if __name__ == "__main__":
    sys.exit(main())
