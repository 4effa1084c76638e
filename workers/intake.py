"""Understand the replies that were stored, and fetch those that nobody brings."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import Error as DatabaseTrouble

from course import clock
from course.delivery import channels, heartbeat
from course.delivery.channels.twilio import TwilioChannel
from course.people.words import Channel
from course.replies import imap, intake, mailbox, missed_texts
from workers.app import app

log = logging.getLogger(__name__)

_BUDGET = timedelta(seconds=20)
_EVERY = {Channel.EMAIL: timedelta(seconds=30), Channel.SMS: timedelta(minutes=3)}


@app.task
def look() -> None:
    """Understand what came in, batch by batch, until nothing is left or the time is up."""
    ends = clock.machine_now() + _BUDGET
    # Few at a time: large mails take seconds, and a look that overruns is killed with a reply half understood.
    while intake.understand_due(clock.machine_now(), clock.course_now(), 5):
        if clock.machine_now() > ends:
            return


@app.task
def fetch(channel: str) -> None:
    """Fetch mails from the mailbox we poll, or texts that the webhook missed, now and then. One fetcher at a time."""
    name, machine_now = Channel(channel), clock.machine_now()
    wanted = settings.IMAP_URL if name == Channel.EMAIL else settings.TWILIO_ACCOUNT_SID
    if not wanted or not heartbeat.take(f"fetch {name}", _EVERY[name], machine_now):
        return
    # A fetcher that was killed leaves its turn behind; by then its task would have been ended in any case.
    turn = f"fetching {name}"
    if not heartbeat.take(turn, timedelta(seconds=settings.TASK_SECONDS), machine_now):
        return
    try:
        _fetch(name, machine_now + _BUDGET)
        heartbeat.beat(f"fetched {name}", clock.machine_now())
    except (imap.NoMailbox, OSError, DatabaseTrouble) as trouble:
        said = trouble if isinstance(trouble, imap.NoMailbox) else type(trouble).__name__
        log.error("no %s could be fetched: %s", name, said)  # noqa: TRY400  a trace may hold words
    finally:
        heartbeat.give_back(turn)


def _fetch(name: Channel, ends: datetime) -> None:
    if name == Channel.EMAIL:
        where = imap.account(settings.IMAP_URL, settings.IMAP_CA_FILE)
        mailbox.fetch(where, clock.course_now, clock.machine_now, ends)
        return
    channel = channels.get(name)
    if isinstance(channel, TwilioChannel):
        missed_texts.fetch(channel, clock.course_now, clock.machine_now, ends)
