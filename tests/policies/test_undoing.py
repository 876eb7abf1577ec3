"""Undoing what was just done to policies."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.undoing import ChangedSinceError, NothingToUndoError
from directory.models import User
from namespaces.models import RoleBinding
from policies import services
from policies.models import NamespacePolicy, Policy
from tests.factories import NOW, grant, make_policy
from tests.people import Cast, actor_of
from tests.policies.events import newest_event
from tests.policies.texts import OPEN

LATER = NOW + timedelta(seconds=5)


def attach(policy: Policy, user: User, mode: str, at: datetime = NOW) -> None:
    services.attach_to_namespace(
        policy.pk,
        namespace_id=policy.namespace_id,
        mode=mode,
        actor=actor_of(user),
        now=at,
    )


def undo(user: User, at: datetime = NOW) -> list[Policy]:
    return services.undo(at, actor=actor_of(user), now=LATER)


class TestUndo:
    def test_detaches_what_was_attached(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.ada, "inherited")

        assert undo(cast.ada) == [policy]

        assert not NamespacePolicy.objects.exists()
        event = newest_event()
        assert (event.action, event.reason) == ("policy.detached", "undone")

    def test_gives_the_mode_back_that_was_there(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.ada, "inherited")
        attach(policy, cast.ada, "enforced", at=LATER)

        services.undo(LATER, actor=actor_of(cast.ada), now=LATER)

        assert NamespacePolicy.objects.get().mode == "inherited"

    def test_attaches_again_what_was_detached_together(self, cast: Cast) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        for one in policies:
            attach(one, cast.ada, "enforced")
        count = services.detach_policies(
            [one.pk for one in [*policies, make_policy(namespace=cast.web)]],
            namespace_id=cast.web.pk,
            actor=actor_of(cast.ada),
            now=LATER,
        )
        assert (count, NamespacePolicy.objects.count()) == (2, 0)

        undo(cast.ada, at=LATER)

        modes = NamespacePolicy.objects.values_list("mode", flat=True)
        assert list(modes) == ["enforced", "enforced"]

    def test_moves_each_back_to_where_it_was(self, cast: Cast) -> None:
        near = make_policy("Near", namespace=cast.web)
        far = make_policy("Far", namespace=cast.engineering)
        services.move_policies(
            {near.pk: 1, far.pk: 1},
            namespace_id=cast.finance.pk,
            actor=actor_of(cast.root),
            now=NOW,
        )

        undo(cast.root)

        places = dict(Policy.objects.values_list("name", "namespace__name"))
        assert places == {"Near": cast.web.name, "Far": cast.engineering.name}

    def test_lets_a_text_say_again_what_it_said(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        services.update_policy(
            policy.pk, version=1, source=OPEN, actor=actor_of(cast.ada), now=NOW
        )

        (undone,) = undo(cast.ada)

        assert (undone.source, undone.version) == (policy.source, 3)

    def test_refuses_what_somebody_changed_since(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.ada, "inherited")
        attach(policy, cast.root, "enforced", at=LATER)

        with pytest.raises(ChangedSinceError):
            undo(cast.ada)

        assert NamespacePolicy.objects.get().mode == "enforced"

    def test_undoes_nothing_twice(self, cast: Cast) -> None:
        attach(make_policy(namespace=cast.web), cast.ada, "inherited")
        undo(cast.ada)

        with pytest.raises(ChangedSinceError):
            undo(cast.ada)

    def test_undoes_own_acts_only(self, cast: Cast) -> None:
        attach(make_policy(namespace=cast.web), cast.ada, "inherited")

        with pytest.raises(NothingToUndoError):
            undo(cast.root)

    def test_needs_the_right_that_the_opposite_needs(self, cast: Cast) -> None:
        policy = make_policy(namespace=cast.web)
        attach(policy, cast.ada, "enforced")
        RoleBinding.objects.filter(user=cast.ada).delete()
        grant("manager", cast.engineering, user=cast.ada)

        with pytest.raises(PermissionDeniedError):
            undo(cast.ada)
        RoleBinding.objects.filter(user=cast.ada).delete()
        with pytest.raises(NotFoundError):
            undo(cast.ada)

        assert NamespacePolicy.objects.get().mode == "enforced"


class TestPages:
    def told(self, answer: Any) -> Any:
        *_, message = get_messages(answer.wsgi_request)
        return message

    def test_offer_it_and_tell_why_not(self, cast: Cast) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        for one in policies:
            attach(one, cast.ada, "inherited")
        client = Client()
        client.force_login(cast.ada)
        seen = {"seen": [f"{one.pk}:1" for one in policies], "place": str(cast.web.pk)}
        address = reverse("policies:policy-bulk-detach")

        asked = client.post(address, seen)
        done = client.post(address, {**seen, "confirmed": "yes"})

        options = asked.context["select"]["options"]
        assert options == [(str(cast.web.pk), cast.web.name)]
        assert not NamespacePolicy.objects.exists()
        offer = str(self.told(done).extra_tags).removeprefix("undo:")
        undone = client.post(offer)
        assert str(self.told(undone)).startswith("Undone: 2 policies")
        assert NamespacePolicy.objects.count() == 2
        again = client.post(offer)
        assert "was changed since" in str(self.told(again))
