"""Settings that name files on the proxy's machine are for admins."""

from typing import Any

import pytest

from routes import services
from routes.exceptions import FileSettingError
from routes.imports.plan import Options
from routes.models import Route
from routes.settings_table import FILE_KEYS
from tests.factories import NOW
from tests.people import Cast, actor_of

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
FILES = {key: {key: "/etc/postern/x"} for key in sorted(FILE_KEYS)} | {
    "tls_client_cert_file": {
        "tls_client_cert_file": "/etc/cert",
        "tls_client_key_file": "/etc/key",
    },
    "tls_client_key_file": {
        "tls_client_cert_file": "/etc/cert",
        "tls_client_key_file": "/etc/key",
    },
}


def publish(cast: Cast, user: Any, **settings: Any) -> Route:
    return services.create_route(
        namespace_id=cast.web.pk,
        name="App",
        settings={"from": "https://app.corp.com", "to": "https://app.internal"}
        | settings,
        actor=actor_of(user),
        now=NOW,
    )


@pytest.mark.parametrize("key", sorted(FILES))
def test_a_manager_lets_no_route_read_a_file_of_the_proxy(cast: Cast, key: str) -> None:
    with pytest.raises(FileSettingError) as caught:
        publish(cast, cast.mia, **FILES[key])

    assert set(caught.value.fields) == set(FILES[key])
    assert not Route.objects.exists()
    publish(cast, cast.ada, **FILES[key])


def test_a_manager_changes_the_rest_of_a_route_that_names_a_file(cast: Cast) -> None:
    route = publish(cast, cast.ada, kubernetes_service_account_token_file=TOKEN)

    def change(**changes: Any) -> Route:
        return services.update_route(
            route.pk, version=1, changes=changes, actor=actor_of(cast.mia), now=NOW
        )

    with pytest.raises(FileSettingError):
        change(kubernetes_service_account_token_file="/etc/shadow")
    assert change(description="the cluster").version == 2


def test_a_manager_restores_no_route_that_names_a_file(cast: Cast) -> None:
    route = publish(cast, cast.ada, kubernetes_service_account_token_file=TOKEN)
    services.delete_route(route.pk, version=1, actor=actor_of(cast.mia), now=NOW)

    with pytest.raises(FileSettingError):
        services.restore_route(route.pk, actor=actor_of(cast.mia), now=NOW)
    services.restore_route(route.pk, actor=actor_of(cast.ada), now=NOW)


def test_is_said_before_saving(cast: Cast) -> None:
    preview = services.preview_route(
        {
            "name": "App",
            "from": "https://app.corp.com",
            "to": "https://app.internal",
            "tls_custom_ca_file": "/etc/ca.pem",
        },
        namespace_id=cast.web.pk,
        actor=actor_of(cast.mia),
        now=NOW,
    )

    assert any("only an admin may set it" in one for one in preview.conflicts)


def test_an_import_by_a_manager_says_so_too(cast: Cast) -> None:
    text = b"""\
routes:
  - from: https://app.corp.com
    to: https://app.internal
    tls_custom_ca_file: /etc/ca.pem
"""

    def found(user: Any) -> list[str]:
        plan = services.preview_import(
            namespace_id=cast.web.pk,
            content=text,
            options=Options(),
            actor=actor_of(user),
        )
        return [one.code for one in plan.findings if one.severity == "problem"]

    assert found(cast.mia) == ["file_setting"]
    assert found(cast.ada) == []
