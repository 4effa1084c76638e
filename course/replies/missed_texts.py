"""Twilio's list of texts in; the ones that our webhook could not take stored, once, out.

What was read is remembered as a mark in the database, so that an outage of any length is read from its beginning; a
restored backup holds an older mark, and what came since is read again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from course.delivery import heartbeat
from course.delivery.channels.twilio_received import Received
from course.replies import intake
from course.replies.words import Source

MARK = "inbound texts read"
FIRST_LOOK = timedelta(hours=24)
OVERLAP = timedelta(hours=1)  # a list may show a text later than it came; one already stored is not stored again
_SLICE = timedelta(hours=3)  # what an account sends in that time can be listed before a task is ended


class Lister(Protocol):
    """Whoever can list the texts that came in."""

    def received(self, since: datetime, until: datetime) -> list[Received]:
        """Return what came in between two machine times. Raises OSError when nobody answers."""
        ...


def fetch(
    lister: Lister, course_now: Callable[[], datetime], machine_now: Callable[[], datetime], ends: datetime
) -> int:
    """Store what the list has since the mark, oldest first, until ``ends`` (machine time); return how many were listed.

    Raises OSError when the list does not answer, django.db.Error when a text cannot be stored: the mark stays.
    """
    listed = 0
    began = machine_now()
    since = heartbeat.seen().get(MARK, began - FIRST_LOOK) - OVERLAP
    while machine_now() < ends:
        until = min(since + _SLICE, began)
        texts = sorted(lister.received(since, until), key=lambda text: text.came_at)
        for text in texts:
            waited = max(timedelta(0), machine_now() - text.came_at)
            intake.store_text(text.params, course_now(), machine_now(), source=Source.LIST, waited=waited)
        listed += len(texts)
        heartbeat.set_to(MARK, until)
        if until >= began:
            break
        since = until - OVERLAP
    return listed
