"""A draft and what is there, to a plan. Reads nothing by itself.

Routes are known by their address, policies by what they mean, or by their id where the
file carries our own marks. What is the same is left as it is; what differs is a
problem unless the importing person has said what to do about it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.core import secrets as envelopes
from namespaces import access
from namespaces.permissions import Permission
from policies.texts import worded
from routes import selectors
from routes.imports.draft import Draft, DraftPolicy, DraftRoute
from routes.imports.existing import Existing, key_of
from routes.imports.findings import Place, join_words
from routes.imports.plan import (
    WRITES,
    Action,
    Differing,
    Options,
    Plan,
    RouteStep,
)
from routes.imports.policy_steps import PolicySteps
from routes.imports.route_names import number, suggest_names
from routes.settings_table import FILE_KEYS
from routes.validation.secrets import SEPARATOR, diverted_secrets

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy
    from routes.models import Route

# Absent from the file, these say nothing about what there should be.
SILENT = ("name", "description")


def reconcile(draft: Draft, existing: Existing, options: Options) -> Plan:
    """Return what importing the draft would do, with everything to say about it."""
    return _Reconciler(draft, existing, options).plan()


class _Reconciler:
    def __init__(self, draft: Draft, existing: Existing, options: Options) -> None:
        self._draft = _with_fitting_ids(draft, existing)
        self._existing = existing
        self._options = options
        self._findings = draft.findings
        self._policies = PolicySteps(existing, options, draft.findings)
        self._routes: list[RouteStep] = []

    def plan(self) -> Plan:
        for route in self._draft.routes:
            self._add_route(route)
        for policy in self._draft.policies:
            self._policies.add(policy)
        self._name_routes()
        self._policies.finish(self._routes)
        self._check_openness()
        self._check_files()
        self._tell_arriving()
        plan = Plan(
            namespace_id=self._existing.target.pk,
            namespace=self._existing.target_path,
            options=self._options,
            policies=self._policies.steps,
            routes=self._routes,
            left_alone=self._draft.left_alone,
            findings=self._findings.in_order(),
            findings_left_out=self._findings.left_out,
        )
        plan.fingerprint = _fingerprint(plan)
        return plan

    def _add_route(self, draft: DraftRoute) -> None:
        found = self._existing.routes.get(key_of(*draft.address))
        if found is None:
            self._create(draft)
        elif found.namespace.path.startswith(self._existing.target.path):
            self._compare(draft, found)
        else:
            self._refuse_taken(draft, found)

    def _create(self, draft: DraftRoute) -> None:
        home = self._existing.homes.get(draft.home, self._existing.target)
        inherits = self._options.inherits if draft.inherits is None else draft.inherits
        for path in draft.left_out:
            self._findings.warning(
                "secret_left_out",
                worded(
                    "the export left the secret `%(path)s` out, and there is none here",
                    path=path,
                ),
                draft.place,
                remedy=worded("set it on the route after the import"),
            )
        wanted = self._attached(draft, home, inherits=inherits)
        self._routes.append(
            RouteStep(
                action=Action.CREATE,
                name=draft.name,
                settings=draft.settings,
                match=draft.match,
                policies=tuple(self._policies.add(one, home) for one in wanted),
                inherits=inherits,
                namespace_id=home.pk,
                namespace=self._existing.path_of(home),
                place=draft.place,
            )
        )

    def _compare(self, draft: DraftRoute, route: "Route") -> None:
        inherits = route.inherits_policies if draft.inherits is None else draft.inherits
        wanted = self._attached(draft, route.namespace, inherits=inherits)
        attached = self._existing.attached[route.pk]
        same_policies = self._policies.are_same(wanted, attached)
        settings, changes = _compare_settings(draft, route)
        if not same_policies:
            changes.append("policies")
        if inherits != route.inherits_policies:
            changes.append("inherits_policies")
        action = self._decide(draft, route, changes)
        if action is Action.UPDATE and not same_policies:
            uses = [self._policies.add(one, route.namespace) for one in wanted]
        else:
            uses = self._policies.keep(wanted, attached)
        self._routes.append(
            RouteStep(
                action=action,
                name=str(settings.get("name", route.name)),
                settings=settings,
                match=draft.match,
                policies=tuple(uses),
                inherits=inherits,
                namespace_id=route.namespace_id,
                namespace=self._existing.path_of(route.namespace),
                place=draft.place,
                route_id=route.pk,
                version=route.version,
                changes=tuple(changes),
            )
        )

    def _decide(self, draft: DraftRoute, route: "Route", changes: list[str]) -> Action:
        if not changes:
            return Action.UNCHANGED
        if self._options.differing is Differing.UPDATE:
            return Action.UPDATE
        if self._options.differing is Differing.REFUSE:
            self._findings.problem(
                "route_differs",
                worded(
                    "`%(name)s` is there and differs in %(listed)s",
                    name=route.name,
                    listed=join_words(f"`{one}`" for one in changes),
                ),
                draft.place,
                remedy=worded("choose whether to update or to skip what differs"),
            )
        return Action.SKIP

    def _refuse_taken(self, draft: DraftRoute, route: "Route") -> None:
        whose = worded("a route of another namespace")
        if access.can(self._existing.actor, Permission.ROUTE_VIEW, route.namespace):
            place = self._existing.path_of(route.namespace)
            whose = worded("`%(name)s` in %(place)s", name=route.name, place=place)
        self._findings.problem(
            "address_taken",
            worded("%(whose)s already has this address", whose=whose),
            draft.place,
            remedy=worded(
                "remove the route from the file, or import it where the other is"
            ),
        )

    def _attached(
        self, draft: DraftRoute, namespace: "Namespace", *, inherits: bool
    ) -> list[DraftPolicy]:
        """Return the policies to attach: those that don't arrive by themselves."""
        arriving = {
            (str(one.policy_id), one.mode): one.policy
            for one in self._existing.arriving.get(namespace.pk, ())
        }
        wanted = []
        for one in draft.policies:
            policy = arriving.get((one.id, one.arrives_by))
            arrives = one.arrives_by == "enforced" or inherits
            if policy is not None and arrives and policy.meaning == one.meaning:
                continue
            if one.is_ceiling:
                self._refuse_ceiling(one)
            wanted.append(one)
        return wanted

    def _refuse_ceiling(self, draft: DraftPolicy) -> None:
        """A ceiling grants nothing; attached to a route, its allow rules would."""
        self._findings.problem(
            "ceiling_missing",
            worded(
                "`%(name)s` was enforced where this was exported, and is not here",
                name=draft.name,
            ),
            draft.place,
            remedy=worded(
                "enforce it in %(namespace)s first, or remove it",
                namespace=draft.home or worded("the namespace"),
            ),
        )

    def _name_routes(self) -> None:
        """Give names to new routes that have none, and to those whose name is taken."""
        fresh = [one for one in self._routes if one.action is Action.CREATE]
        taken: dict[Any, set[str]] = {
            place: set(names) for place, names in self._existing.route_names.items()
        }
        for step in fresh:
            used = taken.setdefault(step.namespace_id, set())
            if step.name and step.name.lower() in used:
                name = f"{step.name} ({step.settings['from'].partition('://')[2]})"
                name = number(name, used) if name.lower() in used else name
                self._findings.note(
                    "name_taken",
                    worded(
                        "there is a route `%(taken)s`; this one becomes `%(name)s`",
                        taken=step.name,
                        name=name,
                    ),
                    step.place,
                )
                step.name = name
            if step.name:
                used.add(step.name.lower())
        for place, used in taken.items():
            nameless = [
                one for one in fresh if not one.name and one.namespace_id == place
            ]
            addresses = [(one.settings["from"], one.match) for one in nameless]
            names = suggest_names(addresses, taken=used)
            for step, name in zip(nameless, names, strict=True):
                step.name = name

    def _check_files(self) -> None:
        """Refuse settings that name files of the proxy, unless an admin imports."""
        actor = self._existing.actor
        if access.can(actor, Permission.ROUTE_NAME_FILES, self._existing.target):
            return
        for step in self._routes:
            named = FILE_KEYS.intersection(step.settings)
            if step.action is Action.UPDATE:
                named &= set(step.changes)
            for key in sorted(named) if step.action in WRITES else ():
                self._findings.problem(
                    "file_setting",
                    worded(
                        "`%(key)s` names a file that the proxy reads as itself", key=key
                    ),
                    step.place,
                    remedy=worded(
                        "let an admin import it, or give the content instead"
                    ),
                )

    def _check_openness(self) -> None:
        """Refuse what could let in anybody, unless an admin imports it."""
        actor = self._existing.actor
        if access.can(actor, Permission.ROUTE_OPEN_TO_ANYONE, self._existing.target):
            return
        for step in self._routes:
            if step.action in WRITES and any(
                self._policies.steps[one].allows_anonymous for one in step.policies
            ):
                self._refuse_open(step.place)
        for one in self._policies.steps:
            if one.action in WRITES and one.allows_anonymous and not one.route_count:
                self._refuse_open(one.place)

    def _refuse_open(self, place: Place) -> None:
        self._findings.problem(
            "open_to_anyone",
            worded("this could let in somebody who has not signed in"),
            place,
            remedy=worded("let an admin import it, or ask for a sign-in"),
        )

    def _tell_arriving(self) -> None:
        """Say which policies will count on new routes beside those of the file."""
        fresh = [one for one in self._routes if one.action is Action.CREATE]
        for place in {one.namespace_id for one in fresh}:
            inheriting = [
                one for one in fresh if one.namespace_id == place and one.inherits
            ]
            for one in self._existing.arriving.get(place, ()):
                if one.mode == "enforced":
                    self._tell(one.policy, len(fresh), worded("is enforced on"))
                elif inheriting:
                    self._tell(one.policy, len(inheriting), worded("is inherited by"))

    def _tell(self, policy: "Policy", count: int, how: str) -> None:
        routes = (
            worded("the new route")
            if count == 1
            else worded("the %(count)s new routes", count=count)
        )
        self._findings.warning(
            "arriving_policy",
            worded(
                "`%(name)s` %(how)s %(routes)s, beside what the file says",
                name=policy.name,
                how=how,
                routes=routes,
            ),
            Place(),
            remedy=worded("look at it before you apply this"),
        )


