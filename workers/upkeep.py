"""Take up what was left behind by a worker that died."""

from datetime import timedelta

from django.conf import settings

from course import clock
from course.delivery import heartbeat, recovery
from workers.app import app


@app.task
def sweep() -> None:
    """Free leases that ran out, look unknown messages up, and settle what cannot go any more: one sweeper at a time."""
    if heartbeat.take("sweep", timedelta(seconds=settings.TICK_SECONDS), clock.machine_now()):
        recovery.sweep(clock.course_now(), clock.machine_now())
