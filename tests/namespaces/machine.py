"""A state machine that does to the tree what people do, in any order.

What must hold is worked out from the rows alone, by walking from child to parent; no
selector and no door of the console is asked for it.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from console.core import audit
from console.core.actor import Actor
from console.core.exceptions import ConsoleError
from console.core.models import Tombstone
from directory.models import User
from namespaces import selectors, services
from namespaces.models import MAX_DEPTH, Namespace, RoleBinding
from policies import services as policy_services
from policies.models import NamespacePolicy, Policy
from routes import selectors as route_selectors
from routes import services as route_services
from routes.models import Route, RoutePolicy
from tests.factories import NOW, grant, make_group, make_policy, make_route, make_user
from tests.people import actor_of
from tests.policies.texts import EMPLOYEES, OPEN

ANY = st.integers(0, 1000)
MODES = st.sampled_from(["inherited", "enforced"])
ROLES = st.sampled_from(["viewer", "manager", "admin"])
RANK = {"viewer": 1, "manager": 2, "admin": 3}
DENY = "deny:\n  or:\n    - source_ip: 198.51.100.0/24\n"


class TreeMachine(RuleBasedStateMachine):
    """Creates, moves, deletes, restores, grants, revokes, attaches, switches."""

    def __init__(self) -> None:
        super().__init__()
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.root = selectors.get_root()
        keeper, ann, bob = (make_user() for _ in range(3))
        self.people: list[User] = [keeper, ann, bob, make_user()]
        self.crew = make_group("", bob, self.people[3])
        grant("admin", self.root, user=keeper)
        teams = [self._make(self.root, name) for name in ("a", "b")]
        grant("manager", teams[0], user=ann)
        grant("admin", teams[1], group=self.crew)
        for source in (EMPLOYEES, OPEN, DENY):
            make_policy(namespace=teams[0], source=source)
            make_policy(namespace=self.root, source=source)
        public = Policy.objects.filter(source=OPEN).earliest("pk")
        make_route("", public, namespace=teams[0])
        make_route(namespace=teams[1])
        self.steps = 0

    def teardown(self) -> None:
        """Look at the audit chain, and forget everything."""
        try:
            assert audit.verify()[1] is None
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    def _make(self, parent: Namespace, name: str) -> Namespace:
        return services.create_namespace(
            parent_id=parent.pk, name=name, actor=actor_of(self.people[0]), now=NOW
        )

    def _do(self, who: int, act: Callable[[Actor], Any]) -> None:
        """Let somebody do something, and hold what came of it against their rights."""
        person = self.people[who % len(self.people)]
        ranks = _ranks(person)
        before, opened = _ceilings(), _open_routes()
        places = dict(Route.objects.values_list("pk", "namespace_id"))
        with suppress(ConsoleError):  # refused, what must hold holds all the same
            act(actor_of(person))
        after = _ceilings()
        for route, limits in before.items():
            for _, place in limits - after.get(route, limits):
                assert ranks.get(place) == RANK["admin"], "a ceiling was escaped"
        for route in (_open_routes() - opened) & places.keys():
            here = Route.objects.get(pk=route).namespace_id
            rank = max(ranks.get(here, 0), ranks.get(places[route], 0))
            assert rank == RANK["admin"], "a route was opened to anyone"

    def _place(self, number: int) -> Any:
        return _pick(Namespace, number)

    @rule(who=ANY, parent=ANY)
    def create(self, who: int, parent: int) -> None:
        self.steps += 1
        place, name = self._place(parent), f"n{self.steps}"
        self._do(
            who,
            lambda actor: services.create_namespace(
                parent_id=place.pk, name=name, actor=actor, now=NOW
            ),
        )

    @rule(who=ANY, what=ANY, under=ANY)
    def move(self, who: int, what: int, under: int) -> None:
        place, target = self._place(what), self._place(under)
        self._do(
            who,
            lambda actor: services.move_namespace(
                place.pk, under=target.pk, actor=actor, now=NOW
            ),
        )

    @rule(who=ANY, what=ANY)
    def delete(self, who: int, what: int) -> None:
        place = self._place(what)
        self._do(
            who,
            lambda actor: services.delete_namespace(
                place.pk, with_contents=True, actor=actor, now=NOW
            ),
        )

    @rule(who=ANY, what=ANY)
    def restore(self, who: int, what: int) -> None:
        gone = list(Tombstone.objects.filter(target_type="namespace").order_by("pk"))
        if gone:
            key = gone[what % len(gone)].target_id
            self._do(
                who, lambda actor: services.restore_namespace(key, actor=actor, now=NOW)
            )

    @rule(who=ANY, whom=ANY, where=ANY, role=ROLES)
    def grant(self, who: int, whom: int, where: int, role: str) -> None:
        place = self._place(where)
        subjects: list[dict[str, Any]] = [
            *({"user_id": one.pk} for one in self.people),
            {"group_id": self.crew.pk},
        ]
        self._do(
            who,
            lambda actor: services.grant_role(
                namespace_id=place.pk,
                role=role,
                actor=actor,
                now=NOW,
                **subjects[whom % len(subjects)],
            ),
        )

    @rule(who=ANY, what=ANY)
    def revoke(self, who: int, what: int) -> None:
        binding = _pick(RoleBinding, what)
        self._do(
            who,
            lambda actor: services.revoke_role(binding.pk, actor=actor, now=NOW),
        )

    @rule(who=ANY, what=ANY, where=ANY, mode=MODES)
    def attach(self, who: int, what: int, where: int, mode: str) -> None:
        policy, place = _pick(Policy, what), self._place(where)
        self._do(
            who,
            lambda actor: policy_services.attach_to_namespace(
                policy.pk, namespace_id=place.pk, mode=mode, actor=actor, now=NOW
            ),
        )

    @rule(who=ANY, what=ANY)
    def detach(self, who: int, what: int) -> None:
        if NamespacePolicy.objects.exists():
            one = _pick(NamespacePolicy, what)
            self._do(
                who,
                lambda actor: policy_services.detach_from_namespace(
                    one.policy_id, namespace_id=one.namespace_id, actor=actor, now=NOW
                ),
            )

    @rule(who=ANY, what=ANY, on=st.booleans())
    def switch(self, who: int, what: int, on: bool) -> None:
        place = self._place(what)
        self._do(
            who,
            lambda actor: services.update_namespace(
                place.pk,
                version=place.version,
                inherits_policies=on,
                actor=actor,
                now=NOW,
            ),
        )

    @rule(who=ANY, what=ANY, policy=ANY, on=st.booleans())
    def change_route(self, who: int, what: int, policy: int, on: bool) -> None:
        if Route.objects.exists():
            route, chosen = _pick(Route, what), _pick(Policy, policy)
            self._do(
                who,
                lambda actor: route_services.update_route(
                    route.pk,
                    version=route.version,
                    inherits_policies=on,
                    policy_ids=[chosen.pk],
                    actor=actor,
                    now=NOW,
                ),
            )

    @invariant()
    def the_tree_is_one_tree(self) -> None:
        rows = {row.pk: row for row in Namespace.objects.all()}
        for row in rows.values():
            chain = _chain(row, rows)
            assert chain[-1] == self.root
            assert row.depth == len(chain) - 1 < MAX_DEPTH
            assert row.path == "".join(f"{one.number}/" for one in reversed(chain))

    @invariant()
    def the_root_keeps_an_admin(self) -> None:
        held = RoleBinding.objects.filter(
            content_object=self.root, permission__codename="admin"
        )
        assert any(one.user_id or one.group.memberships.exists() for one in held)

    @invariant()
    def what_is_attached_is_seen_from_there(self) -> None:
        rows = {row.pk: row for row in Namespace.objects.all()}
        links: list[tuple[Any, Any]] = [
            *NamespacePolicy.objects.values_list("namespace", "policy__namespace"),
            *RoutePolicy.objects.values_list("route__namespace", "policy__namespace"),
        ]
        for place, home in links:
            assert rows[home] in _chain(rows[place], rows)

    @invariant()
    def ceilings_reach_every_route_below(self) -> None:
        expected = _ceilings()
        for route in Route.objects.select_related("namespace"):
            found = route_selectors.policies_of(route).enforced
            assert {(one.policy_id, one.namespace_id) for one in found} == expected[
                route.pk
            ]

    @invariant()
    def lists_show_what_roles_reach_and_counts_are_right(self) -> None:
        for person in self.people:
            actor, ranks = actor_of(person), _ranks(person)
            seen = set(selectors.list_namespaces(actor).values_list("pk", flat=True))
            assert seen == set(ranks)
            routes = route_selectors.list_routes(actor)
            assert set(routes.values_list("pk", flat=True)) == set(
                Route.objects.filter(namespace__in=ranks).values_list("pk", flat=True)
            )
            nodes = selectors.list_nodes(actor)
            assert route_selectors.count_routes(actor) == routes.count()
            sums = selectors.count_below_each(nodes, [route_selectors.ROUTE_KIND])
            for node in filter(lambda one: one.is_visible, nodes):
                below = Route.objects.filter(namespace__path__startswith=node.path)
                assert sums[route_selectors.ROUTE_KIND][node.id] == below.count()


def _pick(model: Any, number: int) -> Any:
    rows = list(model.objects.order_by("pk"))
    return rows[number % len(rows)]


def _chain(row: Namespace, rows: dict[UUID, Namespace]) -> list[Namespace]:
    chain = [row]
    while chain[-1].parent_id is not None:
        chain.append(rows[chain[-1].parent_id])
        assert len(chain) <= len(rows), "a cycle"
    return chain


def _ranks(person: User) -> dict[UUID, int]:
    """Return the rank of a person's role in each namespace where they hold one."""
    rows = {row.pk: row for row in Namespace.objects.all()}
    groups = set(person.memberships.values_list("group_id", flat=True))
    held: dict[UUID, int] = {}
    for one in RoleBinding.objects.select_related("permission"):
        if one.user_id == person.pk or one.group_id in groups:
            rank = RANK[one.permission.codename]
            key = one.content_object_id
            held[key] = max(rank, held.get(key, 0))
    found = {
        row.pk: max(held.get(one.pk, 0) for one in _chain(row, rows))
        for row in rows.values()
    }
    return {key: rank for key, rank in found.items() if rank}


def _ceilings() -> dict[Any, set[tuple[UUID, UUID]]]:
    """Return for each route what is enforced on its namespace and above."""
    rows = {row.pk: row for row in Namespace.objects.all()}
    enforced = set(
        NamespacePolicy.objects.filter(mode="enforced").values_list(
            "policy_id", "namespace_id"
        )
    )
    return {
        key: {
            (policy, place)
            for policy, place in enforced
            if rows[place] in _chain(rows[home], rows)
        }
        for key, home in Route.objects.values_list("pk", "namespace_id")
    }


def _open_routes() -> set[Any]:
    return {
        route.pk
        for route in Route.objects.select_related("namespace")
        if route_selectors.policies_of(route).allows_anonymous
    }
