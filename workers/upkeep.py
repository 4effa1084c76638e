"""Take up what was left behind by a worker that died."""

from datetime import datetime, timedelta

from django.conf import settings

from course import clock, right_of_way
from course.delivery import heartbeat, last_words, receipts, recovery, replay, unknown
from course.people.words import Channel
from workers.app import app

_COMPARE = timedelta(hours=1)
_LAST_WORDS, _SOMETIMES = "last words", timedelta(minutes=10)
_SILENCES = 3  # one text that nobody will speak of is in no other's way; three say that nobody answers
_BUDGET = timedelta(seconds=5)  # and the last answer; who is killed while waiting for one loses nothing


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
def ask(channel: str) -> None:
    """Look unknown messages of one channel up; now and then ask about texts whose end nobody told. One by one."""
    ends = clock.machine_now() + _BUDGET
    while unknown.resolve(Channel(channel), clock.course_now(), clock.machine_now()):
        if clock.machine_now() > ends:
            return
    if channel == Channel.SMS and heartbeat.take(_LAST_WORDS, _SOMETIMES, clock.machine_now()):
        _ask_for_last_words(ends)


def _ask_for_last_words(ends: datetime) -> None:
    """Go on at the next tick when the time is up, and after a pause when nobody answers or nothing is left."""
    silences = 0
    for message_id in last_words.due(clock.machine_now()):
        if clock.machine_now() > ends:
            heartbeat.give_back(_LAST_WORDS)
            return
        silences += not last_words.ask(message_id, clock.course_now(), clock.machine_now())
        if silences == _SILENCES:
            return
