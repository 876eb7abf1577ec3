"""Sessions at the proxy: a person, one host, and what the session was used with."""

from django.db import models

from console.core.models import Timestamped


class GatewaySession(Timestamped):
    """A session of one person at one host; before its code is used, only a promise.

    `key` is the hash of the secret in the browser's cookie, None before the code was
    used; `code_hash` the hash of the code, None afterwards. `challenge` is the hash of
    what the browser that began keeps. The session counts until `ends_at`, which use
    puts off, though never beyond `expires_at`. `sign_in` is the hash of what marks the
    sign-in at the console that it came out of; the session ends with that.
    """

    user = models.ForeignKey(
        "directory.User", on_delete=models.CASCADE, related_name="+"
    )
    host = models.CharField(max_length=255)
    key = models.CharField(max_length=64, unique=True, null=True)
    code_hash = models.CharField(max_length=64, unique=True, null=True)
    challenge = models.CharField(max_length=64)
    sign_in = models.CharField(max_length=64, blank=True, default="", db_index=True)
    code_ends_at = models.DateTimeField()
    return_to = models.TextField()
    device_ids = models.JSONField(default=list)
    address = models.CharField(max_length=64, blank=True)
    agent = models.CharField(max_length=255, blank=True)
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, db_index=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-began_at", "-created_at"]
        indexes = [models.Index(fields=["user", "-began_at"])]
        verbose_name = "session at the proxy"
        verbose_name_plural = "sessions at the proxy"

    def __str__(self) -> str:
        return f"session at {self.host}"
