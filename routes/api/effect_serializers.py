"""Shape of the effect of a draft in the API."""

from typing import Any

from rest_framework import serializers

from policies.api.example_serializers import ExampleResultSerializer
from policies.api.trial_serializers import (
    AttemptSerializer,
    DraftAttemptSerializer,
    TrialSerializer,
)

__all__ = ["AttemptSerializer", "DraftAttemptSerializer", "EffectSerializer"]


class SomeSerializer(serializers.Serializer[Any]):
    """People: how many, and the names of the first that the caller may see."""

    count = serializers.IntegerField()
    names = serializers.ListField(child=serializers.CharField())


class RouteEffectSerializer(serializers.Serializer[Any]):
    """What a draft does on one route."""

    id = serializers.UUIDField(source="route.pk")
    name = serializers.CharField(source="route.name")
    gain = serializers.IntegerField()
    lose = serializers.IntegerField()


class VariesBySerializer(serializers.Serializer[Any]):
    """What of a request the answer depends on, besides the person."""

    what = serializers.CharField(source="0")
    criteria = serializers.ListField(child=serializers.CharField(), source="1")


class EffectSerializer(serializers.Serializer[Any]):
    """Who would gain access by a draft, and who would lose it."""

    gaining = SomeSerializer()
    losing = SomeSerializer()
    routes = RouteEffectSerializer(
        many=True, source="rows", help_text="Those that it does it on, at most 20."
    )
    touched = serializers.IntegerField(help_text="How many routes it does it on.")
    looked_at = serializers.IntegerField(help_text="Routes that it arrives at.")
    people = serializers.IntegerField(
        help_text="Who is asked about, each with the best of their devices."
    )
    left_out = serializers.IntegerField(help_text="People who are not asked about.")
    is_stale = serializers.BooleanField(
        help_text="A directory was read too long ago, and is taken for fresh here."
    )
    is_proven = serializers.BooleanField(
        help_text="False where Rego was evaluated for each person instead."
    )
    alone_before = serializers.IntegerField(
        allow_null=True, help_text="Whom the saved text lets in by itself."
    )
    alone = serializers.IntegerField(help_text="Whom the draft lets in by itself.")
    varies_by = VariesBySerializer(many=True)
    examples = ExampleResultSerializer(many=True)
    trial = TrialSerializer(allow_null=True)
