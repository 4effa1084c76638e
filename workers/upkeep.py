"""Take up what was left behind by a worker that died."""

from course import clock
from course.delivery import receipts, recovery
from workers.app import app


@app.task
def sweep() -> None:
    """Apply what was said too early, free leases that ran out, look up the unknown, settle what cannot go any more."""
    receipts.apply_all_parked(clock.course_now(), clock.machine_now(), 100)
    recovery.sweep(clock.course_now(), clock.machine_now())
