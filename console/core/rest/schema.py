"""What the OpenAPI description says of every operation: sign-in, rights, errors."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "detail": {"type": "string", "description": "A sentence, for people."},
        "fields": {
            "type": "object",
            "description": "What is wrong with each field of the input.",
            "additionalProperties": {},
        },
    },
    "additionalProperties": {},
}


class BearerOrSession(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # of drf-spectacular
    """Describes the two ways of being known to the API."""

    target_class = "directory.authentication.ApiAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return one definition for each name."""
        return [
            {"type": "http", "scheme": "bearer", "description": "A service account's."},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "postern",
                "description": "The console's own; writes need X-CSRFToken as well.",
            },
        ]


class OperationSchema(AutoSchema):
    """Adds the permission that the operation asks for, where it is declared."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation's description."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        declared = getattr(self.view, "required_permissions", {})
        name = getattr(self.view, "action", None) or self.method.lower()
        if name in declared:
            operation["x-required-permission"] = str(declared[name])
        return operation


def describe_problems(
    result: dict[str, Any], generator: Any, request: Any, public: Any
) -> dict[str, Any]:
    """Give every operation the answer that errors have in common."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "What went wrong.",
        "content": {
            "application/problem+json": {
                "schema": {"$ref": "#/components/schemas/Problem"}
            }
        },
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"].setdefault("default", answer)
    return result
