"""A plan as plain text, for a terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from policies.texts import counted, joined, worded

MAX_LISTED = 200

SIGNS = {"create": "+", "update": "~", "reuse": "=", "unchanged": "=", "skip": "-"}
TITLES = {
    "problem": "Problems",
    "warning": "Look at these",
    "note": "For your information",
}


def write_report(plan: Mapping[str, Any], *, file_name: str) -> str:
    """Return what an import would do, and everything to say about it.

    `plan` is a plan as `Plan.to_json` gives it.
    """
    lines = [f"Import of {file_name} into {plan['namespace']}", ""]
    for severity, title in TITLES.items():
        found = [one for one in plan["findings"] if one["severity"] == severity]
        if found:
            lines += [title, *_findings(found, file_name), ""]
    if plan["findings_left_out"]:
        lines += [f"… and {plan['findings_left_out']} more", ""]
    lines += _section("Policies", plan["policies"], _policy)
    lines += _section("Routes", plan["routes"], lambda one: _route(one, plan))
    if plan["left_alone"]:
        lines.append("Left alone")
        lines += [
            f"  line {one['line']}: `{one['key']}` {one['why']}"
            for one in plan["left_alone"]
        ]
        lines.append("")
    return "\n".join([*lines, summarize(plan)])


def summarize(plan: Mapping[str, Any]) -> str:
    """Return the plan in one sentence."""
    if not plan["is_applicable"]:
        return counted(
            "Nothing can be imported: %(count)s problem.",
            "Nothing can be imported: %(count)s problems.",
            count=plan["counts"]["findings"]["problem"],
        )
    policies, routes = plan["counts"]["policies"], plan["counts"]["routes"]
    done = [
        say(counts[action])
        for counts, sayings in ((policies, _POLICIES), (routes, _ROUTES))
        for action, say in sayings.items()
        if counts[action]
    ]
    if not done:
        return worded("Nothing to do: everything in the file is there already.")
    kept = []
    if policies["reuse"]:
        kept.append(_reused(policies["reuse"]))
    if routes["unchanged"]:
        kept.append(_unchanged(routes["unchanged"]))
    return worded("%(parts)s.", parts=joined([*done, *kept], "; "))


_POLICIES: dict[str, Callable[[int], str]] = {
    "create": lambda count: counted(
        "%(count)s policy to create", "%(count)s policies to create", count=count
    ),
    "update": lambda count: counted(
        "%(count)s policy to update", "%(count)s policies to update", count=count
    ),
    "skip": lambda count: counted(
        "%(count)s policy to skip", "%(count)s policies to skip", count=count
    ),
}
_ROUTES: dict[str, Callable[[int], str]] = {
    "create": lambda count: counted(
        "%(count)s route to create", "%(count)s routes to create", count=count
    ),
    "update": lambda count: counted(
        "%(count)s route to update", "%(count)s routes to update", count=count
    ),
    "skip": lambda count: counted(
        "%(count)s route to skip", "%(count)s routes to skip", count=count
    ),
}


def _reused(count: int) -> str:
    return counted(
        "%(count)s policy as they are", "%(count)s policies as they are", count=count
    )


def _unchanged(count: int) -> str:
    return counted(
        "%(count)s route as they are", "%(count)s routes as they are", count=count
    )


def _many(count: int, noun: str) -> str:
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def _findings(found: Sequence[Mapping[str, Any]], file_name: str) -> Iterator[str]:
    for one in found:
        yield f"  {file_name}:{one['line']}:{one['column']}: {one['message']}"
        if one["excerpt"]:
            yield f"      {one['excerpt']}"
            yield f"      {' ' * one['caret']}^"
        if one["remedy"]:
            yield f"      -> {one['remedy']}"


def _section(title: str, steps: Sequence[Mapping[str, Any]], tell: Any) -> list[str]:
    if not steps:
        return []
    lines = [title, *(f"  {SIGNS[one['action']]} {tell(one)}" for one in steps)]
    if len(steps) > MAX_LISTED:
        lines = [*lines[: MAX_LISTED + 1], f"  … and {len(steps) - MAX_LISTED} more"]
    return [*lines, ""]


def _policy(one: Mapping[str, Any]) -> str:
    used = _many(one["route_count"], "route")
    changes = f", {', '.join(one['changes'])}" if one["changes"] else ""
    return f"{one['name']} ({one['action']}{changes}; {used}; {one['namespace']})"


def _route(one: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    path = f" {one['match'].partition(':')[2]}" if one["match"] else ""
    names = [plan["policies"][position]["name"] for position in one["policies"]]
    policies = "; ".join(names) or "nobody"
    changes = f": {', '.join(one['changes'])}" if one["changes"] else ""
    return (
        f"{one['name']}  {one['from']}{path} -> {one['to']}  [{policies}] "
        f"({one['action']}{changes})"
    )
