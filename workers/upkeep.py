"""Take up what was left behind by a worker that died."""

from course import clock
from course.delivery import recovery
from workers.app import app


@app.task
def sweep() -> None:
    """Free leases that ran out, look unknown messages up, and settle what cannot go any more."""
    recovery.sweep(clock.course_now(), clock.machine_now())
