"""The pages of import and export, as people see them."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from console.core.actor import system
from directory.models import User
from routes import services
from routes.imports import progress
from routes.models import ImportRun, Route
from tests.factories import NOW, make_policy, make_route
from tests.people import Cast
from tests.policies.browsers import client_of
from tests.routes.imports.running import WIKI, begin, import_all, sample

URL = "/import/"
PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "</textarea><svg/onload=alert(1)>",
]


def start(user: User, cast: Cast, **values: Any) -> Any:
    data = {"namespace": str(cast.web.pk), "text": WIKI} | values
    return client_of(user).post(URL, data)


def page_of(user: User, run: ImportRun, query: str = "") -> str:
    answer = client_of(user).get(f"{URL}{run.pk}/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


class TestStart:
    def test_offers_the_namespaces_where_the_person_may(self, cast: Cast) -> None:
        page = client_of(cast.mia).get(URL).content.decode()

        assert str(cast.web.pk) in page
        assert str(cast.finance.pk) not in page

    def test_is_not_for_those_who_may_nowhere(self, cast: Cast) -> None:
        assert client_of(cast.ben).get(URL).status_code == 403

    def test_pasted_text_leads_to_the_plan(self, cast: Cast) -> None:
        answer = start(cast.mia, cast)

        run = ImportRun.objects.get()
        assert answer.status_code == 302
        assert answer["Location"] == f"{URL}{run.pk}/"
        assert "1 policy to create; 1 route to create." in page_of(cast.mia, run)

    def test_a_file_keeps_its_name(self, cast: Cast) -> None:
        file = SimpleUploadedFile("../etc/config.yaml", WIKI.encode())

        start(cast.mia, cast, text="", file=file)

        assert ImportRun.objects.get().file_name == "config.yaml"

    def test_a_picture_is_refused_on_the_page_of_the_import(self, cast: Cast) -> None:
        file = SimpleUploadedFile("config.yaml", b"\x89PNG\r\n\x1a\n\x00\x00")

        start(cast.mia, cast, text="", file=file)

        assert "The file is a PNG image" in page_of(cast.mia, ImportRun.objects.get())

    def test_an_enormous_file_is_refused_with_413(self, cast: Cast) -> None:
        file = SimpleUploadedFile("config.yaml", b"#" * (65 * 1024 * 1024))

        answer = start(cast.mia, cast, text="", file=file)

        assert answer.status_code == 413
        assert "at most 32 can be imported" in answer.content.decode()
        assert not ImportRun.objects.exists()

    def test_nothing_is_not_enough(self, cast: Cast) -> None:
        answer = start(cast.mia, cast, text="")

        assert answer.status_code == 422
        assert "Paste a configuration, or choose a file." in answer.content.decode()


class TestPlan:
    def test_shows_routes_policies_and_what_is_left_alone(self, cast: Cast) -> None:
        run = begin(sample("whole_configuration.yaml"), cast.web, actor=system("test"))

        routes = page_of(cast.ada, run)
        policies = page_of(cast.ada, run, "?show=policies")
        left = page_of(cast.ada, run, "?show=left-alone")

        assert "https://ledger.harbor.example" in routes
        assert "prefix /reports" in routes
        assert "# Whoever has an address of ours." in policies
        assert "Is a secret of the proxy; keep it there." in left
        assert "not-for-anybodys-eyes" not in routes + policies + left

    def test_shows_problems_with_place_excerpt_and_remedy(self, cast: Cast) -> None:
        run = begin(WIKI.replace("    to:", "    too:"), cast.web, actor=system("test"))

        page = page_of(cast.mia, run)

        assert "Unknown setting `too`." in page
        assert "    too: http://wiki.internal\n    ^</code>" in page
        assert "Did you mean `to`?</p>" in page
        assert 'name="fingerprint"' not in page

    def test_offers_choices_only_for_what_differs(self, cast: Cast) -> None:
        root = system("test")
        import_all(WIKI, cast.web, actor=root)
        run = begin(WIKI.replace("wiki.internal", "w2"), cast.web, actor=root)

        answer = client_of(cast.mia).post(
            f"{URL}{run.pk}/review", {"differing": "update", "inherits": "on"}
        )

        run.refresh_from_db()
        assert answer.status_code == 302
        assert run.status == "planned"
        assert "1 route to update" in page_of(cast.mia, run)

    def test_is_hidden_from_those_who_may_not_import_there(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=system("test"))

        for user in (cast.ben, cast.cyd):
            assert client_of(user).get(f"{URL}{run.pk}/").status_code == 404
            assert client_of(user).post(f"{URL}{run.pk}/apply").status_code == 404


class TestApply:
    def apply(self, user: User, run: ImportRun) -> Any:
        seen = {"fingerprint": run.plan["fingerprint"]}
        return client_of(user).post(f"{URL}{run.pk}/apply", seen)

    def test_waits_for_a_worker_and_shows_how_far_it_is(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=system("test"))

        self.apply(cast.mia, run)

        url = f"{URL}{run.pk}/progress"
        assert f'hx-get="{url}"' in page_of(cast.mia, run)
        progress.reporter(run.pk)("writing", 3, 9)
        fragment = client_of(cast.mia).get(url).content.decode()
        assert "Writing policies and routes" in fragment
        assert 'value="3"' in fragment

    def test_reloads_the_page_when_it_is_over(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=system("test"))
        self.apply(cast.mia, run)
        services.perform_import(run.pk, now=NOW)

        answer = client_of(cast.mia).get(f"{URL}{run.pk}/progress")
        page = page_of(cast.mia, run)

        assert answer["HX-Refresh"] == "true"
        assert "Everything in the file is here now." in page
        assert f'href="/routes/{Route.objects.get().pk}/"' in page

    def test_of_an_old_plan_says_so(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=system("test"))

        answer = client_of(cast.mia).post(
            f"{URL}{run.pk}/apply", {"fingerprint": "old"}, follow=True
        )

        run.refresh_from_db()
        assert run.status == "planned"
        assert "have changed since this was shown" in answer.content.decode()

    def test_that_failed_can_be_looked_at_again(self, cast: Cast) -> None:
        run = begin(WIKI, cast.web, actor=system("test"))
        self.apply(cast.mia, run)
        services.fail_stalled_imports(now=NOW + timedelta(days=900))

        page = page_of(cast.mia, run)
        client_of(cast.mia).post(f"{URL}{run.pk}/review", {"differing": "refuse"})

        run.refresh_from_db()
        assert "The worker stopped; nothing was written" in page
        assert run.status == "planned"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_file_says_is_shown_as_text(cast: Cast, payload: str) -> None:
    quoted = payload.replace("'", "''")
    text = (
        f"'{quoted}': 1\n"
        "routes:\n"
        f"  - name: '{quoted}'\n"
        f"    description: '{quoted}'\n"
        "    from: https://wiki.example.com\n"
        "    to: http://wiki.internal\n"
        "    sub_policies:\n"
        f"      - name: '{quoted}'\n"
        f"        explanation: '{quoted}'\n"
        f"        source_ppl: 'allow: {{or: [{{domain: a.example}}]}} # {quoted}'\n"
    )
    run = begin(text, cast.web, actor=system("test"))

    pages = [
        page_of(cast.mia, run, f"?show={part}")
        for part in ("findings", "routes", "policies", "left-alone")
    ]

    for page in pages:
        for bad in ("<script>alert", "<img src=x", "<svg/onload", 'href="javascript:'):
            assert bad not in page
        assert "{{ 7 * 7 }}" in page or payload != "{{ 7 * 7 }}" or "49" not in page


class TestExport:
    def test_gives_a_file(self, cast: Cast) -> None:
        make_route("Wiki", make_policy(namespace=cast.web), namespace=cast.web)

        answer = client_of(cast.ben).post("/export/", {"namespace": str(cast.web.pk)})

        assert answer.status_code == 200
        assert "attachment" in answer["Content-Disposition"]
        assert "- name: Wiki\n" in answer.content.decode()

    def test_says_that_secrets_are_for_admins(self, cast: Cast) -> None:
        values = {"namespace": str(cast.web.pk), "with_secrets": "on"}

        answer = client_of(cast.mia).post("/export/", values)

        assert answer.status_code == 403

    def test_offers_what_the_person_sees(self, cast: Cast) -> None:
        page = client_of(cast.ben).get("/export/").content.decode()

        assert str(cast.web.pk) in page
        assert str(cast.finance.pk) not in page
