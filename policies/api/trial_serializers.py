"""Shape of checking, completing and trying policy texts in the API."""

from datetime import datetime
from typing import Any

from rest_framework import serializers

from namespaces.api.fields import NamespaceIdField
from policies.api.serializers import SourceField
from policies.models import PolicyLanguage
from policies.selectors import METHODS, Attempt


class LanguageField(serializers.ChoiceField):
    """What a text is written in: PPL, unless told otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"choices": PolicyLanguage.choices, "default": "ppl", **kwargs},
        )


class CheckSerializer(serializers.Serializer[Any]):
    """A text that is to be looked at."""

    text = SourceField()
    language = LanguageField()


class FixSerializer(serializers.Serializer[Any]):
    """A change that removes a problem: other characters from `start` to `end`."""

    label = serializers.CharField()  # type: ignore[assignment] # DRF moves it away
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    insert = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Something wrong or dubious in a text. Counted in characters, lines from 1."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    message = serializers.CharField()
    line = serializers.IntegerField()
    column = serializers.IntegerField()
    length = serializers.IntegerField()
    suggestion = serializers.CharField(allow_null=True)
    fix = FixSerializer(allow_null=True)


class ProblemsSerializer(serializers.Serializer[Any]):
    """Everything that is wrong or dubious, in the order of the text."""

    problems = ProblemSerializer(many=True)


class TextSerializer(serializers.Serializer[Any]):
    """A text in PPL."""

    text = SourceField()


class FormattedSerializer(serializers.Serializer[Any]):
    """A text in its canonical form; as it was if there are problems in reading it."""

    text = serializers.CharField()
    problems = ProblemSerializer(many=True)


class EditSerializer(serializers.Serializer[Any]):
    """A text, and the change that is to be made in it."""

    text = SourceField()
    edit = serializers.DictField(
        required=False,
        help_text='Such as `{"edit": "set-data", "at": "0/or/2", "data": "x"}`; '
        "without one the text stays as it is.",
    )


class BuiltSerializer(serializers.Serializer[Any]):
    """A text as blocks of criteria; only the lines of the change differ."""

    text = serializers.CharField()
    tree = serializers.DictField(allow_null=True)
    refusal = serializers.CharField(allow_blank=True)
    problems = ProblemSerializer(many=True)


class CriterionSerializer(serializers.Serializer[Any]):
    """A criterion of the language, and what may follow it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # DRF moves it away
    help = serializers.CharField()
    example = serializers.CharField()
    group = serializers.CharField()
    matcher = serializers.CharField()
    matcher_operators = serializers.ListField(child=serializers.CharField())
    values = serializers.ListField(child=serializers.CharField(), allow_null=True)
    takes_sub_path = serializers.BooleanField()


class NamedIdSerializer(serializers.Serializer[Any]):
    """A group or a person: policies hold the id, people read the name."""

    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()


class OfferedSerializer(serializers.Serializer[Any]):
    """A word that may be written in Rego."""

    label = serializers.CharField()  # type: ignore[assignment] # DRF moves it away
    detail = serializers.CharField()


class RegoCompletionSerializer(serializers.Serializer[Any]):
    """What may be written in a policy in Rego."""

    inputs = OfferedSerializer(many=True)
    records = OfferedSerializer(many=True)
    builtins = OfferedSerializer(many=True)


class CompletionSerializer(serializers.Serializer[Any]):
    """What may be written in a policy."""

    actions = serializers.ListField(child=serializers.CharField())
    operators = serializers.ListField(child=serializers.CharField())
    criteria = CriterionSerializer(many=True)
    groups = NamedIdSerializer(many=True)
    people = NamedIdSerializer(many=True)


