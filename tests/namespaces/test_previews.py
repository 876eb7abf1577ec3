"""What moving a namespace would change is told before it is done."""

from console.ui.namespaces.preview import MovePreview, preview_move
from namespaces import services as namespace_services
from namespaces.models import Namespace
from namespaces.selectors import get_namespace
from policies import services as policy_services
from tests.factories import NOW, make_policy
from tests.people import Cast, actor_of


def attach(name: str, place: Namespace, mode: str, actor: object) -> None:
    policy = make_policy(name, namespace=place)
    policy_services.attach_to_namespace(
        policy.id,
        namespace_id=place.id,
        mode=mode,
        actor=actor,  # type: ignore[arg-type]
        now=NOW,
    )


def preview(cast: Cast) -> MovePreview:
    actor = actor_of(cast.root)
    web = get_namespace(cast.web.id, actor=actor)
    return preview_move(web, cast.finance, actor=actor)


def names(items: list[dict[str, str]]) -> set[str]:
    return {f"{item['name']} ({item['note']})" for item in items}


class TestPreview:
    def test_tells_which_policies_and_roles_come_and_go(self, cast: Cast) -> None:
        admin = actor_of(cast.root)
        attach("Everywhere", cast.everything, "enforced", admin)
        attach("Engineers", cast.engineering, "inherited", admin)
        attach("Money", cast.finance, "enforced", admin)

        found = preview(cast)

        assert names(found.arriving) == {"Money (enforced, from Finance)"}
        assert names(found.leaving) == {"Engineers (inherited, from Engineering)"}
        assert names(found.losing) == {"Ada (Admin, from Engineering)"}
        assert found.gaining == []
        assert [group["label"] for group in found.consequences] == [
            "policy from above begins to count",
            "policy from above no longer counts",
            "role is lost",
        ]

    def test_counts_enforced_ones_only_where_nothing_is_inherited(
        self, cast: Cast
    ) -> None:
        admin = actor_of(cast.root)
        attach("Engineers", cast.engineering, "inherited", admin)
        attach("Money", cast.finance, "enforced", admin)
        attach("Colleagues", cast.finance, "inherited", admin)
        namespace_services.update_namespace(
            cast.web.id, version=1, inherits_policies=False, actor=admin, now=NOW
        )

        found = preview(cast)

        assert names(found.arriving) == {"Money (enforced, from Finance)"}
        assert found.leaving == []

    def test_says_so_when_nothing_changes(self, cast: Cast) -> None:
        actor = actor_of(cast.root)
        finance = get_namespace(cast.finance.id, actor=actor)

        found = preview_move(finance, cast.everything, actor=actor)

        assert found.consequences == []
        assert found.text.startswith("No policy and no role")
