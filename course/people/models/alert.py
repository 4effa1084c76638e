"""Something urgent that people on call were told, and are told again until somebody has it."""

from django.db import models
from django.db.models import Q

from course.people.words import AlertKind


class Alert(models.Model):
    """One alert. `subject_key` is what it is about ("reply:12", "not_reached:5"). All times are machine time.

    `reply` is the number of the reply behind it, or 0. `words` holds ids and no more. An open alert has no
    `acknowledged_at`; `acknowledged_by` is "staff:3", or "erased" when what it was about is gone.
    """

    kind = models.CharField(max_length=10, choices=AlertKind.choices)
    subject_key = models.CharField(max_length=60, unique=True)
    reply = models.BigIntegerField(default=0, db_index=True)
    words = models.JSONField(default=dict)
    opened_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=1)
    next_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=40, default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=Q(acknowledged_at__isnull=True), name="alert_open_due"),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"
