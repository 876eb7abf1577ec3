"""Acts on several rows in one call of the API: all of them, or none."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from console.core.bulk import MAX_CHOSEN, Prospect, look_ahead
from console.core.rest.viewsets import ScopedViewSet

Service = Callable[..., Any]


class SeenRowSerializer(serializers.Serializer[Any]):
    """A row in the version that the caller saw."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)


class BulkSerializer(serializers.Serializer[Any]):
    """The rows, and whether to look only."""

    rows = serializers.ListField(
        child=SeenRowSerializer(), allow_empty=False, max_length=MAX_CHOSEN
    )
    preview = serializers.BooleanField(
        default=False, help_text="Says what would become of each; nothing is changed."
    )


class RowProblemSerializer(serializers.Serializer[Any]):
    """Why it can't be done with one of them."""

    id = serializers.UUIDField()
    detail = serializers.CharField()


class BulkOutcomeSerializer(serializers.Serializer[Any]):
    """What was done, or what stands in the way."""

    done = serializers.BooleanField(help_text="False when it was a preview.")
    refusal = serializers.CharField(
        allow_blank=True, help_text="Why it can't be done with all of them together."
    )
    problems = RowProblemSerializer(
        many=True, help_text="Of at most 100 rows, each looked at alone."
    )


class BulkViewSet(ScopedViewSet[Any]):
    """One act on several rows.

    A row that can't be changed stops all: its problem is the answer, and nothing was
    done.
    """

    pagination_class = None
    serializer_class = BulkOutcomeSerializer

    def carry_out(
        self, service: Service, values: dict[str, Any], **more: object
    ) -> Response:
        """Do it with the rows of the body, or say what would become of it.

        service: takes the versions by row, then `more`, `actor` and `now` by name.
        """
        act = partial(service, **more, actor=self.actor, now=self.now)
        versions = {row["id"]: row["version"] for row in values["rows"]}
        prospect = Prospect()
        if values["preview"]:
            prospect = look_ahead(act, versions)
        else:
            act(versions)
        answer = {
            "done": not values["preview"],
            "refusal": prospect.refusal,
            "problems": [
                {"id": key, "detail": text} for key, text in prospect.problems.items()
            ],
        }
        return Response(BulkOutcomeSerializer(answer).data)