class AttemptSerializer(serializers.Serializer[Any]):
    """Who tries what, when."""

    source = SourceField(  # type: ignore[assignment] # DRF moves it away
        required=False, help_text="A draft to try in the place of the saved text."
    )
    person = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Nobody, if left out."
    )
    device = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="One of theirs."
    )
    method = serializers.ChoiceField(choices=METHODS, default="GET")
    path = serializers.CharField(default="/", max_length=2000, trim_whitespace=False)
    address = serializers.IPAddressField(
        required=False, allow_blank=True, default="", help_text="Where it comes from."
    )
    is_preflight = serializers.BooleanField(default=False)
    at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Now, if left out."
    )

    def validate_path(self, path: str) -> str:
        """Refuse what no request line holds."""
        if not path.startswith("/"):
            raise serializers.ValidationError("a path begins with `/`")
        return path


class DraftAttemptSerializer(AttemptSerializer):
    """The same for a policy that isn't saved yet."""

    namespace = NamespaceIdField(source="namespace_id")
    source = SourceField()
    language = LanguageField()


class TriedCriterionSerializer(serializers.Serializer[Any]):
    """One criterion; `holds` is null when its data is missing."""

    name = serializers.CharField()
    words = serializers.CharField(help_text="What it asks for, in words.")
    line = serializers.IntegerField()
    holds = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField()
    fact = serializers.CharField(help_text="What it looked at.")
    seen = serializers.JSONField(allow_null=True, help_text="What it saw there.")


class TriedOperatorSerializer(serializers.Serializer[Any]):
    """An operator with its criteria."""

    operator = serializers.CharField()
    line = serializers.IntegerField()
    holds = serializers.BooleanField()
    criteria = TriedCriterionSerializer(many=True)


class TriedRuleSerializer(serializers.Serializer[Any]):
    """A rule with its operators, each of which is enough."""

    action = serializers.CharField()
    line = serializers.IntegerField()
    holds = serializers.BooleanField()
    operators = TriedOperatorSerializer(many=True)


class TriedRegoSerializer(serializers.Serializer[Any]):
    """What a policy in Rego did."""

    allow_reasons = serializers.ListField(child=serializers.CharField())
    deny_reasons = serializers.ListField(child=serializers.CharField())
    error = serializers.CharField(help_text="Why there was no decision, else empty.")
    prints = serializers.ListField(child=serializers.CharField())
    refused_types = serializers.ListField(
        child=serializers.CharField(),
        help_text="Types of records that it asked for and that there are none of.",
    )
    covered = serializers.ListField(
        child=serializers.IntegerField(), help_text="Lines that ran."
    )
    not_covered = serializers.ListField(child=serializers.IntegerField())
    elapsed_us = serializers.IntegerField(help_text="Microseconds that it ran.")
    memory_kib = serializers.IntegerField(help_text="Memory beyond what was there.")


class TriedPolicySerializer(serializers.Serializer[Any]):
    """One policy's part in the answer."""

    id = serializers.CharField(allow_null=True)
    allows = serializers.BooleanField()
    denies = serializers.BooleanField()
    is_enforced = serializers.BooleanField()
    rules = TriedRuleSerializer(many=True)
    rego = TriedRegoSerializer(allow_null=True)


class TriedChangeSerializer(serializers.Serializer[Any]):
    """A criterion that would have to turn out otherwise."""

    words = serializers.CharField()
    must_hold = serializers.BooleanField()


class TrialSerializer(serializers.Serializer[Any]):
    """The answer to an attempt, with each rule's part in it."""

    outcome = serializers.ChoiceField(
        choices=["allow", "deny", "login", "device-enrollment"]
    )
    status = serializers.IntegerField(help_text="The HTTP status that a browser gets.")
    reasons = serializers.ListField(child=serializers.CharField())
    policies = TriedPolicySerializer(many=True)
    changes = serializers.ListField(
        child=TriedChangeSerializer(many=True),
        help_text="Ways to be allowed, the smallest first.",
    )


def attempt_from(values: dict[str, Any], *, now: datetime) -> Attempt:
    """Return the attempt that validated input describes."""
    return Attempt(
        at=values["at"] or now,
        person_id=values["person"],
        device_id=values["device"],
        method=values["method"],
        path=values["path"],
        address=values["address"],
        is_preflight=values["is_preflight"],
    )
