"""Shape of examples of policies in the API."""

from typing import Any

from rest_framework import serializers

from policies import validation
from policies.api.serializers import SourceField
from policies.api.trial_serializers import AttemptSerializer, TrialSerializer
from policies.models import ExpectedAnswer, PolicyExample


class ExampleSerializer(serializers.ModelSerializer[PolicyExample]):
    """A request kept with a policy, and its answer when it last changed."""

    person = serializers.UUIDField(source="person_id", allow_null=True)
    device = serializers.UUIDField(source="device_id", allow_null=True)
    outcome = serializers.CharField(
        help_text="What the saved text answers; empty when it can't be answered."
    )
    at = serializers.DateTimeField(
        allow_null=True, help_text="Null: made whenever it is tried."
    )

    class Meta:
        model = PolicyExample
        fields = [
            "id",
            "name",
            "person",
            "device",
            "method",
            "path",
            "address",
            "is_preflight",
            "at",
            "expected",
            "outcome",
            "answered_at",
            "created_at",
            "created_by",
        ]
        read_only_fields = fields


class ExampleWriteSerializer(AttemptSerializer):
    """A request, and the answer that it should get."""

    source = None  # type: ignore[assignment] # examples are of the saved text
    name = serializers.CharField(max_length=validation.MAX_NAME_LENGTH)
    expected = serializers.ChoiceField(choices=ExpectedAnswer.choices)


class ExampleRunSerializer(serializers.Serializer[Any]):
    """Which text the examples are tried on."""

    source = SourceField(  # type: ignore[assignment] # DRF moves it away
        required=False, help_text="A draft to try in the place of the saved text."
    )


class ExampleResultSerializer(serializers.Serializer[Any]):
    """What an example is answered with."""

    example = ExampleSerializer()
    is_met = serializers.BooleanField()
    outcome = serializers.CharField()
    error = serializers.CharField(help_text="Why it can't be answered, else empty.")
    trial = TrialSerializer(allow_null=True)


class ExampleResultsSerializer(serializers.Serializer[Any]):
    """The answers of all examples, in their order."""

    results = ExampleResultSerializer(many=True)
