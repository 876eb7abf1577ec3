"""One route of a file: its settings by the table, and its policies as Core joins them.

Each problem of a setting is found by `routes.validation` and put in its place here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from policies.language.nodes import MappingNode, Node, ScalarNode, SequenceNode, to_json
from policies.texts import worded
from routes import validation
from routes.exports.marks import Mark
from routes.imports import legacy
from routes.imports.clippings import Clipper, Clipping
from routes.imports.draft import DraftPolicy, DraftRoute
from routes.imports.file_marks import FileMarks
from routes.imports.findings import Findings, Place
from routes.imports.marked import take_apart
from routes.imports.policy_reader import CheckRego, PolicyReader
from routes.imports.sub_policies import SubPolicyReader
from routes.settings_table import BY_SPELLING, POLICY_KEYS
from routes.validation import Allowlist
from routes.validation.paths import match_of

# How `routes.validation` begins what it says about a key, not about its value.
UNKNOWN = "unknown setting"

Entries = Mapping[str, tuple[ScalarNode, Node]]


class RouteReader:
    """Reads the routes of one file."""

    def __init__(
        self,
        text: str,
        findings: Findings,
        marks: FileMarks,
        *,
        allowlist: Allowlist,
        as_written: bool = True,
        check_rego: CheckRego | None = None,
    ) -> None:
        self._findings = findings
        self._marks = marks
        self._allowlist = allowlist
        self._clipper = Clipper(text, as_written=as_written)
        # What an export holds has been saved as it is.
        self._policies = PolicyReader(
            findings, warns=not marks.exported_from, check_rego=check_rego
        )
        self._sub_policies = SubPolicyReader(
            self._clipper, findings, self._policies, marks
        )

    @property
    def reads_rego(self) -> bool:
        """There is something that checks Rego."""
        return self._policies.reads_rego

    def read(self, node: Node) -> DraftRoute | None:
        """Return the route of a node, or None when it has problems."""
        if not isinstance(node, MappingNode):
            self._findings.problem(
                "not_a_route",
                worded("a route has keys such as `from` and `to`"),
                Place.of(node),
                remedy=worded("begin each route with `- from:`"),
            )
            return None
        entries = {key.text: (key, value) for key, value in node.entries}
        known_problems = self._findings.problems
        mark = self._marks.route_before(node.span.line)
        policies = self._read_policies(entries)
        settings, address = self._read_settings(node, entries)
        if address is None or self._findings.problems > known_problems:
            return None
        if not policies and mark is None:
            self._tell_closed(entries, Place.of(node))
        return DraftRoute(
            place=Place.of(entries["from"][0] if "from" in entries else node),
            places={key: Place.of(value) for key, (_, value) in entries.items()},
            name=str(settings.pop("name", "")),
            settings=settings,
            from_url=address.url,
            match=match_of(settings),
            policies=tuple(policies),
            home=mark.text("namespace") if mark is not None else "",
            inherits=_flag(mark, "inherits"),
            left_out=mark.texts("left_out") if mark is not None else (),
        )

    def read_loose(self, key: ScalarNode | None, value: Node) -> DraftPolicy | None:
        """Return a policy that stands in the file without a route, or is all of it."""
        clipping = (
            self._clipper.clip(key, value)
            if key is not None
            else self._clipper.clip_all(value)
        )
        return self._policies.read(clipping)

    def read_source(
        self, source: str, *, is_rego: bool = False, **details: Any
    ) -> DraftPolicy | None:
        """Return a policy from its bare text."""
        read = self._policies.read_rego if is_rego else self._policies.read
        return read(Clipping(source, Place()), **details)

    def _read_settings(
        self, node: MappingNode, entries: Entries
    ) -> tuple[dict[str, Any], validation.Address | None]:
        given = {
            key: to_json(value)
            for key, (_, value) in entries.items()
            if key not in POLICY_KEYS
        }
        # Core's routes need no name, and ours get one later.
        is_named = given.get("name") not in {None, ""}
        given = given if is_named else {**given, "name": "route"}
        checked = validation.validate(given, allowlist=self._allowlist)
        for problem in checked.problems:
            self._findings.problem(
                "setting",
                problem.message,
                _place_of(
                    node, problem.path, of_key=problem.message.startswith(UNKNOWN)
                ),
                remedy=problem.remedy,
            )
        for key in entries:
            setting = BY_SPELLING.get(key)
            if setting is not None and setting.key != key:
                self._findings.note(
                    "older_spelling",
                    worded(
                        "`%(older)s` is an older spelling of `%(key)s`",
                        older=key,
                        key=setting.key,
                    ),
                    Place.of(entries[key][0]),
                )
        settings = dict(checked.settings)
        return (settings if is_named else settings | {"name": ""}), checked.address

    def _read_policies(self, entries: Entries) -> list[DraftPolicy]:
        """Return the policies in the order in which Core evaluates them."""
        found = [
            self._policies.read(Clipping(one.source, one.place))
            for one in legacy.read_legacy(entries, self._findings)
        ]
        if "policy" in entries:
            found += self._read_policy(*entries["policy"])
        if "sub_policies" in entries:
            found += self._sub_policies.read(*entries["sub_policies"])
        self._check_tunnel(entries)
        return _without_repetition(one for one in found if one is not None)

    def _tell_closed(self, entries: Entries, place: Place) -> None:
        self._findings.warning(
            "closed_route",
            worded("no rule lets anybody through this route"),
            Place.of(entries["policy"][0]) if "policy" in entries else place,
            remedy=worded("attach a policy to it after the import"),
        )

    def _read_policy(self, key: ScalarNode, value: Node) -> list[DraftPolicy | None]:
        if isinstance(value, ScalarNode):
            if value.value is None:
                return []
            return [self._policies.read(self._clipper.clip_text(value))]
        if not (value.items if isinstance(value, SequenceNode) else value.entries):
            return []
        if isinstance(value, SequenceNode) and not value.is_flow:
            parts = take_apart(self._clipper, self._marks, key, value)
            if parts is not None:
                return [self._policies.read(part, **known) for part, known in parts]
        return [self._policies.read(self._clipper.clip(key, value))]

    def _check_tunnel(self, entries: Entries) -> None:
        """Check the rules about who may serve a tunnel; they stay a setting."""
        if "upstream_tunnel" not in entries:
            return
        tunnel = entries["upstream_tunnel"][1]
        if not isinstance(tunnel, MappingNode):
            return
        for key, value in tunnel.entries:
            if key.text == "ssh_policy" and not isinstance(value, ScalarNode):
                self._policies.read(self._clipper.clip(key, value))


def _without_repetition(policies: Any) -> list[DraftPolicy]:
    """Drop a policy that the route already has, by its id or else by its meaning."""
    kept: dict[tuple[str, ...], DraftPolicy] = {}
    for one in policies:
        said = (one.meaning, one.explanation, one.remediation)
        kept.setdefault((one.id,) if one.id else said, one)
    return list(kept.values())


def _flag(mark: Mark | None, name: str) -> bool | None:
    value = mark.values.get(name) if mark is not None else None
    return value if isinstance(value, bool) else None


def _place_of(node: Node, path: Sequence[str | int], *, of_key: bool) -> Place:
    """Return the place of a setting's value, or of the nearest thing above it.

    With `of_key`, of the last key instead of its value.
    """
    place = Place.of(node)
    for step in path:
        if isinstance(node, SequenceNode) and isinstance(step, int):
            if step >= len(node.items):
                break
            node = node.items[step]
            place = Place.of(node)
            continue
        found = _entry_of(node, str(step))
        if found is None:
            break
        key, node = found
        place = Place.of(key if of_key or not node.span.length else node)
    return place


def _entry_of(node: Node, name: str) -> tuple[ScalarNode, Node] | None:
    if not isinstance(node, MappingNode):
        return None
    return next((entry for entry in node.entries if entry[0].text == name), None)
