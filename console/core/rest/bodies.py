"""Bodies of API requests: validated, and with nothing in them that would not count."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.serializers import Serializer

from console.core.exceptions import ValidationFailedError

MOST_NAMED = 20


def read_body(
    request: Request,
    shape: type[Serializer[Any]],
    *,
    partial: bool = False,
    context: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body, validated by a serializer.

    A key that can't be set is refused, not dropped: whoever sends it believes that it
    counts.

    Raises:
        rest_framework.exceptions.ValidationError: it has another shape.
        ValidationFailedError: it has a key that can't be set.
    """
    serializer = shape(data=request.data, partial=partial, context=context or {})
    serializer.is_valid(raise_exception=True)
    writable = {
        name for name, field in serializer.fields.items() if not field.read_only
    }
    extra = sorted(set(request.data) - writable)
    if extra:
        raise ValidationFailedError(
            fields={name[:100]: ["can't be set here"] for name in extra[:MOST_NAMED]}
        )
    data: dict[str, Any] = serializer.validated_data
    return data
