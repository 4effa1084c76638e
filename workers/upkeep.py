"""Take up what was left behind by a worker that died."""

from datetime import timedelta

from django.conf import settings

from course import clock
from course.delivery import heartbeat, last_words, receipts, recovery, replay, unknown
from workers.app import app

_COMPARE = timedelta(hours=1)
_LAST_WORDS = timedelta(minutes=1)
_BUDGET = timedelta(seconds=5)  # and one answer: a stop waits no longer, and a killed asker loses nothing


@app.task
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
    """Look unknown messages up; then, once a minute, ask about texts whose end nobody told. One after the other."""
    ends = clock.machine_now() + _BUDGET
    while unknown.resolve(clock.course_now(), clock.machine_now()):
        if clock.machine_now() > ends:
            return
    if heartbeat.take("last words", _LAST_WORDS, clock.machine_now()):
        for message_id in last_words.due(clock.machine_now()):
            answered = last_words.ask(message_id, clock.course_now(), clock.machine_now())
            if not answered or clock.machine_now() > ends:
                return
