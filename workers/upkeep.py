"""Take up what was left behind by a worker that died."""

from datetime import timedelta

from django.conf import settings

from course import clock, right_of_way
from course.delivery import heartbeat, receipts, recovery, replay
from workers.app import app

_COMPARE = timedelta(hours=1)
_ONE_LOOK = timedelta(minutes=1)  # an asker that has not been seen for so long is dead
_BUDGET = timedelta(seconds=15)


@app.task
@right_of_way.giving_way()
def sweep() -> None:
    """Apply what was said too early, free leases that ran out, settle what cannot go any more; now and then compare
    the ledger with the database. One sweeper at a time."""
    machine_now = clock.machine_now()
    if heartbeat.take("sweep", timedelta(seconds=settings.TICK_SECONDS), machine_now):
        receipts.apply_all_parked(clock.course_now(), machine_now, 100)
        recovery.sweep(clock.course_now(), machine_now)
    if heartbeat.take("compare ledger", _COMPARE, machine_now):
        replay.add_missing(clock.course_now())


@app.task
def ask() -> None:
    """Look unknown messages up, a few at a time. One asker at a time: the other side may be slow for all of them."""
    if not heartbeat.take("ask", _ONE_LOOK, clock.machine_now()):
        return
    ends = clock.machine_now() + _BUDGET
    while recovery.resolve(clock.course_now(), clock.machine_now()) and clock.machine_now() < ends:
        heartbeat.beat("ask", clock.machine_now())
    heartbeat.give_back("ask")
