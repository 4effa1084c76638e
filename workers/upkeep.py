"""Take up what was left behind by a worker that died."""

from datetime import timedelta

from django.conf import settings

from course import clock
from course.delivery import heartbeat, receipts, recovery, replay
from workers.app import app

_COMPARE = timedelta(hours=1)


@app.task
def sweep() -> None:
    """Apply what was said too early, free leases that ran out, look up the unknown, settle what cannot go any more;
    now and then compare the ledger with the database. One sweeper at a time."""
    machine_now = clock.machine_now()
    if heartbeat.take("sweep", timedelta(seconds=settings.TICK_SECONDS), machine_now):
        receipts.apply_all_parked(clock.course_now(), machine_now, 100)
        recovery.sweep(clock.course_now(), machine_now)
    if heartbeat.take("compare ledger", _COMPARE, machine_now):
        replay.add_missing(clock.course_now())
