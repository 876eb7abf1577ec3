"""A file to a draft: every stage of reading, with all problems at once. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from policies.language.nodes import MappingNode, SequenceNode
from policies.texts import worded
from routes.imports.draft import Draft, DraftRoute
from routes.imports.file_marks import FileMarks
from routes.imports.findings import Place
from routes.imports.outline import Outline, read_outline
from routes.imports.placeholders import check_placeholders
from routes.imports.policy_reader import CheckRego
from routes.imports.progress import Report, unheard
from routes.imports.reader import Readable, read
from routes.imports.route_reader import RouteReader
from routes.validation import Allowlist, parse_from
from routes.validation.overlaps import Place as RoutePlace
from routes.validation.overlaps import authority, matching_order
from routes.validation.paths import covers

# Routes of one host that are compared with each other; beyond, only neighbors are.
MAX_COMPARED = 200


def analyze(
    content: bytes | str,
    *,
    allowlist: Allowlist,
    report: Report = unheard,
    check_rego: CheckRego | None = None,
) -> Draft:
    """Return everything that a file says, and everything that is wrong with it.

    `report` hears how many routes have been read. `check_rego` checks policies in
    Rego; without it they are refused.
    """
    readable, findings = read(content)
    draft = Draft(findings=findings)
    if readable is None:
        return draft
    marks = FileMarks(readable.text)
    draft.exported_from = marks.exported_from
    is_ours = bool(marks.exported_from)
    outline = read_outline(readable.root, findings, may_be_empty=is_ours)
    draft.left_alone = outline.left_alone
    wanted = [*outline.routes, *(value for _, value in outline.loose)]
    if not is_ours:  # what looks like a blank there was saved as it is
        check_placeholders(readable.text, wanted, findings)
    if findings.problems and not (outline.routes or outline.loose):
        return draft
    reader = RouteReader(
        readable.text,
        findings,
        marks,
        allowlist=allowlist,
        as_written=not _is_json(readable),
        check_rego=check_rego,
    )
    for number, node in enumerate(outline.routes, start=1):
        report("reading", number, len(outline.routes))
        route = reader.read(node)
        if route is not None:
            draft.routes.append(route)
    _read_loose(draft, outline, reader, marks)
    _check_addresses(draft)
    _check_order(draft)
    return draft


def _is_json(readable: Readable) -> bool:
    root = readable.root
    return isinstance(root, MappingNode | SequenceNode) and root.is_flow


def _read_loose(
    draft: Draft, outline: Outline, reader: RouteReader, marks: FileMarks
) -> None:
    """Read the policies that no route of the file uses."""
    for key, value in outline.loose:
        policy = reader.read_loose(key, value)
        if policy is not None:
            draft.policies.append(policy)
            draft.findings.note(
                "loose_policy",
                worded("this policy stands in the file without a route"),
                policy.place,
                remedy=worded("attach it where it is wanted, after the import"),
            )
    used = {policy.id for route in draft.routes for policy in route.policies}
    for entry in marks.catalog.values():
        if entry.id in used or entry.source is None:
            continue
        if entry.is_rego and not reader.reads_rego:
            continue
        policy = reader.read_source(
            entry.source,
            is_rego=entry.is_rego,
            place=Place(entry.line),
            id=entry.id,
            name=entry.name,
            home=entry.home,
            description=entry.description,
            explanation=entry.explanation,
            remediation=entry.remediation,
        )
        if policy is not None:
            draft.policies.append(policy)


def _check_addresses(draft: Draft) -> None:
    """Refuse a file that has an address twice: Core would only ever use the first."""
    first: dict[tuple[str, str], DraftRoute] = {}
    for route in draft.routes:
        other = first.setdefault(route.address, route)
        if other is not route:
            draft.findings.problem(
                "address_twice",
                worded(
                    "this address is already that of the route in line %(line)s",
                    line=other.place.line,
                ),
                route.place,
                remedy=worded("keep one of them, or give them different paths"),
            )


def _check_order(draft: Draft) -> None:
    """Warn where the order of the file hides a route that will come first here.

    Core asks the routes of a file in the order of the file. Here, as with every route
    that a console publishes, the narrower one is asked first.
    """
    by_host: dict[tuple[str, ...], list[DraftRoute]] = defaultdict(list)
    for route in draft.routes:
        address = parse_from(route.from_url)
        if address.is_web:
            by_host[authority(address)].append(route)
    for routes in by_host.values():
        for earlier, later in _reversed_pairs(routes[:MAX_COMPARED]):
            draft.findings.warning(
                "order",
                worded(
                    "the route in line %(line)s takes every request of this one in "
                    "Core; here this one is asked first",
                    line=earlier.place.line,
                ),
                later.place,
                remedy=worded("remove this route if it is not meant to answer"),
            )


def _reversed_pairs(
    routes: list[DraftRoute],
) -> Iterator[tuple[DraftRoute, DraftRoute]]:
    """Yield pairs of which the first hides the second in the file, but not here."""
    if len(routes) == 1:
        return
    places = [
        RoutePlace(
            id=f"{number:09}",
            name="",
            from_url=route.from_url,
            match=route.match,
            regex_priority_order=route.settings.get("regex_priority_order"),
        )
        for number, route in enumerate(routes)
    ]
    rank = {place.id: at for at, place in enumerate(matching_order(places))}
    for at, later in enumerate(places):
        for number, earlier in enumerate(places[:at]):
            if (
                rank[later.id] < rank[earlier.id]
                and later.match != earlier.match
                and covers(earlier.match, later.match)
            ):
                yield routes[number], routes[at]
                break
