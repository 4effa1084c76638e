"""A mailbox in; stored replies out. A mail is marked as taken only when it is on disk (law 7).

Whose a mail is says the token of ours in the headers that tell its envelope recipient, else in To and Cc; never From.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses

from django.db import Error as DatabaseTrouble

from course.replies import address, imap, intake, letter
from course.replies.address import COURSE, Destination
from course.replies.imap import Account, Head, Mailbox, NoMailbox
from course.replies.words import Source

MOST_BREAKS = 5  # connections that one run may lose: a mail that breaks one must not stop those after it
_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc")

log = logging.getLogger(__name__)


def fetch(
    where: Account, course_now: Callable[[], datetime], machine_now: Callable[[], datetime], ends: datetime
) -> int:
    """Store the mails that wait in the mailbox until ``ends`` (machine time); return how many are ours.

    Raises NoMailbox when it cannot be read, django.db.Error when a mail cannot be stored: it waits there.
    """
    tried: set[str] = set()
    taken = 0
    for breaks in range(MOST_BREAKS):
        try:
            with imap.opened(where) as box:
                for uid in box.waiting():
                    if uid in tried:
                        continue
                    if machine_now() > ends:
                        return taken
                    tried.add(uid)
                    taken += _take(box, uid, course_now(), machine_now())
                return taken
        except NoMailbox:
            if len(tried) <= breaks:  # it broke before any mail was asked for
                raise
    return taken


def _take(box: Mailbox, uid: str, now: datetime, machine_now: datetime) -> bool:
    """Take one mail and return whether it is ours. One that cannot be read at all is set aside, and said."""
    head = box.head(uid, letter.MOST_HEADER_BYTES)
    if head is None:
        return False
    try:
        destinations = recipients(head.raw)
    except Exception as error:  # a hostile mail: it must not be asked for again and again
        log.error("a mail in the mailbox cannot be read and is left there: %s", type(error).__name__)  # noqa: TRY400  a trace may hold words
        destinations = []
    try:
        if destinations and not _store(box, head, destinations, now, machine_now):
            return False
    except (NoMailbox, DatabaseTrouble):
        raise
    except Exception as error:  # a fault of ours, such as a lost key: the mail waits until that is mended
        log.error("a mail in the mailbox was not stored and waits there: %s", type(error).__name__)  # noqa: TRY400  a trace may hold words
        return False
    box.mark_taken(uid, ours=bool(destinations))
    return bool(destinations)


def _store(box: Mailbox, head: Head, destinations: list[Destination], now: datetime, machine_now: datetime) -> bool:
    # Of a mail that is too large the beginning is kept: a person's words stand before their pictures.
    raw = box.bytes_of(head.uid, letter.MOST_BYTES)
    if raw is None:
        return False
    waited = max(timedelta(0), machine_now - head.came_at) if head.came_at else timedelta(0)
    for destination in destinations:
        intake.store_mail(destination, raw, now, machine_now, source=Source.MAILBOX, waited=waited)
    return True


def recipients(head: bytes) -> list[Destination]:
    """Return the addresses of ours that a mail with these headers came to, the surest header first."""
    mail = BytesHeaderParser(policy=compat32).parsebytes(head)
    to_course = None
    for name in _HEADERS:
        values = [str(value) for value in mail.get_all(name) or []]
        named = {local.strip().lower() for _name, local in getaddresses(values)}
        found = [destination for each in sorted(named) if (destination := address.known(each))]
        tokens = [destination for destination in found if destination.purpose != COURSE]
        if tokens:
            return tokens
        to_course = to_course or (found[0] if found else None)
    return [to_course] if to_course else []
