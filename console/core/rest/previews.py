"""Shape of previews in the API, and of saying what one saw."""

from typing import Any

from rest_framework import serializers

from console.core.previews import Preview


class AffectedSerializer(serializers.Serializer[Any]):
    """One thing that changes."""

    name = serializers.CharField()
    note = serializers.CharField(help_text="How it changes, or where it is.")
    id = serializers.CharField(help_text="Empty when the thing has no id of its own.")


class ConsequenceSerializer(serializers.Serializer[Any]):
    """Things that change in one way."""

    code = serializers.CharField(help_text="Stable name of the way.")
    label = serializers.CharField(  # type: ignore[assignment] # DRF moves it away
        help_text="The same for people, to follow the count."
    )
    count = serializers.IntegerField()
    entries = AffectedSerializer(many=True, help_text="At most 50 of them.")


class RefusedSerializer(serializers.Serializer[Any]):
    """Why it would be refused."""

    code = serializers.CharField()
    detail = serializers.CharField(source="message")


class ActPreviewSerializer(serializers.Serializer[Preview]):
    """What would change, as far as the caller may see; nothing was changed."""

    allowed = serializers.BooleanField(source="is_allowed")
    refusal = RefusedSerializer(allow_null=True)
    changes = ConsequenceSerializer(many=True, source="groups")
    seen = serializers.CharField(
        help_text="Send it with the act: it is refused (409) when it would change "
        "something else by then."
    )


class Nothing(serializers.Serializer[Any]):
    """A body without anything in it; what is sent all the same is refused."""


class SeenField(serializers.CharField):
    """What a preview gave as `seen`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            default="",
            max_length=64,
            help_text="The `seen` of a preview: does this, or nothing.",
            **kwargs,
        )
