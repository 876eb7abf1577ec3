"""A policy, or the ceiling that it puts up, as one module of Rego."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from policies.language.compiler import Program, compile_policy
from policies.language.facts import NOTHING
from policies.language.grammar import Action

from .chains import literal
from .library import CERTIFICATES, HEAD, LIBRARY
from .writers import Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from policies.language.compiler import CompiledCriterion, CompiledOperator
    from policies.language.grammar import PolicyDocument
    from policies.language.records import ForeignKey

    from .chains import Chain, Link

_WORDS: Final = {True: "true", False: "false", None: "null"}


class UntranslatableError(Exception):
    """A criterion has no form in Rego."""


def to_rego(
    policy: PolicyDocument | Program,
    *,
    as_ceiling: bool = False,
    foreign_keys: Mapping[str, ForeignKey] = NOTHING,
) -> str:
    """Write a policy as a module of its own, in package `pomerium.policy`.

    As a ceiling it allows nothing: its deny rules count, and whoever its allow rules
    don't let in is denied for their reasons. `foreign_keys` says how records of each
    type are found, by user id when it is silent.

    Raises:
        PolicyLanguageError: the policy can't be compiled.
        UntranslatableError: a criterion has no form in Rego.
    """
    program = policy if isinstance(policy, Program) else compile_policy(policy)
    module = _Module(Writer(foreign_keys))
    allow = [module.block(block) for block in _blocks(program, Action.ALLOW)]
    deny = [module.block(block) for block in _blocks(program, Action.DENY)]
    if as_ceiling:
        if program.has(Action.ALLOW):
            deny.append(f"ceiling(merge_or([{', '.join(allow)}]))")
        allow = []
    rules = [
        f"{name} := merge_or([{', '.join(parts)}])"
        for name, parts in (("allow", allow), ("deny", deny))
        if parts
    ]
    library = [LIBRARY]
    if module.uses_certificates or "fingerprint)" in "".join(module.rules):
        library.append(CERTIFICATES)
    return "\n".join([HEAD, *_spaced(module.rules), *_spaced(rules), *library])


def _blocks(
    program: Program, action: Action
) -> Iterator[tuple[Action, CompiledOperator]]:
    for block in program.operators(action):
        yield action, block


def _spaced(rules: list[str]) -> Iterator[str]:
    for rule in rules:
        yield f"{rule}\n"


@dataclass(slots=True)
class _Module:
    writer: Writer
    rules: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    uses_certificates: bool = False

    def block(self, place: tuple[Action, CompiledOperator]) -> str:
        """Add the rules of one operator; return its name."""
        action, block = place
        inverted = "_inverted" if block.operator.inverts else ""
        parts = [
            f"for_{action.value}{inverted}({self._criterion(entry)})"
            for entry in block.criteria
        ]
        merge = "merge_and" if block.operator.needs_all else "merge_or"
        name = self._name(f"{action.value}_{block.operator.value}")
        self.rules.append(
            f"{name} := {merge}([\n\t{f',{chr(10)}{chr(9)}'.join(parts)},\n])"
        )
        return name

    def _criterion(self, entry: CompiledCriterion) -> str:
        chain = self.writer.chain(entry.condition)
        if chain is None:
            raise UntranslatableError(f"`{entry.node.key}` can't be written in Rego")
        name = self._name(entry.criterion.name)
        self.uses_certificates |= entry.criterion.name == "client_certificate"
        links = " else := ".join(map(_link, _to_the_end(chain)))
        self.rules.append(f"{name} := {links}")
        return name

    def _name(self, stem: str) -> str:
        number = self.counts.get(stem, 0)
        self.counts[stem] = number + 1
        return f"{stem}_{number}"


def _to_the_end(chain: Chain) -> Chain:
    """Return a chain up to what always holds; nothing may follow that."""
    last = next(at for at, link in enumerate(chain) if not link.conditions)
    return chain[: last + 1]


def _link(link: Link) -> str:
    data = ", ".join(f"{literal(key)}: {literal(value)}" for key, value in link.data)
    result = f"[{_WORDS[link.value]}, {{{literal(link.reason.value)}}}, {{{data}}}]"
    if not link.conditions:
        return result
    lines = "\n".join(f"\t{line}" for line in link.conditions)
    return f"{result} if {{\n{lines}\n}}"
