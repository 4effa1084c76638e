"""A message's row in; the same row, locked, and changed by what was said of it late, out.

Two words about one message may come in the same instant: each is applied under the row's lock (PostgreSQL), or in
SQLite's only writing transaction, and each change is one conditional UPDATE.
"""

from typing import Any

from course.delivery import states
from course.delivery.models import Message
from course.delivery.words import State

TWILIO = "twilio"  # a receipt's provider; every other one speaks of mails
GOING = (State.UNKNOWN, State.ACCEPTED)


def lock(message_id: int) -> Message:
    """Load a message with all that a late word needs of it, and keep others off it to the transaction's end."""
    rows = Message.objects.select_related(
        "contact__subscriber", "contact__staff", "enrolment__cohort", "enrolment__subscriber", "request", "version"
    ).defer("words")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=message_id)


def move(row: Message, came_from: tuple[State, ...], to: State, **columns: Any) -> bool:
    """Move a message that is in one of ``came_from``; False when it is not."""
    columns = {"lease_until": None, "retry_at": None} | columns
    if not states.move(Message.objects.filter(pk=row.pk, state__in=came_from), to, states.LATE, **columns):
        return False
    row.state = to
    for name, value in columns.items():
        setattr(row, name, value)
    return True
