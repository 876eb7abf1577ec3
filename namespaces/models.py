"""Namespaces, role bindings, and the service accounts that call our API.

Moving, granting and everything else with a rule is done by `services`.
"""

from django.db import models
from django.db.models.functions import Lower
from guardian.models import UserObjectPermissionBase

from console.core.models import Versioned

MAX_DEPTH = 32
ROOT_NAME = "Global"


class Namespace(Versioned):
    """An organizational unit; there is one tree, and one root.

    INVARIANT: `path` is the parent's path followed by `number` and "/". It ends
    with "/": without it "7/1" would be taken for an ancestor of "7/12".
    """

    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="children"
    )
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    number = models.PositiveIntegerField(unique=True, editable=False)
    path = models.CharField(max_length=512, unique=True, editable=False)
    depth = models.PositiveSmallIntegerField(editable=False)
    inherits_policies = models.BooleanField(default=True)

    class Meta:
        ordering = ["path"]
        default_permissions = ()
        permissions = [
            ("viewer", "Viewer"),
            ("manager", "Manager"),
            ("admin", "Admin"),
        ]
        constraints = [
            models.UniqueConstraint(
                "parent",
                Lower("name"),
                name="namespace_name_is_unique_in_parent",
            ),
            models.UniqueConstraint(
                fields=["depth"],
                condition=models.Q(depth=0),
                name="namespace_root_is_single",
            ),
            models.CheckConstraint(
                condition=models.Q(depth=0, parent__isnull=True)
                | models.Q(depth__gt=0, depth__lt=MAX_DEPTH, parent__isnull=False),
                name="namespace_depth_fits_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tally(models.Model):
    """How many rows of a kind live in a namespace itself, not below it.

    Triggers write it (`tallying`); for the program it is to be read.
    """

    namespace = models.ForeignKey(
        Namespace, on_delete=models.CASCADE, related_name="tallies"
    )
    kind = models.CharField(max_length=16)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "kind"], name="tally_is_unique_in_namespace"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.kind}"


class ApiServiceAccount(Versioned):
    """A machine that calls the console's API with a token.

    Its owner answers for it: it may at no time do more than the owner may. Accounts
    without one were made on the host.
    """

    namespace = models.ForeignKey(
        Namespace, on_delete=models.PROTECT, related_name="service_accounts"
    )
    owner = models.ForeignKey(
        "directory.User", on_delete=models.CASCADE, null=True, related_name="+"
    )
    name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    token_prefix = models.CharField(max_length=16)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "name"],
                name="service_account_name_is_unique_in_namespace",
            )
        ]
        verbose_name = "API service account"

    def __str__(self) -> str:
        return self.name


class RoleBinding(UserObjectPermissionBase):
    """A role on a namespace, for one person, one group or one service account.

    It is guardian's direct-foreign-key permission whose codename is the role. Read
    it through `access` only: guardian's own list shortcuts know neither the tree,
    nor groups of a directory, nor expiry.
    """

    content_object = models.ForeignKey(
        Namespace, on_delete=models.CASCADE, related_name="role_bindings"
    )
    user = models.ForeignKey(  # type: ignore[assignment] # guardian's can't be null
        "directory.User",
        on_delete=models.CASCADE,
        null=True,
        related_name="role_bindings",
    )
    group = models.ForeignKey(
        "directory.Group",
        on_delete=models.CASCADE,
        null=True,
        related_name="role_bindings",
    )
    service_account = models.ForeignKey(
        ApiServiceAccount,
        on_delete=models.CASCADE,
        null=True,
        related_name="role_bindings",
    )
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        unique_together = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    user__isnull=False,
                    group__isnull=True,
                    service_account__isnull=True,
                )
                | models.Q(
                    user__isnull=True,
                    group__isnull=False,
                    service_account__isnull=True,
                )
                | models.Q(
                    user__isnull=True,
                    group__isnull=True,
                    service_account__isnull=False,
                ),
                name="role_binding_has_one_subject",
            ),
            # One role for a subject on a namespace: granting another replaces it.
            models.UniqueConstraint(
                fields=["content_object", "user"],
                name="role_binding_is_unique_for_user",
            ),
            models.UniqueConstraint(
                fields=["content_object", "group"],
                name="role_binding_is_unique_for_group",
            ),
            models.UniqueConstraint(
                fields=["content_object", "service_account"],
                name="role_binding_is_unique_for_service_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.permission.codename} on {self.content_object}"
