"""The one door for reads: every list of things in namespaces starts here."""

from typing import Self, TypeVar

from django.db import models

from console.core.actor import Actor
from console.core.models import Versioned
from namespaces import access
from namespaces.permissions import Permission

M_co = TypeVar("M_co", bound=models.Model, covariant=True)


class NamespacedQuerySet(models.QuerySet[M_co]):
    """Rows that live in a namespace."""

    def visible_to(self, actor: Actor, permission: Permission) -> Self:
        """Keep the rows that live where the actor holds `permission`."""
        return self.filter(access.namespace_filter(actor, permission))


class SharedDownQuerySet(NamespacedQuerySet[M_co]):
    """Rows that are also seen by the namespaces below their own."""

    def visible_to(self, actor: Actor, permission: Permission) -> Self:
        """Keep the rows of where the actor holds `permission`, and from above."""
        return self.filter(access.namespace_filter(actor, permission, above=True))


class NamespacedModel(Versioned):
    """Lives in one namespace."""

    namespace = models.ForeignKey(
        "namespaces.Namespace", on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
