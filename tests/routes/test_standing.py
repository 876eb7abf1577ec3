"""In which order routes of a host are asked, as those may know it who see a part."""

from typing import Any

import pytest

from policies.services import attach_to_namespace
from routes import selectors, services
from routes.models import Route
from routes.services import Preview
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.policies.texts import OPEN
from tests.routes.pages import page, post, url
from tests.routes.test_delegations import delegate

HOST = "https://docs.example.com"


@pytest.fixture
def lent(cast: Cast) -> Route:
    """A route of Finance on paths that Web, who has the host, lent to them."""
    make_route("Docs", namespace=cast.web, from_=HOST, prefix="/docs")
    delegate(cast.root, "docs.example.com", cast.finance, path="/pay/")
    return make_route("Payroll", namespace=cast.finance, from_=HOST, prefix="/pay/")


def preview(user: Any, cast: Cast, **settings: Any) -> Preview:
    return services.preview_route(
        {"name": "New", "from": HOST, "to": ["http://new.internal"]} | settings,
        namespace_id=cast.web.pk,
        actor=actor_of(user),
        now=NOW,
    )


class TestOrder:
    def test_has_the_draft_in_its_place(self, cast: Cast, lent: Route) -> None:
        found = preview(cast.root, cast)

        assert [(turn.place.name, turn.is_own) for turn in found.order] == [
            ("Payroll", False),
            ("Docs", False),
            ("New", True),
        ]
        assert {one.other.namespace for one in found.overlaps} == {"Web", "Finance"}

    def test_is_that_of_the_proxy(self, cast: Cast, lent: Route) -> None:
        make_route("Exactly", namespace=cast.web, from_=HOST, path="/docs/a")
        make_route("Numbers", namespace=cast.web, from_=HOST, regex="/docs/[0-9]+")

        order = [turn.place.name for turn in preview(cast.root, cast).order]
        new = make_route("New", namespace=cast.web, from_=HOST)

        assert order == ["Exactly", "Numbers", "Payroll", "Docs", "New"]
        standing = selectors.get_standing(new, actor=actor_of(cast.root))
        assert [turn.place.name for turn in standing.order] == order

    def test_tells_nothing_of_a_route_that_is_not_seen_but_that_it_is_there(
        self, cast: Cast, lent: Route
    ) -> None:
        found = preview(cast.mia, cast)

        hidden = found.order[0].place
        assert not hidden.is_shown
        assert (hidden.name, hidden.namespace) == ("", "")
        told = [one.sentence for one in found.overlaps]
        assert any("a route that you may not see" in text for text in told)
        assert not any("Pay" in text or "/pay" in text for text in told)

    def test_leaves_out_what_is_not_seen_and_not_met(
        self, cast: Cast, lent: Route
    ) -> None:
        found = preview(cast.mia, cast, prefix="/other")

        assert [turn.place.name for turn in found.order] == ["New", "Docs"]

    def test_tells_nothing_about_a_host_of_somebody_else(self, cast: Cast) -> None:
        make_route("Pay", namespace=cast.finance, from_="https://pay.example.com")

        found = preview(cast.mia, cast, **{"from": "https://pay.example.com/"})

        assert "belongs to another namespace" in found.conflicts[0]
        assert found.overlaps == []
        assert found.order == []

    def test_says_what_hides_the_draft(self, cast: Cast) -> None:
        make_route("All", namespace=cast.web, from_=HOST, regex="/.*")

        found = preview(cast.mia, cast, prefix="/admin")

        assert [one.sentence for one in found.overlaps] == [
            "`All` hides this one: it is asked first and takes every request"
        ]
        assert found.overlaps[0].is_serious


class TestPolicies:
    def test_are_looked_at_whether_anybody_gets_in(self, cast: Cast) -> None:
        opening = make_policy("Anybody", namespace=cast.engineering, source=OPEN)
        assert preview(cast.mia, cast).is_closed

        attach_to_namespace(
            opening.pk,
            namespace_id=cast.engineering.pk,
            mode="inherited",
            actor=actor_of(cast.root),
            now=NOW,
        )

        assert not preview(cast.mia, cast).is_closed

    def test_have_to_be_attachable_where_the_route_will_live(self, cast: Cast) -> None:
        beside = make_policy("Beside", namespace=cast.finance)
        settings = {"name": "New", "from": HOST, "to": ["http://new.internal"]}

        found = services.preview_route(
            settings,
            namespace_id=cast.web.pk,
            policy_ids=[beside.pk],
            actor=actor_of(cast.mia),
            now=NOW,
        )

        assert found.conflicts == ["a policy that is picked can't be used in Web"]


class TestForm:
    def fields(self, cast: Cast, **changes: Any) -> dict[str, Any]:
        return {
            "namespace": str(cast.web.pk),
            "name": "Docs 2",
            "from": HOST,
            "to-TOTAL_FORMS": "1",
            "to-0-url": "http://docs.internal",
            "inherits_policies": "on",
        } | changes

    def test_shows_the_order_and_names_only_what_is_seen(
        self, cast: Cast, lent: Route
    ) -> None:
        draft = url("route-preview-draft")

        text = post(cast.mia, draft, **self.fields(cast)).content.decode()
        whole = post(cast.root, draft, **self.fields(cast)).content.decode()

        assert "Order of matching" in text
        assert "A route that you may not see" in text
        assert "Payroll" not in text
        assert "Payroll" in whole
        assert "in Finance" in whole

    def test_shows_what_arrives_apart_with_its_namespace(self, cast: Cast) -> None:
        for mode in ("inherited", "enforced"):
            attach_to_namespace(
                make_policy(f"Is {mode}", namespace=cast.engineering).pk,
                namespace_id=cast.engineering.pk,
                mode=mode,
                actor=actor_of(cast.root),
                now=NOW,
            )

        form = page(cast.mia, f"{url('route-create')}?namespace={cast.web.pk}")
        form = form.partition('id="arriving"')[2]
        moved = post(
            cast.root,
            url("route-preview-draft"),
            **self.fields(cast, namespace=str(cast.finance.pk)),
        ).content.decode()

        assert form.index("Inherited: ") < form.index("Is inherited")
        assert form.index("Enforced: ") < form.index("Is enforced")
        assert "from Engineering" in form
        assert "Is enforced" not in moved
