"""Routes of a namespace and below as a configuration of Core, always the same bytes.

Routes are in the order in which they are asked, since Core asks the routes of a file
in the order of the file. What Core has no place for goes into marks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from console.core.actor import Actor
from directory import selectors as directory_selectors
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors
from policies.language.records import ForeignKey
from routes import selectors
from routes.exports import catalog, emitter, marks
from routes.exports.policy_blocks import (
    ENFORCED,
    INHERITED,
    ROUTE,
    CannotTellError,
    PolicyBlocks,
    Use,
)
from routes.validation.overlaps import Place, matching_order
from routes.validation.secrets import SEPARATOR

if TYPE_CHECKING:
    from uuid import UUID

    from namespaces.models import Namespace
    from policies.models import Policy
    from routes.exports.catalog import Entry
    from routes.models import Route
    from routes.selectors import EffectivePolicies

HEAD = (
    "# Routes and policies for Pomerium Core, exported from Postern.",
    '# Comments that begin with "postern:" let Postern read the file back as it was.',
)
CHUNK = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A route that can't be exported, and because of which policy."""

    route: str
    namespace: str
    policy: str
    why: str


@dataclass(slots=True)
class Export:
    """A configuration, or the reasons why there is none."""

    text: str = ""
    routes: int = 0
    policies: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def export_core(
    namespace: "Namespace", *, actor: Actor, with_secrets: bool = False
) -> Export:
    """Return the configuration of a namespace and all below it, as the actor sees it.

    Secrets are left out unless asked for; whether the actor may have them has been
    checked.
    """
    return _Exporter(namespace, actor=actor, with_secrets=with_secrets).export()


class _Exporter:
    def __init__(
        self, namespace: "Namespace", *, actor: Actor, with_secrets: bool
    ) -> None:
        self._namespace = namespace
        self._actor = actor
        self._with_secrets = with_secrets
        self._entries: dict[UUID, Entry] = {}
        self._paths: dict[UUID, str] = {}
        self._blocks = PolicyBlocks()
        self._refusals: list[Refusal] = []

    def export(self) -> Export:
        rows = selectors.within(selectors.list_routes(self._actor), self._namespace)
        routes = list(rows)
        effective: dict[UUID, EffectivePolicies] = {}
        for start in range(0, len(routes), CHUNK):
            effective |= selectors.policies_of_many(routes[start : start + CHUNK])
        own = policy_selectors.within(
            policy_selectors.list_policies(self._actor), self._namespace
        )
        self._read_policies(routes, own, effective.values())
        blocks = [
            self._route(route, effective[route.pk]) for route in _in_order(routes)
        ]
        if self._refusals:
            return Export(refusals=self._refusals)
        return Export(
            text="\n".join([*self._head(), *_body(blocks)]) + "\n",
            routes=len(routes),
            policies=len(self._entries),
        )

    def _read_policies(
        self,
        routes: Iterable["Route"],
        own: Iterable["Policy"],
        effective: Iterable["EffectivePolicies"],
    ) -> None:
        found: dict[UUID, Policy] = {policy.pk: policy for policy in own}
        for one in effective:
            arriving = (each.policy for each in (*one.inherited, *one.enforced))
            found |= {policy.pk: policy for policy in (*one.attached, *arriving)}
        spaces = {policy.namespace_id: policy.namespace for policy in found.values()}
        spaces |= {route.namespace_id: route.namespace for route in routes}
        spaces[self._namespace.pk] = self._namespace
        named = namespace_selectors.name_paths(spaces.values())
        self._paths = {pk: str(path) for pk, path in named.items()}
        foreign_keys = _foreign_keys()
        self._entries = {
            pk: catalog.make_entry(
                policy,
                home=self._paths[policy.namespace_id],
                foreign_keys=foreign_keys,
            )
            for pk, policy in found.items()
        }

    def _head(self) -> list[str]:
        path = self._paths[self._namespace.pk]
        described = sorted(
            self._entries.values(), key=lambda one: (one.home, one.name.lower(), one.id)
        )
        lines = [*HEAD, marks.write_mark("export", format=marks.FORMAT, namespace=path)]
        for entry in described:
            lines += entry.describe(with_source=not self._blocks.is_carried(entry))
        return lines

    def _route(self, route: "Route", effective: "EffectivePolicies") -> list[str]:
        settings, left_out = _settings(route, with_secrets=self._with_secrets)
        mark = marks.write_mark(
            "route",
            namespace=self._paths[route.namespace_id],
            inherits=route.inherits_policies,
            left_out=left_out or None,
        )
        body = [
            line
            for key, value in settings.items()
            for line in emitter.emit_entry(key, value)
        ]
        body += [
            marks.write_comment(f"{path} is a secret, and was left out")
            for path in left_out
        ]
        body += self._policies(route, list(self._uses(effective)))
        return [mark, *emitter.hang("- ", body)]

    def _uses(self, effective: "EffectivePolicies") -> Iterator[Use]:
        """Yield what decides over a route; a policy that got there twice, once."""
        ways = (
            *((one, ROUTE) for one in effective.attached),
            *((one.policy, INHERITED) for one in effective.inherited),
            *((one.policy, ENFORCED) for one in effective.enforced),
        )
        granting = set()
        for policy, by in ways:
            entry = self._entries[policy.pk]
            use = Use(entry=entry, by=by)
            if policy.pk not in granting or use.is_ceiling:
                granting.add(policy.pk)
                yield use

    def _policies(self, route: "Route", uses: Sequence[Use]) -> list[str]:
        """Return the lines of the route's policies, or refuse to."""
        try:
            tells_why = bool(route.settings.get("show_error_details"))
            return self._blocks.write(uses, tells_why=tells_why)
        except CannotTellError as error:
            self._refusals.append(
                Refusal(
                    route=route.name,
                    namespace=self._paths[route.namespace_id],
                    policy=error.use.entry.name,
                    why=str(error),
                )
            )
            return []


