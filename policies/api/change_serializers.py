"""Serializers of what changed between two versions of a policy."""

from typing import Any

from rest_framework import serializers

from policies.selectors import Comparison, DiffLine

KINDS = ("same", "added", "removed", "gap")


class ChangedLineSerializer(serializers.Serializer[DiffLine]):
    """One line; `gap` stands for lines that are left out."""

    kind = serializers.ChoiceField(choices=KINDS)
    text = serializers.CharField()
    old = serializers.IntegerField(allow_null=True, help_text="Its number before.")
    new = serializers.IntegerField(allow_null=True, help_text="Its number after.")


class PolicyChangesSerializer(serializers.Serializer[Comparison]):
    """What changed in the text, and in the sentences that say the same in English."""

    added = serializers.IntegerField(help_text="How many lines of the text.")
    removed = serializers.IntegerField(help_text="How many lines of the text.")
    lines = ChangedLineSerializer(many=True)
    sentences = ChangedLineSerializer(
        source="words",
        many=True,
        allow_null=True,
        help_text="Empty where both say the same; null where one can't be said.",
    )


class ChangesQuery(serializers.Serializer[Any]):
    """With which version to compare."""

    since = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="An earlier version; the one before it, if none is named.",
    )
