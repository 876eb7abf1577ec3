"""Lines of the matrix: accounts, sign-in with a provider, and its settings."""

from typing import Any

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    by_people,
    delete,
    get,
    harmless,
    patch,
    post,
    public,
    signed_in,
)

SEES = at(Permission.DIRECTORY_EDIT, "credential", place="root")
SETTINGS = at(Permission.SETTINGS_EDIT, place="root")
MAY = at(Permission.DIRECTORY_EDIT, place="root")
IDENTITY = at(Permission.DIRECTORY_EDIT, place="root")
SOMEBODY = {"issuer": "https://sso.example.com", "subject": "somebody"}
UNLINKED: dict[str, Any] = {"answers": (409, "this person has no identity")}

ACCOUNTS: dict[str, tuple[Row, ...]] = {
    "openid-sign-in": (get(public, answers=(404, "there is no provider")),),
    "openid-callback": (get(public, answers=(400, "nobody began a log-in")),),
    "openid-backchannel-logout": (
        post(
            public,
            answers=(400, "there is no provider"),
            proof="a token that the provider signed",
        ),
    ),
    "openid-frontchannel-logout": (get(public),),
    "sign-in-settings": (
        get(SETTINGS),
        post(
            SETTINGS,
            body=lambda _: {
                "name": "Acme",
                "scopes": "openid",
                "id_claim": "sub",
                "version": "0",
            },
        ),
    ),
    "health": (get(SETTINGS),),
    "sign-in-settings-test": (harmless(SETTINGS),),
    "api-sign-in-settings": (
        get(SETTINGS),
        patch(SETTINGS, body=lambda _: {"name": "Acme"}, version=0),
    ),
    "api-sign-in-settings-test": (harmless(SETTINGS),),
    "identity-link": (
        get(IDENTITY, "person"),
        post(by_people(IDENTITY), "person", body=lambda _: SOMEBODY),
    ),
    "identity-unlink": (
        get(IDENTITY, "person"),
        post(by_people(IDENTITY), "person", **UNLINKED),
    ),
    "api-person-identity": (
        get(IDENTITY, "person"),
        post(by_people(IDENTITY), "person", body=lambda _: SOMEBODY),
        delete(by_people(IDENTITY), "person", **UNLINKED),
    ),
    "credential-list": (get(MAY),),
    "credential-create": (
        get(MAY),
        post(
            MAY,
            body=lambda _: {
                "name": "New",
                "settings.base_url": "https://example.okta.com",
                "secrets.api_token": "second",
            },
        ),
    ),
    "credential-detail": (get(SEES, "credential"),),
    "credential-edit": (
        get(SEES, "credential"),
        post(
            SEES,
            "credential",
            body=lambda _: {
                "name": "Renamed",
                "settings.base_url": "https://example.okta.com",
                "version": "1",
            },
        ),
    ),
    "credential-delete": (
        get(SEES, "credential"),
        post(SEES, "credential", body=lambda _: {"version": "1"}),
    ),
    "api-credential-list": (
        get(signed_in),
        post(
            MAY,
            body=lambda _: {
                "name": "New",
                "kind": "okta",
                "settings": {"base_url": "https://example.okta.com"},
                "secrets": {"api_token": "second"},
            },
        ),
    ),
    "api-credential-detail": (
        get(SEES, "credential"),
        patch(SEES, "credential", body=lambda _: {"name": "Renamed"}, version=1),
        delete(SEES, "credential", version=1),
    ),
}
