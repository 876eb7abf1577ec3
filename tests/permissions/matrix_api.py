"""Lines of the matrix: the API of namespaces, roles, people, and what spans apps."""

from namespaces.permissions import Permission
from tests.permissions.rows import (
    Row,
    at,
    both,
    by_people,
    delete,
    get,
    harmless,
    names,
    patch,
    post,
    signed_in,
    somewhere,
)

API: dict[str, tuple[Row, ...]] = {
    "api-schema": (get(signed_in),),
    "api-health": (get(at(Permission.SETTINGS_EDIT, place="root")),),
    "api-me": (get(signed_in),),
    "api-saved-filter-list": (
        get(signed_in),
        post(
            by_people(signed_in),
            body=lambda _: {"list": "routes", "name": "Mine", "query": "q=a"},
        ),
    ),
    "api-saved-filter-detail": (
        delete(
            signed_in,
            ids={"id": lambda _: "00000000-0000-4000-8000-000000000001"},
            answers=(404, "nobody keeps one"),
        ),
    ),
    "api-explain-access": (
        get(
            at(Permission.NAMESPACE_VIEW),
            query=lambda world: {
                "person": world.id("person"),
                "permission": "route:view",
                "namespace": world.place("web"),
            },
        ),
    ),
    "api-audit-list": (get(signed_in),),
    "api-audit-detail": (get(at(Permission.AUDIT_VIEW, "event"), "event"),),
    "api-namespace-list": (
        get(signed_in),
        post(
            both(names("web"), at(Permission.NAMESPACE_CREATE)),
            body=lambda world: {"parent": world.place("web"), "name": "New"},
        ),
    ),
    "api-namespace-tree": (get(signed_in),),
    "api-namespace-detail": (
        get(at(Permission.NAMESPACE_VIEW), "namespace"),
        patch(
            at(Permission.NAMESPACE_EDIT),
            "namespace",
            body=lambda _: {"description": "x"},
            version=1,
        ),
        delete(at(Permission.NAMESPACE_DELETE), "empty", version=1),
    ),
    "api-namespace-move": (
        post(
            both(at(Permission.NAMESPACE_MOVE), names("inner")),
            "empty",
            body=lambda world: {"under": world.place("inner")},
            version=1,
        ),
    ),
    "api-namespace-move-preview": (
        harmless(
            both(at(Permission.NAMESPACE_MOVE), names("inner")),
            "empty",
            body=lambda world: {"under": world.place("inner")},
        ),
    ),
    "api-namespace-inherit-preview": (
        harmless(
            at(Permission.NAMESPACE_EDIT),
            "namespace",
            body=lambda _: {"inherits_policies": False},
        ),
    ),
    "api-namespace-delete-preview": (
        harmless(at(Permission.NAMESPACE_DELETE), "empty"),
    ),
    "api-namespace-deleted": (get(signed_in),),
    "api-namespace-restore": (post(at(Permission.NAMESPACE_DELETE), "gone-namespace"),),
    "api-role-binding-preview": (
        harmless(
            both(names("web"), at(Permission.NAMESPACE_GRANT)),
            body=lambda world: {
                "namespace": world.place("web"),
                "role": "viewer",
                "group": world.id("group"),
            },
        ),
    ),
    "api-role-binding-change-preview": (
        harmless(
            at(Permission.NAMESPACE_GRANT, "binding"),
            "binding",
            body=lambda _: {"role": "manager"},
        ),
    ),
    "api-role-binding-revoke-preview": (
        harmless(at(Permission.NAMESPACE_GRANT, "binding"), "binding"),
    ),
    "api-role-binding-list": (
        get(signed_in),
        post(
            both(names("web"), at(Permission.NAMESPACE_GRANT)),
            body=lambda world: {
                "namespace": world.place("web"),
                "role": "viewer",
                "group": world.id("group"),
            },
        ),
    ),
    "api-role-binding-detail": (
        get(at(Permission.NAMESPACE_VIEW, "binding"), "binding"),
        patch(
            at(Permission.NAMESPACE_GRANT, "binding"),
            "binding",
            body=lambda _: {"role": "manager"},
            version=1,
        ),
        delete(at(Permission.NAMESPACE_GRANT, "binding"), "binding", version=1),
    ),
    "api-person-list": (get(signed_in),),
    "api-person-detail": (
        get(somewhere(Permission.DIRECTORY_VIEW, otherwise="hidden"), "person"),
    ),
    "api-group-list": (get(signed_in),),
    "api-group-detail": (
        get(somewhere(Permission.DIRECTORY_VIEW, otherwise="hidden"), "group"),
    ),
}
