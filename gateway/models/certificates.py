"""Certificates that proxies show to clients."""

from typing import ClassVar

from django.db import models

from namespaces.scoping import NamespacedModel, NamespacedQuerySet


class Certificate(NamespacedModel):
    """A certificate with its chain (PEM, the leaf first) and its sealed key.

    `hosts` are the names of the leaf, each between spaces, for searching.
    """

    name = models.CharField(max_length=200)
    hosts = models.TextField()
    chain = models.TextField()
    sealed_key = models.TextField()
    issuer = models.CharField(max_length=255, blank=True)
    fingerprint = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    objects: ClassVar = models.Manager.from_queryset(
        NamespacedQuerySet["Certificate"]
    )()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def host_list(self) -> list[str]:
        """The names of the leaf."""
        return self.hosts.split()


class CertificateHost(models.Model):
    """A name that a certificate is for: of two for one name, which would be shown?"""

    host = models.CharField(max_length=255, unique=True)
    certificate = models.ForeignKey(
        Certificate, on_delete=models.CASCADE, related_name="covered"
    )

    def __str__(self) -> str:
        return self.host
