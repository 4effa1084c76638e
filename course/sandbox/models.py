"""The sandbox's turned clock: one row, written only by `course.clock.turn`."""

from django.db import models


class SandboxClock(models.Model):
    """Course time in the sandbox. It stands still until it is turned."""

    instant = models.DateTimeField()
