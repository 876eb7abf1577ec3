"""`sub_policies` of a route: policies with a name of their own, in PPL or in Rego.

Core evaluates their Rego only; `source_ppl` is what a console wrote it from. Rego of
our own export leads back to what it was made from; other Rego becomes policies in Rego.
"""

from collections.abc import Mapping
from typing import Any

from policies.language.errors import did_you_mean
from policies.language.nodes import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    to_items,
)
from policies.texts import worded
from routes.exports.marks import Mark
from routes.exports.policy_blocks import ENFORCED, seal_of
from routes.imports import legacy
from routes.imports.clippings import Clipper, Clipping
from routes.imports.draft import DraftPolicy
from routes.imports.file_marks import FileMarks
from routes.imports.findings import Findings, Place
from routes.imports.policy_reader import PolicyReader

KEYS = frozenset(
    {
        "id",
        "name",
        "explanation",
        "remediation",
        "rego",
        "source_ppl",
        *legacy.LISTS,
    }
)
TEXT_KEYS = ("name", "explanation", "remediation")

Entries = Mapping[str, tuple[ScalarNode, Node]]


class SubPolicyReader:
    """Reads the entries of `sub_policies`, each to the policies that it stands for."""

    def __init__(
        self,
        clipper: Clipper,
        findings: Findings,
        policies: PolicyReader,
        marks: FileMarks,
    ) -> None:
        self._clipper = clipper
        self._findings = findings
        self._policies = policies
        self._marks = marks

    def read(self, key: ScalarNode, value: Node) -> list[DraftPolicy]:
        """Return the policies, in the order of the file."""
        if isinstance(value, ScalarNode) and value.value is None:
            return []
        if not isinstance(value, SequenceNode):
            self._findings.problem(
                "not_a_list",
                worded("`%(key)s` is a list of policies", key=key.text),
                Place.of(value),
                remedy=worded("begin each policy with `- name:`"),
            )
            return []
        return [policy for item in value.items for policy in self._item(item)]

    def _item(self, item: Node) -> list[DraftPolicy]:
        if not isinstance(item, MappingNode):
            self._findings.problem(
                "not_a_mapping",
                worded("a sub-policy has keys such as `name` and `source_ppl`"),
                Place.of(item),
                remedy=worded("write `name:` and `source_ppl:`"),
            )
            return []
        entries = {key.text: (key, value) for key, value in item.entries}
        self._check_keys(item)
        place = Place.of(item)
        details = self._details(entries, place)
        read = [
            self._policies.read(one, **details)
            for one in self._clippings(entries, place)
        ]
        read += [
            self._policies.read_rego(one, **details)
            for one in self._modules(entries, place)
        ]
        found = [policy for policy in read if policy is not None]
        if not found and not self._findings.problems:
            self._findings.warning(
                "no_rules", worded("this sub-policy has no rules"), Place.of(item)
            )
        return found

    def _check_keys(self, item: MappingNode) -> None:
        for key, _ in item.entries:
            if key.text not in KEYS:
                self._findings.problem(
                    "unknown_key",
                    worded("`%(key)s` is not a key of a sub-policy", key=key.text),
                    Place.of(key),
                    remedy=did_you_mean(key.text, KEYS) or worded("remove it"),
                )

    def _details(self, entries: Entries, place: Place) -> dict[str, Any]:
        details: dict[str, Any] = {
            name: self._text_of(*entries[name]) for name in TEXT_KEYS if name in entries
        }
        policy_id = self._text_of(*entries["id"]) if "id" in entries else ""
        described = self._marks.catalog.get(policy_id.lower())
        mark = self._mark_before(place)
        if described is not None:
            details |= {
                "id": described.id,
                "home": described.home,
                "description": described.description,
                "arrives_by": mark.text("by") if mark is not None else "",
                "limits_only": mark is not None and mark.text("by") == ENFORCED,
            }
        return details

    def _mark_before(self, place: Place) -> Mark | None:
        line = place.line - 1
        return next(iter(self._marks.uses_between(line, line)), None)

    def _our_source(self, entries: Entries, place: Place) -> Clipping | None:
        """Return the PPL that Rego was made from, if it is Rego of our export."""
        mark = self._mark_before(place)
        if mark is None:
            return None
        described = self._marks.catalog.get(mark.text("id").lower())
        if described is not None and described.is_rego:
            return None
        clipping = None
        if described is not None and described.source is not None:
            clipping = Clipping(described.source, place)
        if "source_ppl" in entries:
            node = entries["source_ppl"][1]
            if isinstance(node, ScalarNode):
                clipping = self._clipper.clip_text(node)
        is_ours = clipping is not None and _is_made_of(clipping.source, entries, mark)
        return clipping if is_ours else None

    def _modules(self, entries: Entries, place: Place) -> list[Clipping]:
        """Return the texts in Rego that become policies of their own."""
        if not _has_rego(entries) or self._our_source(entries, place) is not None:
            return []
        key, value = entries["rego"]
        if not self._policies.reads_rego:
            self._refuse_rego(key, worded("rules in Rego can't be read here"))
            return []
        mark = self._mark_before(place)
        if mark is not None:
            described = self._marks.catalog.get(mark.text("id").lower())
            source = None if described is None else described.source
            if source is not None and _is_made_of(source, entries, mark):
                return [Clipping(source, place)]
            if described is not None and (
                mark.text("by") == ENFORCED or not described.is_rego
            ):
                # It was made from another text, which it no longer says.
                self._refuse_rego(key, worded("Rego of an export was changed by hand"))
                return []
        if "source_ppl" in entries and not _is_blank(entries["source_ppl"][1]):
            self._findings.warning(
                "source_ppl_left_out",
                worded(
                    "Core evaluates `rego` and not `source_ppl`, so `rego` is imported"
                ),
                Place.of(entries["source_ppl"][0]),
                remedy=worded("remove `rego`, if `source_ppl` says the same"),
            )
        return [
            self._clipper.clip_text(item)
            for item in to_items(value)
            if isinstance(item, ScalarNode) and item.text.strip()
        ]

    def _text_of(self, key: ScalarNode, value: Node) -> str:
        if isinstance(value, ScalarNode):
            return "" if value.value is None else value.text
        self._findings.problem(
            "not_a_text",
            worded("`%(key)s` is text", key=key.text),
            Place.of(value),
            remedy=worded("quote it"),
        )
        return ""

    def _clippings(self, entries: Entries, place: Place) -> list[Clipping]:
        found = [
            Clipping(one.source, one.place)
            for one in legacy.read_legacy(
                {name: entries[name] for name in legacy.LISTS if name in entries},
                self._findings,
            )
        ]
        if _has_rego(entries):
            ours = self._our_source(entries, place)
            return found if ours is None else [*found, ours]
        if "source_ppl" in entries and not _is_blank(entries["source_ppl"][1]):
            key, value = entries["source_ppl"]
            found.append(
                self._clipper.clip_text(value)
                if isinstance(value, ScalarNode)
                else self._clipper.clip(key, value)
            )
            self._findings.warning(
                "source_ppl_counts",
                worded("Core passes over `source_ppl` without `rego`; here it counts"),
                Place.of(key),
                remedy=worded("look at who gets in before you publish"),
            )
        return found

    def _refuse_rego(self, key: ScalarNode, why: str) -> None:
        self._findings.problem(
            "rego",
            why,
            Place.of(key),
            remedy=worded(
                "change the policy in the console, or import the file unchanged"
            ),
        )


def _has_rego(entries: Entries) -> bool:
    return "rego" in entries and not _is_blank(entries["rego"][1])


def _is_made_of(source: str, entries: Entries, mark: Mark) -> bool:
    """Return whether the Rego of an entry is what an export made of a text."""
    rego = [
        item.text
        for item in to_items(entries["rego"][1])
        if isinstance(item, ScalarNode)
    ]
    return seal_of(source, rego) == mark.text("seal")


def _is_blank(value: Node) -> bool:
    """Return whether there is nothing in a text or in a list of texts."""
    items = value.items if isinstance(value, SequenceNode) else (value,)
    return all(
        isinstance(item, ScalarNode) and (item.value is None or not item.text.strip())
        for item in items
    )