def _with_fitting_ids(draft: Draft, existing: Existing) -> Draft:
    """Take the id from policies that say something else than others of that id.

    Somebody edited the rules of one route only. Those that still say what the policy
    says stay that policy; the edited ones are policies of their own.
    """
    meanings: dict[str, dict[str, None]] = {}
    for route in draft.routes:
        for one in route.policies:
            meanings.setdefault(one.id, {}).setdefault(one.meaning)
    right = {
        policy_id: existing.policies[policy_id].meaning
        if policy_id in existing.policies
        else next(iter(found))
        for policy_id, found in meanings.items()
        if policy_id and len(found) > 1
    }
    if not right:
        return draft
    routes = [
        replace(
            route,
            policies=tuple(
                one
                if right.get(one.id, one.meaning) == one.meaning
                else replace(one, id="", name="", arrives_by="")
                for one in route.policies
            ),
        )
        for route in draft.routes
    ]
    return replace(draft, routes=routes)


def _compare_settings(
    draft: DraftRoute, route: "Route"
) -> tuple[dict[str, Any], list[str]]:
    """Return the settings that the route should have, and the keys that differ."""
    held = selectors.open_settings(route)
    wanted = dict(draft.settings)
    if draft.name:
        wanted["name"] = draft.name
    for key in SILENT:
        if key in held:
            wanted.setdefault(key, held[key])
    if draft.left_out:
        secrets = selectors.secrets_of(route)
        diverted = diverted_secrets(draft.left_out, held, wanted)
        for path in draft.left_out:
            if path in secrets and path not in diverted:
                wanted = _with(wanted, path.split(SEPARATOR), secrets[path])
    return wanted, selectors.changed_keys(held, wanted)


def _with(settings: Mapping[str, Any], path: list[str], secret: str) -> dict[str, Any]:
    """Return the settings with a secret that stands nowhere in them yet."""
    first, *rest = path
    if not rest:
        return {**settings, first: secret}
    inner = settings.get(first)
    inner = inner if isinstance(inner, Mapping) else {}
    return {**settings, first: _with(inner, rest, secret)}


def _fingerprint(plan: Plan) -> str:
    """Return a digest of everything that the plan would write.

    It is keyed: what it covers holds secrets.
    """
    routes = [one for one in plan.routes if one.action in WRITES]
    written = {
        "namespace": str(plan.namespace_id),
        "policies": [(one.to_json(), one.version) for one in plan.policies],
        "routes": [(one.to_json(), one.settings, one.version) for one in routes],
    }
    return envelopes.fingerprint(json.dumps(written, sort_keys=True))
