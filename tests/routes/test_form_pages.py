"""The form of a route as a page: creating, editing, what it says beforehand."""

from typing import Any

import pytest

from policies.services import attach_to_namespace
from routes import selectors, services
from routes.models import Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast, actor_of
from tests.routes.pages import get, make_wiki, page, post, url


@pytest.fixture
def wiki(cast: Cast) -> Route:
    return make_wiki(cast)


class TestForm:
    def fields(self, cast: Cast, **changes: Any) -> dict[str, Any]:
        return {
            "namespace": str(cast.web.pk),
            "name": "Docs",
            "from": "https://docs.example.com",
            "to-TOTAL_FORMS": "1",
            "to-0-url": "http://docs.internal",
            "inherits_policies": "on",
        } | changes

    def test_creates_a_route(self, cast: Cast) -> None:
        policies = [make_policy(namespace=cast.web) for _ in range(2)]
        assert "New route" in page(cast.mia, url("route-create"))

        answer = post(
            cast.mia,
            url("route-create"),
            **self.fields(
                cast,
                timeout="3s",
                policy_ids=[str(policies[1].pk), str(policies[0].pk)],
                reason="launch",
            ),
        )

        route = Route.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == url("route-detail", route)
        assert route.settings == {"to": ["http://docs.internal"], "timeout": "3s"}
        assert selectors.policies_of(route).attached == (policies[1], policies[0])

    def test_shows_every_problem_next_to_its_field(self, cast: Cast) -> None:
        answer = post(
            cast.mia,
            url("route-create"),
            **self.fields(
                cast,
                **{"from": "javascript:alert(1)", "timeout": "soon", "to-0-url": ""},
            ),
        )

        text = answer.content.decode()
        assert answer.status_code == 400
        assert "is not a scheme that routes have" in text
        assert "is not a duration" in text
        assert "one of `to`" in text.lower().replace("&#x27;", "'")
        assert 'value="javascript:alert(1)"' in text
        assert not Route.objects.exists()

    def test_explains_who_owns_the_host(self, cast: Cast) -> None:
        make_route("Pay", namespace=cast.finance, from_="https://docs.example.com")

        answer = post(cast.mia, url("route-create"), **self.fields(cast))

        assert answer.status_code == 409
        assert "belongs to another namespace" in answer.content.decode()

    def test_edits_a_route_and_keeps_its_secret(self, cast: Cast, wiki: Route) -> None:
        text = page(cast.mia, url("route-edit", wiki))
        assert "hunter2" not in text
        mask = selectors.masked_settings(wiki)["idp_client_secret"]
        assert mask in text

        answer = post(
            cast.mia,
            url("route-edit", wiki),
            **self.fields(
                cast,
                name="Wiki",
                version="1",
                idp_client_secret=mask,
                timeout="",
                **{"from": wiki.from_url},
            ),
        )

        wiki.refresh_from_db()
        assert answer.status_code == 302
        assert "timeout" not in wiki.settings
        assert selectors.open_settings(wiki)["idp_client_secret"] == "hunter2"
        assert selectors.policies_of(wiki).attached == ()

    def test_shows_that_somebody_saved_first(self, cast: Cast, wiki: Route) -> None:
        services.update_route(
            wiki.pk,
            version=1,
            changes={"timeout": "9s"},
            actor=actor_of(cast.ada),
            now=NOW,
        )

        answer = post(
            cast.mia, url("route-edit", wiki), **self.fields(cast, version="1")
        )

        assert answer.status_code == 412
        assert "ada@example.com saved version 2" in answer.content.decode()

    def test_a_copy_has_another_name_and_no_secrets(
        self, cast: Cast, wiki: Route
    ) -> None:
        text = page(cast.mia, f"{url('route-create')}?copy={wiki.pk}")

        assert "Copy of Wiki" in text
        assert "sealed:" not in text
        assert get(cast.cyd, f"{url('route-create')}?copy={wiki.pk}").status_code in {
            403,
            404,
        }

    def test_a_viewer_gets_no_form(self, cast: Cast) -> None:
        assert get(cast.ben, url("route-create")).status_code == 403

    def test_offers_policies_of_the_namespace_and_above(self, cast: Cast) -> None:
        make_policy("Near", namespace=cast.web)
        make_policy("Above", namespace=cast.engineering)
        make_policy("Beside", namespace=cast.finance)
        picked = make_policy("Picked", namespace=cast.web)

        text = page(
            cast.mia,
            f"{url('route-policy-options')}?namespace={cast.web.pk}"
            f"&policy_ids={picked.pk}",
        )

        assert "Near" in text
        assert "Above" in text
        assert "Beside" not in text
        assert "Picked" not in text
        assert "Near" not in page(
            cast.mia, f"{url('route-policy-options')}?namespace={cast.finance.pk}"
        )

    @pytest.mark.parametrize("query", ["", "?namespace=x&policy_ids=y&find=%00"])
    def test_offers_nothing_for_what_makes_no_sense(
        self, cast: Cast, query: str
    ) -> None:
        make_policy("Near", namespace=cast.web)

        assert "Near" not in page(cast.mia, f"{url('route-policy-options')}{query}")

    def test_tells_before_saving_what_it_would_meet(
        self, cast: Cast, wiki: Route
    ) -> None:
        fields = self.fields(cast, **{"from": wiki.from_url, "prefix": "/a"})

        text = post(cast.mia, url("route-preview-draft"), **fields).content.decode()
        assert "Nothing stands in the way" in text
        assert "This is asked first" in text

        fields |= {"prefix": ""}
        text = post(cast.mia, url("route-preview-draft"), **fields).content.decode()
        assert "already has the address" in text

        text = post(cast.mia, url("route-preview", wiki), **fields).content.decode()
        assert "Nothing stands in the way" in text
        assert post(cast.ben, url("route-preview", wiki), **fields).status_code == 403

    def test_tells_before_saving_what_the_switch_for_inheriting_changes(
        self, cast: Cast, wiki: Route
    ) -> None:
        guests = make_policy("Guests", namespace=cast.web)
        attach_to_namespace(
            guests.pk,
            namespace_id=cast.web.pk,
            mode="inherited",
            actor=actor_of(cast.root),
            now=NOW,
        )
        fields = self.fields(cast, **{"from": wiki.from_url, "inherits_policies": "on"})
        preview = url("route-preview", wiki)

        kept = post(cast.mia, preview, **fields)
        off = post(cast.mia, preview, **fields | {"inherits_policies": ""})

        assert "switch for inheriting" not in kept.content.decode()
        assert "switch for inheriting" in off.content.decode()
        assert "whom only Guests allows" in off.content.decode()
        wiki.refresh_from_db()
        assert wiki.inherits_policies
