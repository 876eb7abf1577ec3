"""Shape of devices in the API. Decisions are the services'."""

from typing import Any, ClassVar

from rest_framework import serializers

from devices.models import (
    Attachment,
    Attestation,
    AttestationRoot,
    DeviceCredential,
    DeviceNotice,
    DeviceRules,
    DeviceType,
    EnrollmentLink,
    UserVerification,
)
from devices.services import ACTION_CHOICES

MAX_REASON = 500


class DeviceSerializer(serializers.ModelSerializer[DeviceCredential]):
    """A device with what was decided about it.

    A decision about it sends its version (If-Match) and `fingerprint` back.
    """

    version = serializers.IntegerField(source="enrollment.version", read_only=True)
    person = serializers.UUIDField(source="user_id", read_only=True)
    person_name = serializers.CharField(source="user.__str__", read_only=True)
    type = serializers.CharField(source="device_type.code", read_only=True)
    credential_id = serializers.CharField(source="external_id", read_only=True)
    status = serializers.CharField(source="enrollment.status", read_only=True)
    reason = serializers.CharField(source="enrollment.reason", read_only=True)
    enrolled_at = serializers.DateTimeField(
        source="enrollment.enrolled_at", read_only=True
    )
    enrolled_from = serializers.CharField(
        source="enrollment.enrolled_from", read_only=True
    )
    approved_at = serializers.DateTimeField(
        source="enrollment.approved_at", read_only=True, allow_null=True
    )
    decided_at = serializers.DateTimeField(
        source="enrollment.decided_at", read_only=True, allow_null=True
    )
    decided_by = serializers.CharField(
        source="enrollment.decided_by_label", read_only=True
    )
    expires_at = serializers.DateTimeField(
        source="enrollment.expires_at", read_only=True, allow_null=True
    )

    class Meta:
        model = DeviceCredential
        fields = (
            "id",
            "version",
            "fingerprint",
            "person",
            "person_name",
            "type",
            "label",
            "credential_id",
            "aaguid",
            "model",
            "attestation_format",
            "attestation_trust",
            "attachment",
            "user_verified",
            "backup_eligible",
            "backed_up",
            "sign_count",
            "last_used_at",
            "status",
            "reason",
            "enrolled_at",
            "enrolled_from",
            "approved_at",
            "decided_at",
            "decided_by",
            "expires_at",
        )
        read_only_fields = fields


class LabelSerializer(serializers.Serializer[Any]):
    """The name that a person gives their device."""

    label = serializers.CharField(  # type: ignore[assignment] # a field of that name
        max_length=100, allow_blank=True
    )


