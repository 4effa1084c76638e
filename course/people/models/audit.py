"""Who did what to what, append-only: ids and verbs, never words. Entries are sealed in batches by a hash chain."""

from typing import Any

from django.db import models


class AuditEntry(models.Model):
    """One act. `actor` and `subject` are a word and an id: "staff:3", "post:7". Machine time."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=60)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save a new entry. Raises RuntimeError when it is already in the log."""
        if self.pk is not None:
            raise RuntimeError("The audit log is append-only.")
        super().save(*args, **kwargs)


class AuditSeal(models.Model):
    """A SHA-256 over a run of entries and the seal before it."""

    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()
