"""Lines of the matrix: API service accounts, on pages and in the API."""

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    both,
    by_people,
    delete,
    get,
    names,
    patch,
    post,
    signed_in,
    somewhere,
)

SEES = at(Permission.SERVICE_ACCOUNT_VIEW, "service-account")
EDITS = by_people(at(Permission.SERVICE_ACCOUNT_EDIT, "service-account"))
FORM = {"name": "New", "role": "viewer"}

TOKENS: dict[str, tuple[Row, ...]] = {
    "service-account-list": (get(somewhere(Permission.SERVICE_ACCOUNT_VIEW)),),
    "service-account-create": (
        get(somewhere(Permission.SERVICE_ACCOUNT_EDIT)),
        post(
            both(
                somewhere(Permission.SERVICE_ACCOUNT_EDIT),
                # The form offers the places where one may; others are unknown to it.
                lambda subject: (
                    "allowed"
                    if subject.holds(Permission.SERVICE_ACCOUNT_EDIT, "web")
                    else "unknown"
                ),
            ),
            body=lambda world: {**FORM, "namespace": world.place("web")},
            events=2,
        ),
    ),
    "service-account-detail": (get(SEES, "service-account"),),
    "service-account-edit": (
        get(SEES, "service-account"),
        post(
            EDITS,
            "service-account",
            body=lambda _: {**FORM, "name": "Renamed", "version": "1"},
        ),
    ),
    "service-account-rotate": (
        get(SEES, "service-account"),
        post(EDITS, "service-account", body=lambda _: {"version": "1"}),
    ),
    "service-account-revoke": (
        get(SEES, "service-account"),
        post(EDITS, "service-account", body=lambda _: {"version": "1"}, events=2),
    ),
    "api-service-account-list": (
        get(signed_in),
        post(
            by_people(both(names("web"), at(Permission.SERVICE_ACCOUNT_EDIT))),
            body=lambda world: {**FORM, "namespace": world.place("web")},
            events=2,
        ),
    ),
    "api-service-account-detail": (
        get(SEES, "service-account"),
        patch(EDITS, "service-account", body=lambda _: {"name": "Renamed"}, version=1),
        delete(EDITS, "service-account", version=1, events=2),
    ),
    "api-service-account-rotate": (
        post(EDITS, "service-account", body=lambda _: {}, version=1),
    ),
}
