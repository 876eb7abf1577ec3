"""What is told by e-mail of directories that need somebody."""

from django.db import models


class DirectoryAlarm(models.Model):
    """A directory that needs somebody, from when it was noticed until it is over."""

    directory = models.ForeignKey(
        "Directory", on_delete=models.CASCADE, related_name="alarms"
    )
    text = models.CharField(max_length=255)
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory"],
                condition=models.Q(ended_at=None),
                name="directory_has_one_alarm_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.text


class AlarmMail(models.Model):
    """A message about an alarm on its way to one person; tried a few times."""

    alarm = models.ForeignKey(
        DirectoryAlarm, on_delete=models.CASCADE, related_name="mails"
    )
    is_over = models.BooleanField(default=False)
    recipient = models.CharField(max_length=320)
    subject = models.CharField(max_length=255)
    body = models.TextField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, db_index=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.subject
