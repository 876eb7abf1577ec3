"""Shape of routes in the API. Decisions are the services'."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from namespaces.api.fields import NamespaceIdField
from policies.api.serializers import ReasonField
from policies.api.trial_serializers import AttemptSerializer, TrialSerializer
from policies.translating import translated
from routes import selectors
from routes.api import schema  # noqa: F401 - registers the schema of the settings
from routes.models import Route
from routes.validation.overlaps import DRAFT, Overlap, OverlapKind, Place, Turn

MAX_NAME_LENGTH = 200
MAX_POLICIES = 100


class RouteSettingsField(serializers.Field[Any, Any, Any, Any]):
    """Settings by Core's keys. What they may be is the validation's business."""

    default_error_messages = {"shape": "settings are an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Let any object through; problems are reported all together."""
        if not isinstance(data, Mapping):
            self.fail("shape")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        """Return the settings as they are."""
        return value


class PolicyIdsField(serializers.ListField):
    """Ids of policies, in the order of the route."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.UUIDField(), max_length=MAX_POLICIES, **kwargs
        )


class RouteSerializer(serializers.ModelSerializer[Route]):
    """A route as it stands now. Reads `context["paths"]` and `context["policies"]`."""

    namespace = serializers.UUIDField(source="namespace_id", read_only=True)
    namespace_names = serializers.SerializerMethodField(
        help_text="Names from the root down to its namespace."
    )
    settings = serializers.SerializerMethodField()
    policy_ids = serializers.SerializerMethodField(
        help_text="Policies attached to the route itself, in order."
    )
    policy_count = serializers.SerializerMethodField(
        help_text="How many policies decide: attached, inherited and enforced."
    )
    is_closed = serializers.SerializerMethodField(
        help_text="No policy could let anybody in."
    )
    allows_anonymous = serializers.SerializerMethodField(
        help_text="A policy could let in somebody who has not signed in."
    )

    class Meta:
        model = Route
        fields = [
            "id",
            "namespace",
            "namespace_names",
            "name",
            "settings",
            "inherits_policies",
            "policy_ids",
            "policy_count",
            "is_closed",
            "allows_anonymous",
            "version",
            "created_at",
            "modified_at",
        ]
        read_only_fields = fields

    def get_namespace_names(self, route: Route) -> list[str]:
        return list(self.context["paths"][route.namespace_id].names)

    @extend_schema_field(RouteSettingsField)
    def get_settings(self, route: Route) -> dict[str, Any]:
        settings = selectors.masked_settings(route)
        del settings["name"]
        return settings

    def get_policy_ids(self, route: Route) -> list[UUID]:
        return [policy.pk for policy in self._policies(route).attached]

    def get_policy_count(self, route: Route) -> int:
        return self._policies(route).count

    def get_is_closed(self, route: Route) -> bool:
        return self._policies(route).is_closed

    def get_allows_anonymous(self, route: Route) -> bool:
        return self._policies(route).allows_anonymous

    def _policies(self, route: Route) -> selectors.EffectivePolicies:
        found: selectors.EffectivePolicies = self.context["policies"][route.pk]
        return found


class RouteWriteSerializer(serializers.Serializer[Any]):
    """What of a route can be written. Its namespace changes by `move` only."""

    name = serializers.CharField(max_length=MAX_NAME_LENGTH)
    settings = RouteSettingsField()
    policy_ids = PolicyIdsField(
        required=False, help_text="Left out: they stay as they are."
    )
    inherits_policies = serializers.BooleanField(
        required=False, help_text="Left out: it stays as it is."
    )
    reason = ReasonField()


class RouteCreateSerializer(RouteWriteSerializer):
    """What it takes to create a route."""

    namespace = NamespaceIdField(source="namespace_id")


class RoutePoliciesSerializer(serializers.Serializer[Any]):
    """Which policies a route is to have."""

    policy_ids = PolicyIdsField()
    reason = ReasonField()


class RouteMoveSerializer(serializers.Serializer[Any]):
    """Where a route is to live."""

    namespace = NamespaceIdField(source="namespace_id")
    reason = ReasonField()


class AttachedPolicySerializer(serializers.Serializer[Any]):
    """A policy on the route itself."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    namespace = serializers.UUIDField(source="namespace_id")
    namespace_name = serializers.CharField(source="namespace.name")


