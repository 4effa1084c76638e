"""A message's row in; the same row, locked, and changed by what was said of it late, out.

Two words about one message may come in the same instant: each is applied under the row's lock (PostgreSQL), or in
SQLite's only writing transaction, and each change is one conditional UPDATE.
"""

from typing import Any

from course.delivery.models import Message
from course.delivery.words import State

TWILIO = "twilio"  # a receipt's provider; every other one speaks of mails
GOING = (State.UNKNOWN, State.ACCEPTED)
WAITING = (State.PLANNED, State.CLAIMED, State.RETRY)  # an earlier try may have gone all the same
NOT_GOING = (State.EXPIRED, State.CANCELLED, State.SUPPRESSED, State.FAILED)


def lock(message_id: int) -> Message:
    """Load a message with all that a late word needs of it, and keep others off it to the transaction's end."""
    rows = Message.objects.select_related(
        "contact__subscriber", "contact__staff", "enrolment__cohort", "enrolment__subscriber", "request", "version"
    ).defer("words")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=message_id)


def move(row: Message, states: tuple[State, ...], **columns: Any) -> bool:
    """Set columns if the message is in one of ``states``; False when it is not."""
    if not Message.objects.filter(pk=row.pk, state__in=states).update(**columns):
        return False
    for name, value in columns.items():
        setattr(row, name, value)
    return True
