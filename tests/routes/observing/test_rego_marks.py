"""What policies in Rego decide is not proven, and previews of acts say so."""

import pytest

from console.core.actor import Actor
from console.core.previews import Preview, preview
from namespaces import services
from policies import services as policy_services
from policies.models import Policy
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of

MARK = "Readers (in Rego; not proven)"


@pytest.fixture
def readers(cast: Cast) -> Policy:
    """A policy in Rego on Engineering, above a route."""
    make_route("wiki", make_policy("Staff", namespace=cast.web), namespace=cast.web)
    return make_policy(
        "Readers",
        namespace=cast.engineering,
        source='allow { input.http.method == "GET" }',
        language="rego",
    )


def attach(policy: Policy, cast: Cast, actor: Actor, mode: str) -> object:
    return policy_services.attach_to_namespace(
        policy.pk, namespace_id=cast.engineering.pk, mode=mode, actor=actor, now=NOW
    )


def words(found: Preview) -> str:
    return " ".join(
        f"{item.name}: {item.note}" for one in found.groups for item in one.entries
    )


def test_attaching_moving_and_deleting_mark_them(cast: Cast, readers: Policy) -> None:
    root = actor_of(cast.root)

    inherited = preview(lambda: attach(readers, cast, root, "inherited"))
    enforced = preview(lambda: attach(readers, cast, root, "enforced"))
    attach(readers, cast, root, "inherited")
    moved = preview(
        lambda: services.move_namespace(
            cast.web.pk, under=cast.finance.pk, actor=root, now=NOW
        )
    )
    deleted = preview(
        lambda: services.delete_namespace(
            cast.engineering.pk, with_contents=True, actor=root, now=NOW
        )
    )

    assert f"lets in whom {MARK} allows" in words(inherited)
    assert f"only whom {MARK} allows" in words(enforced)
    assert f"{MARK}: inherited, from Engineering" in words(moved)
    assert f"{MARK}: Engineering" in words(deleted)
