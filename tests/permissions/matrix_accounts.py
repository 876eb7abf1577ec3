"""Lines of the matrix: credentials for providers, on pages and in the API."""

from namespaces.permissions import Permission
from tests.permissions.rows import Row, at, delete, get, patch, post, signed_in

SEES = at(Permission.DIRECTORY_EDIT, "credential", place="root")
MAY = at(Permission.DIRECTORY_EDIT, place="root")

ACCOUNTS: dict[str, tuple[Row, ...]] = {
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
