"""Fields that name a namespace; other apps' serializers use them too."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from console.core.exceptions import NotFoundError
from console.core.http import actor_of
from namespaces import selectors


class NamespaceIdField(serializers.UUIDField):
    """The id of a namespace that the caller sees.

    One that they don't see is answered exactly like one that isn't there.
    """

    default_error_messages = {"unknown": "there is no namespace of this id"}

    def to_internal_value(self, data: Any) -> UUID:
        """Refuse what the caller does not see."""
        namespace_id = super().to_internal_value(data)
        try:
            selectors.get_namespace(
                namespace_id, actor=actor_of(self.context["request"])
            )
        except NotFoundError:
            self.fail("unknown")
        return namespace_id


@extend_schema_field(serializers.ListField(child=serializers.CharField()))
class NamespaceNamesField(serializers.Field[Any, Any, Any, Any]):
    """The names from the root down to a namespace.

    Reads `context["paths"]` (`selectors.name_paths` of all rows, one query) when the
    view has put it there.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> list[str]:
        """Return the names."""
        paths = self.context.get("paths") or selectors.name_paths([value])
        return list(paths[value.id].names)