class ArrivingPolicySerializer(serializers.Serializer[Any]):
    """A policy that comes from a namespace."""

    id = serializers.UUIDField(source="policy.id")
    name = serializers.CharField(source="policy.name")
    namespace = serializers.UUIDField(
        source="namespace_id", help_text="Where it is attached."
    )
    namespace_name = serializers.CharField(source="namespace.name")


class EffectivePoliciesSerializer(serializers.Serializer[Any]):
    """Everything that decides over a route."""

    attached = AttachedPolicySerializer(many=True)
    inherited = ArrivingPolicySerializer(many=True)
    enforced = ArrivingPolicySerializer(many=True)
    is_closed = serializers.BooleanField()
    allows_anonymous = serializers.BooleanField()


class DeletedRouteSerializer(serializers.Serializer[Any]):
    """A route that was deleted, and can be restored."""

    id = serializers.UUIDField(source="target_id")
    name = serializers.CharField(source="label")
    namespace = serializers.UUIDField(source="namespace_id")
    deleted_at = serializers.DateTimeField()
    deleted_by = serializers.CharField()


class RouteAttemptSerializer(AttemptSerializer):
    """Who tries what, when. The host is the route's own."""

    source = None  # type: ignore[assignment] # a route has no text to draft


class RouteRefSerializer(serializers.Serializer[Any]):
    """A route by name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class RouteTrialSerializer(serializers.Serializer[Any]):
    """The answer to an attempt."""

    trial = TrialSerializer()
    is_asked = serializers.BooleanField(
        help_text="The request would come to this route."
    )
    answering = RouteRefSerializer(
        allow_null=True, help_text="The route that a request for this path goes to."
    )


class PlaceSerializer(serializers.Serializer[Any]):
    """Another route: all null and empty where the asker may not see it."""

    route = serializers.SerializerMethodField(help_text="Its id.")
    name = serializers.CharField()
    namespace = serializers.CharField(help_text="Name of the namespace.")
    paths = serializers.SerializerMethodField(
        help_text="Which paths it is for; empty for every one."
    )

    def get_route(self, place: Place) -> str | None:
        """Its id; a draft has none either."""
        return place.id if place.is_shown and place.id != DRAFT else None

    def get_paths(self, place: Place) -> str:
        """The condition in words."""
        return translated(place.paths) if place.is_shown else ""


class OverlapSerializer(serializers.Serializer[Any]):
    """A route that meets another one."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in OverlapKind])
    route = serializers.SerializerMethodField(
        help_text="Id of the other route; null where the asker may not see it."
    )
    name = serializers.CharField(source="other.name")
    sentence = serializers.SerializerMethodField()

    def get_sentence(self, overlap: Overlap) -> str:
        """What it means, for people."""
        return translated(overlap.sentence)

    def get_route(self, overlap: Overlap) -> str | None:
        """Id of the other one."""
        return overlap.other.id if overlap.other.is_shown else None


class TurnSerializer(serializers.Serializer[Any]):
    """A route in the order in which those of a host are asked."""

    number = serializers.IntegerField()
    place = PlaceSerializer()
    is_own = serializers.BooleanField(help_text="It is the route that was asked about.")
    effect = serializers.SerializerMethodField(help_text="What it means for that one.")

    def get_effect(self, turn: Turn) -> str:
        """What it means."""
        return translated(turn.effect)


class PreviewRequestSerializer(serializers.Serializer[Any]):
    """Settings that are not saved yet: of a new route, or in the place of one."""

    name = serializers.CharField(max_length=MAX_NAME_LENGTH)
    settings = RouteSettingsField()
    namespace = NamespaceIdField(source="namespace_id", required=False)
    route = serializers.UUIDField(source="route_id", required=False)
    policy_ids = PolicyIdsField(required=False)
    inherits_policies = serializers.BooleanField(required=False)


class SettingProblemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong with the settings."""

    key = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    """What saving would meet."""

    problems = SettingProblemSerializer(many=True)
    conflicts = serializers.ListField(child=serializers.CharField())
    overlaps = OverlapSerializer(many=True)
    order = TurnSerializer(
        many=True, help_text="The routes of its host, in the order of asking."
    )
    is_closed = serializers.BooleanField(help_text="Nobody could get in.")


class RouteInheritSerializer(serializers.Serializer[Any]):
    """Whether a route is to inherit."""

    inherits_policies = serializers.BooleanField(
        help_text="Whether policies attached as inherited to its namespaces count."
    )
