"""Shape of deployments in the API."""

from typing import Any, ClassVar

from rest_framework import serializers

from gateway.models import Deployer, Deployment
from gateway.services import MAX_NUMBER, MAX_REASON


class DeploymentSerializer(serializers.ModelSerializer[Deployment]):
    """A deployment; `restores` is the number that it was rolled back to."""

    class Meta:
        model = Deployment
        fields: ClassVar = [
            "number",
            "made_at",
            "cause",
            "made_by",
            "reason",
            "restores",
            "content_hash",
            "routes",
            "policies",
        ]
        read_only_fields = fields


class DifferenceSerializer(serializers.Serializer[Any]):
    """What became of a route, a policy or a namespace, in sentences."""

    kind = serializers.CharField(read_only=True)
    id = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    verb = serializers.CharField(read_only=True)
    place = serializers.CharField(read_only=True)
    sentences = serializers.ListField(child=serializers.CharField(), read_only=True)


class DeploymentChangesSerializer(serializers.Serializer[Any]):
    """What differs, and the numbers of the audit events that say who and why."""

    differences = DifferenceSerializer(many=True, read_only=True)
    events = serializers.ListField(child=serializers.IntegerField(), read_only=True)


class GainedSerializer(serializers.Serializer[Any]):
    """People: how many, and the names of the first that may be seen."""

    count = serializers.IntegerField(read_only=True)
    names = serializers.ListField(child=serializers.CharField(), read_only=True)


class RouteChangeSerializer(serializers.Serializer[Any]):
    """A route on which somebody gained or lost access."""

    id = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    place = serializers.CharField(read_only=True)
    gain = serializers.IntegerField(read_only=True)
    lose = serializers.IntegerField(read_only=True)
    opened = serializers.BooleanField(
        read_only=True, help_text="To people who have not signed in."
    )
    closed = serializers.BooleanField(
        read_only=True, help_text="To people who have not signed in."
    )


class DeploymentEffectSerializer(serializers.Serializer[Any]):
    """Who gained and who lost, over everybody known now.

    `differing` routes are decided otherwise than before; `looked_at` of them were
    asked, and `undecided` could not be, as policies in Rego decide over them.
    """

    before = serializers.IntegerField(
        source="before.number", default=None, allow_null=True, read_only=True
    )
    people = serializers.IntegerField(read_only=True)
    left_out = serializers.IntegerField(read_only=True)
    gaining = GainedSerializer(read_only=True)
    losing = GainedSerializer(read_only=True)
    routes = RouteChangeSerializer(source="rows", many=True, read_only=True)
    touched = serializers.IntegerField(read_only=True)
    differing = serializers.IntegerField(read_only=True)
    looked_at = serializers.IntegerField(read_only=True)
    undecided = serializers.IntegerField(read_only=True)


class DeploymentReasonSerializer(serializers.Serializer[Any]):
    """Why, for the history."""

    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON
    )


class PublishSerializer(DeploymentReasonSerializer):
    """`above` is a number that proxies have seen, after a backup was restored."""

    above = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=MAX_NUMBER - 1
    )


class HoldSerializer(serializers.ModelSerializer[Deployer]):
    """Until when changes are held back; null when they aren't."""

    until = serializers.DateTimeField(source="held_until", allow_null=True)
    reason = serializers.CharField(
        source="held_reason",
        required=False,
        default="",
        allow_blank=True,
        max_length=MAX_REASON,
    )
    by = serializers.CharField(source="held_by", read_only=True)

    class Meta:
        model = Deployer
        fields: ClassVar = ["until", "reason", "by", "failure", "failed_at"]
        read_only_fields: ClassVar = ["failure", "failed_at"]


class HoldRequestSerializer(DeploymentReasonSerializer):
    """Until when to hold changes back."""

    until = serializers.DateTimeField()


class ProxySerializer(serializers.Serializer[Any]):
    """A process that enforces; `state` is current, drifted or gone."""

    name = serializers.CharField(source="proxy.name", read_only=True)
    kind = serializers.CharField(source="proxy.kind", read_only=True)
    state = serializers.CharField(read_only=True)
    deployment = serializers.IntegerField(source="proxy.deployment", read_only=True)
    running_since = serializers.DateTimeField(
        source="proxy.running_since", read_only=True, allow_null=True
    )
    drifted_since = serializers.DateTimeField(
        source="proxy.drifted_since", read_only=True, allow_null=True
    )
    last_seen_at = serializers.DateTimeField(
        source="proxy.last_seen_at", read_only=True
    )
    problem = serializers.CharField(source="proxy.problem", read_only=True)