def _foreign_keys() -> dict[str, ForeignKey]:
    known = {key.value: key for key in ForeignKey}
    return {
        source.record_type: known[source.foreign_key]
        for source in directory_selectors.list_data_sources()
        if source.foreign_key in known
    }


def _in_order(routes: Iterable["Route"]) -> list["Route"]:
    """Return routes in the order in which Core would ask them."""
    by_id = {str(route.pk): route for route in routes}
    places = (
        Place(
            id=key,
            name=route.name,
            from_url=route.from_url,
            match=route.match,
            regex_priority_order=route.settings.get("regex_priority_order"),
        )
        for key, route in by_id.items()
    )
    return [by_id[place.id] for place in matching_order(places)]


def _settings(
    route: "Route", *, with_secrets: bool
) -> tuple[dict[str, Any], list[str]]:
    """Return what to write of a route's settings, and the paths of what is left out."""
    if with_secrets:
        return selectors.open_settings(route), []
    left_out: list[str] = []
    return _without_nothing(selectors.settings_of(route), (), left_out), left_out


def _without_nothing(
    settings: Mapping[str, Any], path: tuple[str, ...], left_out: list[str]
) -> dict[str, Any]:
    kept = {}
    for key, value in settings.items():
        here = (*path, key)
        if value is None:
            left_out.append(SEPARATOR.join(here))
        elif isinstance(value, Mapping) and value:
            inner = _without_nothing(value, here, left_out)
            if inner:
                kept[key] = inner
        else:
            kept[key] = value
    return kept


def _body(blocks: Sequence[Sequence[str]]) -> list[str]:
    if not blocks:
        return ["routes: []"]
    lines = [line for block in blocks for line in ["", *block]]
    return ["", "routes:", *emitter.indent(lines[1:])]