class SeenSerializer(serializers.Serializer[Any]):
    """A device as the caller saw it."""

    id = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)
    fingerprint = serializers.CharField(max_length=64)


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision about one device."""

    decision = serializers.ChoiceField(choices=ACTION_CHOICES, source="action")
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_REASON
    )
    fingerprint = serializers.CharField(max_length=64)


class BulkDecisionSerializer(serializers.Serializer[Any]):
    """The same decision about several devices: all of them, or none."""

    decision = serializers.ChoiceField(choices=ACTION_CHOICES, source="action")
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=MAX_REASON
    )
    devices = SeenSerializer(many=True, allow_empty=False)


class RowResultSerializer(serializers.Serializer[Any]):
    """What became of one device; an empty code means that it is done."""

    id = serializers.UUIDField()
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)


class BulkResultSerializer(serializers.Serializer[Any]):
    """What became of each device."""

    rows = RowResultSerializer(many=True)


class CountsSerializer(serializers.Serializer[Any]):
    """How many devices are in each state."""

    waiting = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    suspended = serializers.IntegerField()
    expired = serializers.IntegerField()
    revoked = serializers.IntegerField()


class DeviceTypeSerializer(serializers.ModelSerializer[DeviceType]):
    """A kind of device that policies ask for by its code."""

    attachment = serializers.ChoiceField(
        choices=Attachment.choices, allow_blank=True, required=False
    )
    user_verification = serializers.ChoiceField(
        choices=UserVerification.choices, required=False
    )
    attestation = serializers.ChoiceField(choices=Attestation.choices, required=False)
    allowed_models = serializers.ListField(
        child=serializers.CharField(max_length=36), required=False, max_length=200
    )

    class Meta:
        model = DeviceType
        fields = (
            "id",
            "version",
            "code",
            "name",
            "description",
            "built_in",
            "attachment",
            "user_verification",
            "attestation",
            "allowed_models",
        )
        read_only_fields = ("id", "version", "built_in")
        # The service says what is taken, for pages as well.
        extra_kwargs: ClassVar[dict[str, Any]] = {"code": {"validators": []}}


class DeviceTypeChangeSerializer(DeviceTypeSerializer):
    """What can be changed of a type: everything but its code."""

    class Meta(DeviceTypeSerializer.Meta):
        read_only_fields = (  # type: ignore[assignment]
            "id",
            "version",
            "built_in",
            "code",
        )


class LinkSerializer(serializers.ModelSerializer[EnrollmentLink]):
    """A link by which one person may enroll one device."""

    person = serializers.UUIDField(source="user_id", read_only=True)
    person_name = serializers.CharField(source="user.__str__", read_only=True)
    type = serializers.CharField(source="device_type.code", read_only=True)
    issued_by = serializers.CharField(source="issued_by_label", read_only=True)

    class Meta:
        model = EnrollmentLink
        fields = (
            "id",
            "version",
            "person",
            "person_name",
            "type",
            "created_at",
            "expires_at",
            "used_at",
            "withdrawn_at",
            "issued_by",
            "return_to",
        )
        read_only_fields = fields


class NewLinkSerializer(serializers.Serializer[Any]):
    """For whom, which type, until when."""

    person = serializers.UUIDField()
    type = serializers.CharField(max_length=50)
    expires_at = serializers.DateTimeField()
    return_to = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class IssuedLinkSerializer(LinkSerializer):
    """A link that was just issued, with its address, which is told only now."""

    url = serializers.CharField(read_only=True)

    class Meta(LinkSerializer.Meta):
        fields = (*LinkSerializer.Meta.fields, "url")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class RootSerializer(serializers.ModelSerializer[AttestationRoot]):
    """A manufacturer's certificate that is trusted."""

    pem = serializers.CharField(max_length=20_000)

    class Meta:
        model = AttestationRoot
        fields = ("id", "version", "name", "pem", "fingerprint", "expires_at")
        read_only_fields = ("id", "version", "fingerprint", "expires_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


class RulesSerializer(serializers.ModelSerializer[DeviceRules]):
    """What is approved by itself, for how long, how many, and who hears of it.

    The secret of the webhook is written, never read.
    """

    approved_models = serializers.ListField(
        child=serializers.CharField(max_length=36), required=False, max_length=100
    )
    notice_emails = serializers.ListField(
        child=serializers.CharField(max_length=320), required=False, max_length=100
    )
    webhook_secret = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=500
    )
    has_webhook_secret = serializers.BooleanField(
        source="webhook_secret", read_only=True
    )

    class Meta:
        model = DeviceRules
        fields = (
            "version",
            "approves_links",
            "approved_models",
            "approval_days",
            "devices_per_person",
            "notice_emails",
            "tells_people",
            "webhook_url",
            "webhook_secret",
            "has_webhook_secret",
        )
        read_only_fields = ("version",)


class NoticeSerializer(serializers.ModelSerializer[DeviceNotice]):
    """A message about a device: sent, or on its way."""

    class Meta:
        model = DeviceNotice
        fields = (
            "id",
            "channel",
            "recipient",
            "event",
            "device_id",
            "subject",
            "created_at",
            "sent_at",
            "attempts",
            "error",
        )
        read_only_fields = fields


class BeginSerializer(serializers.Serializer[Any]):
    """What is to be enrolled: a type, or what a link says."""

    type = serializers.CharField(required=False, max_length=50)
    link = serializers.CharField(required=False, max_length=200)


class CeremonyOptionsSerializer(serializers.Serializer[Any]):
    """What the browser hands to `navigator.credentials`; the challenge is in it."""

    options = serializers.DictField()


class RegistrationSerializer(serializers.Serializer[Any]):
    """The answer of `navigator.credentials.create()`, as JSON."""

    credential = serializers.DictField()
    label = serializers.CharField(  # type: ignore[assignment] # a field of that name
        required=False, allow_blank=True, max_length=200
    )


class ProofSerializer(serializers.Serializer[Any]):
    """The answer of `navigator.credentials.get()`, as JSON."""

    credential = serializers.DictField()


class NothingSerializer(serializers.Serializer[Any]):
    """A body without anything in it."""
