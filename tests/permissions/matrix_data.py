"""Lines of the matrix: external data, the runs that read them, and trials."""

from namespaces.permissions import Permission
from tests.permissions.rows import Row, at, delete, get, patch, post, signed_in

MAY = at(Permission.DIRECTORY_EDIT, place="root")
SOURCE = at(Permission.DIRECTORY_EDIT, "data-source", place="root")
RUN = at(Permission.DIRECTORY_EDIT, "held-data-run", place="root")
TRIAL = at(Permission.DIRECTORY_EDIT, "trial", place="root")
URL = "https://data.example.com/new.json"
FORM = {
    "url": URL,
    "key_field": "id",
    "format": "auto",
    "interval_seconds": "3600",
    "is_enabled": "on",
    "max_age_hours": "24",
    "brake_percent": "50",
}
NEW = {"record_type": "example.com/new", "foreign_key": "user.id"}

DATA: dict[str, tuple[Row, ...]] = {
    "data-source-list": (get(MAY),),
    "data-source-create": (get(MAY), post(MAY, body=lambda _: {**FORM, **NEW})),
    "data-source-detail": (get(SOURCE, "data-source"),),
    "data-source-edit": (
        get(SOURCE, "data-source"),
        post(SOURCE, "data-source", body=lambda _: {**FORM, "version": "1"}),
    ),
    "data-source-delete": (
        get(SOURCE, "data-source"),
        post(SOURCE, "data-source", body=lambda _: {"version": "1"}),
    ),
    "data-source-records": (get(SOURCE, "data-source"),),
    "data-source-run": (post(SOURCE, "data-source"),),
    "data-run-detail": (get(RUN, "held-data-run"),),
    "data-run-progress": (get(RUN, "held-data-run"),),
    "data-run-release": (post(RUN, "held-data-run"),),
    "data-run-discard": (post(RUN, "held-data-run"),),
    "trial-detail": (get(TRIAL, "trial"),),
    "api-data-source-list": (
        get(signed_in),
        post(MAY, body=lambda _: {"url": URL, **NEW}),
    ),
    "api-data-source-detail": (
        get(SOURCE, "data-source"),
        patch(SOURCE, "data-source", body=lambda _: {"url": URL}, version=1),
        delete(SOURCE, "data-source", version=1),
    ),
    "api-data-source-preview": (
        post(MAY, body=lambda _: {"url": URL, "foreign_key": "user.id"}),
    ),
    "api-data-source-run": (post(SOURCE, "data-source"),),
    "api-data-record-list": (get(signed_in),),
    "api-data-run-list": (get(signed_in),),
    "api-data-run-detail": (get(RUN, "held-data-run"),),
    "api-data-run-release": (post(RUN, "held-data-run"),),
    "api-data-run-discard": (post(RUN, "held-data-run"),),
    "api-directory-try": (
        post(MAY, body=lambda world: {"account_id": world.id("credential")}),
    ),
    "api-trial-detail": (get(TRIAL, "trial"),),
}
