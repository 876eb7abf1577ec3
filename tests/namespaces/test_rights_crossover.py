"""Hostile case 18: who asks beside others is answered by their own rights alone.

Threads of one process, as a console's workers are, share its caches and connections.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from console.core.actor import system
from console.core.tokens import new_token
from directory.models import User
from namespaces import services
from namespaces.models import ApiServiceAccount, Namespace
from namespaces.selectors import get_root
from tests.factories import NOW, grant, make_namespace, make_user
from tests.people import Cast, make_cast
from tests.races import ON_POSTGRESQL

pytestmark = ON_POSTGRESQL
THREADS = 8
CHANGE_EVERY = 40  # requests, between two changes of rights in each thread
LIST = "/api/v1/namespaces/"
TOLD: dict[str, Any] = {"actor": system("test"), "now": NOW}


@dataclass
class Subject:
    """Somebody who asks, by session or by token, and what they may see."""

    name: str
    user: User | None = None
    token: str = ""
    sees: frozenset[str] = frozenset()

    def client(self) -> Client:
        if self.token:
            return Client(headers={"Authorization": f"Bearer {self.token}"})
        client = Client()
        assert self.user is not None
        client.force_login(self.user)
        return client


@dataclass
class Asking:
    """One thread: everybody's clients, and a person whose rights come and go."""

    number: int
    subjects: list[Subject]
    stable: frozenset[str]
    outside: Namespace
    asked: int = 0
    clients: dict[str, Client] = field(default_factory=dict)

    def run(self, requests: int) -> int:
        chance = random.Random(self.number)
        self.clients = {one.name: one.client() for one in self.subjects}
        mover = make_user(f"mover {self.number}")
        self.clients["mover"] = Subject("mover", mover).client()
        try:
            while self.asked < requests:
                for _ in range(CHANGE_EVERY):
                    self.ask(chance.choice(self.subjects), chance)
                self.change(mover)
        finally:
            connection.close()
        return self.asked

    def get(self, name: str, url: str) -> Any:
        self.asked += 1
        return self.clients[name].get(url)

    def listed(self, name: str) -> frozenset[str]:
        rows = self.get(name, LIST).json()["results"]
        return frozenset(row["id"] for row in rows)

    def ask(self, one: Subject, chance: random.Random) -> None:
        """Ask for the list or for one namespace, and compare with the person's own."""
        if chance.random() < 0.5:
            assert self.listed(one.name) & self.stable == one.sees, one.name
            return
        asked_for = chance.choice(sorted(self.stable))
        answer = self.get(one.name, f"{LIST}{asked_for}/")
        assert answer.status_code == (200 if asked_for in one.sees else 404), one.name

    def change(self, mover: User) -> None:
        """Give a right and take it; put another thing in the place of its object."""
        name = f"of mover {self.number}"
        place = make_namespace(name, parent=self.outside)
        assert self.listed("mover") == frozenset()
        binding = grant("viewer", place, user=mover)
        assert self.listed("mover") == {str(place.pk)}
        services.revoke_role(binding.pk, **TOLD)
        assert self.listed("mover") == frozenset()
        grant("viewer", place, user=mover)
        assert self.detail(place.pk) == 200
        services.delete_namespace(place.pk, **TOLD)
        again = make_namespace(name, parent=self.outside)
        assert (self.detail(place.pk), self.detail(again.pk)) == (404, 404)
        services.delete_namespace(again.pk, **TOLD)

    def detail(self, pk: UUID) -> int:
        status: int = self.get("mover", f"{LIST}{pk}/").status_code
        return status


def make_subjects(cast: Cast) -> list[Subject]:
    """Make an admin of all, one of a part, a manager and a viewer; each asks twice."""
    found = []
    for role, person, place in (
        ("admin", cast.root, get_root()),
        ("admin", cast.ada, cast.engineering),
        ("manager", cast.mia, cast.web),
        ("viewer", cast.ben, cast.web),
    ):
        below = Namespace.objects.filter(path__startswith=place.path)
        sees = frozenset(str(one.pk) for one in below)
        token, prefix, token_hash = new_token()
        account = ApiServiceAccount.objects.create(
            namespace=place,
            name=person.email,
            token_hash=token_hash,
            token_prefix=prefix,
            created_at=NOW,
            modified_at=NOW,
        )
        grant(role, place, service_account=account)
        found += [
            Subject(person.email, user=person, sees=sees),
            Subject(f"token of {person.email}", token=token, sees=sees),
        ]
    return [*found, Subject(cast.cyd.email, user=cast.cyd)]


@pytest.mark.parametrize(
    "requests", [400, pytest.param(100_000, marks=pytest.mark.nightly)]
)
def test_no_answer_is_made_from_the_rights_of_another(
    transactional_db: None, requests: int
) -> None:
    cast = make_cast()
    subjects = make_subjects(cast)
    stable = frozenset(str(one.pk) for one in Namespace.objects.all())
    threads = [
        Asking(number, subjects, stable, cast.finance) for number in range(THREADS)
    ]

    with ThreadPoolExecutor(THREADS) as pool:
        asked = sum(pool.map(lambda one: one.run(requests // THREADS), threads))

    assert asked >= requests
